#include "gateway/app/app.hpp"
#include "gateway/app/exit_code.hpp"
#include "gateway/app/options.hpp"
#include "gateway/base/log_spdlog.hpp"
#include "gateway/config/profile_report.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <functional>
#include <sys/resource.h>

namespace {

namespace app = cqhttp::app;
namespace config = cqhttp::config;

void print_check(const config::Loaded& loaded) {
    for (const auto& warning : loaded.warnings) {
        fmt::print("warning: {}\n", warning);
    }
    for (const auto& account : loaded.accounts) {
        fmt::print("{}\n", config::describe(account));
    }
    // Accounts of one process share one profile.
    fmt::print("{}", config::describe_profile(loaded.accounts.front().profile));
}

int report_mistakes(const config::LoadOutcome& outcome) {
    for (const auto& mistake : outcome.mistakes) {
        fmt::print(stderr, "cqhttp-gateway: {}\n", mistake);
    }
    fmt::print(stderr, "cqhttp-gateway: not started, the configuration has {} mistake{}\n",
               outcome.mistakes.size(), outcome.mistakes.size() == 1 ? "" : "s");
    return app::exit_usage;
}

// Every connection is a descriptor. The soft limit is low for the sake of programs that select().
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int serve(app::Options options, config::Loaded loaded) {
    const auto level = options.log_level.value_or(loaded.accounts.front().log_level);
    const auto sink = cqhttp::make_terminal_log(level);
    const cqhttp::Log log(*sink, "gateway");
    for (const auto& file : loaded.files) {
        log.info("{} file={}", loaded.wrote_default ? "wrote default settings" : "read settings",
                 file.string());
    }
    for (const auto& warning : loaded.warnings) {
        log.warn("{}", warning);
    }

    boost::asio::io_context context(1);
    app::App app(context, std::move(options), std::move(loaded), *sink);
    boost::asio::signal_set signals(context, SIGTERM, SIGINT, SIGHUP);
    signals.add(SIGUSR1);
    std::function<void()> wait_for_signal = [&] {
        signals.async_wait([&](const boost::system::error_code& error, int signal) {
            if (error) {
                return;
            }
            if (signal == SIGHUP) {
                app.restart_after(std::chrono::milliseconds(0));
            } else if (signal == SIGUSR1) {
                app.log_counters();
            } else {
                app.request_stop();
            }
            wait_for_signal();
        });
    };
    wait_for_signal();

    int code = app::exit_failed;
    auto ended = [&](std::exception_ptr error, int result) {
        if (error) {
            std::rethrow_exception(error);
        }
        code = result;
        context.stop();
    };
    boost::asio::co_spawn(context, app.run(), ended);
    context.run();
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    // A peer that is gone and a file that may not grow are errors of a write, not ends of the
    // program.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGUSR1, SIG_IGN);  // before there is anything to count
    allow_many_descriptors();
    app::ParsedOptions parsed = app::parse_options(argc, argv);
    if (!parsed.options) {
        return parsed.exit_code;
    }
    config::LoadOutcome outcome = config::load(parsed.options->load);
    if (!outcome.loaded) {
        return report_mistakes(outcome);
    }
    if (parsed.options->check) {
        print_check(*outcome.loaded);
        return app::exit_ok;
    }
    return serve(std::move(*parsed.options), std::move(*outcome.loaded));
}
