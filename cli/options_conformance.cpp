#include "cli/command_line.hpp"
#include "cli/conformance_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::cli {
namespace {

namespace suite = conformance;

constexpr std::string_view about =
    R"(Checks an implementation against the specification.
)";

constexpr std::string_view footer = R"(Examples:
  cqhttp-cli conformance run --self
  cqhttp-cli conformance run --http http://127.0.0.1:5700 http-api auth
  cqhttp-cli conformance list
  cqhttp-cli conformance explain http-api/trailing-slash-is-allowed
  cqhttp-cli conformance coverage
  cqhttp-cli conformance report ours.json theirs.json -o matrix.html

cqhttp-cli help conformance run explains targets and selection.)";

constexpr std::string_view run_about = R"(Runs cases against a target and says which hold.
)";

constexpr std::string_view run_footer =
    R"(Cases are chosen by id, by glob ('ws-*/echo-*'), by chapter (http-api) or by
requirement (HTTP-044). Without any, all of the profile are run.

Targets:
  --self                    our own cqhttp-gateway, started for every setup
  --exec COMMAND --template FILE
                            started by the suite, with a configuration made from
                            the template
  --http URL, --ws URL      attached: it runs already, with one configuration

Verdicts:
  pass         the requirement holds
  fail         a MUST is broken
  warn         a SHOULD is broken, or what only the original's source says
  info         a MAY differs
  skip         it binds cqhttp-gateway only
  unsupported  the target lacks something; the reason says what
  error        no verdict: the target died, or the suite itself failed

Exit codes:
  0  nothing failed
  1  something failed that is not known; with --strict also a warning, and a known
     failure that passed
  2  the command line is wrong, or nothing matched
  3  the target cannot be reached or started
  4  the suite came to no verdict somewhere
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli conformance run --self
  cqhttp-cli conformance run --self HTTP-044 -v
  cqhttp-cli conformance run --http http://127.0.0.1:5700 --level must http-api
  cqhttp-cli conformance run --self --report run.html --report junit=result.xml
  cqhttp-cli conformance run --exec 'mybot --config {config}' \
      --template mybot.ini.template --user 10001 --group 20001)";

constexpr std::string_view list_footer = R"(Examples:
  cqhttp-cli conformance list
  cqhttp-cli conformance list auth --level must
  cqhttp-cli conformance list --json)";

constexpr std::string_view explain_footer = R"(Examples:
  cqhttp-cli conformance explain auth/header-wins-over-query)";

constexpr std::string_view coverage_footer = R"(Examples:
  cqhttp-cli conformance coverage
  cqhttp-cli conformance coverage --profile onebot-11 --json)";

constexpr std::string_view report_footer =
    R"(With one run html is its report, with several a matrix of them. The format
follows from the ending: .html .md .xml (JUnit) .tap .json.

Examples:
  cqhttp-cli conformance report run.json -o run.html
  cqhttp-cli conformance report ours.json theirs.json -o matrix.html)";

Fault read_address(std::string_view option, const std::string& text, std::optional<Url>& url) {
    if (text.empty()) {
        return {};
    }
    auto read = parse_url(text);
    if (read.has_error()) {
        return fmt::format("{}: {}", option, read.error().detail);
    }
    url = std::move(read.value());
    return {};
}

class ConformanceLine final : public CommandLine {
public:
    void declare(CLI::App& app) override;
    Command finish(const CLI::App& app, const Surroundings& surroundings) override;
    std::string missing_argument() const override {
        return "something is missing: explain takes the id of a case, report takes JSON files and "
               "-o FILE";
    }

private:
    void declare_selection(CLI::App& app);
    void declare_run(CLI::App& app);
    void declare_target(CLI::App& app);
    Fault read_selection();
    Fault read_target(const Surroundings& surroundings);
    Fault read_run();
    Fault read_reports();

    ConformanceRequest options_;
    ColorMode look_ = ColorMode::automatic;
    TokenLine token_;
    std::string profile_, level_, color_, http_, ws_, secret_;
    std::vector<std::string> needs_, setups_, report_files_;
    bool self_ = false;
};

void ConformanceLine::declare(CLI::App& app) {
    app.require_subcommand(1);
    const auto add = [&app](const char* name, std::string_view what, std::string_view examples) {
        CLI::App* command = app.add_subcommand(name, std::string(what.substr(0, what.find('\n'))));
        command->group("Commands");
        command->footer(std::string(examples));
        return command;
    };
    declare_run(*add("run", run_about, run_footer));
    CLI::App* list = add("list", "Lists the cases.", list_footer);
    declare_selection(*list);
    list->add_flag("--json", options_.json, "an array of objects, for programs");
    CLI::App* explain = add("explain", "Explains a case.", explain_footer);
    explain->add_option("CASE", options_.case_id, "its id")->option_text(" ")->required();
    CLI::App* coverage =
        add("coverage", "Lists requirements with and without a case.", coverage_footer);
    coverage->add_option("--profile", profile_, "cqhttp-4.0 (default), cqhttp-4.15 or onebot-11")
        ->option_text("NAME");
    coverage->add_flag("--json", options_.json, "an object, for programs");
    CLI::App* report =
        add("report", "Makes a report of runs that were written as JSON.", report_footer);
    report->add_option("FILES", options_.inputs, "JSON reports of conformance run")
        ->option_text(" ")
        ->required();
    report->add_option("-o,--output", report_files_, "the file to write, or FORMAT=FILE")
        ->option_text("FILE")
        ->allow_extra_args(false)
        ->required();
    for (CLI::App* command : {list, explain, coverage, report}) {
        command->add_option("--color", color_, "auto (default), always or never")
            ->option_text("WHEN");
    }
}

