#include "cli/options.hpp"

#include "cli/help_text.hpp"
#include "cli/near_miss.hpp"
#include "gateway/base/text.hpp"
#include "gateway/base/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t help_column = 28;
constexpr double longest_timeout = 1'000'000;

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

// The options as typed, before anything about them is decided.
struct Raw {
    CallOptions call;
    ActionsOptions actions;
    std::string help_topic;
    std::string url, token, scheme, profile, color;
    std::string param_json, data, ca_file;
    double timeout = 30;
    bool get = false, form = false, insecure = false;
};

struct Apps {
    CLI::App* call = nullptr;
    CLI::App* actions = nullptr;
    CLI::App* help = nullptr;
};

Printed usage_error(std::string_view command, std::string_view what) {
    const std::string_view blank = command.empty() ? "" : " ";
    return {exit_code::usage,
            {},
            fmt::format("cqhttp-cli{}{}: {}\ntry: cqhttp-cli help{}{}\n", blank, command,
                        without_controls(what), blank, command)};
}

void add_common(CLI::App& app, Raw& raw) {
    app.add_option("--profile", raw.profile, "cqhttp-4.0 (default), cqhttp-4.15 or onebot-11")
        ->option_text("NAME");
    app.add_option("--color", raw.color, "auto (default), always or never")->option_text("WHEN");
}

void add_call(CLI::App& app, Raw& raw) {
    app.add_option("ACTION", raw.call.action, "name of the action, see cqhttp-cli actions")
        ->option_text(" ")
        ->required();
    app.add_option("PARAMETER", raw.call.pairs, "name=value or name:=JSON, any number of them")
        ->option_text(" ");
    app.add_option("--param-json", raw.param_json,
                   "parameters as one JSON object; name=value wins\nover its members")
        ->option_text("OBJECT");
    app.add_option("--data", raw.data,
                   "the whole JSON body, sent as it is: @FILE, - for\nstandard input, or the text "
                   "itself")
        ->option_text("DATA");
    app.add_flag("--get", raw.get, "GET, parameters in the query (default: POST, JSON)");
    app.add_flag("--form", raw.form, "POST, parameters as a urlencoded form");
    app.add_option("--url", raw.url, fmt::format("address of the API (default {})", default_url))
        ->option_text("URL");
    app.add_option("--token", raw.token,
                   "access token; other users of this machine can see\nit in the process list: "
                   "prefer --token-file or\nCQHTTP_TOKEN")
        ->option_text("TOKEN");
    app.add_option("--token-file", raw.call.token_file, "file that holds the access token")
        ->option_text("FILE");
    app.add_option("--scheme", raw.scheme,
                   "word before the token: Token (default) or Bearer\n(default with --profile "
                   "onebot-11)")
        ->option_text("WORD");
    app.add_option("--timeout", raw.timeout,
                   "give up after that long (default 30; 0: wait for\never once connected)")
        ->option_text("SECONDS");
    app.add_option("--ca-file", raw.ca_file, "trust the certificates of this PEM file (https)")
        ->option_text("FILE");
    app.add_flag("--insecure", raw.insecure, "do not check the certificate (https)");
    app.add_flag("--raw", raw.call.raw, "print the body byte for byte");
    app.add_flag("-i,--include", raw.call.include, "print the status line and headers, too");
    add_common(app, raw);
}

void add_actions(CLI::App& app, Raw& raw) {
    app.add_option("NAME", raw.actions.name, "the action to explain; without it all are listed")
        ->option_text(" ");
    app.add_flag("--json", raw.actions.json, "an array of objects, for programs");
    add_common(app, raw);
}

