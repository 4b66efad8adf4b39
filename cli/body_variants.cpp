#include "cli/body_variants.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_rewritten = 1024 * 1024;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r\n";

// The UTF-16 unit of "\uXXXX" at that place.
std::optional<std::uint32_t> unit_at(std::string_view text, std::size_t at) {
    if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') {
        return {};
    }
    std::uint32_t unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const std::size_t digit = std::string_view("0123456789abcdef").find(to_lower({&c, 1}));
        if (digit == std::string_view::npos) {
            return {};
        }
        unit = unit * 16 + static_cast<std::uint32_t>(digit);
    }
    return unit;
}

// Writes a JSON text again, token by token.
class Rewriter {
public:
    Rewriter(std::string_view text, JsonManner manner) : text_(text), manner_(manner) {}

    std::string run() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                string();
            } else if (manner_.spacing == Spacing::as_it_is) {
                out_ += text_[at_++];
            } else if (blanks.find(c) != std::string_view::npos) {
                ++at_;
            } else {
                mark(c);
            }
        }
        return std::move(out_);
    }

private:
    bool indented() const {
        return manner_.spacing == Spacing::indent_2 || manner_.spacing == Spacing::indent_4;
    }

    void new_line() {
        if (indented()) {
            out_ += '\n';
            out_.append(depth_ * (manner_.spacing == Spacing::indent_2 ? 2U : 4U), ' ');
        }
    }

    void mark(char c) {
        ++at_;
        if (c == '{' || c == '[') {
            open(c);
            return;
        }
        if (c == '}' || c == ']') {
            depth_ -= depth_ > 0 ? 1U : 0U;
            new_line();
        }
        out_ += c;
        if (c == ',') {
            out_ += manner_.spacing == Spacing::blank_after ? " " : "";
            new_line();
        } else if (c == ':') {
            out_ += manner_.spacing == Spacing::compact ? "" : " ";
        }
    }

    void open(char c) {
        out_ += c;
        const std::size_t next = text_.find_first_not_of(blanks, at_);
        if (next != std::string_view::npos && (text_[next] == '}' || text_[next] == ']')) {
            out_ += text_[next];
            at_ = next + 1;
            return;
        }
        ++depth_;
        new_line();
    }

    void string() {
        out_ += text_[at_++];
        while (at_ < text_.size() && text_[at_] != '"') {
            character();
        }
        if (at_ < text_.size()) {
            out_ += text_[at_++];
        }
    }

    void character() {
        const Spelling spelling = manner_.spelling;
        const auto byte = static_cast<unsigned char>(text_[at_]);
        if (text_[at_] == '\\') {
            escape();
        } else if (byte >= 0x80 &&
                   (spelling == Spelling::escaped || spelling == Spelling::escaped_all)) {
            escape_code_point();
        } else if (text_[at_] == '/' &&
                   (spelling == Spelling::escaped_slashes || spelling == Spelling::escaped_all)) {
            out_ += "\\/";
            ++at_;
        } else {
            out_ += text_[at_++];
        }
    }

    // "\n", "\u4f60", "\ud83d\ude00" and the like.
    void escape() {
        const auto unit = unit_at(text_, at_);
        if (manner_.spelling != Spelling::unescaped || (!unit && text_[at_ + 1] != '/')) {
            out_ += text_.substr(at_, 2);
            at_ += 2;
            return;
        }
        if (!unit) {
            out_ += '/';
            at_ += 2;
            return;
        }
        const auto second = unit_at(text_, at_ + 6);
        const bool pair = *unit >= 0xD800 && *unit < 0xDC00 && second && *second >= 0xDC00;
        if (pair) {
            append_utf8(out_, 0x10000 + ((*unit - 0xD800) << 10U) + (*second - 0xDC00));
        } else if (*unit >= 0x80) {
            append_utf8(out_, *unit);
        } else {
            out_ += text_.substr(at_, 6);  // a control character has to stay as it is
        }
        at_ += pair ? 12 : 6;
    }

    void escape_code_point() {
        const auto lead = static_cast<unsigned char>(text_[at_]);
        const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        char32_t code_point = lead & (0xFFU >> (size + 1));
        for (const char c : text_.substr(at_ + 1, size - 1)) {
            code_point = (code_point << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
        }
        at_ += size;
        if (code_point >= 0x10000) {
            code_point -= 0x10000;
            out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (code_point >> 10U),
                                0xDC00 + (code_point & 0x3FFU));
        } else {
            out_ += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code_point));
        }
    }

    std::string_view text_;
    JsonManner manner_;
    std::string out_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
            continue;
        }
        if (text[i] == '\n') {
            out += line_end;
        } else {
            out += text[i];
        }
    }
    return out;
}