void ConformanceLine::declare_selection(CLI::App& app) {
    app.add_option("CASES", options_.selection.words,
                   "ids, globs, chapters or requirements; without any: all")
        ->option_text(" ");
    app.add_option("--without", options_.selection.without, "leave these out; as CASES")
        ->option_text("CASES")
        ->allow_extra_args(false);
    app.add_option("--profile", profile_, "cqhttp-4.0 (default), cqhttp-4.15 or onebot-11")
        ->option_text("NAME");
    app.add_option("--level", level_, "must, should (and must) or may (all, default)")
        ->option_text("LEVEL");
    app.add_option("--needs", needs_,
                   "only cases that need one of these: http, ws,\nreverse, post, inject, user, "
                   "group, effects,\ndata-root, disposable, restart")
        ->option_text("WORDS")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void ConformanceLine::declare_target(CLI::App& app) {
    suite::AttachedOptions& attached = options_.attached;
    app.add_flag("--self", self_, "run against our own cqhttp-gateway");
    app.add_option("--gateway", options_.gateway,
                   "its program (default: beside cqhttp-cli, or in PATH)")
        ->option_text("FILE");
    app.add_option("--exec", options_.exec,
                   "command that starts the target; {config}, {dir},\n{http_port} and {ws_port} "
                   "are put in")
        ->option_text("COMMAND");
    app.add_option("--template", options_.template_file,
                   "its configuration with marks like {{http_port}}")
        ->option_text("FILE");
    app.add_option("--name", options_.name, "what reports call the target")->option_text("NAME");
    app.add_option("--http", http_, "HTTP API of a target that runs")->option_text("URL");
    app.add_option("--ws", ws_, "WebSocket server of a target that runs")->option_text("URL");
    token_.declare(app, "access token of the target");
    app.add_option("--secret-file", options_.secret_file,
                   "file that holds the secret it signs event POSTs with")
        ->option_text("FILE");
    app.add_option("--post-port", attached.peers.post,
                   "port on which the suite waits for event POSTs")
        ->option_text("PORT");
    app.add_option("--reverse-port", attached.peers.reverse,
                   "port on which the suite waits for reverse\nWebSockets: /api/ and /event/")
        ->option_text("PORT");
    app.add_option("--listen", attached.peers.host,
                   "address for these two ports (default 127.0.0.1)")
        ->option_text("HOST");
    app.add_option("--setup", setups_, "further setups the running target is configured for")
        ->option_text("NAMES")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option("--user", attached.user, "a person the account may write to")
        ->option_text("NUMBER");
    app.add_option("--group", attached.group,
                   "a group of the account, where its card may be\nchanged")
        ->option_text("NUMBER");
    app.add_option("--discuss", attached.discuss, "a discuss group of the account")
        ->option_text("NUMBER");
    app.add_option("--data-root", attached.data_root,
                   "folder in which data/image/x is served as\n/data/image/x")
        ->option_text("FOLDER");
    app.add_flag("--disposable", attached.disposable,
                 "cases may change the account for good: kick,\nleave, dismiss, ...");
    app.add_flag("--sandbox-control", attached.sandbox_control,
                 "the target is a cqhttp-gateway whose sandbox may be\ncontrolled from here");
    app.add_option("--inject-cmd", attached.hook.command,
                   "shell command that causes an event; gets it as JSON\non standard input")
        ->option_text("COMMAND");
    app.add_flag("--interactive", attached.hook.interactive, "ask me to cause events");
}

void ConformanceLine::declare_run(CLI::App& app) {
    declare_selection(app);
    declare_target(app);
    suite::RunOptions& run = options_.run;
    app.add_flag("--strict", run.strict, "warnings are failures");
    app.add_flag("--fail-fast", run.fail_fast, "end with the first failure");
    app.add_option("--repeat", run.repeat, "run everything that often")->option_text("N");
    app.add_option("--jobs", run.jobs, "targets to start at the same time (default 1)")
        ->option_text("N");
    app.add_option("--timeout-factor", run.timeout_factor,
                   "be that much more patient (default 1: 5 s for an\nanswer)")
        ->option_text("N");
    app.add_flag("-v,--verbose", options_.verbose, "a line for every case");
    app.add_option("--report", report_files_,
                   "write a report: a name that ends in .json .xml\n(JUnit) .tap .md or .html, or "
                   "FORMAT=FILE; - for\nstandard output")
        ->option_text("FILE")
        ->allow_extra_args(false);
    app.add_option("--known", options_.known_file,
                   "file of known failures, which do not count:\nid | reason | link")
        ->option_text("FILE");
    app.add_option("--write-known", options_.write_known_file, "write such a file from this run")
        ->option_text("FILE");
    app.add_option("--color", color_, "auto (default), always or never")->option_text("WHEN");
}

Fault ConformanceLine::read_selection() {
    suite::Selection& selection = options_.selection;
    if (!profile_.empty()) {
        const auto profile = suite::profile_of(profile_);
        if (!profile) {
            return fmt::format(
                "there is no profile \"{}\": --profile takes cqhttp-4.0, cqhttp-4.15 or onebot-11",
                profile_);
        }
        selection.profile = *profile;
    }
    options_.run.profile = selection.profile;
    if (!level_.empty()) {
        const auto level = suite::level_of(level_);
        if (!level || *level > suite::Level::may) {
            return "--level takes must, should or may";
        }
        selection.weakest = *level;
    }
    for (const std::string& word : needs_) {
        const auto rows = suite::need_texts();
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&word](const auto& r) { return r.word == word; });
        if (row == rows.end()) {
            return fmt::format("--needs: there is no \"{}\"", word);
        }
        selection.needs.push_back(row->need);
    }
    if (color_ == "always") {
        look_ = ColorMode::always;
    } else if (color_ == "never") {
        look_ = ColorMode::never;
    } else if (!color_.empty() && color_ != "auto") {
        return "--color takes auto, always or never";
    }
    return {};
}