Apps build(CLI::App& root, Raw& raw) {
    root.formatter(std::make_shared<HelpFormatter>());
    root.set_help_flag("-h,--help", "print this page");
    root.set_version_flag("--version", fmt::format("cqhttp-cli {}", product_version),
                          "print the version");
    root.require_subcommand(0, 1);
    root.footer(std::string(help_text::program_footer));
    const auto add = [&root](const char* name, std::string_view about, std::string_view footer) {
        CLI::App* app = root.add_subcommand(name, std::string(trim(about)));
        app->group("Commands");
        app->footer(std::string(footer));
        return app;
    };
    Apps apps;
    apps.call = add("call", help_text::call, help_text::call_footer);
    apps.actions = add("actions", help_text::actions, help_text::actions_footer);
    apps.help = add("help", help_text::help, help_text::help_footer);
    add_call(*apps.call, raw);
    add_actions(*apps.actions, raw);
    apps.help->add_option("COMMAND", raw.help_topic, "the command to explain")->option_text(" ");
    return apps;
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

Printed no_such_command(std::string_view name) {
    constexpr std::array<std::string_view, 3> commands{"call", "actions", "help"};
    const std::string question = did_you_mean(near_misses(name, commands));
    return usage_error(
        "", fmt::format("no such command: {}{}{}", name, question.empty() ? "" : "; ", question));
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
}

bool is(const CLI::ParseError& error, CLI::ExitCodes kind) {
    return error.get_exit_code() == static_cast<int>(kind);
}

// CLI11's errors about options in our words: "--url: 1 required TEXT missing" and the like.
std::string describe(const CLI::ParseError& error) {
    const std::string text(first_line(error.what()));
    const std::string option = text.substr(0, text.find(':'));
    if (is(error, CLI::ExitCodes::RequiredError)) {
        return "which action? for example: cqhttp-cli call get_status";
    }
    if (is(error, CLI::ExitCodes::ArgumentMismatch) && option.starts_with("--")) {
        const bool missing = text.find("missing") != std::string::npos;
        return option + (missing ? " needs a value after it" : " is given more than once");
    }
    return text;
}

Printed explain(const CLI::App& root, const CLI::ParseError& error) {
    const auto chosen = root.get_subcommands();
    const CLI::App& app = chosen.empty() ? root : *chosen.front();
    const std::string command = chosen.empty() ? "" : app.get_name();
    const auto extras = root.remaining(true);
    if (!is(error, CLI::ExitCodes::ExtrasError) || extras.empty()) {
        return usage_error(command, describe(error));
    }
    const std::string& extra = extras.front();
    if (chosen.empty() && !extra.starts_with('-')) {
        return no_such_command(extra);
    }
    return usage_error(command, describe_extra(app, extra));
}

std::string help_page(const CLI::App& app) {
    // App::help() would go on to a subcommand, here to the command "help" itself.
    const std::string name = app.get_parent() == nullptr ? "" : " " + app.get_name();
    return app.get_formatter()->make_help(&app, "cqhttp-cli" + name, CLI::AppFormatMode::Normal);
}

// ---- decisions, each a fault in words or nothing
// --------------------------------------------------

using Fault = std::optional<std::string>;

Fault read_profile(const Raw& raw, protocol::ProfileId& profile) {
    if (raw.profile.empty()) {
        return {};
    }
    const auto found = protocol::find_profile(raw.profile);
    if (!found) {
        return fmt::format(
            "there is no profile \"{}\": --profile takes cqhttp-4.0, cqhttp-4.15 or "
            "onebot-11",
            raw.profile);
    }
    profile = *found;
    return {};
}

Fault read_color(const Raw& raw, ColorMode& color) {
    if (raw.color == "always") {
        color = ColorMode::always;
    } else if (raw.color == "never") {
        color = ColorMode::never;
    } else if (!raw.color.empty() && raw.color != "auto") {
        return "--color takes auto, always or never";
    }
    return {};
}

Fault check_action(std::string_view action) {
    if (action.empty()) {
        return "the name of the action is empty";
    }
    if (action.starts_with('/') || action.ends_with('/')) {
        return "write the action without slashes: cqhttp-cli call get_status";
    }
    if (action.find_first_of("/ \t\r\n\f\v") != std::string_view::npos) {
        return "an action's name holds no slash and no blank";
    }
    if (action.find('=') != std::string_view::npos) {
        return "the action's name comes first, the parameters after it: cqhttp-cli call get_status";
    }
    return {};
}

Fault check_conflicts(const CLI::App& app, const Raw& raw) {
    const auto given = [&app](const char* name) { return app.get_option(name)->count() > 0; };
    if (raw.get && raw.form) {
        return "--get and --form are two ways to send parameters: leave one out";
    }
    if (given("--data")) {
        if (!raw.call.pairs.empty() || given("--param-json")) {
            return "--data is the whole body: put the parameters into it, or leave it out and use "
                   "name=value or --param-json";
        }
        if (raw.get || raw.form) {
            return "--data is a JSON body: leave --get and --form out";
        }
    }
    if (given("--token") && given("--token-file")) {
        return "--token and --token-file both name a token: leave one out";
    }
    if (raw.insecure && given("--ca-file")) {
        return "--insecure checks no certificate, so --ca-file has no use: leave one out";
    }
    return {};
}

Fault read_url(const Raw& raw, const Surroundings& surroundings, Url& url) {
    std::string source = "--url";
    std::string text = raw.url;
    if (text.empty() && !surroundings.url.empty()) {
        source = "CQHTTP_URL";
        text = surroundings.url;
    }
    const auto parsed = parse_url(text.empty() ? default_url : text);
    if (parsed.has_error()) {
        const bool bare = text.find("://") == std::string::npos;
        return fmt::format("{}: {}{}", source, parsed.error().detail,
                           bare ? "; for example http://127.0.0.1:5700" : "");
    }
    if (parsed->target.find('?') != std::string::npos) {
        return source +
               ": give the address without its query; parameters are name=value, a token "
               "is --token-file FILE or CQHTTP_TOKEN";
    }
    url = *parsed;
    return {};
}

Fault read_scheme(const Raw& raw, protocol::ProfileId profile, std::string& scheme) {
    if (raw.scheme.empty()) {
        scheme = profile == protocol::ProfileId::onebot_11 ? "Bearer" : "Token";
    } else if (iequals(raw.scheme, "token")) {
        scheme = "Token";
    } else if (iequals(raw.scheme, "bearer")) {
        scheme = "Bearer";
    } else {
        return "--scheme takes Token or Bearer";
    }
    return {};
}

Fault read_timeout(const Raw& raw, std::chrono::milliseconds& timeout) {
    if (!(raw.timeout >= 0) || raw.timeout > longest_timeout) {
        return fmt::format("--timeout takes seconds from 0 to {:.0f}", longest_timeout);
    }
    timeout = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(raw.timeout * 1000)));
    return {};
}

