#pragma once

#include "gateway/protocol/profile.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::protocol {

// One parameter of a segment. `value` is plain, never escaped; with `json` it is JSON text that
// stays structured in array form (the content of a OneBot 11 node, MSG-006).
struct SegmentField {
    std::string name;
    std::string value;
    bool json = false;
    bool operator==(const SegmentField&) const = default;
};

// A piece of a message. Fields are kept in ascending byte order of their names, each name once
// (MSG-041; of a repeated name the last value counts).
struct Segment {
    std::string type;
    std::vector<SegmentField> fields;

    static Segment text(std::string text);
    const std::string* find(std::string_view name) const;
    // Inserts or replaces.
    void set(std::string name, std::string value, bool json = false);
    bool erase(std::string_view name);
    bool operator==(const Segment&) const = default;
};

using Message = std::vector<Segment>;

// Brings fields that were collected in any order into the order of a Segment, in n log n.
void order_fields(std::vector<SegmentField>& fields);

// CQ string to segments, by rules 1 to 6 of chapter 07 section 3, in one pass (MSG-030 ...
// MSG-036).
Message parse_cq(std::string_view text, const Profile& profile);

// Segments to CQ string (MSG-040 ... MSG-042).
std::string to_cq(const Message& message);
void append_cq(std::string& out, const Message& message);

// What a peer sees as plain text: `text` segments joined, others left out.
std::string plain_text(const Message& message);

// `json` is the text of a valid JSON array of segments or of one segment object. Nothing when it
// breaks MSG-005 or MSG-007; `data` null or missing means no parameters (MSG-003, MSG-004). The
// result is as it came, not normalised.
std::optional<Message> parse_segments(std::string_view json, const Profile& profile);

// The segment array of events, as JSON text. The array is normal whatever the message is (MSG-062).
std::string to_segment_json(const Message& message);
void append_segment_json(std::string& out, const Message& message);

// Joins adjacent texts and removes empty ones (MSG-010, MSG-062). A message that is empty
// afterwards cannot be sent (ACT-004).
void normalise(Message& message);

// Whether a text is its own CQ string: nothing in it needs an escape, and it holds no code.
bool is_plain_text(std::string_view text) noexcept;

// Text and value escapes of MSG-020, and their reading, MSG-021.
std::string escape_text(std::string_view text);
std::string escape_value(std::string_view value);
std::string unescape(std::string_view text);

}  // namespace cqhttp::protocol
