#include "gateway/protocol/params.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace cqhttp::protocol {
namespace {

// Calls have a handful of parameters; one allocation holds them.
constexpr std::size_t usual_params = 4;

template <class T>
Reading<T> absent() {
    return {Reading<T>::State::absent, {}};
}

template <class T>
Reading<T> invalid() {
    return {Reading<T>::State::invalid, {}};
}

template <class T>
Reading<T> value_of(T value) {
    return {Reading<T>::State::value, std::move(value)};
}

// The number at the start of `text`, as the original's std::stoll reads it: white space before and
// anything after it are ignored (PAR-004).
Reading<std::int64_t> leading_integer(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t\n\v\f\r");
    if (start == std::string_view::npos) {
        return absent<std::int64_t>();
    }
    text.remove_prefix(start);
    if (text.front() == '+') {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return absent<std::int64_t>();
        }
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) {
        return invalid<std::int64_t>();
    }
    return error == std::errc{} ? value_of(number) : absent<std::int64_t>();
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [text](std::string_view word) { return iequals(text, word); });
}

}  // namespace

const Param* Params::find(std::string_view name) const {
    for (const Param& param : list_) {
        if (param.name == name) {
            return &param;
        }
    }
    return nullptr;
}

void Params::reserve_usual() {
    if (list_.empty()) {
        list_.reserve(usual_params);
    }
}

void Params::add_first(Param param) {
    if (find(param.name) == nullptr) {
        reserve_usual();
        list_.push_back(std::move(param));
    }
}

void Params::add_last(Param param) {
    Param& there = replace(param.name);
    there.kind = param.kind;
    there.text = std::move(param.text);
}

Param& Params::replace(std::string_view name) {
    for (Param& param : list_) {
        if (param.name == name) {
            param.kind = ParamKind::text;
            param.text.clear();
            return param;
        }
    }
    reserve_usual();
    Param& param = list_.emplace_back();
    param.name = name;
    return param;
}

void Params::add_missing(Params others) {
    if (list_.empty()) {
        *this = std::move(others);
        return;
    }
    for (Param& param : others.list_) {
        add_first(std::move(param));
    }
}

std::size_t Params::bytes() const noexcept {
    std::size_t sum = list_.capacity() * sizeof(Param);
    for (const Param& param : list_) {
        sum += param.name.size() + param.text.size();
    }
    return sum;
}

std::string Params::to_json() const {
    constexpr std::size_t signs = 6;  // around a name and a text
    std::size_t size = 2;
    for (const Param& param : list_) {
        size += param.name.size() + param.text.size() + signs;
    }
    std::string out;
    out.reserve(size);
    JsonWriter json(out);
    json.object();
    for (const Param& param : list_) {
        if (is_valid_utf8(param.name)) {
            json.key(param.name);
        } else {
            json.key(replace_invalid_utf8(param.name));
        }
        switch (param.kind) {
            case ParamKind::text: json.value(std::string_view(param.text)); break;
            case ParamKind::null:
            case ParamKind::invalid: json.null(); break;
            default: json.raw(param.text);
        }
    }
    json.end_object();
    return out;
}

Reading<std::int64_t> read_integer(const Param* param) {
    if (param == nullptr) {
        return absent<std::int64_t>();
    }
    switch (param->kind) {
        case ParamKind::text:
        case ParamKind::integer: return leading_integer(param->text);
        case ParamKind::invalid: return invalid<std::int64_t>();
        default: return absent<std::int64_t>();
    }
}

Reading<bool> read_boolean(const Param* param) {
    if (param == nullptr) {
        return absent<bool>();
    }
    switch (param->kind) {
        case ParamKind::boolean: return value_of(param->text == "true");
        case ParamKind::text:
            if (is_any_of(param->text, {"true", "yes", "1"})) {
                return value_of(true);
            }
            if (is_any_of(param->text, {"false", "no", "0"})) {
                return value_of(false);
            }
            return absent<bool>();
        case ParamKind::invalid: return invalid<bool>();
        default: return absent<bool>();
    }
}

Reading<std::string> read_text(const Param* param, const Profile& profile) {
    if (param == nullptr) {
        return absent<std::string>();
    }
    switch (param->kind) {
        case ParamKind::text: return value_of(param->text);
        case ParamKind::integer:
        case ParamKind::real:
        case ParamKind::boolean:
            return profile.text_from_scalars ? value_of(param->text) : absent<std::string>();
        case ParamKind::invalid: return invalid<std::string>();
        default: return absent<std::string>();
    }
}

Reading<Message> read_message(const Param* param, bool auto_escape, const Profile& profile) {
    if (param == nullptr) {
        return absent<Message>();
    }
    Message message;
    switch (param->kind) {
        case ParamKind::text:
            if (auto_escape) {
                message.push_back(Segment::text(param->text));
            } else {
                message = parse_cq(param->text, profile);
            }
            break;
        case ParamKind::array:
        case ParamKind::object:
            if (auto segments = parse_segments(param->text, profile)) {
                message = std::move(*segments);
            }
            break;
        case ParamKind::invalid: return invalid<Message>();
        default: break;
    }
    normalise(message);
    return message.empty() ? absent<Message>() : value_of(std::move(message));
}

}  // namespace cqhttp::protocol
