#pragma once

#include "cli/options.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

// How the command line is put together: one CommandLine per command, each in its own
// options_<command>.cpp, and the table of them in options.cpp.
namespace cqhttp::cli {

// What is wrong, in words; nothing where all is well.
using Fault = std::optional<std::string>;

// One command's part of the command line. Lives while it is parsed.
class CommandLine {
public:
    virtual ~CommandLine() = default;
    // Adds arguments, options and, where it has some, commands of its own.
    virtual void declare(CLI::App& app) = 0;
    // What was typed, decided: the options of the command, or a usage_error.
    virtual Command finish(const CLI::App& app, const Surroundings& surroundings) = 0;
    // What to say where a required argument is missing.
    virtual std::string missing_argument() const { return "an argument is missing"; }
};

// A row of the table of commands. The texts stand in --help before and after the options.
struct CommandRow {
    std::string_view name;
    std::string_view about;
    std::string_view footer;
    std::unique_ptr<CommandLine> (*make)();
};

CommandRow call_row();
CommandRow actions_row();
CommandRow listen_row();
CommandRow listen_reverse_row();
CommandRow filter_row();
CommandRow verify_signature_row();
CommandRow receive_post_row();
CommandRow conformance_row();
CommandRow bench_row();
CommandRow inject_row();
CommandRow sandbox_row();

// A command line that cannot be obeyed: `what` and where to find help, on standard error.
Printed usage_error(std::string_view command, std::string_view what);

// The first of `faults` there is.
Fault first_fault(std::initializer_list<Fault> faults);

// Options that several commands have, as typed; each class declares them and then reads them.

class LookLine {  // --profile, --color
public:
    void declare_profile(CLI::App& app);
    void declare_color(CLI::App& app);
    Fault read(protocol::ProfileId& profile, ColorMode& color) const;
    Fault read(ColorMode& color) const;
    bool profile_given() const noexcept { return !profile_.empty(); }

private:
    std::string profile_, color_;
};

class TokenLine {  // --token, --token-file; CQHTTP_TOKEN without them
public:
    // `purpose` stands in the help of --token: "access token", ...
    void declare(CLI::App& app, std::string_view purpose);
    // `file` is read by the command, with read_token; it wins over `token`.
    Fault read(const Surroundings& surroundings, Secret& token, std::string& file) const;

private:
    CLI::Option* token_option_ = nullptr;
    CLI::Option* file_option_ = nullptr;
    std::string token_, file_;
};

class SecretLine {  // --secret, --secret-file; CQHTTP_SECRET without them
public:
    void declare(CLI::App& app);
    // The file is read by the command, with read_secret; it wins.
    Fault read(const Surroundings& surroundings, SecretSource& source) const;

private:
    CLI::Option* secret_option_ = nullptr;
    CLI::Option* file_option_ = nullptr;
    std::string secret_, file_;
};

class TargetLine {  // --url, --token, --token-file, --scheme, --timeout, --ca-file, --insecure
public:
    void declare(CLI::App& app);
    Fault read(const Surroundings& surroundings, protocol::ProfileId profile, ApiTarget& target,
               std::string& token_file) const;
    // For a command whose address is an argument and whose time is its own.
    void declare_security(CLI::App& app);
    Fault read_security(const Surroundings& surroundings, protocol::ProfileId profile,
                        ApiTarget& target, std::string& token_file) const;

private:
    TokenLine token_;
    CLI::Option* ca_option_ = nullptr;
    std::string url_, scheme_, ca_file_;
    double timeout_ = 30;
    bool insecure_ = false;
};

// Seconds as typed, for an option of that name, rounded up to milliseconds.
Fault read_seconds(std::string_view option, double seconds, std::chrono::milliseconds& out);

}  // namespace cqhttp::cli
