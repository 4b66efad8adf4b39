#include "cli/commands.hpp"
#include "cli/event_line.hpp"
#include "cli/filter_view.hpp"
#include "cli/inject_steps.hpp"
#include "cli/input.hpp"
#include "cli/sandbox_caller.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Json;

constexpr std::size_t longest_file = 64 * 1024 * 1024;

Result<std::string> read_source(const std::string& path, const char* option, std::istream& input) {
    auto text = path == "-" ? read_stream(input, longest_file, "standard input")
                            : read_file(path, longest_file);
    return text.has_error() ? failure(fmt::format("{}: {}", option, text.error().detail))
                            : std::move(text);
}

std::string name_of(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

Result<std::vector<InjectStep>> steps_of_events(const std::string& path, std::istream& input) {
    auto text = read_source(path, "--event", input);
    if (text.has_error()) {
        return text.error();
    }
    auto events = read_events(*text);
    if (events.has_error()) {
        return failure(fmt::format("{}: {}", name_of(path), events.error().detail));
    }
    std::vector<InjectStep> steps;
    for (Json& event : *events) {
        InjectStep step{{}, std::move(event)};
        if (events->size() > 1) {
            step.where = fmt::format("event {} of {}", steps.size() + 1, events->size());
        }
        steps.push_back(std::move(step));
    }
    return steps;
}

Result<std::vector<InjectStep>> steps_of_act(const InjectOptions& options, std::istream& input) {
    InjectStep step{{}, options.event};
    if (options.message == "-") {
        auto text = read_stream(input, longest_file, "standard input");
        if (text.has_error()) {
            return text.error();
        }
        while (text->ends_with('\n') || text->ends_with('\r')) {
            text->pop_back();
        }
        step.event["message"] = message_of(*text, options.plain_message);
    } else if (!options.message.empty()) {
        step.event["message"] = message_of(options.message, options.plain_message);
    }
    return std::vector<InjectStep>{std::move(step)};
}

Result<std::vector<InjectStep>> steps_of(const InjectOptions& options, std::istream& input) {
    if (!options.event_file.empty()) {
        return steps_of_events(options.event_file, input);
    }
    if (options.script_file.empty()) {
        return steps_of_act(options, input);
    }
    auto text = read_source(options.script_file, "--script", input);
    if (text.has_error()) {
        return text.error();
    }
    return read_script(*text, name_of(options.script_file));
}

// The number of the account goes where "self" stands. False if it cannot be had, which was said.
bool name_account(Json& event, SandboxCaller& caller) {
    for (const char* member : {"user_id", "operator_id", "target_id"}) {
        const auto found = event.find(member);
        if (found == event.end() || *found != "self") {
            continue;
        }
        const auto data = caller.ask("get_login_info", {});
        const auto info = data ? protocol::parse_json(*data) : Result<Json>(Json());
        if (!data || !info || !info->is_object() || !info->contains("user_id")) {
            return false;
        }
        *found = info->at("user_id");
    }
    return true;
}

void print(const std::string& event, const InjectOptions& options, Console& console) {
    if (options.json) {
        console.write(event + "\n");
    } else {
        console.write(event_line(event, {.color = console.layout().color}) + "\n");
    }
}

}  // namespace

// Stops at the first event that cannot happen: what follows may build on it.
int run(const InjectOptions& options, Context& context) {
    Console& console = context.console;
    auto steps = steps_of(options, context.input);
    if (steps.has_error()) {
        console.note(steps.error().detail);
        return exit_code::usage;
    }
    auto caller = SandboxCaller::make(options.target, context);
    if (!caller) {
        return exit_code::usage;
    }
    auto due = std::chrono::steady_clock::now();
    for (InjectStep& step : *steps) {
        due += step.after;
        std::this_thread::sleep_until(due);
        if (!name_account(step.event, *caller)) {
            return caller->exit_code() == exit_code::ok ? exit_code::not_a_reply
                                                        : caller->exit_code();
        }
        protocol::Params params;
        params.add_last({"event", protocol::ParamKind::object, protocol::dump_json(step.event)});
        const auto event = caller->ask(".sandbox_inject", std::move(params), step.where);
        if (!event) {
            return caller->exit_code();
        }
        print(*event, options, console);
        if (!console.flush()) {
            console.note("what happened could not be written to standard output");
            return exit_code::no_answer;
        }
    }
    return exit_code::ok;
}

}  // namespace cqhttp::cli
