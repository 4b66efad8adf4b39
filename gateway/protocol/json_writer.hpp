#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// Appends `text` as a JSON string with its quotes. Only what JSON demands is escaped; non-ASCII
// stays as it is. The text must be valid UTF-8 (what enters the gateway is checked at the door).
void append_json_string(std::string& out, std::string_view text);

// Writes JSON straight into a string and puts the commas itself. The caller keeps the order
// object(), key(), value(), end(): the writer does not check it.
//
//     JsonWriter json(out);
//     json.object().key("user_id").value(10001).key("nickname").value("Ann").end_object();
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    // `name` is a constant of ours or was checked: it is escaped like any string.
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool flag);
    JsonWriter& value(std::int64_t number);
    template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, std::int64_t>) JsonWriter& value(T number) {
        return value(static_cast<std::int64_t>(number));
    }
    JsonWriter& null();
    // One complete JSON value, as text.
    JsonWriter& raw(std::string_view json);

    template <class T>
    JsonWriter& member(std::string_view name, const T& content) {
        return key(name).value(content);
    }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();

    std::string& out_;
    bool first_ = true;  // no comma before the next value or key
};

}  // namespace cqhttp::protocol
