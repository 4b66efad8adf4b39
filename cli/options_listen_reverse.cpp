#include "cli/call_line.hpp"
#include "cli/command_line.hpp"
#include "cli/duration.hpp"
#include "cli/listen_options.hpp"
#include "cli/watch_line.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/ws_frame.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

using Kind = Misbehaviour::Kind;

constexpr std::string_view about = R"(Serves reverse WebSocket clients: the bot's side.
)";

// The examples work as pasted beside the gateway that the first one names.
constexpr std::string_view footer =
    R"(Prints each handshake with its path, role, account and what became of its
token; events; calls and their replies; and how connections end. Two connections
of one role and account at once are reported. A client's role stands in
X-Client-Role (API, Event or Universal), or else in its path: /api/ or /event/.
A token may come with every scheme of every profile, Token or Bearer, or in the
query; with --profile only as that profile has it.

Calls go out one after another over a connection that takes calls (API or
Universal), those of --call first. A call is an action with name=value and
name:=JSON behind it, or a whole request as JSON. On a terminal calls can be
typed, one on each line.

Output: in a pipe one line of JSON for everything, with "type" listening,
handshake, duplicate, event, call, reply, stray, misbehaviour or closed; on a
terminal lines for people. All else is on standard error.

Environment:
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  --once, --count or --until is reached, or the time of --timeout is up
     without them
  1  a reply says failed, or the time was up before what was waited for
  2  the command line, a call or a filter is wrong
  3  cannot listen, or a call was not answered (or output not writable)
  4  with --once: the client's access token was missing or wrong
  5  the answer to a call is not a reply
  6  the echo of an answer is missing or mangled, or an answer is one too many
  130  interrupted with Ctrl-C
Of several the largest. At the end connections are closed with 1001.

Examples, beside a gateway that is started with
  CQHTTP_USE_WS_REVERSE=yes CQHTTP_WS_REVERSE_API_URL=ws://127.0.0.1:8765/api/ \
      CQHTTP_WS_REVERSE_EVENT_URL=ws://127.0.0.1:8765/event/ ./dev serve

  cqhttp-cli listen-reverse
  cqhttp-cli listen-reverse --once --timeout 30
  cqhttp-cli listen-reverse --once --call get_status \
      --call 'send_private_msg user_id=10001 message="good morning"'
  cqhttp-cli listen-reverse --json --count 1 --timeout 60
  cqhttp-cli listen-reverse --once --close-code 1001 --after 2s
  cqhttp-cli listen-reverse --once --reject 403

and as a framework of OneBot 11, beside a gateway that is started with
  CQHTTP_GATEWAY_PROFILE=onebot-11 CQHTTP_WS_REVERSE_URL=ws://127.0.0.1:8765/ \
      CQHTTP_WS_REVERSE_USE_UNIVERSAL_CLIENT=yes ./dev serve

  cqhttp-cli listen-reverse --once --profile onebot-11 --call get_login_info)";

constexpr std::uint16_t no_code = net::close_code::none;

class MisbehaviourLine {  // --reject, --close-code, --drop, --stall, --after
public:
    void declare(CLI::App& app) {
        reject_option_ = app.add_option("--reject", reject_,
                                        "on purpose: answer handshakes with this HTTP status")
                             ->option_text("STATUS");
        close_option_ = app.add_option("--close-code", close_,
                                       "on purpose: close each connection with this code\n(1005: "
                                       "without a code)")
                            ->option_text("CODE");
        app.add_flag("--drop", drop_, "on purpose: cut each connection, no close frame");
        app.add_flag("--stall", stall_, "on purpose: neither read nor write after the\nhandshake");
        after_option_ =
            app.add_option("--after", after_,
                           "with --close-code and --drop: so long after the\nhandshake, like 5s "
                           "or 500ms (default 0s)")
                ->option_text("TIME");
    }

    Fault read(Misbehaviour& out) const {
        const bool reject = reject_option_->count() > 0;
        const bool close = close_option_->count() > 0;
        if (int{reject} + int{close} + int{drop_} + int{stall_} > 1) {
            return "--reject, --close-code, --drop and --stall exclude each other: give one";
        }
        if (reject && (reject_ < 200 || reject_ > 599)) {
            return "--reject takes an HTTP status from 200 to 599";
        }
        const auto code = static_cast<std::uint16_t>(close_);
        if (close &&
            (close_ < 0 || close_ > 4999 || (!net::is_close_status(code) && code != no_code))) {
            return "--close-code takes a code that may be sent: 1000 to 1003, 1007 to 1014, 3000 "
                   "to 4999, or 1005 for none; --drop cuts without a close frame";
        }
        if (after_option_->count() > 0 && !close && !drop_) {
            return "--after says when --close-code or --drop happens: give one of them";
        }
        const auto after = parse_duration(after_.empty() ? "0" : after_);
        if (!after) {
            return "--after takes a time like 5s, 500ms or 1.5s";
        }
        out.kind = reject   ? Kind::reject
                   : close  ? Kind::close
                   : drop_  ? Kind::drop
                   : stall_ ? Kind::stall
                            : Kind::none;
        out.status = static_cast<unsigned>(reject_);
        out.code = code;
        out.after = *after;
        return {};
    }

private:
    CLI::Option* reject_option_ = nullptr;
    CLI::Option* close_option_ = nullptr;
    CLI::Option* after_option_ = nullptr;
    std::int64_t reject_ = 0, close_ = 0;
    std::string after_;
    bool drop_ = false, stall_ = false;
};

