#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about = R"(Tries event filters (event_filter) on events.
)";

constexpr std::string_view footer = R"(Examples:
  cqhttp-cli help filter test
  echo '{"message_type":"group"}' >filter.json
  echo '{"post_type":"message","message_type":"private","user_id":10001}' |
      cqhttp-cli filter test --filter filter.json --event -)";

constexpr std::string_view test_about = "Says whether an event passes, and by which rule.";

constexpr std::string_view test_footer =
    R"(The event is one JSON object, an array of them, or one on each line, as
receive-post --json prints them. Filters see messages as arrays of segments and
the present shape of events, whatever is sent; so texts are read as CQ codes and
the 3.x shape is turned back first.

Output: "pass: RULE" or "reject: RULE", a line for each event.

Exit codes:
  0  all pass
  1  at least one is rejected
  2  the command line is wrong, a file cannot be read, the filter is none (the
     gateway would hold every event back) or the event is none
  3  the output cannot be written

Examples:
  echo '{"message_type":"group"}' >f.json
  echo '{"post_type":"notice","notice_type":"friend_add","user_id":1}' >e.json
  cqhttp-cli filter test --filter f.json --event e.json
  cqhttp-cli filter test --filter '{".not":{"user_id":2}}' --event e.json)";

class FilterLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.require_subcommand(1);
        CLI::App* test = app.add_subcommand("test", std::string(test_about));
        test->group("Commands");
        test->footer(std::string(test_footer));
        test->add_option("--filter", test_.filter,
                         "file with the filter, or the filter itself: '{...}'")
            ->option_text("FILE");
        test->add_option("--event", test_.event, "file with the event; -: standard input")
            ->option_text("FILE");
        test->add_flag("--json", test_.json, "an object for each event, for programs");
        look_.declare_profile(*test);
    }

    Command finish(const CLI::App&, const Surroundings&) override {
        ColorMode ignored = ColorMode::automatic;
        const Fault fault =
            first_fault({missing("--filter", test_.filter), missing("--event", test_.event),
                         look_.read(test_.profile, ignored)});
        if (fault) {
            return usage_error("filter test", *fault);
        }
        return std::move(test_);
    }

    std::string missing_argument() const override {
        return "filter test is the command: cqhttp-cli filter test --filter f.json --event e.json";
    }

private:
    static Fault missing(const char* option, const std::string& value) {
        if (!value.empty()) {
            return {};
        }
        return std::string(option) + " FILE is missing";
    }

    FilterTestOptions test_;
    LookLine look_;
};

}  // namespace

CommandRow filter_row() {
    return {"filter", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<FilterLine>(); }};
}

}  // namespace cqhttp::cli
