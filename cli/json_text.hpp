#pragma once

#include <string>
#include <string_view>

namespace cqhttp::cli {

struct JsonStyle {
    bool pretty = false;  // one member per line; otherwise one line without blanks
    bool color = false;
};

// The same document with other white space: order, repeated names and the spelling of numbers and
// strings stay as the peer wrote them, which a parsed and printed document would lose. `document`
// must be valid JSON (protocol::parse_json). Pretty text is for terminals, so control characters
// that JSON allows inside strings (U+007F ... U+009F) become \u escapes there.
std::string format_json(std::string_view document, JsonStyle style);

}  // namespace cqhttp::cli