Command finish_call(const CLI::App& app, Raw& raw, const Surroundings& surroundings) {
    CallOptions& call = raw.call;
    const bool own_token = app.get_option("--token")->count() > 0;
    call.target.token = own_token ? Secret(raw.token) : surroundings.token;
    if (app.get_option("--param-json")->count() > 0) {
        call.param_json = raw.param_json;
    }
    if (app.get_option("--data")->count() > 0) {
        call.data = raw.data;
    }
    if (raw.get || raw.form) {
        call.encoding = raw.get ? Encoding::query : Encoding::form;
    }
    call.target.tls = {.verify = !raw.insecure, .ca_file = raw.ca_file};
    for (const Fault& fault :
         {check_action(call.action), check_conflicts(app, raw), read_profile(raw, call.profile),
          read_color(raw, call.color), read_url(raw, surroundings, call.target.url),
          read_scheme(raw, call.profile, call.target.scheme),
          read_timeout(raw, call.target.timeout), token_fault(call.target.token)}) {
        if (fault) {
            return usage_error("call", *fault);
        }
    }
    return std::move(call);
}

Command finish_actions(Raw& raw) {
    for (const Fault& fault :
         {read_profile(raw, raw.actions.profile), read_color(raw, raw.actions.color)}) {
        if (fault) {
            return usage_error("actions", *fault);
        }
    }
    return std::move(raw.actions);
}

Command finish_help(const CLI::App& root, const Raw& raw) {
    if (raw.help_topic.empty()) {
        return Printed{exit_code::ok, help_page(root), {}};
    }
    for (const CLI::App* topic : root.get_subcommands({})) {
        if (topic->get_name() == raw.help_topic) {
            return Printed{exit_code::ok, help_page(*topic), {}};
        }
    }
    return no_such_command(raw.help_topic);
}

}  // namespace

std::optional<std::string> token_fault(const Secret& token) {
    const std::string_view bytes = token.reveal();
    const bool clean = std::none_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    if (!clean) {
        return "the access token holds a line break or another control character";
    }
    return {};
}

Command parse_options(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
    Raw raw;
    CLI::App root{std::string(trim(help_text::program)), "cqhttp-cli"};
    const Apps apps = build(root, raw);
    try {
        root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        const auto chosen = root.get_subcommands();
        return Printed{exit_code::ok, help_page(chosen.empty() ? root : *chosen.front()), {}};
    } catch (const CLI::CallForVersion& version) {
        return Printed{exit_code::ok, std::string(version.what()) + "\n", {}};
    } catch (const CLI::ParseError& error) {
        return explain(root, error);
    }
    if (apps.call->parsed()) {
        return finish_call(*apps.call, raw, surroundings);
    }
    if (apps.actions->parsed()) {
        return finish_actions(raw);
    }
    if (apps.help->parsed()) {
        return finish_help(root, raw);
    }
    return Printed{exit_code::usage, {}, help_page(root)};
}

}  // namespace cqhttp::cli
