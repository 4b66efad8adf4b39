#include "cli/command_line.hpp"
#include "gateway/base/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace cqhttp::cli {
namespace {

using protocol::Json;

constexpr std::string_view about =
    R"(Lets people of the sandbox's world do something.
)";

constexpr std::string_view footer =
    R"(Events have the names of the specification and may leave out what the gateway
supplies: self_id, time, message_id, raw_message, font, sender, flag and more,
see docs/sandbox.md. --event takes one, an array, or one on each line, such as
receive-post --json prints; --script takes lines {"after": SECONDS, "event":
{...}}, where after counts from the event before. The first that cannot happen
is the last.

Output: a line for each event that has happened; with --json the event itself.

Needs a gateway with a sandbox that is open to us: gateway.sandbox_control =
loopback (the default) lets programs on the same machine in.

Environment:
  CQHTTP_URL                used without --url
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  everything has happened
  1  something cannot happen; standard error says why
  2  the command line, a file or an event in it is wrong
  3  no answer: cannot connect, TLS trouble, timeout (or output not writable)
  4  refused: the access token is missing (401) or wrong (403)
  5  any other answer: not a sandbox, or one that is not open to us (404)
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli inject say --as 10001 --group 20001 'hello'
  cqhttp-cli inject request-friend --as 10009 --comment 'let me in'
  echo '{"post_type":"request","request_type":"friend","user_id":10010}' >e.json
  cqhttp-cli inject --event e.json
  echo "{\"after\":1,\"event\":$(cat e.json)}" | cqhttp-cli inject --script -)";

// What an act of the command line takes.
enum Takes : unsigned {
    takes_who = 1U << 0U,       // --as, --user: who acts, or to whom it happens; required
    takes_group = 1U << 1U,     // --group; required
    takes_by = 1U << 2U,        // --by: who does it to them
    takes_comment = 1U << 3U,   // --comment
    takes_message = 1U << 4U,   // MESSAGE and where it is said
    takes_file = 1U << 5U,      // NAME, --size
    takes_duration = 1U << 6U,  // --duration
    takes_invited = 1U << 7U,   // --invited
    takes_number = 1U << 8U,    // MESSAGE_ID, --private
    takes_target = 1U << 9U,    // --target
    whole_group = 1U << 10U,    // who may be "all"
};

struct Act {
    std::string_view name;
    std::string_view about;
    std::string_view example;
    unsigned takes;
    std::string_view event;  // what is the same each time
};

constexpr std::array acts{
    Act{"say", "Somebody says something, in private or in a group.",
        "say --as 10001 'hello'\n"
        "  cqhttp-cli inject say --as 10001 --group 20001 '[CQ:at,qq=10086001] hello'\n"
        "  cqhttp-cli inject say --as 10005 --group 20001 --anonymous 'boo'\n"
        "  cqhttp-cli inject say --as 10002 --discuss 30001 'at eight?'",
        takes_message, R"({"post_type":"message"})"},
    Act{"join", "Somebody joins a group; they may be new.", "join --as 10009 --group 20001",
        takes_who | takes_group | takes_by | takes_invited,
        R"({"post_type":"notice","notice_type":"group_increase","sub_type":"approve"})"},
    Act{"leave", "Somebody leaves a group.", "leave --as 10006 --group 20001",
        takes_who | takes_group,
        R"({"post_type":"notice","notice_type":"group_decrease","sub_type":"leave"})"},
    Act{"kick", "Somebody is removed from a group.",
        "kick --user 10006 --group 20001 --by 10001\n"
        "  cqhttp-cli inject kick --user self --group 20003",
        takes_who | takes_group | takes_by,
        R"({"post_type":"notice","notice_type":"group_decrease","sub_type":"kick"})"},
    Act{"promote", "A member becomes an administrator.", "promote --user 10004 --group 20001",
        takes_who | takes_group,
        R"({"post_type":"notice","notice_type":"group_admin","sub_type":"set"})"},
    Act{"demote", "An administrator is one no longer.", "demote --user 10001 --group 20001",
        takes_who | takes_group,
        R"({"post_type":"notice","notice_type":"group_admin","sub_type":"unset"})"},
    Act{"upload", "A member puts a file into a group.",
        "upload --as 10001 --group 20001 notes.txt --size 1024",
        takes_who | takes_group | takes_file,
        R"({"post_type":"notice","notice_type":"group_upload"})"},
    Act{"request-friend", "Somebody asks to be a friend.",
        "request-friend --as 10009 --comment 'hi'", takes_who | takes_comment,
        R"({"post_type":"request","request_type":"friend"})"},
    Act{"request-join", "Somebody asks to join a group of the account's.",
        "request-join --as 10010 --group 20001 --comment 'let me in'",
        takes_who | takes_group | takes_comment,
        R"({"post_type":"request","request_type":"group","sub_type":"add"})"},
    Act{"invite", "Somebody invites the account into a group.", "invite --as 10001 --group 29999",
        takes_who | takes_group | takes_comment,
        R"({"post_type":"request","request_type":"group","sub_type":"invite"})"},
    Act{"befriend", "Somebody has become a friend.", "befriend --as 10010", takes_who,
        R"({"post_type":"notice","notice_type":"friend_add"})"},
    Act{"ban", "A member must not speak (from cqhttp-4.15 on).",
        "ban --user 10004 --group 20001 --duration 60\n"
        "  cqhttp-cli inject ban --user all --group 20003",
        takes_who | takes_group | takes_by | takes_duration | whole_group,
        R"({"post_type":"notice","notice_type":"group_ban","sub_type":"ban"})"},
    Act{"unban", "A member may speak again (from cqhttp-4.15 on).",
        "unban --user 10007 --group 20002", takes_who | takes_group | takes_by | whole_group,
        R"({"post_type":"notice","notice_type":"group_ban","sub_type":"lift_ban"})"},
    Act{"recall", "A message is recalled (onebot-11).", "recall 3", takes_number | takes_by,
        R"({"post_type":"notice","notice_type":"group_recall"})"},
    Act{"poke", "A member pokes another (onebot-11).", "poke --as 10001 --group 20001",
        takes_who | takes_group | takes_target,
        R"({"post_type":"notice","notice_type":"notify","sub_type":"poke"})"},
};

