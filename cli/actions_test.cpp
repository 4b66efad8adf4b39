#include "cli/commands.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <sstream>

namespace cli = cqhttp::cli;
namespace protocol = cqhttp::protocol;
using cqhttp::cli::ActionsOptions;
using cqhttp::protocol::ProfileId;

namespace {

constexpr ProfileId all_ids[] = {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                 ProfileId::onebot_11};

struct Outcome {
    int code = -1;
    std::string out, err;
};

Outcome run(const ActionsOptions& options, cli::Layout layout = {}) {
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in;
    cli::Console console(out, err, layout);
    cli::Context context{console, in};
    const int code = cli::run(options, context);
    return {code, out.str(), err.str()};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Whether one line names the action and says the rest, too.
bool has_line(const std::string& page, std::string_view name, std::string_view rest) {
    const auto lines = lines_of(page);
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.starts_with("  " + std::string(name) + " ") && contains(line, rest);
    });
}

}  // namespace

TEST_CASE("actions: the list has a line for every action of the profile and no other",
          "[cli][ACT-001]") {
    for (const ProfileId profile : all_ids) {
        const Outcome got = run({.name = {}, .profile = profile});
        REQUIRE(got.code == 0);
        REQUIRE(got.err.empty());
        for (const auto& spec : protocol::action_catalogue()) {
            INFO(spec.name);
            REQUIRE(has_line(got.out, spec.name, "-> ") == spec.profiles.contains(profile));
        }
    }
}

TEST_CASE("actions: a line shows parameters with defaults and data", "[cli][ACT-101][ACT-108]") {
    const std::string page = run({}).out;
    REQUIRE(has_line(page, "send_private_msg",
                     "user_id:int message:message [auto_escape:bool=false] -> message_id int32"));
    REQUIRE(
        has_line(page, "set_group_ban", "group_id:int user_id:int [duration:int=1800] -> null"));
    REQUIRE(has_line(page, "send_msg", "message_type:private|group|discuss [user_id:int]"));
}

TEST_CASE("actions: the groups of the list stand in their order", "[cli]") {
    const std::string page = run({}).out;
    std::size_t last = 0;
    for (const char* title : {"Messages\n", "\nGroups\n", "\nPeople and requests\n",
                              "\nThe account\n", "\nFiles and media\n", "\nGateway\n"}) {
        INFO(title);
        const std::size_t at = page.find(title);
        REQUIRE(at != std::string::npos);
        REQUIRE(at >= last);
        last = at;
    }
}

TEST_CASE("actions: pages for a terminal of 80 columns are no wider", "[cli]") {
    for (const ProfileId profile : all_ids) {
        for (const auto& line :
             lines_of(run({.name = {}, .profile = profile}, {.columns = 80}).out)) {
            INFO(line);
            REQUIRE(line.size() <= 80);
            REQUIRE_FALSE(line.ends_with(' '));
        }
    }
}

TEST_CASE("actions: a page about one action is as narrow except for its example", "[cli]") {
    for (const ProfileId profile : all_ids) {
        for (const auto& spec : protocol::action_catalogue()) {
            if (!spec.profiles.contains(profile)) {
                continue;
            }
            const Outcome got =
                run({.name = std::string(spec.name), .profile = profile}, {.columns = 80});
            REQUIRE(got.code == 0);
            for (const auto& line : lines_of(got.out)) {
                INFO(line);
                REQUIRE((line.size() <= 80 || line.starts_with("  cqhttp-cli call ")));
            }
        }
    }
}

TEST_CASE("actions: one action is explained in full", "[cli][ACT-104]") {
    const std::string page = run({.name = "send_msg"}).out;
    REQUIRE(page.starts_with("send_msg\n"));
    for (const char* words :
         {"  message_type     str, required; one of private, group, discuss",
          "  user_id          int, optional", "  message          message, required",
          "  auto_escape      bool, default false", "Data             message_id int32",
          "Requirement      ACT-104", "Lasting effect   no",
          "Profiles         cqhttp-4.0, cqhttp-4.15, onebot-11",
          "  cqhttp-cli call send_msg message_type=private user_id=10001 message=你好\n"}) {
        INFO(words);
        REQUIRE(contains(page, words));
    }
}

