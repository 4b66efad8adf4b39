// Chapter 06, sections 2 and 5: values that are not allowed, what the codes mean, and which of
// several ids a send_msg goes to. Where a message must not go there is nobody, so that it can be
// told by the answer alone.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

constexpr std::int64_t nowhere = 1;  // no person, group or discussion has that number

// --- messages ---------------------------------------------------------------------------------

asio::awaitable<Outcome> empty_messages(Context& context) {
    Outcome outcome;
    std::vector<Json> messages(4);
    messages[0] = "";
    messages[1] = Json::array();
    messages[2]["type"] = "text";
    messages[2]["data"]["text"] = "";
    messages[3] = Json::array({messages[2]});
    for (const Json& message : messages) {
        co_await refused(context, outcome, "send_private_msg",
                         samples_and(context, "user_id", "message", message), "empty message");
        co_await refused(context, outcome, "send_group_msg",
                         samples_and(context, "group_id", "message", message), "empty message");
    }
    co_return outcome;
}

asio::awaitable<Outcome> unknown_message_types(Context& context) {
    Outcome outcome;
    std::vector<Json> types(5);
    types[0] = "channel";
    types[1] = "Private";
    types[2] = "private ";
    types[3] = "groups";
    types[4] = "friend";
    if (context.is_40()) {
        types.emplace_back("");
        types.emplace_back(1);
        types.emplace_back();
    }
    for (const Json& type : types) {
        Json params = samples_and(context, "user_id group_id message", "message_type", type);
        co_await refused(context, outcome, "send_msg", params, "no such message_type");
    }
    if (context.is_40()) {
        co_await refused(context, outcome, "send_msg", samples(context, "user_id group_id message"),
                         "no message_type");
    }
    co_return outcome;
}

asio::awaitable<Outcome> first_id_decides(Context& context) {
    Outcome outcome;
    for (const bool empty : {false, true}) {
        Json params = samples(context, "user_id message");
        if (empty) {
            params["message_type"] = "";
        }
        co_await data_of(context, outcome, "send_msg", params);
        params["group_id"] = nowhere;
        co_await fails(context, outcome, "send_msg", params, "group_id comes before user_id");
        if (context.is_415()) {
            params.erase("group_id");
            params["discuss_id"] = nowhere;
            co_await fails(context, outcome, "send_msg", params, "discuss_id comes before user_id");
        }
        params["discuss_id"] = nowhere;
        params["user_id"] = nowhere;
        params["group_id"] = context.target().group;
        co_await data_of(context, outcome, "send_msg", params);
    }
    co_return outcome;
}

asio::awaitable<Outcome> type_chooses_the_id(Context& context) {
    Outcome outcome;
    Json params = samples(context, "user_id message");
    params["message_type"] = "group";
    co_await refused(context, outcome, "send_msg", params, "only user_id for a group");
    params["group_id"] = context.target().group;
    params["user_id"] = nowhere;
    params["discuss_id"] = nowhere;
    co_await data_of(context, outcome, "send_msg", params);
    params["message_type"] = "private";
    co_await fails(context, outcome, "send_msg", params, "user_id of nobody, group_id good");
    params.erase("user_id");
    co_await refused(context, outcome, "send_msg", params, "only group_id for a person");
    co_return outcome;
}

// --- numbers and words ------------------------------------------------------------------------

asio::awaitable<Outcome> numbers_below_the_least(Context& context) {
    Outcome outcome;
    for (const int times : {0, -1}) {
        co_await refused(context, outcome, "send_like",
                         samples_and(context, "user_id", "times", times), "times");
    }
    co_await refused(context, outcome, "set_group_ban",
                     samples_and(context, "group_id user_id", "duration", -1), "duration");
    co_await refused(context, outcome, "set_group_anonymous_ban",
                     samples_and(context, "group_id flag", "duration", -1), "duration");
    co_return outcome;
}

