#include "cli/command_line.hpp"
#include "cli/duration.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about = R"(Receives events by HTTP POST and prints them.
)";

constexpr std::string_view footer =
    R"(Point a gateway at it with post_url = http://127.0.0.1:8080/ in its settings,
which hold from its next start on. Every path is taken.

Output: an event a line on standard output; the address, what is wrong with an
event or its signature, and everything else on standard error.

Answers: 204, or 200 with a quick operation. --respond-when may be given several
times, the first that holds wins; FILTER is an event filter '{...}' or a file
with one. With a secret, an event that is not signed gets 401 and one that is
signed wrongly 403, both without a quick operation. --status holds for all.

Environment:
  CQHTTP_SECRET             used without --secret and --secret-file
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  --count events came, or --timeout is over without --count
  1  --timeout is over before --count, or events were not signed with the secret
  2  the command line is wrong, a file cannot be read, or the port is taken
  3  the output or a body cannot be written
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli receive-post
  cqhttp-cli receive-post --port 0 --json --count 1 --timeout 30s
  cqhttp-cli receive-post --secret some-secret --reply 'got it' --save bodies
  echo '{"approve":true}' >yes.json
  cqhttp-cli receive-post --respond-when '{"post_type":"request"}=yes.json'
  cqhttp-cli receive-post --status 500 --delay 2s)";

class ReceivePostLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.add_option("--port", port_, "port to listen on (default 8080; 0: a free one)")
            ->option_text("PORT");
        app.add_option("--host", receive_.host, "address to listen on (default 127.0.0.1)")
            ->option_text("ADDRESS");
        secret_.declare(app);
        app.add_option("--reply", reply_, "answer messages with this quick reply")
            ->option_text("TEXT");
        app.add_option("--respond", receive_.respond, "answer every event with this file")
            ->option_text("FILE");
        app.add_option("--respond-when", receive_.respond_when,
                       "answer events that pass a filter with a file")
            ->option_text("FILTER=FILE")
            ->allow_extra_args(false);
        app.add_option("--status", status_, "answer with this status, 200 to 599")
            ->option_text("NUMBER");
        app.add_option("--delay", delay_, "answer late: 10s, 500ms")->option_text("TIME");
        app.add_flag("--hang", receive_.hang, "never answer");
        app.add_flag("--truncate", receive_.truncate, "send half an answer and close");
        app.add_option("--count", count_, "end after that many events")->option_text("NUMBER");
        app.add_option("--timeout", timeout_, "end after that time: 30s, 2m")->option_text("TIME");
        app.add_option("--save", receive_.save,
                       "keep every body byte for byte in this folder:\n000001.json, 000002.json")
            ->option_text("FOLDER");
        app.add_flag("--json", receive_.json, "print the events themselves, one a line");
        app.add_flag("-i,--include", receive_.include, "print request line and headers, too");
        look_.declare_color(app);
    }

    Command finish(const CLI::App& app, const Surroundings& surroundings) override {
        const auto given = [&app](const char* option) {
            return app.get_option(option)->count() > 0;
        };
        if (given("--reply")) {
            receive_.reply = reply_;
        }
        const Fault fault = first_fault(
            {read_port(), read_number("--status", given("--status"), {200, 599}, status_),
             read_number("--count", given("--count"), {1, 1'000'000'000}, count_),
             read_time("--delay", delay_, receive_.delay),
             read_time("--timeout", timeout_, receive_.timeout), check_conflicts(),
             secret_.read(surroundings, receive_.source), look_.read(receive_.color)});
        if (fault) {
            return usage_error("receive-post", *fault);
        }
        receive_.status = static_cast<unsigned>(status_);
        receive_.count = static_cast<std::size_t>(count_);
        return std::move(receive_);
    }

private:
    struct Range {
        std::int64_t least, most;
    };

    static Fault read_number(std::string_view option, bool given, Range range,
                             std::int64_t number) {
        if (!given || (number >= range.least && number <= range.most)) {
            return {};
        }
        return fmt::format("{} takes a number from {} to {}", option, range.least, range.most);
    }

    static Fault read_time(std::string_view option, const std::string& typed,
                           std::chrono::milliseconds& time) {
        if (typed.empty()) {
            return {};
        }
        const auto parsed = parse_duration(typed);
        if (!parsed) {
            return fmt::format("{} takes a time like 10s, 500ms or 2m, not \"{}\"", option, typed);
        }
        time = *parsed;
        return {};
    }

    Fault read_port() {
        const Fault fault = read_number("--port", true, {0, 65535}, port_);
        receive_.port = static_cast<std::uint16_t>(port_);
        return fault;
    }

    Fault check_conflicts() const {
        if (receive_.reply && !receive_.respond.empty()) {
            return "--reply and --respond are two answers: leave one out";
        }
        if (receive_.hang && (receive_.truncate || !delay_.empty() || status_ != 0)) {
            return "--hang never answers: leave --status, --delay and --truncate out";
        }
        if (receive_.json && receive_.include) {
            return "--json prints events only: leave --include out";
        }
        return {};
    }

    ReceivePostOptions receive_;
    SecretLine secret_;
    LookLine look_;
    std::string reply_, delay_, timeout_;
    std::int64_t port_ = 8080, status_ = 0, count_ = 0;
};

}  // namespace

CommandRow receive_post_row() {
    return {"receive-post", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<ReceivePostLine>(); }};
}

}  // namespace cqhttp::cli
