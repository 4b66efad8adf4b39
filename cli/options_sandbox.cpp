#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <memory>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about = R"(Looks at the sandbox's world, or starts it afresh.
)";

constexpr std::string_view footer =
    R"(Needs a gateway with a sandbox that is open to us: gateway.sandbox_control =
loopback (the default) lets programs on the same machine in.

Output: JSON, over several lines on a terminal and as one line in a pipe.

Environment:
  CQHTTP_URL                used without --url
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  done
  1  it cannot be done; standard error says why
  2  the command line is wrong
  3  no answer: cannot connect, TLS trouble, timeout (or output not writable)
  4  refused: the access token is missing (401) or wrong (403)
  5  any other answer: not a sandbox, or one that is not open to us (404)
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli sandbox show >world.json
  cqhttp-cli sandbox requests
  cqhttp-cli sandbox effects --since 3
  cqhttp-cli sandbox reset)";

struct Question {
    SandboxQuestion question;
    const char* name;
    const char* about;
    const char* footer;
};

constexpr std::array questions{
    Question{SandboxQuestion::show, "show", "Prints the world as a seed.",
             "What is printed can be used as gateway.world, see docs/sandbox.md.\n\n"
             "Example:\n  cqhttp-cli sandbox show >world.json"},
    Question{SandboxQuestion::requests, "requests", "Prints who waits for the account's decision.",
             "Example:\n  cqhttp-cli sandbox requests --all"},
    Question{SandboxQuestion::effects, "effects", "Prints what the account was made to do.",
             "Oldest first; the newest 10 000 since the gateway's start.\n\n"
             "Example:\n  cqhttp-cli sandbox effects --since 3"},
    Question{SandboxQuestion::reset, "reset", "Takes the world back to its beginning.",
             "Everything that has happened is forgotten, for good.\n\n"
             "Example:\n  cqhttp-cli sandbox reset"},
};

// One of them with what was typed for it.
class QuestionLine {
public:
    QuestionLine(const Question& question, CLI::App& sandbox) : question_(question) {
        app_ = sandbox.add_subcommand(question.name, question.about);
        app_->group("Commands");
        app_->footer(question.footer);
        if (question.question == SandboxQuestion::requests) {
            app_->add_flag("--all", options_.all, "those that are decided, too");
        }
        if (question.question == SandboxQuestion::effects) {
            app_->add_option("--since", options_.since, "only those with a number above it")
                ->option_text("NUMBER");
        }
        target_.declare(*app_);
        look_.declare_profile(*app_);
        look_.declare_color(*app_);
    }

    bool parsed() const { return app_->parsed(); }

    Command finish(const Surroundings& surroundings) {
        options_.question = question_.question;
        SandboxTarget& target = options_.target;
        const Fault fault = first_fault(
            {look_.read(target.profile, options_.color),
             target_.read(surroundings, target.profile, target.api, target.token_file)});
        if (fault) {
            return usage_error(std::string("sandbox ") + question_.name, *fault);
        }
        return std::move(options_);
    }

private:
    const Question& question_;
    CLI::App* app_ = nullptr;
    SandboxOptions options_;
    TargetLine target_;
    LookLine look_;
};

class SandboxLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.require_subcommand(0, 1);
        for (const Question& question : questions) {
            lines_.push_back(std::make_unique<QuestionLine>(question, app));
        }
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        for (const auto& line : lines_) {
            if (line->parsed()) {
                return line->finish(surroundings);
            }
        }
        return usage_error("sandbox", missing_argument());
    }

    std::string missing_argument() const override {
        return "sandbox what? for example: cqhttp-cli sandbox requests";
    }

private:
    std::vector<std::unique_ptr<QuestionLine>> lines_;
};

}  // namespace

CommandRow sandbox_row() {
    return {"sandbox", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<SandboxLine>(); }};
}

}  // namespace cqhttp::cli