// A person's number, or "self" for the account.
Fault read_person(std::string_view option, const std::string& typed, Json& number) {
    const auto value = parse_int64(typed);
    if (typed == "self") {
        number = typed;
    } else if (value && *value > 0) {
        number = *value;
    } else {
        return fmt::format("{} takes the number of a person, or self for the account", option);
    }
    return {};
}

Fault read_place(std::string_view option, const std::string& typed, Json& number) {
    const auto value = parse_int64(typed);
    if (!value || *value <= 0) {
        return fmt::format("{} takes the number of a group", option);
    }
    number = *value;
    return {};
}

// What `inject` and each act have in common.
class Common {
public:
    void declare(CLI::App& app) {
        app.add_flag("--json", json_, "print the events themselves, one a line");
        target_.declare(app);
        look_.declare_profile(app);
        look_.declare_color(app);
    }

    Fault read(const Surroundings& surroundings, InjectOptions& inject) const {
        inject.json = json_;
        SandboxTarget& target = inject.target;
        return first_fault(
            {look_.read(target.profile, inject.color),
             target_.read(surroundings, target.profile, target.api, target.token_file)});
    }

private:
    TargetLine target_;
    LookLine look_;
    bool json_ = false;
};

// One act with what was typed for it.
class ActLine {
public:
    ActLine(const Act& act, CLI::App& inject) : act_(act) {
        app_ = inject.add_subcommand(std::string(act.name), std::string(act.about));
        app_->group("Commands");
        app_->footer(
            fmt::format("Examples:\n  cqhttp-cli inject {}\n\ncqhttp-cli help inject says "
                        "more.",
                        act.example));
        declare();
        common_.declare(*app_);
    }

    bool parsed() const { return app_->parsed(); }

    Command finish(const Surroundings& surroundings) {
        InjectOptions inject;
        inject.event = *protocol::parse_json(act_.event);
        const Fault fault = first_fault({read_people(inject.event), read_where(inject.event),
                                         read_rest(inject), common_.read(surroundings, inject)});
        if (fault) {
            return usage_error(fmt::format("inject {}", act_.name), *fault);
        }
        return inject;
    }

private:
    bool takes(unsigned what) const { return (act_.takes & what) != 0; }

    void text(unsigned what, const char* name, std::string& value, const char* help,
              const char* kind = "NUMBER") {
        if (takes(what)) {
            app_->add_option(name, value, help)->option_text(kind);
        }
    }

    void declare() {
        text(takes_message, "MESSAGE", message_,
             "CQ string, JSON of segments, or - for standard\ninput", " ");
        text(takes_file, "NAME", file_name_, "name of the file", " ");
        text(takes_number, "MESSAGE_ID", message_id_, "message_id of the message", " ");
        text(takes_message, "--as", who_, "who speaks");
        text(takes_who, "--as,--user", who_, "who it is about; self: the account");
        text(takes_message, "--group", group_, "in that group");
        text(takes_group, "--group", group_, "number of the group");
        text(takes_message, "--discuss", discuss_, "in that discuss group");
        text(takes_target, "--target", person_, "who is poked (default: the account)");
        text(takes_by, "--by", by_, "who does it (default: the owner of the group)");
        text(takes_comment, "--comment", comment_, "what they write", "TEXT");
        text(takes_duration, "--duration", duration_, "for that long (default 1800)", "SECONDS");
        text(takes_file, "--size", size_, "size of the file (default 0)", "BYTES");
        if (takes(takes_message)) {
            app_->add_flag("--anonymous", anonymous_, "without a name, in a group");
            app_->add_flag("--hint", hint_, "a hint of the system, in a group; nobody speaks");
            app_->add_flag("--text", plain_, "take MESSAGE literally, without CQ codes");
        }
        if (takes(takes_invited)) {
            app_->add_flag("--invited", invited_, "they were invited by a member (--by)");
        }
        if (takes(takes_number)) {
            app_->add_flag("--private", private_, "a message of a friend");
        }
    }

