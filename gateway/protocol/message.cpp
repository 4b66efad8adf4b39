#include "gateway/protocol/message.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <simdjson.h>

#include <algorithm>

namespace cqhttp::protocol {
namespace {

namespace ondemand = simdjson::ondemand;

bool by_name(const SegmentField& field, std::string_view name) {
    return field.name < name;
}

// The text of a `text` segment; empty where it has none.
std::string_view text_of(const Segment& segment) {
    const std::string* const text = segment.find("text");
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

bool is_text(const Segment& segment) {
    return segment.type == "text";
}

// Whether normalise() would change nothing.
bool is_normal(const Message& message) {
    bool after_text = false;
    for (const Segment& segment : message) {
        const bool text = is_text(segment);
        if (text && (after_text || text_of(segment).empty())) {
            return false;
        }
        after_text = text;
    }
    return true;
}

// Whether JSON text is an integer of the commonest form: digits, no sign, no leading zero.
bool is_plain_integer(std::string_view json) {
    return !json.empty() && json.size() < 19 && json.front() >= '1' && json.front() <= '9' &&
           std::all_of(json.begin(), json.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Reads segments out of JSON text. Every function says whether what it read is a valid part of a
// message; after a false the rest does not matter.
class SegmentReader {
public:
    explicit SegmentReader(SegmentDataRule rule) : rule_(rule) {}

    bool read(std::string_view json, Message& message) {
        const simdjson::padded_string padded(json);
        ondemand::document document;
        ondemand::json_type type{};
        if (parser_.iterate(padded).get(document) != simdjson::SUCCESS ||
            document.type().get(type) != simdjson::SUCCESS) {
            return false;
        }
        bool valid = false;
        if (type == ondemand::json_type::array) {
            ondemand::array array;
            valid =
                document.get_array().get(array) == simdjson::SUCCESS && read_array(array, message);
        } else if (type == ondemand::json_type::object) {
            ondemand::object object;
            valid = document.get_object().get(object) == simdjson::SUCCESS &&
                    read_segment(object, message.emplace_back());
        }
        // Nothing may follow.
        return valid && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    }

private:
    bool read_array(ondemand::array array, Message& message) {
        for (auto element : array) {
            ondemand::object object;
            if (element.get_object().get(object) != simdjson::SUCCESS ||
                !read_segment(object, message.emplace_back())) {
                return false;
            }
        }
        return true;
    }

    bool read_segment(ondemand::object object, Segment& segment) {
        bool has_type = false;
        for (auto member : object) {
            std::string_view key;
            ondemand::value value;
            if (member.unescaped_key().get(key) != simdjson::SUCCESS ||
                member.value().get(value) != simdjson::SUCCESS) {
                return false;
            }
            if (key == "type") {
                std::string_view type;
                if (value.get_string().get(type) != simdjson::SUCCESS) {
                    return false;
                }
                segment.type = type;
                has_type = true;
            } else if (key == "data" && !read_data(value, segment)) {
                return false;
            }
        }
        // `type` may come after `data`, so what stays structured is known only now.
        for (SegmentField& field : segment.fields) {
            field.json = field.json && rule_ == SegmentDataRule::convert_except_node_content &&
                         segment.type == "node" && field.name == "content";
        }
        return has_type;
    }

    bool read_data(ondemand::value data, Segment& segment) {
        segment.fields.clear();
        ondemand::json_type type{};
        if (data.type().get(type) != simdjson::SUCCESS) {
            return false;
        }
        if (type == ondemand::json_type::null) {
            return true;
        }
        ondemand::object object;
        if (data.get_object().get(object) != simdjson::SUCCESS) {
            return false;
        }
        for (auto member : object) {
            std::string_view key;
            ondemand::value value;
            if (member.unescaped_key().get(key) != simdjson::SUCCESS ||
                member.value().get(value) != simdjson::SUCCESS) {
                return false;
            }
            SegmentField& field = segment.fields.emplace_back();
            field.name = key;
            if (!read_value(value, field)) {
                return false;
            }
        }
        order_fields(segment.fields);
        return true;
    }

    bool read_value(ondemand::value value, SegmentField& field) const {
        ondemand::json_type type{};
        if (value.type().get(type) != simdjson::SUCCESS) {
            return false;
        }
        if (type == ondemand::json_type::string) {
            std::string_view text;
            const bool read = value.get_string().get(text) == simdjson::SUCCESS;
            field.value = text;
            return read;
        }
        std::string_view raw;
        if (rule_ == SegmentDataRule::strings_only ||
            simdjson::to_json_string(value).get(raw) != simdjson::SUCCESS) {
            return false;
        }
        if (is_plain_integer(raw)) {
            field.value = raw;
            return true;
        }
        // The on-demand parser does not look into what it hands out raw.
        const Result<Json> checked = parse_json(raw);
        if (!checked) {
            return false;
        }
        // Numbers keep their digits; printing could change them.
        field.json = checked->is_structured();
        field.value = checked->is_number() ? std::string(raw) : dump_json(*checked);
        return true;
    }

    SegmentDataRule rule_;
    ondemand::parser parser_;
};

}  // namespace

Segment Segment::text(std::string text) {
    Segment segment;
    segment.type = "text";
    segment.fields.push_back({"text", std::move(text)});
    return segment;
}

const std::string* Segment::find(std::string_view name) const {
    if (fields.size() == 1) {  // most segments are texts
        return fields.front().name == name ? &fields.front().value : nullptr;
    }
    const auto field = std::lower_bound(fields.begin(), fields.end(), name, by_name);
    return field != fields.end() && field->name == name ? &field->value : nullptr;
}

void Segment::set(std::string name, std::string value, bool json) {
    const auto field = std::lower_bound(fields.begin(), fields.end(), name, by_name);
    if (field != fields.end() && field->name == name) {
        field->value = std::move(value);
        field->json = json;
    } else {
        fields.insert(field, {std::move(name), std::move(value), json});
    }
}

bool Segment::erase(std::string_view name) {
    const auto field = std::lower_bound(fields.begin(), fields.end(), name, by_name);
    if (field == fields.end() || field->name != name) {
        return false;
    }
    fields.erase(field);
    return true;
}

void order_fields(std::vector<SegmentField>& fields) {
    const auto not_ascending = [](const SegmentField& a, const SegmentField& b) {
        return a.name >= b.name;
    };
    if (std::adjacent_find(fields.begin(), fields.end(), not_ascending) == fields.end()) {
        return;
    }
    std::stable_sort(fields.begin(), fields.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    // Backwards, so that unique() keeps the last of each name, at the end of the vector.
    const auto kept = std::unique(fields.rbegin(), fields.rend(),
                                  [](const auto& a, const auto& b) { return a.name == b.name; });
    fields.erase(fields.begin(), kept.base());
}

std::string plain_text(const Message& message) {
    std::string joined;
    for (const Segment& segment : message) {
        if (is_text(segment)) {
            joined += text_of(segment);
        }
    }
    return joined;
}

std::optional<Message> parse_segments(std::string_view json, const Profile& profile) {
    Message message;
    if (!SegmentReader(profile.segment_data).read(json, message)) {
        return std::nullopt;
    }
    return message;
}

void append_segment_json(std::string& out, const Message& message) {
    if (!is_normal(message)) {
        Message normal = message;
        normalise(normal);
        append_segment_json(out, normal);
        return;
    }
    out += '[';
    std::string_view before_segment = R"({"type":)";
    for (const Segment& segment : message) {
        out += before_segment;
        before_segment = R"(,{"type":)";
        append_json_string(out, segment.type);
        out += R"(,"data":{)";
        std::string_view before_field;
        for (const SegmentField& field : segment.fields) {
            out += before_field;
            before_field = ",";
            append_json_string(out, field.name);
            out += ':';
            if (field.json) {
                out += field.value;
            } else {
                append_json_string(out, field.value);
            }
        }
        out += "}}";
    }
    out += ']';
}

std::string to_segment_json(const Message& message) {
    std::string out;
    append_segment_json(out, message);
    return out;
}

void normalise(Message& message) {
    if (is_normal(message)) {
        return;
    }
    Message normal;
    normal.reserve(message.size());
    for (Segment& segment : message) {
        if (is_text(segment)) {
            if (text_of(segment).empty()) {
                continue;
            }
            if (!normal.empty() && is_text(normal.back())) {
                Segment& before = normal.back();
                const auto field =
                    std::lower_bound(before.fields.begin(), before.fields.end(), "text", by_name);
                field->value += text_of(segment);
                continue;
            }
        }
        normal.push_back(std::move(segment));
    }
    message = std::move(normal);
}

}  // namespace cqhttp::protocol
