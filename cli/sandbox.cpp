#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/sandbox_caller.hpp"

#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

std::string_view action_of(SandboxQuestion question) {
    switch (question) {
        case SandboxQuestion::show: return ".sandbox_state";
        case SandboxQuestion::requests: return ".sandbox_requests";
        case SandboxQuestion::effects: return ".sandbox_effects";
        case SandboxQuestion::reset: break;
    }
    return ".sandbox_reset";
}

protocol::Params params_of(const SandboxOptions& options) {
    protocol::Params params;
    if (options.question == SandboxQuestion::requests && options.all) {
        params.add_last({"all", protocol::ParamKind::boolean, "true"});
    }
    if (options.question == SandboxQuestion::effects && options.since != 0) {
        params.add_last({"since", protocol::ParamKind::integer, std::to_string(options.since)});
    }
    return params;
}

}  // namespace

int run(const SandboxOptions& options, Context& context) {
    auto caller = SandboxCaller::make(options.target, context);
    if (!caller) {
        return exit_code::usage;
    }
    const auto data = caller->ask(action_of(options.question), params_of(options));
    if (!data) {
        return caller->exit_code();
    }
    Console& console = context.console;
    if (options.question == SandboxQuestion::reset) {
        console.note("the sandbox's world is at its beginning again");
        return exit_code::ok;
    }
    const Layout& layout = console.layout();
    console.write(format_json(*data, {.pretty = layout.terminal, .color = layout.color}) + "\n");
    if (!console.flush()) {
        console.note("the answer could not be written to standard output");
        return exit_code::no_answer;
    }
    return exit_code::ok;
}

}  // namespace cqhttp::cli
