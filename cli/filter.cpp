#include "cli/commands.hpp"
#include "cli/filter_view.hpp"
#include "cli/input.hpp"
#include "gateway/protocol/event_filter.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/profile.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::EventFilter;

constexpr std::size_t longest_filter = 10 * 1024 * 1024;  // that of the gateway
constexpr std::size_t longest_events = 64 * 1024 * 1024;

Result<EventFilter> read_filter(const std::string& typed) {
    if (typed.starts_with('{')) {
        auto filter = EventFilter::parse(typed);
        return filter.has_value()
                   ? std::move(filter)
                   : Result<EventFilter>(failure("--filter: " + filter.error().detail));
    }
    auto text = read_file(typed, longest_filter);
    if (text.has_error()) {
        return failure("--filter: " + text.error().detail);
    }
    auto filter = EventFilter::parse(*text);
    if (filter.has_error()) {
        return failure(fmt::format("{}: {}", typed, filter.error().detail));
    }
    return filter;
}

Result<std::vector<protocol::Json>> read_events_of(const std::string& path, std::istream& input) {
    auto text = path == "-" ? read_stream(input, longest_events, "standard input")
                            : read_file(path, longest_events);
    if (text.has_error()) {
        return failure("--event: " + text.error().detail);
    }
    auto events = read_events(*text);
    if (events.has_error()) {
        const std::string name = path == "-" ? "standard input" : path;
        return failure(fmt::format("{}: {}", name, events.error().detail));
    }
    return events;
}

std::string line_of(const EventFilter::Verdict& verdict, const FilterTestOptions& options) {
    if (options.json) {
        const protocol::Json object = {{"pass", verdict.pass}, {"rule", verdict.reason}};
        return protocol::dump_json(object) + "\n";
    }
    return fmt::format("{}: {}\n", verdict.pass ? "pass" : "reject",
                       without_controls(verdict.reason));
}

}  // namespace

int run(const FilterTestOptions& options, Context& context) {
    Console& console = context.console;
    const auto filter = read_filter(options.filter);
    if (filter.has_error()) {
        console.note(filter.error().detail);
        console.note("a gateway with this filter would hold every event back");
        return exit_code::usage;
    }
    auto events = read_events_of(options.event, context.input);
    if (events.has_error()) {
        console.note(events.error().detail);
        return exit_code::usage;
    }
    bool all_pass = true;
    for (protocol::Json& event : *events) {
        const protocol::Json seen =
            as_filters_see(std::move(event), protocol::profile(options.profile));
        const EventFilter::Verdict verdict = filter->explain(seen);
        all_pass = all_pass && verdict.pass;
        console.write(line_of(verdict, options));
    }
    if (!console.flush()) {
        console.note("the result could not be written to standard output");
        return exit_code::no_answer;
    }
    return all_pass ? exit_code::ok : exit_code::failed;
}

}  // namespace cqhttp::cli