Fault ConformanceLine::read_target(const Surroundings& surroundings) {
    suite::AttachedOptions& attached = options_.attached;
    const bool spawned = !options_.exec.empty();
    const bool running = !http_.empty() || !ws_.empty();
    if (int(self_) + int(spawned) + int(running) != 1) {
        return "name one target: --self, or --exec with --template, or --http and --ws";
    }
    if (spawned == options_.template_file.empty()) {
        return "--exec and --template belong together";
    }
    options_.target = self_     ? TargetKind::self
                      : spawned ? TargetKind::spawned
                                : TargetKind::attached;
    attached.post = attached.peers.post != 0;
    attached.reverse = attached.peers.reverse != 0;
    for (const std::string& name : setups_) {
        if (suite::find_setup(name) == nullptr) {
            return fmt::format("--setup: there is no setup \"{}\"", name);
        }
        attached.setups.insert(name);
    }
    return first_fault({read_address("--http", http_, attached.http),
                        read_address("--ws", ws_, attached.ws),
                        token_.read(surroundings, attached.token, options_.token_file)});
}

Fault ConformanceLine::read_run() {
    const suite::RunOptions& run = options_.run;
    if (run.repeat < 1 || run.jobs < 1 || run.jobs > 64) {
        return "--repeat and --jobs take a number from 1";
    }
    if (run.jobs > 1 && options_.attached.hook.interactive) {
        return "--interactive asks one question at a time: leave --jobs out";
    }
    if (!(run.timeout_factor >= 0.1 && run.timeout_factor <= 100)) {
        return "--timeout-factor takes a number from 0.1 to 100";
    }
    options_.attached.patience = suite::patience_for(run.timeout_factor);
    return {};
}

Fault ConformanceLine::read_reports() {
    for (const std::string& text : report_files_) {
        auto file = suite::parse_report_file(text);
        if (file.has_error()) {
            return file.error().detail;
        }
        options_.reports.push_back(std::move(file.value()));
    }
    return {};
}

Command ConformanceLine::finish(const CLI::App& app, const Surroundings& surroundings) {
    using Deed = ConformanceRequest::Deed;
    if (const Fault fault = read_selection()) {
        return usage_error("conformance", *fault);
    }
    if (const Fault fault = read_reports()) {
        return usage_error("conformance", *fault);
    }
    const std::string deed = app.get_subcommands().front()->get_name();
    options_.deed = deed == "list"       ? Deed::list
                    : deed == "explain"  ? Deed::explain
                    : deed == "coverage" ? Deed::coverage
                    : deed == "report"   ? Deed::report
                                         : Deed::run;
    if (options_.deed == Deed::run) {
        if (const Fault fault = first_fault({read_target(surroundings), read_run()})) {
            return usage_error("conformance run", *fault);
        }
    }
    return ConformanceOptions{std::make_shared<ConformanceRequest>(std::move(options_)), look_};
}

}  // namespace

CommandRow conformance_row() {
    return {"conformance", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<ConformanceLine>(); }};
}

}  // namespace cqhttp::cli
