#include "cli/commands.hpp"
#include "cli/conformance_options.hpp"
#include "cli/conformance_view.hpp"
#include "conformance/known.hpp"
#include "conformance/registry.hpp"
#include "conformance/report/console.hpp"
#include "conformance/report/formats.hpp"
#include "conformance/report/json.hpp"
#include "conformance/runner.hpp"
#include "conformance/target/spawned.hpp"
#include "conformance/target/work_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <span>
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

// Writes every report that was asked for; what could not be written is an error.
Result<void> write_reports(const std::vector<suite::ReportFile>& files,
                           std::span<const suite::RunReport> reports, Console& console) {
    for (const suite::ReportFile& file : files) {
        auto text = suite::render_report(file.format, reports);
        if (text.has_error()) {
            return text.error();
        }
        if (file.path == "-") {
            console.write(*text);
        } else if (auto written = suite::write_text(file.path, *text); written.has_error()) {
            return written.error();
        }
    }
    return {};
}

Result<suite::RunOptions> with_known(const ConformanceRequest& options) {
    suite::RunOptions run = options.run;
    if (options.known_file.empty()) {
        return run;
    }
    std::error_code error;
    if (!std::filesystem::is_regular_file(options.known_file, error)) {
        return failure("--known: cannot read " + options.known_file);
    }
    auto known = suite::read_known(suite::read_text(options.known_file));
    if (known.has_error()) {
        return failure(fmt::format("--known: {}, {}", options.known_file, known.error().detail));
    }
    run.known = std::move(known.value());
    return run;
}

int run_cases(const ConformanceRequest& options, Console& console) {
    const auto fault = [&console](const Error& error, int code) {
        console.note(error.detail);
        return code;
    };
    const auto chosen = suite::select(options.selection);
    if (chosen.has_error()) {
        return fault(chosen.error(), suite::run_exit::usage);
    }
    const auto settings = with_known(options);
    if (settings.has_error()) {
        return fault(settings.error(), suite::run_exit::usage);
    }
    auto target = make_target(options);
    if (target.has_error()) {
        return fault(target.error(), suite::run_exit::usage);
    }
    // Standard output belongs to a report that is written there.
    const bool quiet = std::any_of(options.reports.begin(), options.reports.end(),
                                   [](const auto& file) { return file.path == "-"; });
    const Layout& layout = console.layout();
    suite::ConsoleReport report({layout.color, layout.terminal, layout.columns, options.verbose},
                                [&console, quiet](std::string_view text) {
                                    if (!quiet) {
                                        console.write(text);
                                        console.flush();
                                    }
                                });
    suite::RunReport result = suite::run(*chosen, std::move(target.value()), *settings, report);
    if (!options.name.empty()) {
        result.target = options.name;
    }
    report.finish(result);
    const auto written = write_reports(options.reports, std::span(&result, 1), console);
    if (written.has_error()) {
        return fault(written.error(), suite::run_exit::suite_error);
    }
    if (!options.write_known_file.empty()) {
        const auto known = suite::write_text(options.write_known_file, suite::write_known(result));
        if (known.has_error()) {
            return fault(known.error(), suite::run_exit::suite_error);
        }
    }
    if (!console.flush()) {
        console.note("the report could not be written to standard output");
        return suite::run_exit::suite_error;
    }
    return suite::exit_code_of(result, settings->strict);
}

int make_report(const ConformanceRequest& options, Console& console) {
    std::vector<suite::RunReport> reports;
    for (const std::string& file : options.inputs) {
        const auto text = suite::read_whole(file);
        if (text.has_error()) {
            console.note(text.error().detail);
            return suite::run_exit::usage;
        }
        auto report = suite::read_report(*text);
        if (report.has_error()) {
            console.note(fmt::format("{}: {}", file, report.error().detail));
            return suite::run_exit::usage;
        }
        reports.push_back(std::move(report.value()));
    }
    const auto written = write_reports(options.reports, reports, console);
    if (written.has_error()) {
        console.note(written.error().detail);
        return suite::run_exit::usage;
    }
    return console.flush() ? suite::run_exit::ok : suite::run_exit::suite_error;
}

}  // namespace

int run(const ConformanceOptions& options, Context& context) {
    const ConformanceRequest& request = *options.request;
    switch (request.deed) {
        case ConformanceRequest::Deed::run: return run_cases(request, context.console);
        case ConformanceRequest::Deed::report: return make_report(request, context.console);
        default: return run_view(request, context.console);
    }
}

}  // namespace cqhttp::cli
