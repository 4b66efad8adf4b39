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

bool is_plain(const Param* param) {
    return param != nullptr && param->kind == ParamKind::text && !param->text.empty() &&
           is_plain_text(param->text);
}

}  // namespace

bool Arguments::bind_integer(Slot& slot) const {
    const ParamSpec& spec = *slot.spec;
    const auto reading = read_integer(raw_.find(spec.name));
    using State = decltype(reading)::State;
    if (reading.state == State::invalid) {
        return false;
    }
    slot.given = reading.state == State::value;
    slot.number = slot.given ? reading.value : spec.integer_default;
    if (spec.required && slot.number == 0) {
        return false;
    }
    return !slot.given || slot.number >= spec.min;
}

bool Arguments::bind_boolean(Slot& slot) const {
    const ParamSpec& spec = *slot.spec;
    const auto reading = read_boolean(raw_.find(spec.name));
    using State = decltype(reading)::State;
    slot.given = reading.state == State::value;
    const bool flag = slot.given ? reading.value : spec.boolean_default;
    slot.number = flag ? 1 : 0;
    return reading.state != State::invalid && (slot.given || !spec.required);
}

bool Arguments::bind_text(Slot& slot, const Profile& profile) const {
    const ParamSpec& spec = *slot.spec;
    const Param* param = raw_.find(spec.name);
    auto reading = read_text(param, profile);
    using State = decltype(reading)::State;
    const bool nothing = reading.state != State::invalid && reading.value.empty();
    if (nothing && !spec.alias.empty()) {
        const Param* const other = raw_.find(spec.alias);
        const auto other_reading = read_text(other, profile);
        if (other_reading.state != State::absent) {
            param = other;
            reading = other_reading;
        }
    }
    if (reading.state == State::invalid) {
        return false;
    }
    slot.given = reading.state == State::value;
    if (slot.given) {
        keep(slot, param);
    }
    const std::string_view text = text_at(slot);
    if (text.empty()) {
        return !spec.required;
    }
    return spec.allowed.empty() || is_listed(spec.allowed, text);
}

bool Arguments::bind_message(Slot& slot, const Profile& profile) {
    message_at_ = static_cast<std::size_t>(&slot - slots_.data());
    const Param* const param = raw_.find(slot.spec->name);
    if (is_plain(param)) {  // it means the same with and without auto_escape
        slot.given = true;
        keep(slot, param);
        return true;
    }
    const bool auto_escape = read_boolean(raw_.find("auto_escape")).value;
    auto reading = read_message(param, auto_escape, profile);
    using State = decltype(reading)::State;
    slot.given = reading.state == State::value;
    message_ = std::move(reading.value);
    return reading.state != State::invalid && (slot.given || !slot.spec->required);
}

bool Arguments::bind_object(Slot& slot) const {
    const Param* const param = raw_.find(slot.spec->name);
    slot.given = param != nullptr && param->kind == ParamKind::object;
    if (slot.given) {
        keep(slot, param);
    }
    return slot.given || !slot.spec->required;
}

bool Arguments::bind(Slot& slot, const Profile& profile) {
    switch (slot.spec->type) {
        case ParamType::integer: return bind_integer(slot);
        case ParamType::boolean: return bind_boolean(slot);
        case ParamType::text: return bind_text(slot, profile);
        case ParamType::message: return bind_message(slot, profile);
        case ParamType::object: return bind_object(slot);
    }
    return false;
}

std::optional<Arguments> bind_arguments(const ActionSpec& spec, Params params,
                                        const Profile& profile) {
    std::optional<Arguments> bound(std::in_place);
    bound->raw_ = std::move(params);
    for (const ParamSpec& row : spec.params) {
        if (!row.profiles.contains(profile.id)) {
            continue;
        }
        Arguments::Slot& slot = bound->slots_[bound->count_++];
        slot.spec = &row;
        if (!bound->bind(slot, profile)) {
            bound.reset();
            break;
        }
    }
    return bound;
}

// A place and not a pointer, so that a copy of the arguments is complete.
void Arguments::keep(Slot& slot, const Param* param) const {
    slot.param = static_cast<std::uint32_t>(param - raw_.begin());
}

const Arguments::Slot& Arguments::slot_of(std::string_view name) const {
    std::size_t position = 0;
    while (position < count_ && slots_[position].spec->name != name) {
        ++position;
    }
    ensure(position < count_, "the action has a parameter of that name");
    return slots_[position];
}

const Arguments::Slot& Arguments::slot_of(std::string_view name, ParamType type) const {
    const Slot& slot = slot_of(name);
    ensure(slot.spec->type == type, "the parameter is of that type");
    return slot;
}

std::string_view Arguments::text_at(const Slot& slot) const {
    return slot.param == no_param ? slot.spec->text_default : raw_.begin()[slot.param].text;
}

std::int64_t Arguments::integer(std::string_view name) const {
    return slot_of(name, ParamType::integer).number;
}

bool Arguments::boolean(std::string_view name) const {
    return slot_of(name, ParamType::boolean).number != 0;
}

std::string_view Arguments::text(std::string_view name) const {
    return text_at(slot_of(name, ParamType::text));
}

std::string_view Arguments::object(std::string_view name) const {
    return text_at(slot_of(name, ParamType::object));
}

std::string_view Arguments::plain_message() const {
    ensure(message_at_ < count_, "the action has a message");
    return text_at(slots_[message_at_]);
}

const Message& Arguments::segments() const {
    ensure(plain_message().empty(), "the message is not plain");
    return message_;
}

Message Arguments::message() const {
    const std::string_view plain = plain_message();
    return plain.empty() ? message_ : Message{Segment::text(std::string(plain))};
}

Message Arguments::take_message() {
    const std::string_view plain = plain_message();
    return plain.empty() ? std::move(message_) : Message{Segment::text(std::string(plain))};
}

bool Arguments::given(std::string_view name) const {
    return slot_of(name).given;
}

}  // namespace cqhttp::protocol
