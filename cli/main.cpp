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

// A command that needs no orderly end ends wherever it is: while it waits for an answer, for
// standard input, or for a reader of its output. One that has connections to close runs in a Loop,
// which takes the signals over.
extern "C" void end_at_once(int signal) {
    ::_exit(128 + signal);
}

int run(const cli::Printed& printed, const cli::Surroundings&) {
    std::cout << printed.out << std::flush;
    std::cerr << printed.err;
    return printed.exit_code;
}

template <class Options>
int run(const Options& options, const cli::Surroundings& surroundings) {
    cli::Console console(std::cout, std::cerr, cli::choose_layout(surroundings, options.color));
    cli::Context context{console, std::cin};
    return cli::run(options, context);
}

int run(const cli::Command& command, const cli::Surroundings& surroundings) {
    return std::visit([&](const auto& options) { return run(options, surroundings); }, command);
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
