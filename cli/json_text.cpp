#include "cli/json_text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace cqhttp::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view key_color = "\x1b[36m";
constexpr std::string_view string_color = "\x1b[32m";
constexpr std::string_view number_color = "\x1b[33m";
constexpr std::string_view word_color = "\x1b[35m";
constexpr std::string_view no_color = "\x1b[0m";

class Formatter {
public:
    Formatter(std::string_view text, JsonStyle style) : text_(text), style_(style) {}

    std::string run() {
        if (text_.starts_with(byte_order_mark)) {
            at_ = byte_order_mark.size();
        }
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
            step();
        }
        return std::move(out_);
    }

private:
    void skip_blanks() {
        const std::size_t next = text_.find_first_not_of(blanks, at_);
        at_ = next == std::string_view::npos ? text_.size() : next;
    }

    void step() {
        switch (text_[at_]) {
            case '{':
            case '[': open(); break;
            case '}':
            case ']': close(); break;
            case ',':
                out_ += text_[at_++];
                new_line();
                break;
            case ':':
                out_ += text_[at_++];
                out_ += style_.pretty ? " " : "";
                break;
            case '"': string(); break;
            default: scalar(); break;
        }
    }

    void open() {
        out_ += text_[at_++];
        skip_blanks();
        if (at_ < text_.size() && (text_[at_] == '}' || text_[at_] == ']')) {
            out_ += text_[at_++];
            return;
        }
        ++depth_;
        new_line();
    }

    void close() {
        depth_ -= depth_ > 0 ? 1 : 0;
        new_line();
        out_ += text_[at_++];
    }

    void new_line() {
        if (style_.pretty) {
            out_ += '\n';
            out_.append(depth_ * 2, ' ');
        }
    }

    void string() {
        const std::size_t start = at_++;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2U : 1U;
        }
        at_ = at_ < text_.size() ? at_ + 1 : text_.size();
        const std::string_view whole = text_.substr(start, at_ - start);
        skip_blanks();
        const bool is_key = at_ < text_.size() && text_[at_] == ':';
        color(is_key ? key_color : string_color);
        append_string(whole);
        color(no_color);
    }

    void append_string(std::string_view whole) {
        if (!style_.pretty) {
            out_ += whole;
            return;
        }
        for (std::size_t i = 0; i < whole.size(); ++i) {
            const bool c1 = whole[i] == '\xC2' && i + 1 < whole.size() &&
                            static_cast<unsigned char>(whole[i + 1]) < 0xA0;
            if (c1) {
                out_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(whole[++i]));
            } else if (whole[i] == '\x7F') {
                out_ += "\\u007f";
            } else {
                out_ += whole[i];
            }
        }
    }

    void scalar() {
        const std::size_t end = text_.find_first_of(" \t\r\n,:[]{}\"", at_);
        const std::string_view whole = text_.substr(at_, end - at_);
        at_ = end == std::string_view::npos ? text_.size() : end;
        const bool is_number = whole[0] == '-' || (whole[0] >= '0' && whole[0] <= '9');
        color(is_number ? number_color : word_color);
        out_ += whole;
        color(no_color);
    }

    void color(std::string_view sequence) {
        if (style_.color) {
            out_ += sequence;
        }
    }

    std::string_view text_;
    JsonStyle style_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::string out_;
};

}  // namespace

std::string format_json(std::string_view document, JsonStyle style) {
    return Formatter(document, style).run();
}

}  // namespace cqhttp::cli
