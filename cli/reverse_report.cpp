#include "cli/reverse_report.hpp"

#include "cli/event_line.hpp"
#include "cli/json_text.hpp"
#include "cli/ws_trouble.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <ctime>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_excerpt = 400;  // bytes
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view plain = "\x1b[0m";

std::string time_of_day(std::chrono::system_clock::time_point now) {
    const std::time_t when = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    if (::localtime_r(&when, &parts) == nullptr) {
        return "--:--:--";
    }
    return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

// One JSON object, its members in the order they are added.
class ReverseReport::Line {
public:
    Line(std::string_view type, std::chrono::system_clock::time_point now) {
        const auto since =
            std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
        text_ = fmt::format(R"({{"type":{},"time":{:.3f})", quoted(type),
                            static_cast<double>(since.count()) / 1000);
    }
    Line& add(std::string_view name, std::string_view value) { return raw(name, quoted(value)); }
    Line& add(std::string_view name, std::size_t value) {
        return raw(name, fmt::format("{}", value));
    }
    Line& raw(std::string_view name, std::string_view json) {
        text_ += fmt::format(",{}:{}", quoted(name), json);
        return *this;
    }
    // The document as it came; as a text where it is none.
    Line& document(std::string_view name, std::string_view text) {
        return protocol::parse_json(text).has_value() ? raw(name, format_json(text, {}))
                                                      : add("text", text);
    }
    std::string finish() const { return text_ + "}"; }

private:
    static std::string quoted(std::string_view text) {
        return protocol::dump_json(protocol::Json(replace_invalid_utf8(text)));
    }

    std::string text_;
};

ReverseReport::ReverseReport(Console& console, Form form, Clock clock)
    : console_(console), form_(std::move(form)), clock_(std::move(clock)) {}

void ReverseReport::listening(std::string_view url) {
    if (form_.json) {
        print(Line("listening", clock_()).add("url", url));
    } else {
        text(fmt::format("listening on {}", url));
    }
}

void ReverseReport::handshake(std::size_t number, const ReverseHandshake& handshake,
                              unsigned status, std::string_view reason) {
    if (form_.json) {
        Line line("handshake", clock_());
        line.add("connection", number)
            .add("path", handshake.path)
            .add("role", name_of(handshake.role))
            .add("self_id", handshake.self_id)
            .add("user_agent", handshake.user_agent)
            .add("token", name_of(handshake.token))
            .add("scheme", handshake.scheme)
            .add("peer", handshake.peer)
            .add("status", status);
        if (!reason.empty()) {
            line.add("reason", reason);
        }
        print(std::move(line));
        return;
    }
    std::string words = fmt::format("handshake {}  {}", handshake.path, name_of(handshake.role));
    if (!handshake.self_id.empty()) {
        words += "  self " + handshake.self_id;
    }
    if (!handshake.user_agent.empty()) {
        words += "  " + handshake.user_agent;
    }
    words += fmt::format("  {}  from {}", describe_token(handshake, form_.schemes), handshake.peer);
    if (status != 101) {
        words += fmt::format("  refused with {}{}{}", status, reason.empty() ? "" : ": ", reason);
    }
    text(number, words);
}

void ReverseReport::duplicate(std::size_t number, std::size_t other,
                              const ReverseHandshake& handshake) {
    if (form_.json) {
        print(Line("duplicate", clock_())
                  .add("connection", number)
                  .add("other", other)
                  .add("role", name_of(handshake.role))
                  .add("self_id", handshake.self_id));
    } else {
        text(number, fmt::format("duplicate: #{} is an open {} connection of {}, too", other,
                                 name_of(handshake.role), handshake.self_id));
    }
}

void ReverseReport::event(std::size_t number, std::string_view event) {
    if (form_.json) {
        print(Line("event", clock_()).add("connection", number).document("event", event));
        return;
    }
    // An event line begins with a time of its own.
    const EventLook look{.color = console_.layout().color};
    console_.write(event_line(event, look) + "\n");
}

void ReverseReport::call(std::size_t number, std::string_view action) {
    if (form_.json) {
        print(Line("call", clock_()).add("connection", number).add("action", action));
    } else {
        text(number, fmt::format("call {}", action));
    }
}

void ReverseReport::reply(std::size_t number, std::string_view action, std::string_view reply) {
    if (form_.json) {
        print(Line("reply", clock_())
                  .add("connection", number)
                  .add("action", action)
                  .document("reply", reply));
    } else {
        text(number, fmt::format("reply to {}  {}", action, one_line(reply)));
    }
}

void ReverseReport::stray(std::size_t number, std::string_view why, std::string_view message) {
    if (form_.json) {
        print(Line("stray", clock_())
                  .add("connection", number)
                  .add("reason", why)
                  .document("message", message));
    } else {
        text(number, fmt::format("stray message: {}: {}", why, one_line(message)));
    }
}

void ReverseReport::misbehaves(std::size_t number, std::string_view what) {
    if (form_.json) {
        print(Line("misbehaviour", clock_()).add("connection", number).add("what", what));
    } else {
        text(number, fmt::format("on purpose: {}", what));
    }
}

void ReverseReport::closed(std::size_t number, const ReverseHandshake& handshake,
                           const net::WsEnd& end) {
    if (form_.json) {
        print(Line("closed", clock_())
                  .add("connection", number)
                  .add("role", name_of(handshake.role))
                  .add("self_id", handshake.self_id)
                  .add("code", end.code)
                  .raw("by_peer", end.by_peer ? "true" : "false")
                  .add("detail", end.detail));
    } else {
        text(number, explain_end(end));
    }
}

void ReverseReport::print(Line line) {
    console_.write(line.finish() + "\n");
}

void ReverseReport::text(std::string_view words) {
    const bool color = console_.layout().color;
    const std::string line = without_controls(words);
    console_.write(fmt::format("{}{}{}  {}\n", color ? dim : "", time_of_day(clock_()),
                               color ? plain : "", line));
}

void ReverseReport::text(std::size_t number, std::string_view words) {
    text(fmt::format("#{} {}", number, words));
}

// JSON on one line as it came, or the start of what is none.
std::string ReverseReport::one_line(std::string_view text) const {
    if (protocol::parse_json(text).has_value()) {
        return format_json(text, {});
    }
    const std::string start = replace_invalid_utf8(text.substr(0, longest_excerpt));
    return text.size() > longest_excerpt ? start + "..." : start;
}

}  // namespace cqhttp::cli