constexpr std::array<std::pair<Spacing, std::string_view>, 5> spacings{
    {{Spacing::as_it_is, ""},
     {Spacing::compact, "without blanks"},
     {Spacing::blank_after, "with a blank after every comma and colon"},
     {Spacing::indent_2, "indented by 2"},
     {Spacing::indent_4, "indented by 4"}}};

constexpr std::array<std::pair<Spelling, std::string_view>, 5> spellings{
    {{Spelling::as_it_is, ""},
     {Spelling::escaped, "with non-ASCII characters escaped as \\uXXXX"},
     {Spelling::unescaped, "with \\uXXXX escapes turned into characters"},
     {Spelling::escaped_slashes, "with slashes escaped as \\/"},
     {Spelling::escaped_all, "with non-ASCII characters and slashes escaped"}}};

class Variants {
public:
    Variants(std::string_view body, const std::function<bool(const BodyVariant&)>& take)
        : body_(body), take_(take) {}

    void run() {
        ends();
        if (!done_ && body_.size() <= longest_rewritten) {
            documents();
        }
    }

private:
    void offer(std::string text, std::string name) {
        if (!done_ && text != body_) {
            done_ = take_({std::move(text), std::move(name)});
        }
    }

    // What stands around the document, and line ends.
    void ends() {
        const auto without_end = [this](std::string_view end, const char* name) {
            if (body_.ends_with(end)) {
                offer(std::string(body_.substr(0, body_.size() - end.size())), name);
            }
        };
        const std::string body(body_);
        without_end("\r\n", "the body without the CR LF at its end");
        without_end(
            "\n", "the body without the line feed at its end (echo adds one, printf %s does not)");
        offer(body + "\n",
              "the body with a line feed at its end (echo and editors add one; sign the bytes as "
              "they came)");
        offer(body + "\r\n", "the body with CR LF at its end");
        offer(std::string(trim(body_)), "the body without the blanks and line breaks around it");
        offer(with_line_ends(body_, "\n"), "the body with LF instead of CR LF as line ends");
        offer(with_line_ends(body_, "\r\n"), "the body with CR LF instead of LF as line ends");
        if (body_.starts_with(byte_order_mark)) {
            offer(body.substr(byte_order_mark.size()), "the body without its byte order mark");
        } else {
            offer(std::string(byte_order_mark) + body, "the body with a byte order mark before it");
        }
        offer({}, "an empty body (it was read before it was signed)");
    }

    void documents() {
        std::string_view text = body_;
        if (text.starts_with(byte_order_mark)) {
            text.remove_prefix(byte_order_mark.size());
        }
        const auto parsed = protocol::parse_json(text);
        if (parsed.has_error() || !is_valid_utf8(text)) {
            return;
        }
        rewritten(text, "");
        if (!done_) {
            const std::string sorted = protocol::dump_json(*parsed);
            rewritten(sorted, "with its members sorted by name");
        }
    }

    struct Manner {
        std::string_view order, spacing, spelling;
    };
    static std::string again(const Manner& manner) {
        const bool parsed = !manner.order.empty() || !manner.spacing.empty();
        std::string name = parsed ? "the body parsed and written again" : "the body";
        for (const std::string_view part : {manner.order, manner.spacing, manner.spelling}) {
            if (!part.empty()) {
                name += fmt::format("{}{}",
                                    name.ends_with("again") ? ": "
                                    : parsed                ? ", "
                                                            : " ",
                                    part);
            }
        }
        return name + (parsed ? " (sign the bytes as they came)" : "");
    }

    void rewritten(std::string_view text, std::string_view order) {
        for (const auto& [spelling, spelling_name] : spellings) {
            for (const auto& [spacing, spacing_name] : spacings) {
                const bool written = order.empty() || spacing != Spacing::as_it_is;
                if (!done_ && written) {
                    offer(rewrite_json(text, {spacing, spelling}),
                          again({order, spacing_name, spelling_name}));
                }
            }
        }
    }

    std::string_view body_;
    const std::function<bool(const BodyVariant&)>& take_;
    bool done_ = false;
};

}  // namespace

std::string rewrite_json(std::string_view json, JsonManner manner) {
    return Rewriter(json, manner).run();
}

void for_each_variant(std::string_view body, const std::function<bool(const BodyVariant&)>& take) {
    Variants(body, take).run();
}

}  // namespace cqhttp::cli
