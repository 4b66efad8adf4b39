#include "cli/options.hpp"

#include "cli/command_line.hpp"
#include "cli/near_miss.hpp"
#include "gateway/base/text.hpp"
#include "gateway/base/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t help_column = 28;

constexpr std::string_view program =
    R"(Calls and explains the API of CQHTTP and OneBot 11 implementations.
)";

constexpr std::string_view program_footer = R"(Examples:
  cqhttp-cli call get_login_info
  cqhttp-cli call send_private_msg user_id=10001 message=你好
  cqhttp-cli actions
  cqhttp-cli actions send_msg
  cqhttp-cli listen ws://127.0.0.1:6700/event/

cqhttp-cli help COMMAND, or cqhttp-cli COMMAND --help, explains one command.)";

constexpr std::string_view help_about = R"(Explains the program or one command.
)";

constexpr std::string_view help_footer = R"(Examples:
  cqhttp-cli help
  cqhttp-cli help call
  cqhttp-cli help actions)";

// CLI11's pages, with our word for a value after an option and no remarks of its own.
class HelpFormatter final : public CLI::Formatter {
public:
    HelpFormatter() {
        column_width(help_column);
        label("Positionals", "Arguments");
        label("OPTIONS", "OPTION...");
    }
    std::string make_description(const CLI::App* app) const override {
        return app->get_description() + "\n\n";
    }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        if (app->get_parent() != nullptr) {
            return Formatter::make_usage(app, std::move(name));
        }
        return "Usage: " + name + " COMMAND [OPTION...] ...\n";
    }
};

// A command on its way through the parser.
struct Entry {
    CLI::App* app = nullptr;
    std::unique_ptr<CommandLine> line;
};

// In the order of the help page.
std::vector<CommandRow> command_table() {
    std::vector<CommandRow> rows;
    rows.push_back(call_row());
    rows.push_back(actions_row());
    rows.push_back(listen_row());
    rows.push_back(listen_reverse_row());
    rows.push_back(receive_post_row());
    rows.push_back(verify_signature_row());
    rows.push_back(filter_row());
    rows.push_back(inject_row());
    rows.push_back(sandbox_row());
    rows.push_back(conformance_row());
    rows.push_back(bench_row());
    return rows;
}

// The innermost command that was named; `root` without one.
const CLI::App& chosen_app(const CLI::App& root) {
    const CLI::App* app = &root;
    while (!app->get_subcommands().empty()) {
        app = app->get_subcommands().front();
    }
    return *app;
}

// "sandbox show": the words from the program's name to this command.
std::string words_to(const CLI::App& app) {
    if (app.get_parent() == nullptr) {
        return {};
    }
    const std::string before = words_to(*app.get_parent());
    return before.empty() ? app.get_name() : before + " " + app.get_name();
}

// "unknown option --tokn, did you mean --token?". Of an argument only the name is quoted, because
// what follows may be a token.
std::string describe_extra(const CLI::App& app, std::string_view extra) {
    const std::string_view name = extra.substr(0, extra.find('='));
    if (!name.starts_with('-')) {
        return fmt::format("there is no place for the argument \"{}\"", extra);
    }
    std::vector<std::string> options;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& known : option->get_lnames()) {
            options.push_back("--" + known);
        }
    }
    const std::vector<std::string_view> views(options.begin(), options.end());
    const std::string question = did_you_mean(near_misses(name, views));
    return fmt::format("unknown option {}{}{}", name, question.empty() ? "" : "; ", question);
}