asio::awaitable<Outcome> empty_flags(Context& context) {
    Outcome outcome;
    co_await refused(context, outcome, "set_friend_add_request",
                     samples_and(context, "", "flag", ""), "empty flag");
    co_await refused(context, outcome, "set_group_add_request",
                     samples_and(context, "type", "flag", ""), "empty flag");
    co_await refused(context, outcome, "set_group_anonymous_ban",
                     samples_and(context, "group_id", "flag", ""), "empty flag");
    for (const char* type : {"", "friend", "Add", "kick"}) {
        co_await refused(context, outcome, "set_group_add_request",
                         samples_and(context, "flag", "type", type), "no such request type");
    }
    co_return outcome;
}

asio::awaitable<Outcome> empty_record_names(Context& context) {
    Outcome outcome;
    co_await refused(context, outcome, "get_record", samples_and(context, "out_format", "file", ""),
                     "empty file");
    co_await refused(context, outcome, "get_record", samples_and(context, "file", "out_format", ""),
                     "empty out_format");
    co_return outcome;
}

asio::awaitable<Outcome> other_record_formats(Context& context) {
    Outcome outcome;
    for (const char* format : {"exe", "MP3", "mp4", "../x", "mp3 "}) {
        co_await refused(context, outcome, "get_record",
                         samples_and(context, "file", "out_format", format), "no such format");
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_directories(Context& context) {
    Outcome outcome;
    for (const char* name :
         {"", "../x", "..", ".", "cache", "image/", "/tmp", "Image", "image/.."}) {
        co_await refused(context, outcome, "clean_data_dir",
                         samples_and(context, "", "data_dir", name), "no such directory");
    }
    co_return outcome;
}

asio::awaitable<Outcome> emptied_directories(Context& context) {
    Outcome outcome;
    namespace fs = std::filesystem;
    for (const char* name : {"image", "record", "show", "bface"}) {
        const fs::path folder = context.target().data_root / "data" / name;
        std::error_code error;
        fs::remove_all(folder, error);
        for (const bool filled : {false, true}) {
            if (filled) {
                std::ofstream(folder / "left over.txt") << "x";
            }
            co_await done(context, outcome, "clean_data_dir",
                          samples_and(context, "", "data_dir", name));
            outcome.check(expect::that(fs::is_directory(folder, error), "the directory is there",
                                       folder.string() + " is not"),
                          name);
            outcome.check(expect::that(fs::is_empty(folder, error), "the directory is empty",
                                       folder.string() + " is not"),
                          name);
        }
    }
    co_return outcome;
}

// --- codes ------------------------------------------------------------------------------------

Check is_in_the_table(const HttpReply& reply) {
    if (auto wrong = expect::failed(reply)) {
        return wrong;
    }
    const auto code = member(reply.json(), "retcode").get<std::int64_t>();
    const bool listed =
        code == 100 || code == 102 || code == 103 || code == 104 || code == 201 || code < 0;
    return expect::that(listed, "retcode 100, 102, 103, 104, 201 or below 0", std::to_string(code));
}

asio::awaitable<Outcome> codes_of_the_table(Context& context) {
    Outcome outcome;
    const Json no_group = samples_and(context, "user_id message flag", "group_id", nowhere);
    const Json no_user = samples_and(context, "group_id message", "user_id", nowhere);
    const Json no_flag = samples(context, "group_id flag type message_id file out_format");
    struct Failing {
        const char* action;
        const Json& params;
    };
    const Failing failing[] = {
        {"get_group_member_list", no_group},
        {"get_group_member_info", no_group},
        {"get_group_member_info", no_user},
        {"get_stranger_info", no_user},
        {"send_group_msg", no_group},
        {"send_private_msg", no_user},
        {"set_group_card", no_group},
        {"set_group_anonymous_ban", no_flag},
        {"set_friend_add_request", no_flag},
        {"set_group_add_request", no_flag},
        {"delete_msg", no_flag},
        {"get_record", no_flag},
    };
    for (const Failing& one : failing) {
        const HttpReply reply = co_await context.call(one.action, one.params);
        outcome.check(is_in_the_table(reply), call_text(one.action, one.params));
    }
    const HttpReply missing = co_await context.call("send_private_msg");
    outcome.check(expect::failed(missing, 100), "a parameter is missing");
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs sending = Need::http | Need::user | Need::group;

constexpr Case table[] = {
    {.id = "action-values/empty-messages",
     .requirements = "ACT-004",
     .sentence = "An empty message is refused.",
     .sends = "send_private_msg and send_group_msg of \"\", [], an empty text segment, [the same]",
     .expects = "failed with retcode 100",
     .needs = sending,
     .run = empty_messages},
    {.id = "action-values/message-type-is-required",
     .requirements = "ACT-005 ACT-104",
     .sentence = "send_msg needs one of the message types.",
     .sends = "send_msg without message_type, and with eight that there are not",
     .expects = "failed with retcode 100",
     .needs = sending,
     .run = unknown_message_types},
    {.id = "action-values/unknown-message-type",
     .requirements = "ACT-006 ACT-104",
     .sentence = "A message_type that is not empty must be known.",
     .sends = "send_msg with message types that there are not",
     .expects = "failed with retcode 100 (onebot-11: any but 0 and 1)",
     .needs = sending,
     .run = unknown_message_types},
    {.id = "action-values/first-id-decides",
     .requirements = "ACT-006 ACT-104",
     .sentence = "Without message_type the first of group_id, discuss_id, user_id decides.",
     .sends = "send_msg without a type, with the good id and one of nobody in each order",
     .expects = "ok where the good id is the first, failed elsewhere",
     .needs = sending,
     .run = first_id_decides},
    {.id = "action-values/message-type-chooses-the-id",
     .requirements = "ACT-007",
     .sentence = "send_msg uses the id of its type and ignores the others.",
     .sends = "send_msg of each type with a good id of it, of another, and of nobody",
     .expects = "ok exactly with the good id of the type",
     .needs = sending,
     .run = type_chooses_the_id},
    {.id = "action-values/numbers-below-the-least",
     .requirements = "ACT-008 ACT-106 ACT-108 ACT-109",
     .sentence = "times below 1 and a duration below 0 are refused.",
     .sends = "send_like with times 0 and -1, set_group_ban and the anonymous one with duration -1",
     .expects = "failed with retcode 100",
     .needs = sending,
     .run = numbers_below_the_least},
    {.id = "action-values/empty-flags",
     .requirements = "ACT-009 ACT-117 ACT-118",
     .sentence = "An empty flag and an unknown type of request are refused.",
     .sends = "the three actions that take a flag with an empty one, four types of request",
     .expects = "failed with retcode 100",
     .needs = Need::http,
     .run = empty_flags},
    {.id = "action-values/empty-record-names",
     .requirements = "ACT-014 ACT-126",
     .sentence = "get_record needs a file and a format.",
     .sends = "get_record with an empty file, with an empty out_format",
     .expects = "failed with retcode 100",
     .needs = Need::http,
     .run = empty_record_names},
    {.id = "action-values/other-record-formats",
     .requirements = "ACT-015",
     .sentence = "get_record knows eight formats.",
     .sends = "get_record with out_format exe, MP3, mp4, ../x, \"mp3 \"",
     .expects = "failed with retcode 100",
     .needs = Need::http,
     .run = other_record_formats},
    {.id = "action-values/other-directories",
     .requirements = "ACT-013",
     .sentence = "clean_data_dir knows four names.",
     .sends = "clean_data_dir with nine others, among them ../x, /tmp and an empty one",
     .expects = "failed with retcode 100",
     .needs = Need::http | Need::disposable,
     .run = other_directories},
    {.id = "action-values/emptied-directories",
     .requirements = "ACT-013 ACT-131",
     .sentence = "A directory that was cleaned is there and empty.",
     .sends = "clean_data_dir for each name, without a directory and with a file in it",
     .expects = "ok with data null; a directory without entries",
     .needs = Need::http | Need::data_root | Need::disposable,
     .run = emptied_directories},
    {.id = "action-values/codes-of-the-table",
     .requirements = "RET-002",
     .sentence = "The codes are those of the table; 101 is not among them.",
     .sends = "twelve calls that must fail for what does not exist, one without a parameter",
     .expects = "100, 102, 103, 104, 201 or below 0; 100 for the parameter",
     .needs = sending,
     .run = codes_of_the_table},
};

}  // namespace

std::span<const Case> action_values_cases() {
    return table;
}

}  // namespace cqhttp::conformance