class AddressLine {  // --listen, --host, --port
public:
    void declare(CLI::App& app) {
        listen_option_ = app.add_option("--listen", listen_,
                                        "address to listen on (default 127.0.0.1:8765;\nport 0: a "
                                        "free one, which is printed)")
                             ->option_text("HOST:PORT");
        host_option_ = app.add_option("--host", host_, "the host alone")->option_text("HOST");
        port_option_ = app.add_option("--port", port_, "the port alone")->option_text("PORT");
    }

    Fault read(std::string& host, std::uint16_t& port) const {
        if (listen_option_->count() > 0) {
            if (host_option_->count() > 0 || port_option_->count() > 0) {
                return "--listen is host and port: leave --host and --port out";
            }
            return read_listen(host, port);
        }
        if (host_option_->count() > 0) {
            host = host_;
        }
        if (port_option_->count() > 0) {
            if (port_ < 0 || port_ > 65535) {
                return "--port takes 0 to 65535";
            }
            port = static_cast<std::uint16_t>(port_);
        }
        return {};
    }

private:
    // HOST:PORT, [::1]:PORT, HOST, :PORT or PORT.
    Fault read_listen(std::string& host, std::uint16_t& port) const {
        std::string_view text = listen_;
        const std::size_t colon = text.rfind(':');
        const bool bracket = text.ends_with(']');
        const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
        std::string_view digits_part;
        if (colon != std::string_view::npos && !bracket) {
            digits_part = text.substr(colon + 1);
            text = text.substr(0, colon);
        } else if (digits) {
            digits_part = std::exchange(text, {});
        }
        const auto number =
            digits_part.empty() ? std::optional<std::int64_t>(port) : parse_int64(digits_part);
        if (listen_.empty() || !number || *number < 0 || *number > 65535) {
            return "--listen takes HOST:PORT, for example 127.0.0.1:8765";
        }
        port = static_cast<std::uint16_t>(*number);
        host = text.empty() ? host : std::string(text);
        return {};
    }

    CLI::Option* listen_option_ = nullptr;
    CLI::Option* host_option_ = nullptr;
    CLI::Option* port_option_ = nullptr;
    std::string listen_, host_;
    std::int64_t port_ = 0;
};

class ListenReverseLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        address_.declare(app);
        app.add_option("--call", options_.calls,
                       "an action to call, with its parameters; again for\nmore")
            ->option_text("CALL")
            ->allow_extra_args(false);
        calls_option_ = app.add_option("--calls", calls_,
                                       "more calls, one on each line of a file or, with -,\nof "
                                       "standard input")
                            ->option_text("FILE");
        app.add_option("--call-timeout", patience_,
                       "wait so long for each reply (default 30; 0: for\never)")
            ->option_text("SECONDS");
        app.add_flag("--once", options_.once,
                     "end with the first client, after the calls and\nwhat was asked for on "
                     "purpose");
        watch_.declare(app);
        token_.declare(app, "the token wanted");
        misbehaviour_.declare(app);
        form_.declare(app);
        look_.declare_profile(app);
        look_.declare_color(app);
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        if (calls_option_->count() > 0) {
            options_.calls_file = calls_;
        }
        const Fault fault =
            first_fault({address_.read(options_.host, options_.port), check_calls(),
                         read_seconds("--call-timeout", patience_, options_.patience),
                         watch_.read(options_.watch), misbehaviour_.read(options_.misbehaviour),
                         form_.read(options_.form), look_.read(options_.profile, options_.color),
                         token_.read(surroundings, options_.token, options_.token_file)});
        if (fault) {
            return usage_error("listen-reverse", *fault);
        }
        if (look_.profile_given()) {
            options_.schemes = options_.profile;
        }
        return std::move(options_);
    }

private:
    Fault check_calls() const {
        if (options_.calls_file && options_.calls_file->empty()) {
            return "--calls wants a file, or - for standard input";
        }
        for (const std::string& call : options_.calls) {
            const auto read = read_call_line(call);
            if (read.has_error()) {
                return "--call: " + read.error().detail;
            }
        }
        return {};
    }

    ListenReverseOptions options_;
    AddressLine address_;
    CLI::Option* calls_option_ = nullptr;
    WatchLine watch_;
    TokenLine token_;
    MisbehaviourLine misbehaviour_;
    FormLine form_;
    LookLine look_;
    std::string calls_;
    double patience_ = 30;
};

}  // namespace

CommandRow listen_reverse_row() {
    return {"listen-reverse", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<ListenReverseLine>(); }};
}

}  // namespace cqhttp::cli
