// Gateways whose actions are wrong in one way: what they take, do and tell.
#include "conformance/tests/deviation_tools.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::conformance::test {
namespace {

// {} where nothing is to be told.
void object_for_null(HttpReply& reply) {
    change_reply(reply, [](Json& body) {
        if (member(body, "retcode") == 0 && member(body, "data").is_null()) {
            body["data"] = Json::object();
        }
    });
}

// Says ok where an action fails, but not for its parameters.
template <int retcode>
void ok_for(const Message& m, HttpReply& reply, std::string_view action) {
    const Json body = reply.json();
    const bool meant =
        retcode == 0 ? member(body, "retcode") != 100 : member(body, "retcode") == retcode;
    if (calls(m, action) && member(body, "status") == "failed" && meant) {
        reply = reply_of("ok", 0);
    }
}
constexpr int any_code = 0;

constexpr Deviation table[] = {
    {.name = "tells message_id of send_private_msg as a text",
     .requirement = "ACT-101",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "send_private_msg", "message_id"); }},
    {.name = "tells message_id of send_group_msg as a text",
     .requirement = "ACT-102",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "send_group_msg", "message_id"); }},
    {.name = "leaves message_id out of send_discuss_msg",
     .requirement = "ACT-103",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "send_discuss_msg", "message_id"); }},
    {.name = "gives every message the id 7",
     .requirement = "ACT-003",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "send_group_msg", [](Json& d) { d["message_id"] = 7; });
         }},
    {.name = "gives a message the id 0",
     .requirement = "ACT-003",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "send_private_msg", [](Json& d) { d["message_id"] = 0; });
         }},
    {.name = "gives message ids beyond 32 bits",
     .requirement = "ACT-003",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "send_group_msg", [](Json& d) {
                 d["message_id"] = d["message_id"].get<std::int64_t>() + (1LL << 32);
             });
         }},
    {.name = "takes an unknown message_type for private",
     .requirement = "ACT-005",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "send_msg", [](Json& p) {
                 if (member(p, "message_type") == "channel") {
                     p["message_type"] = "private";
                 }
             });
         }},
    {.name = "takes no message_type for private",
     .requirement = "ACT-005",
     .request = [](const Place&,
                   Message& m) { by_default(m, "send_msg", "message_type", "private"); }},
    {.name = "lets user_id decide where a group is meant",
     .requirement = "ACT-007",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "send_msg", [](Json& p) {
                 if (p.contains("user_id")) {
                     p["message_type"] = "private";
                 }
             });
         }},
    {.name = "sends empty messages",
     .requirement = "ACT-004",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 if (member(p, "message") == "") {
                     p["message"] = "x";
                 }
             });
         }},
    {.name = "escapes by default",
     .requirement = "ACT-101",
     .request = [](const Place&,
                   Message& m) { by_default(m, "send_private_msg", "auto_escape", true); }},
    {.name = "does not know send_msg",
     .requirement = "ACT-104",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = calls(m, "send_msg") ? 404 : r.status; }},
    {.name = "recalls messages that there are not",
     .requirement = "ACT-105",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "delete_msg") && member(r.json(), "retcode") == -20) {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "likes nobody by default",
     .requirement = "ACT-106",
     .request = [](const Place&, Message& m) { by_default(m, "send_like", "times", 0); }},
    {.name = "likes as often as nobody wants",
     .requirement = "ACT-008",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "send_like", [](Json& p) {
                 if (member(p, "times") == 0) {
                     p["times"] = 1;
                 }
             });
         }},
    {.name = "kicks without doing it",
     .requirement = "ACT-107",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!calls(m, "set_group_kick")) {
             return std::nullopt;
         }
         return reply_of("ok", 0);
     }},
    {.name = "bans for no time by default",
     .requirement = "ACT-108",
     .request = [](const Place&, Message& m) { by_default(m, "set_group_ban", "duration", 0); }},
    {.name = "does not know a ban that is lifted",
     .requirement = "ACT-108",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "set_group_ban") && member(params_of(m), "duration") == 0) {
                 r = reply_of("failed", 100);
             }
         }},
    {.name = "forgets the flag of anonymous members",
     .requirement = "ACT-109",
     .request = [](const Place&, Message& m) { ignores(m, "set_group_anonymous_ban", "flag"); }},
    {.name = "tells {} where there is nothing to tell",
     .requirement = "ACT-110",
     .reply = [](const Place&, const Message&, HttpReply& r) { object_for_null(r); }},
    {.name = "dismisses by default",
     .requirement = "ACT-111",
     .request = [](const Place&,
                   Message& m) { by_default(m, "set_group_admin", "enable", false); }},
    {.name = "fails where anonymity is switched off",
     .requirement = "ACT-112",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "set_group_anonymous") && member(params_of(m), "enable") == false) {
                 r = reply_of("failed", 103);
             }
         }},
    {.name = "does not remove a card",
     .requirement = "ACT-113",
     .request = [](const Place&,
                   Message& m) { by_default(m, "set_group_card", "card", "a card"); }},
    {.name = "leaves no group",
     .requirement = "ACT-114",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!calls(m, "set_group_leave")) {
             return std::nullopt;
         }
         return reply_of("ok", 0);
     }},
    {.name = "does not remove a title",
     .requirement = "ACT-115",
     .request =
         [](const Place&, Message& m) {
             by_default(m, "set_group_special_title", "special_title", "a title");
         }},
    {.name = "leaves no discussion",
     .requirement = "ACT-116",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!calls(m, "set_discuss_leave")) {
             return std::nullopt;
         }
         return reply_of("ok", 0);
     }},
    {.name = "rejects friends by default",
     .requirement = "ACT-117",
     .request = [](const Place&,
                   Message& m) { by_default(m, "set_friend_add_request", "approve", false); }},
    {.name = "rejects applicants by default",
     .requirement = "ACT-118",
     .request = [](const Place&,
                   Message& m) { by_default(m, "set_group_add_request", "approve", false); }},
    {.name = "accepts whoever asks",
     .requirement = "ACT-012",
     .request =
         [](const Place&, Message& m) {
             ignores(m, "set_friend_add_request", "approve");
             ignores(m, "set_group_add_request", "approve");
         }},
    {.name = "takes empty flags",
     .requirement = "ACT-009",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (member(params_of(m), "flag") == "") {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "knows requests of other types",
     .requirement = "ACT-009",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_add_request", [](Json& p) {
                 if (member(p, "type") == "friend") {
                     p["type"] = "add";
                 }
             });
         }},
    {.name = "cleans whatever it is told",
     .requirement = "ACT-013",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "clean_data_dir") && member(params_of(m), "data_dir") == "../x") {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "needs no format of a record",
     .requirement = "ACT-014",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "get_record", [](Json& p) {
                 if (member(p, "out_format") == "") {
                     p["out_format"] = "mp3";
                 }
             });
         }},
    {.name = "has another number in get_login_info",
     .requirement = "ACT-016",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_login_info",
                         [](Json& d) { d["user_id"] = d["user_id"].get<std::int64_t>() + 1; });
         }},
    {.name = "tells user_id of get_login_info as a text",
     .requirement = "ACT-119",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_login_info", "user_id"); }},
    {.name = "leaves age out of get_stranger_info",
     .requirement = "ACT-120",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_stranger_info", "age"); }},
    {.name = "writes the sex in capitals",
     .requirement = "ACT-120",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_stranger_info", [](Json& d) { d["sex"] = "Male"; });
         }},
    {.name = "lists groups inside of an object",
     .requirement = "ACT-121",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_group_list", [](Json& d) {
                 const Json list = d;
                 d = Json::object();
                 d["groups"] = list;
             });
         }},
    {.name = "leaves card_changeable out of get_group_member_info",
     .requirement = "ACT-122",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_group_member_info", "card_changeable"); }},
    {.name = "tells join_time of get_group_member_info as a text",
     .requirement = "ACT-122",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_group_member_info", "join_time"); }},
    {.name = "lists members without their titles",
     .requirement = "ACT-123",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_group_member_list", [](Json& d) {
                 for (Json& row : d) {
                     row.erase("title");
                 }
             });
         }},
    {.name = "lists members without their titles, which may be",
     .requirement = "ACT-017",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_group_member_list", [](Json& d) {
                 for (Json& row : d) {
                     row.erase("title");
                 }
             });
         }},
    {.name = "lists no member",
     .requirement = "ACT-123",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_group_member_list", [](Json& d) { d = Json::array(); });
         }},
    {.name = "leaves cookies out of get_cookies",
     .requirement = "ACT-124",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_cookies", "cookies"); }},
    {.name = "tells token of get_csrf_token as a text",
     .requirement = "ACT-125",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_csrf_token", "token"); }},
    {.name = "leaves file out of get_record",
     .requirement = "ACT-126",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_record", "file"); }},
    {.name = "tells good of get_status as a text",
     .requirement = "ACT-127",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_status", "good"); }},
    {.name = "leaves app_enabled out of get_status",
     .requirement = "ACT-030",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_status", "app_enabled"); }},
    {.name = "leaves plugin_version out of get_version_info",
     .requirement = "ACT-128",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_version_info", "plugin_version"); }},
    {.name = "leaves plugin_build_configuration out of get_version_info",
     .requirement = "ACT-033",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             without(m, r, "get_version_info", "plugin_build_configuration");
         }},
    {.name = "cleans nothing and says so",
     .requirement = "ACT-131",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "clean_data_dir")) {
                 r = reply_of("failed", 103);
             }
         }},
    {.name = "lists friend groups without friends",
     .requirement = "ACT-132",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "_get_friend_list", [](Json& d) {
                 for (Json& row : d) {
                     row.erase("friends");
                 }
             });
         }},
    {.name = "leaves admins out of _get_group_info",
     .requirement = "ACT-133",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "_get_group_info", "admins"); }},
    {.name = "answers ok to .check_update",
     .requirement = "ACT-134",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, ".check_update")) {
                 ok_for_async(r);
             }
         }},
    {.name = "answers ok to set_restart",
     .requirement = "ACT-129",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "set_restart")) {
                 r = reply_of("async", 1);
             }
         }},
    {.name = "answers ok to set_restart_plugin",
     .requirement = "ACT-130",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "set_restart_plugin")) {
                 ok_for_async(r);
             }
         }},
    {.name = "restarts before it answers",
     .requirement = "ACT-040",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = calls(m, "set_restart_plugin") ? 0 : r.status; }},
    {.name = "does not wait before a restart",
     .requirement = "ACT-041",
     .request = [](const Place&, Message& m) { ignores(m, "set_restart_plugin", "delay"); }},
    {.name = "tells {} where there is nothing to tell, anywhere",
     .requirement = "ACT-002",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_csrf_token", [](Json& d) { d = Json::object(); });
         }},
    {.name = "bans whoever has an unknown flag",
     .requirement = "ACT-109",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<any_code>(m, r, "set_group_anonymous_ban"); }},
    {.name = "accepts friends that nobody asked for",
     .requirement = "ACT-117",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<any_code>(m, r, "set_friend_add_request"); }},
    {.name = "lists members of groups that it is not in",
     .requirement = "ACT-123",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<any_code>(m, r, "get_group_member_list"); }},
    {.name = "tells records that there are not",
     .requirement = "ACT-126",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<any_code>(m, r, "get_record"); }},
    {.name = "counts bytes of a message, not characters",
     .requirement = "SBX-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             const Json params = params_of(m);
             const Json& message = member(params, "message");
             if (message.is_string() && message.get<std::string>().size() > 4500) {
                 r = reply_of("failed", -26);
             }
         }},
    {.name = "recalls what administrators say",
     .requirement = "SBX-001",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<-39>(m, r, "delete_msg"); }},
    {.name = "says that it has cleaned what it cannot",
     .requirement = "SBX-001",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { ok_for<103>(m, r, "clean_data_dir"); }},
};

}  // namespace

std::span<const Deviation> action_row_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