    Fault read_people(Json& event) const {
        if (takes(whole_group) && who_ == "all") {
            event["user_id"] = 0;
        } else if (!who_.empty()) {
            if (const Fault fault = read_person("--as", who_, event["user_id"])) {
                return fault;
            }
        } else if (takes(takes_who) || (takes(takes_message) && !hint_)) {
            return takes(takes_message) ? "--as NUMBER says who speaks"
                                        : "--as NUMBER (or --user) says who it is";
        }
        if (!by_.empty()) {
            if (const Fault fault = read_person("--by", by_, event["operator_id"])) {
                return fault;
            }
        }
        if (takes(takes_target)) {
            return read_person("--target", person_.empty() ? "self" : person_, event["target_id"]);
        }
        return {};
    }

    Fault read_where(Json& event) const {
        if (takes(takes_group) && group_.empty()) {
            return "--group NUMBER says which group";
        }
        if (!group_.empty() && !discuss_.empty()) {
            return "--group and --discuss are two places: leave one out";
        }
        if ((anonymous_ || hint_) && group_.empty()) {
            return "--anonymous and --hint are for groups: --group NUMBER says which";
        }
        if (takes(takes_message)) {
            const char* place = discuss_.empty() ? "group" : "discuss";
            event["message_type"] = group_.empty() && discuss_.empty() ? "private" : place;
        }
        if (!group_.empty()) {
            return read_place("--group", group_, event["group_id"]);
        }
        return discuss_.empty() ? Fault() : read_place("--discuss", discuss_, event["discuss_id"]);
    }

    static Fault read_count(std::string_view option, const std::string& typed, Json& number) {
        const auto value = parse_int64(typed);
        if (!value || *value < 0) {
            return fmt::format("{} takes a number", option);
        }
        number = *value;
        return {};
    }

    Fault read_rest(InjectOptions& inject) const {
        Json& event = inject.event;
        if (takes(takes_comment)) {
            event["comment"] = comment_;
        }
        if (takes(takes_message)) {
            return read_message(inject);
        }
        if (takes(takes_file)) {
            if (file_name_.empty()) {
                return "which file? for example: cqhttp-cli inject " + std::string(act_.example);
            }
            event["file"]["name"] = file_name_;
            return read_count("--size", size_.empty() ? "0" : size_, event["file"]["size"]);
        }
        if (takes(takes_number)) {
            event["notice_type"] = private_ ? "friend_recall" : "group_recall";
            if (message_id_.empty()) {
                return "which message? its message_id: cqhttp-cli inject recall 3";
            }
            return read_count("MESSAGE_ID", message_id_, event["message_id"]);
        }
        if (invited_) {
            event["sub_type"] = "invite";
        }
        if (!takes(takes_duration)) {
            return {};
        }
        return read_count("--duration", duration_.empty() ? "1800" : duration_, event["duration"]);
    }

    Fault read_message(InjectOptions& inject) const {
        if (message_.empty()) {
            return "what do they say? for example: cqhttp-cli inject say --as 10001 'hello'";
        }
        if (anonymous_ && hint_) {
            return "--anonymous and --hint are two kinds: leave one out";
        }
        if (anonymous_ || hint_) {
            inject.event["sub_type"] = anonymous_ ? "anonymous" : "notice";
        }
        inject.message = message_;
        inject.plain_message = plain_;
        return {};
    }

    const Act& act_;
    CLI::App* app_ = nullptr;
    Common common_;
    std::string message_, file_name_, message_id_, who_, group_, discuss_, person_, by_, comment_,
        duration_, size_;
    bool anonymous_ = false, hint_ = false, plain_ = false, invited_ = false, private_ = false;
};

class InjectLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.require_subcommand(0, 1);
        app.add_option("--event", inject_.event_file, "a file with events; -: standard input")
            ->option_text("FILE");
        app.add_option("--script", inject_.script_file,
                       "a file with events and pauses; -: standard\ninput")
            ->option_text("FILE");
        common_.declare(app);
        for (const Act& act : acts) {
            acts_.push_back(std::make_unique<ActLine>(act, app));
        }
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        const bool from_file = !inject_.event_file.empty() || !inject_.script_file.empty();
        for (const auto& act : acts_) {
            if (act->parsed()) {
                return from_file ? usage_error("inject", "--event and --script stand alone")
                                 : act->finish(surroundings);
            }
        }
        const Fault fault = first_fault({check_source(), common_.read(surroundings, inject_)});
        if (fault) {
            return usage_error("inject", *fault);
        }
        return std::move(inject_);
    }

private:
    Fault check_source() const {
        if (inject_.event_file.empty() && inject_.script_file.empty()) {
            return "what happens? for example: cqhttp-cli inject say --as 10001 'hello'";
        }
        if (!inject_.event_file.empty() && !inject_.script_file.empty()) {
            return "--event and --script are two sources: leave one out";
        }
        return {};
    }

    InjectOptions inject_;
    Common common_;
    std::vector<std::unique_ptr<ActLine>> acts_;
};

}  // namespace

CommandRow inject_row() {
    return {"inject", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<InjectLine>(); }};
}

}  // namespace cqhttp::cli