// `parent` has no command of that name.
Printed no_such_command(const CLI::App& parent, std::string_view name) {
    std::vector<std::string> commands;
    for (const CLI::App* command : parent.get_subcommands({})) {
        commands.push_back(command->get_name());
    }
    const std::vector<std::string_view> views(commands.begin(), commands.end());
    const std::string question = did_you_mean(near_misses(name, views));
    const std::string words = words_to(parent);
    return usage_error(
        words, fmt::format("no such command: {}{}{}{}{}", words, words.empty() ? "" : " ", name,
                           question.empty() ? "" : "; ", question));
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

bool is(const CLI::ParseError& error, CLI::ExitCodes kind) {
    return error.get_exit_code() == static_cast<int>(kind);
}

// CLI11's errors about options in our words: "--url: 1 required TEXT missing" and the like.
std::string describe(const CLI::ParseError& error, const CommandLine* line) {
    const std::string text(first_line(error.what()));
    const std::string option = text.substr(0, text.find(':'));
    if (is(error, CLI::ExitCodes::RequiredError) && line != nullptr) {
        return line->missing_argument();
    }
    if (is(error, CLI::ExitCodes::ArgumentMismatch) && option.starts_with("--")) {
        const bool missing = text.find("missing") != std::string::npos;
        return option + (missing ? " needs a value after it" : " is given more than once");
    }
    return text;
}

Printed explain(const CLI::App& root, const CommandLine* line, const CLI::ParseError& error) {
    const CLI::App& app = chosen_app(root);
    const auto extras = root.remaining(true);
    if (!is(error, CLI::ExitCodes::ExtrasError) || extras.empty()) {
        return usage_error(words_to(app), describe(error, line));
    }
    const std::string& extra = extras.front();
    if (!app.get_subcommands({}).empty() && !extra.starts_with('-')) {
        return no_such_command(app, extra);
    }
    return usage_error(words_to(app), describe_extra(app, extra));
}

std::string help_page(const CLI::App& app) {
    // App::help() would go on to a subcommand, here to the command "help" itself.
    const std::string words = words_to(app);
    const std::string name = words.empty() ? "" : " " + words;
    return app.get_formatter()->make_help(&app, "cqhttp-cli" + name, CLI::AppFormatMode::Normal);
}

// `help`, `help call`, `help sandbox show`.
Command explain_topic(const CLI::App& root, const std::vector<std::string>& topic) {
    const CLI::App* app = &root;
    for (const std::string& word : topic) {
        const CLI::App* next = nullptr;
        for (const CLI::App* candidate : app->get_subcommands({})) {
            next = candidate->get_name() == word ? candidate : next;
        }
        if (next == nullptr) {
            return no_such_command(*app, word);
        }
        app = next;
    }
    return Printed{exit_code::ok, help_page(*app), {}};
}

CLI::App* add_command(CLI::App& root, std::string_view name, std::string_view about,
                      std::string_view footer) {
    CLI::App* app = root.add_subcommand(std::string(name), std::string(trim(about)));
    app->group("Commands");
    app->footer(std::string(footer));
    return app;
}

std::vector<Entry> declare_commands(CLI::App& root) {
    std::vector<Entry> entries;
    for (const CommandRow& row : command_table()) {
        Entry entry{add_command(root, row.name, row.about, row.footer), row.make()};
        entry.line->declare(*entry.app);
        entries.push_back(std::move(entry));
    }
    return entries;
}

const Entry* parsed_entry(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
        if (entry.app->parsed()) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace

Command parse_options(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
    CLI::App root{std::string(trim(program)), "cqhttp-cli"};
    root.formatter(std::make_shared<HelpFormatter>());
    root.set_help_flag("-h,--help", "print this page");
    root.set_version_flag("--version", fmt::format("cqhttp-cli {}", product_version),
                          "print the version");
    root.require_subcommand(0, 1);
    root.footer(std::string(program_footer));
    const std::vector<Entry> entries = declare_commands(root);
    std::vector<std::string> topic;
    CLI::App* help = add_command(root, "help", help_about, help_footer);
    help->add_option("COMMAND", topic, "the command to explain")->option_text(" ");
    try {
        root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return Printed{exit_code::ok, help_page(chosen_app(root)), {}};
    } catch (const CLI::CallForVersion& version) {
        return Printed{exit_code::ok, std::string(version.what()) + "\n", {}};
    } catch (const CLI::ParseError& error) {
        const Entry* entry = parsed_entry(entries);
        return explain(root, entry == nullptr ? nullptr : entry->line.get(), error);
    }
    if (const Entry* entry = parsed_entry(entries)) {
        return entry->line->finish(*entry->app, surroundings);
    }
    if (help->parsed()) {
        return explain_topic(root, topic);
    }
    return Printed{exit_code::usage, {}, help_page(root)};
}

}  // namespace cqhttp::cli
