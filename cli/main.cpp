#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/options.hpp"

#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

namespace {

namespace cli = cqhttp::cli;

// Nothing the program does needs an orderly end, so it ends wherever it is: while it waits for an
// answer, for standard input, or for a reader of its output.
extern "C" void end_at_once(int signal) {
    ::_exit(128 + signal);
}

int run(const cli::Command& command, const cli::Surroundings& surroundings) {
    if (const auto* printed = std::get_if<cli::Printed>(&command)) {
        std::cout << printed->out << std::flush;
        std::cerr << printed->err;
        return printed->exit_code;
    }
    const auto* call = std::get_if<cli::CallOptions>(&command);
    const auto* actions = std::get_if<cli::ActionsOptions>(&command);
    const cli::ColorMode color = call != nullptr ? call->color : actions->color;
    cli::Console console(std::cout, std::cerr, cli::choose_layout(surroundings, color));
    cli::Context context{console, std::cin};
    return call != nullptr ? cli::run_call(*call, context) : cli::run_actions(*actions, context);
}

}  // namespace

int main(int count, char** values) {
    std::signal(SIGINT, end_at_once);
    std::signal(SIGTERM, end_at_once);
    std::ios::sync_with_stdio(false);
    try {
        const cli::Surroundings surroundings = cli::look_around();
        const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
        return run(cli::parse_options(arguments, surroundings), surroundings);
    } catch (const std::exception& error) {
        std::cerr << "cqhttp-cli: internal error: " << error.what() << '\n';
        return cli::exit_code::no_answer;
    }
}
