#include "cli/commands.hpp"
#include "cli/conformance_options.hpp"
#include "cli/conformance_view.hpp"
#include "conformance/registry.hpp"
#include "conformance/report/console.hpp"
#include "conformance/runner.hpp"
#include "conformance/target/spawned.hpp"
#include "conformance/target/work_folder.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli {
namespace {

namespace suite = conformance;

// The gateway beside this program, or the one PATH leads to.
std::string gateway_program(const std::string& named) {
    if (!named.empty()) {
        return named;
    }
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const auto beside = self.parent_path() / "cqhttp-gateway";
    return !error && std::filesystem::exists(beside, error) ? beside.string() : "cqhttp-gateway";
}

Result<std::unique_ptr<suite::Target>> make_target(const ConformanceRequest& options) {
    suite::AttachedOptions attached = options.attached;
    if (options.target == TargetKind::self) {
        return suite::make_self(gateway_program(options.gateway), options.run.profile,
                                attached.patience);
    }
    if (options.target == TargetKind::attached) {
        for (auto [secret, file] : {std::pair(&attached.token, &options.token_file),
                                    std::pair(&attached.secret, &options.secret_file)}) {
            ApiTarget named;
            named.token = *secret;
            auto read = with_token_file(std::move(named), *file);
            if (read.has_error()) {
                return read.error();
            }
            *secret = read->token;
        }
        return suite::make_attached(std::move(attached));
    }
    suite::SpawnOptions spawn;
    spawn.command = options.exec;
    spawn.config_template = suite::read_text(options.template_file);
    if (spawn.config_template.empty()) {
        return failure(
            fmt::format("--template: cannot read {}, or it is empty", options.template_file));
    }
    // Programs look at the ending; "bot.yml.template" makes a "config.yml".
    std::filesystem::path name = std::filesystem::path(options.template_file).filename();
    if (name.extension() == ".template" || name.extension() == ".in") {
        name = name.stem();
    }
    spawn.config_name = "config" + name.extension().string();
    spawn.user = attached.user;
    spawn.group = attached.group;
    spawn.discuss = attached.discuss;
    spawn.data_root = attached.data_root;
    spawn.disposable = attached.disposable;
    spawn.sandbox_control = attached.sandbox_control;
    spawn.hook = attached.hook;
    spawn.patience = attached.patience;
    spawn.start_limit = 3 * attached.patience;
    return suite::make_spawned(std::move(spawn));
}

int run_cases(const ConformanceRequest& options, Context& context) {
    Console& console = context.console;
    const auto chosen = suite::select(options.selection);
    if (chosen.has_error()) {
        console.note(chosen.error().detail);
        return suite::run_exit::usage;
    }
    auto target = make_target(options);
    if (target.has_error()) {
        console.note(target.error().detail);
        return suite::run_exit::usage;
    }
    suite::ConsoleReport report({.color = console.layout().color,
                                 .live = console.layout().terminal,
                                 .columns = console.layout().columns,
                                 .verbose = options.verbose},
                                [&console](std::string_view text) {
                                    console.write(text);
                                    console.flush();
                                });
    const suite::RunReport result =
        suite::run(*chosen, std::move(target.value()), options.run, report);
    report.finish(result);
    if (!console.flush()) {
        console.note("the report could not be written to standard output");
        return suite::run_exit::suite_error;
    }
    return suite::exit_code_of(result, options.run.strict);
}

}  // namespace

int run(const ConformanceOptions& options, Context& context) {
    const ConformanceRequest& request = *options.request;
    if (request.deed == ConformanceRequest::Deed::run) {
        return run_cases(request, context);
    }
    return run_view(request, context.console);
}

}  // namespace cqhttp::cli
