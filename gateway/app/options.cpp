#include "gateway/app/options.hpp"

#include "gateway/app/exit_code.hpp"
#include "gateway/base/text.hpp"
#include "gateway/base/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <map>

namespace cqhttp::app {
namespace {

constexpr const char* about =
    "A CQHTTP / OneBot 11 gateway over an embedded simulated account: HTTP API for bots, no chat\n"
    "account needed.";

constexpr const char* examples = R"(Examples:
  cqhttp-gateway
      serve the default account on 0.0.0.0:5700; settings, database and files below ./cqhttp
  cqhttp-gateway --root /srv/bot --config bot.ini
      the settings of one file, everything kept below /srv/bot
  cqhttp-gateway --config bot.ini --check
      say what is wrong with bot.ini, or print what would hold, and end
  cqhttp-gateway --ephemeral --ready-file ready.json
      for a test run: the world is gone afterwards, ready.json is there while calls are answered

Signals: SIGTERM and SIGINT end orderly (a second one at once), SIGHUP reads the configuration again,
SIGUSR1 writes to the log what every receiver of events has got so far.
Exit codes: 0 ended orderly, 1 failed while running, 2 wrong usage or configuration, or a port that
is taken.
Settings: docs/configuration.md)";

std::optional<std::string> from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

const std::map<std::string, protocol::ProfileId> profiles{
    {"cqhttp-4.0", protocol::ProfileId::cqhttp_4_0},
    {"cqhttp-4.15", protocol::ProfileId::cqhttp_4_15},
    {"onebot-11", protocol::ProfileId::onebot_11}};

const std::map<std::string, LogLevel> levels{{"debug", LogLevel::debug},
                                             {"info", LogLevel::info},
                                             {"warning", LogLevel::warn},
                                             {"error", LogLevel::error}};

CLI::Validator account_number() {
    auto check = [](std::string& word) {
        const auto number = parse_int64(word);
        return number && *number > 0 ? std::string()
                                     : fmt::format("\"{}\" is not the number of an account", word);
    };
    return CLI::Validator(check, "");
}

// Shows the words of a table instead of CLI11's numbers.
template <class T>
CLI::Validator one_of(const std::map<std::string, T>& table) {
    std::string words;
    for (const auto& [word, value] : table) {
        words += words.empty() ? word : ", " + word;
    }
    auto check = [&table, words](std::string& word) {
        return table.contains(word) ? std::string()
                                    : fmt::format("\"{}\" is not one of {}", word, words);
    };
    return CLI::Validator(check, "");
}

}  // namespace

ParsedOptions parse_options(int argc, const char* const* argv) {
    Options options;
    options.load.environment = from_environment;
    std::string profile_word, level_word;

    CLI::App cli(about, "cqhttp-gateway");
    cli.footer(examples);
    cli.set_version_flag("--version", fmt::format("cqhttp-gateway {}", product_version));
    cli.add_option("--config", options.load.config_file,
                   "INI or JSON file; replaces the search below the root")
        ->type_name("FILE");
    cli.add_option("--root", options.load.root,
                   "folder for settings, database and media files (default: ./cqhttp)")
        ->type_name("DIR");
    cli.add_option("--profile", profile_word,
                   "cqhttp-4.0, cqhttp-4.15 or onebot-11; wins over the setting gateway.profile")
        ->type_name("NAME")
        ->check(one_of(profiles));
    cli.add_option("--account", options.load.accounts,
                   "number of the account to serve; repeat for several (default: those the "
                   "configuration names, or 10086001)")
        ->type_name("N")
        ->check(account_number());
    cli.add_flag("--ephemeral", options.load.ephemeral,
                 "keep the simulated world in memory only, whatever gateway.ephemeral says");
    cli.add_flag("--check", options.check,
                 "check the configuration, print what holds (secrets masked), and end");
    cli.add_option("--ready-file", options.ready_file,
                   "write pid and addresses as JSON to FILE once calls are answered")
        ->type_name("FILE");
    cli.add_option("--log-level", level_word,
                   "debug, info, warning or error; wins over the setting gateway.log_level")
        ->type_name("LEVEL")
        ->check(one_of(levels));
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = cli.exit(error);
        return {std::nullopt, code == 0 ? exit_ok : exit_usage};
    }
    if (!profile_word.empty()) {
        options.load.profile = profiles.at(profile_word);
    }
    if (!level_word.empty()) {
        options.log_level = levels.at(level_word);
    }
    options.load.write_default = !options.check;
    return {std::move(options), exit_ok};
}

}  // namespace cqhttp::app
