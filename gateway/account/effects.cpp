#include "gateway/account/effects.hpp"

#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::account {

namespace {

std::size_t size_of(const Effect& effect) {
    return effect.params.size() + effect.given.bytes();
}

}  // namespace

void EffectLog::add(Effect&& effect) {
    bytes_ += size_of(effect);
    effects_.push_back(std::move(effect));
    ++last_number_;
    // The newest stays, whatever its size.
    while (effects_.size() > max_effects_ || (bytes_ > max_bytes_ && effects_.size() > 1)) {
        bytes_ -= size_of(effects_.front());
        effects_.pop_front();
    }
}

void EffectLog::clear() {
    effects_.clear();
    bytes_ = 0;
}

std::string EffectLog::to_json(std::int64_t since) const {
    const auto held = static_cast<std::int64_t>(effects_.size());
    const std::int64_t before_oldest = last_number_ - held;
    const std::int64_t skipped =
        std::clamp<std::int64_t>(since, before_oldest, last_number_) - before_oldest;
    std::string text;
    protocol::JsonWriter json(text);
    json.array();
    for (std::int64_t i = skipped; i < held; ++i) {
        const Effect& effect = effects_[static_cast<std::size_t>(i)];
        json.object()
            .member("number", before_oldest + i + 1)
            .member("time", effect.time)
            .member("action", effect.action)
            .key("params")
            .raw(effect.params.empty() ? effect.given.to_json() : effect.params);
        if (effect.message_id != 0) {
            json.member("message_id", effect.message_id);
        }
        json.end_object();
    }
    json.end_array();
    return text;
}

}  // namespace cqhttp::account