TEST_CASE("actions: lasting effects and bounds and other names are told", "[cli][ACT-109]") {
    REQUIRE(contains(run({.name = "send_like"}).out, "at least 1"));
    REQUIRE(contains(run({.name = "set_group_kick"}).out, "Lasting effect   yes"));
    REQUIRE(
        contains(run({.name = "set_group_anonymous_ban", .profile = ProfileId::cqhttp_4_15}).out,
                 "also called anonymous_flag"));
    REQUIRE(contains(run({.name = "get_record"}).out, "It needs ffmpeg"));
    REQUIRE(contains(run({.name = "get_login_info"}).out, "Parameters       none"));
}

TEST_CASE("actions: an unknown name asks which was meant", "[cli]") {
    const Outcome got = run({.name = "send_privat_msg"});
    REQUIRE(got.code == cli::exit_code::usage);
    REQUIRE(got.out.empty());
    REQUIRE(got.err ==
            "cqhttp-cli: cqhttp-4.0 has no action send_privat_msg\n"
            "cqhttp-cli: did you mean send_private_msg?\n");
    REQUIRE(contains(run({.name = "frobnicate"}).err, "cqhttp-cli actions lists them all"));
}

TEST_CASE("actions: a name of another profile says which", "[cli][ACT-001]") {
    const Outcome got = run({.name = "get_friend_list"});
    REQUIRE(got.code == cli::exit_code::usage);
    REQUIRE(contains(got.err, "add --profile cqhttp-4.15"));
    REQUIRE(run({.name = "get_friend_list", .profile = ProfileId::onebot_11}).code == 0);
}

TEST_CASE("actions: a name with a suffix leads to the action itself", "[cli][ASYNC-001]") {
    const Outcome got = run({.name = "send_msg_async"});
    REQUIRE(got.code == cli::exit_code::usage);
    REQUIRE(contains(got.err, "cqhttp-cli actions send_msg\n"));
}

TEST_CASE("actions: the JSON form is an array of everything about each", "[cli]") {
    const Outcome got = run({.name = {}, .json = true});
    const auto list = protocol::parse_json(got.out);
    REQUIRE(list.has_value());
    REQUIRE(list->is_array());
    const auto in_profile = [](const protocol::ActionSpec& spec) {
        return spec.profiles.contains(ProfileId::cqhttp_4_0);
    };
    const auto all = protocol::action_catalogue();
    REQUIRE(static_cast<std::ptrdiff_t>(list->size()) ==
            std::count_if(all.begin(), all.end(), in_profile));
    REQUIRE(got.out.find('\n') == got.out.size() - 1);
}

TEST_CASE("actions: the JSON form of one action has types and defaults and bounds",
          "[cli][ACT-108]") {
    const Outcome got = run({.name = "set_group_ban", .json = true});
    const auto list = protocol::parse_json(got.out);
    REQUIRE(list.has_value());
    const auto expected = protocol::parse_json(R"({
        "name": "duration", "type": "int", "required": false, "default": 1800, "min": 0,
        "allowed": [], "alias": "", "about": "seconds; 0 lifts the ban"})");
    REQUIRE(list->size() == 1);
    const auto& action = list->front();
    REQUIRE(action["name"] == "set_group_ban");
    REQUIRE(action["requirement"] == "ACT-108");
    REQUIRE(action["lasting"] == true);
    REQUIRE(action["owner"] == "account");
    REQUIRE(action["group"] == "Groups");
    REQUIRE(action["profiles"].size() == 3);
    REQUIRE(action["params"].size() == 3);
    REQUIRE(action["params"][2] == *expected);
    REQUIRE(action["params"][0]["required"] == true);
    REQUIRE(action["params"][0]["default"].is_null());
}

TEST_CASE("actions: titles are bold where colours are on", "[cli]") {
    REQUIRE(run({}, {.color = true}).out.starts_with("\x1b[1mMessages\x1b[0m\n"));
}
