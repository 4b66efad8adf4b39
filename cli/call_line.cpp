#include "cli/call_line.hpp"

#include "cli/parameters.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace cqhttp::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Splits like a shell that knows quotes and backslashes and nothing else.
class WordReader {
public:
    explicit WordReader(std::string_view text) : text_(text) {}

    Result<std::vector<std::string>> run() {
        std::vector<std::string> words;
        while (skip_blanks()) {
            words.emplace_back();
            if (!read_word(words.back())) {
                return failure(fmt::format("a quote is not closed: {}", text_));
            }
        }
        return words;
    }

private:
    bool skip_blanks() {
        const std::size_t next = text_.find_first_not_of(blanks, at_);
        at_ = next == std::string_view::npos ? text_.size() : next;
        return at_ < text_.size();
    }

    // False if a quote is open at the end.
    bool read_word(std::string& word) {
        char quote = 0;
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (quote == 0 && blanks.find(c) != std::string_view::npos) {
                return true;
            }
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == '\\' && quote != '\'' && is_escape(quote)) {
                word += text_[++at_];
            } else {
                word += c;
            }
        }
        return quote == 0;
    }

    // Within double quotes a backslash is itself before anything but a quote and a backslash.
    bool is_escape(char quote) const {
        if (at_ + 1 == text_.size()) {
            return false;
        }
        return quote == 0 || text_[at_ + 1] == '"' || text_[at_ + 1] == '\\';
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Result<WsCall> read_object(std::string_view line) {
    const auto checked = protocol::parse_json(line);
    if (checked.has_error()) {
        return failure("not JSON: " + checked.error().detail);
    }
    protocol::RequestParser parser;
    protocol::FrameRequest request = parser.read_frame(line);
    if (!request.call) {
        return failure(R"(the call has no action: write {"action":"get_status"} or get_status)");
    }
    WsCall call{request.call->action, std::move(request.call->params), std::move(request.echo),
                std::string(line)};
    return call;
}

Result<WsCall> read_words(std::string_view line) {
    auto words = WordReader(line).run();
    if (words.has_error()) {
        return words.error();
    }
    WsCall call;
    call.action = words->front();
    if (call.action.find('=') != std::string::npos) {
        return failure("the action's name comes first, the parameters after it: " +
                       std::string(line));
    }
    words->erase(words->begin());
    auto params = read_parameters({words.value(), std::nullopt}, Encoding::json);
    if (params.has_error()) {
        return params.error();
    }
    call.params = std::move(params.value());
    call.frame = print_frame(call);
    return call;
}

}  // namespace

std::string print_frame(const WsCall& call) {
    std::string frame = fmt::format(R"({{"action":{},"params":{})",
                                    protocol::dump_json(call.action), call.params.to_json());
    if (call.echo) {
        frame += R"(,"echo":)" + *call.echo;
    }
    return frame + "}";
}

Result<WsCall> read_call_line(std::string_view line) {
    const std::string_view text = trim(line);
    if (!is_valid_utf8(text)) {
        return failure("the line is not UTF-8 text");
    }
    if (text.empty()) {
        return failure("the line is empty");
    }
    return text.starts_with('{') ? read_object(text) : read_words(text);
}

std::optional<std::string> echo_fault(std::string_view echo) {
    const auto checked = protocol::parse_json(echo);
    if (checked.has_value()) {
        return std::nullopt;
    }
    return fmt::format(R"(the echo is not JSON ({}); a text stands in quotes: '"text"')",
                       checked.error().detail);
}

WsCall with_echo(WsCall call, std::string echo) {
    if (call.echo) {
        return call;
    }
    call.echo = std::move(echo);
    // Behind the last member, so that what was written stays as it was.
    const std::size_t end = call.frame.rfind('}');
    const std::size_t last = call.frame.find_last_not_of(blanks, end - 1);
    const std::string_view comma = call.frame[last] == '{' ? "" : ",";
    call.frame.insert(end, fmt::format(R"({}"echo":{})", comma, *call.echo));
    return call;
}

}  // namespace cqhttp::cli
