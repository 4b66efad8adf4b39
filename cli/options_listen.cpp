#include "cli/command_line.hpp"
#include "cli/listen_options.hpp"
#include "cli/watch_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about = R"(Prints events as they come over a WebSocket.
)";

// The examples work as pasted beside CQHTTP_USE_WS=yes ./dev serve.
constexpr std::string_view footer =
    R"(Filters are those of the gateway's event_filter, for example
{"message_type":"group"} or {"raw_message":{".regex":"^/"}}; @FILE reads one
from a file. They see the events as they arrive.

Output: in a pipe each event is one line of JSON as it came; on a terminal it is
a line with time, kind, place, people and text. All else is on standard error.
A connection that fails or is lost is tried again with a line that says why;
one that is refused (401, 403, 404, redirects) ends the command.

Environment:
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  --count or --until is reached, or the time of --timeout is up without them
  1  the time of --timeout was up before --count or --until was reached
  2  the command line or a filter is wrong
  3  there was no connection within the time of --timeout; with --no-reconnect:
     cannot connect, or the connection is lost (or output not writable)
  4  refused: the access token is missing (401) or wrong (403)
  5  what is at the address is no WebSocket
  130  interrupted with Ctrl-C

Examples, beside a gateway with use_ws = yes (CQHTTP_USE_WS=yes ./dev serve):
  cqhttp-cli listen
  cqhttp-cli listen ws://127.0.0.1:6700/event/ --count 1 --timeout 60
  cqhttp-cli listen --filter '{"post_type":"message"}' --until \
      '{"raw_message":"stop"}'
  cqhttp-cli listen --json | tee events.jsonl)";

class ListenLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.add_option("URL", url_, fmt::format("address (default {})", default_event_url))
            ->option_text(" ");
        watch_.declare(app);
        app.add_flag("--no-reconnect", no_reconnect_, "end when the connection fails or is lost");
        app.add_option("--reconnect-interval", pause_, "pause before the next attempt (default 3)")
            ->option_text("SECONDS");
        app.add_flag("-q,--quiet", listen_.quiet, "do not tell of connections and attempts");
        target_.declare_security(app);
        form_.declare(app);
        look_.declare_profile(app);
        look_.declare_color(app);
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        listen_.reconnect = !no_reconnect_;
        const Fault fault = first_fault(
            {read_address(), watch_.read(listen_.watch), form_.read(listen_.form),
             read_seconds("--reconnect-interval", pause_, listen_.pause),
             look_.read(profile_, listen_.color),
             target_.read_security(surroundings, profile_, listen_.target, listen_.token_file)});
        if (fault) {
            return usage_error("listen", *fault);
        }
        return std::move(listen_);
    }

private:
    Fault read_address() {
        auto url = parse_url(url_.empty() ? default_event_url : url_);
        if (url.has_error()) {
            const bool bare = url_.find("://") == std::string::npos;
            return url.error().detail +
                   (bare ? fmt::format("; for example {}", default_event_url) : "");
        }
        if (url->scheme != Scheme::ws && url->scheme != Scheme::wss) {
            return fmt::format("events come over a WebSocket: {}, or wss://", default_event_url);
        }
        listen_.target.url = std::move(url.value());
        return {};
    }

    ListenOptions listen_;
    TargetLine target_;
    WatchLine watch_;
    FormLine form_;
    LookLine look_;
    protocol::ProfileId profile_ = protocol::ProfileId::cqhttp_4_0;  // for the default scheme
    std::string url_;
    double pause_ = 3;
    bool no_reconnect_ = false;
};

}  // namespace

CommandRow listen_row() {
    return {"listen", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<ListenLine>(); }};
}

}  // namespace cqhttp::cli
