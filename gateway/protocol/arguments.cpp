#include "gateway/base/ensure.hpp"
#include "gateway/protocol/action_catalogue.hpp"

#include <utility>

namespace cqhttp::protocol {
namespace {

// Whether `word` is one of `words`, which '|' separates.
bool is_listed(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t end = words.find('|');
        if (words.substr(0, end) == word) {
            return true;
        }
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return false;
}

}  // namespace

bool Arguments::bind_integer(Slot& slot, const Params& params) {
    const ParamSpec& spec = *slot.spec;
    const auto reading = read_integer(params.find(spec.name));
    using State = decltype(reading)::State;
    if (reading.state == State::invalid) {
        return false;
    }
    slot.given = reading.state == State::value;
    const std::int64_t number = slot.given ? reading.value : spec.integer_default;
    slot.value = number;
    if (spec.required && number == 0) {
        return false;
    }
    return !slot.given || number >= spec.min;
}

bool Arguments::bind_boolean(Slot& slot, const Params& params) {
    const ParamSpec& spec = *slot.spec;
    const auto reading = read_boolean(params.find(spec.name));
    using State = decltype(reading)::State;
    slot.given = reading.state == State::value;
    slot.value = slot.given ? reading.value : spec.boolean_default;
    return reading.state != State::invalid && (slot.given || !spec.required);
}

bool Arguments::bind_text(Slot& slot, const Params& params, const Profile& profile) {
    const ParamSpec& spec = *slot.spec;
    auto reading = read_text(params.find(spec.name), profile);
    using State = decltype(reading)::State;
    const bool nothing = reading.state != State::invalid && reading.value.empty();
    if (nothing && !spec.alias.empty()) {
        auto other = read_text(params.find(spec.alias), profile);
        if (other.state != State::absent) {
            reading = std::move(other);
        }
    }
    if (reading.state == State::invalid) {
        return false;
    }
    slot.given = reading.state == State::value;
    std::string text = slot.given ? std::move(reading.value) : std::string(spec.text_default);
    if (text.empty()) {
        slot.value = std::move(text);
        return !spec.required;
    }
    if (!spec.allowed.empty() && !is_listed(spec.allowed, text)) {
        return false;
    }
    slot.value = std::move(text);
    return true;
}

bool Arguments::bind_message(Slot& slot, const Params& params, const Profile& profile) {
    const bool auto_escape = read_boolean(params.find("auto_escape")).value;
    auto reading = read_message(params.find(slot.spec->name), auto_escape, profile);
    using State = decltype(reading)::State;
    slot.given = reading.state == State::value;
    slot.value = std::move(reading.value);
    return reading.state != State::invalid && (slot.given || !slot.spec->required);
}

bool Arguments::bind_object(Slot& slot, const Params& params) {
    const Param* param = params.find(slot.spec->name);
    slot.given = param != nullptr && param->kind == ParamKind::object;
    slot.value = slot.given ? std::string(param->text) : std::string();
    return slot.given || !slot.spec->required;
}

bool Arguments::bind(Slot& slot, const Params& params, const Profile& profile) {
    switch (slot.spec->type) {
        case ParamType::integer: return bind_integer(slot, params);
        case ParamType::boolean: return bind_boolean(slot, params);
        case ParamType::text: return bind_text(slot, params, profile);
        case ParamType::message: return bind_message(slot, params, profile);
        case ParamType::object: return bind_object(slot, params);
    }
    return false;
}

std::optional<Arguments> bind_arguments(const ActionSpec& spec, Params params,
                                        const Profile& profile) {
    std::optional<Arguments> bound(std::in_place);
    bound->slots_.reserve(spec.params.size());
    for (const ParamSpec& row : spec.params) {
        if (!row.profiles.contains(profile.id)) {
            continue;
        }
        Arguments::Slot& slot = bound->slots_.emplace_back();
        slot.spec = &row;
        if (!Arguments::bind(slot, params, profile)) {
            return std::nullopt;
        }
    }
    bound->raw_ = std::move(params);
    return bound;
}

std::size_t Arguments::position_of(std::string_view name) const {
    std::size_t position = 0;
    while (position < slots_.size() && slots_[position].spec->name != name) {
        ++position;
    }
    ensure(position < slots_.size(), "the action has a parameter of that name");
    return position;
}

template <class T>
const T& Arguments::value_of(std::string_view name) const {
    const T* value = std::get_if<T>(&slots_[position_of(name)].value);
    ensure(value != nullptr, "the parameter is of that type");
    return *value;
}

std::int64_t Arguments::integer(std::string_view name) const {
    return value_of<std::int64_t>(name);
}

bool Arguments::boolean(std::string_view name) const {
    return value_of<bool>(name);
}

const std::string& Arguments::text(std::string_view name) const {
    ensure(slots_[position_of(name)].spec->type == ParamType::text, "the parameter is a text");
    return value_of<std::string>(name);
}

const Message& Arguments::message(std::string_view name) const {
    return value_of<Message>(name);
}

Message Arguments::take_message(std::string_view name) {
    Message* value = std::get_if<Message>(&slots_[position_of(name)].value);
    ensure(value != nullptr, "the parameter is a message");
    return std::move(*value);
}

const std::string& Arguments::object(std::string_view name) const {
    ensure(slots_[position_of(name)].spec->type == ParamType::object, "the parameter is an object");
    return value_of<std::string>(name);
}

bool Arguments::given(std::string_view name) const {
    return slots_[position_of(name)].given;
}

}  // namespace cqhttp::protocol
