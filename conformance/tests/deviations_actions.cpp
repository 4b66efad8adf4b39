// Gateways that deal wrongly with parameters, codes and asynchronous calls in one way.
#include "conformance/tests/deviation_frames.hpp"
#include "conformance/tests/deviation_tools.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::conformance::test {
namespace {

void data_where_accepted(Json& body) {
    if (member(body, "retcode") == 1) {
        body["data"] = Json::object();
    }
}

void ok_for_missing(const Place&, const Message&, HttpReply& reply) {
    if (member(reply.json(), "retcode") == 100) {
        reply = reply_of("ok", 0);
    }
}

constexpr Deviation table[] = {
    {.name = "tells numbers as doubles",
     .requirement = "PAR-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_group_member_info",
                         [](Json& d) { d["user_id"] = d["user_id"].get<double>(); });
         }},
    {.name = "takes no numbers from texts",
     .requirement = "PAR-002",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 if (member(p, "group_id").is_string()) {
                     p.erase("group_id");
                 }
             });
         }},
    {.name = "takes no sign from texts",
     .requirement = "PAR-002",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 const Json& id = member(p, "group_id");
                 if (id.is_string() && id.get<std::string>().starts_with("+")) {
                     p.erase("group_id");
                 }
             });
         }},
    {.name = "rounds large numbers to doubles",
     .requirement = "PAR-018",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "get_stranger_info", [](Json& p) {
                 if (p["user_id"].is_number()) {
                     p["user_id"] = static_cast<std::int64_t>(p["user_id"].get<float>());
                 }
             });
         }},
    {.name = "does not look at booleans",
     .requirement = "PAR-007",
     .request = [](const Place&, Message& m) { ignores(m, "set_group_admin", "enable"); }},
    {.name = "takes every text for true",
     .requirement = "PAR-008",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_admin", [](Json& p) {
                 if (member(p, "enable").is_string()) {
                     p["enable"] = true;
                 }
             });
         }},
    {.name = "knows no and 0 as no booleans",
     .requirement = "PAR-019",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_admin", [](Json& p) {
                 if (member(p, "enable") == "no" || member(p, "enable") == "0") {
                     p.erase("enable");
                 }
             });
         }},
    {.name = "trims texts",
     .requirement = "PAR-011",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_card", [](Json& p) {
                 if (member(p, "card").is_string()) {
                     p["card"] = std::string(trim(p["card"].get<std::string>()));
                 }
             });
         }},
    {.name = "does not know one segment for a message",
     .requirement = "PAR-013",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 if (member(p, "message").is_object()) {
                     p.erase("message");
                 }
             });
         }},
    {.name = "sends what is no message",
     .requirement = "PAR-014",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 if (member(p, "message").is_number()) {
                     p["message"] = dump(p["message"]);
                 }
             });
         }},
    {.name = "escapes arrays, too",
     .requirement = "PAR-015",
     .request =
         [](const Place&, Message& m) {
             change_params(m, [](Json& p) {
                 if (member(p, "message").is_array() && member(p, "auto_escape") == true) {
                     p["message"] = "[CQ:face,id=14]";
                 }
             });
         }},
    {.name = "does not know auto_escape",
     .requirement = "PAR-015",
     .request = [](const Place&, Message& m) { ignores(m, "send_private_msg", "auto_escape"); }},
    {.name = "answers ok to an id of 0",
     .requirement = "PAR-016",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             const Json params = params_of(m);
             if (member(params, "user_id") == 0 || member(params, "group_id") == 0) {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "answers ok where a parameter is missing",
     .requirement = "RET-001",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (member(r.json(), "retcode") == 100) {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "says ok with retcode 100",
     .requirement = "RET-001",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (member(r.json(), "retcode") == 100) {
                 r = reply_of("ok", 100);
             }
         }},
    {.name = "answers 400 where a parameter is missing",
     .requirement = "RET-001",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = member(r.json(), "retcode") == 100 ? 400 : r.status; }},
    {.name = "answers 101 where data cannot be had",
     .requirement = "RET-002",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (member(r.json(), "retcode") == 102) {
                 r = reply_of("failed", 101);
             }
         }},
    {.name = "answers 1400 where a parameter is missing",
     .requirement = "RET-002",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (member(r.json(), "retcode") == 100) {
                 r = reply_of("failed", 1400);
             }
         }},
    {.name = "does what it refuses",
     .requirement = "RET-003",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_card", [](Json& p) {
                 if (member(p, "group_id") == 0) {
                     p["group_id"] = 20001;
                 }
             });
         },
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (member(params_of(m), "group_id") == 0) {
                 r = reply_of("failed", 100);
             }
         }},
    {.name = "answers ok to asynchronous calls",
     .requirement = "ASYNC-001",
     .reply = [](const Place&, const Message&, HttpReply& r) { ok_for_async(r); }},
    {.name = "carries asynchronous calls out before it answers",
     .requirement = "ASYNC-001",
     .like = "go-cqhttp",
     .request =
         [](const Place&, Message& m) {
             if (is_async(m)) {
                 m.target.resize(m.target.size() - 6);
             }
         },
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (is_async(m)) {
                 r = reply_of("async", 1);
             }
         }},
    {.name = "does not know asynchronous calls of actions that ask",
     .requirement = "ASYNC-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             r.status = is_async(m) && m.path().starts_with("/get_") ? 404 : r.status;
         }},
    {.name = "drops asynchronous calls",
     .requirement = "ASYNC-002",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!is_async(m)) {
             return std::nullopt;
         }
         return reply_of("async", 1);
     }},
    {.name = "tells data of asynchronous calls",
     .requirement = "ASYNC-003",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (is_async(m)) {
                 change_reply(r, [](Json& body) { body["data"] = Json::object(); });
             }
         }},
    {.name = "checks the parameters of asynchronous calls",
     .requirement = "ASYNC-004",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (is_async(m) && m.body == "{}") {
                 r = reply_of("failed", 100);
             }
         }},
    {.name = "takes off for false",
     .requirement = "PAR-009",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_admin", [](Json& p) {
                 if (member(p, "enable") == "off") {
                     p["enable"] = false;
                 }
             });
         }},
    {.name = "takes the number 0 for false",
     .requirement = "PAR-010",
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "set_group_admin", [](Json& p) {
                 if (member(p, "enable").is_number() && member(p, "enable") == 0) {
                     p["enable"] = false;
                 }
             });
         }},
    {.name = "answers ok where a parameter is missing, in 4.15",
     .requirement = "RET-001",
     .profile = Profile::cqhttp_4_15,
     .reply = ok_for_missing},
    {.name = "answers ok where a parameter is missing, in OneBot 11",
     .requirement = "RET-001",
     .profile = Profile::onebot_11,
     .reply = ok_for_missing},
    {.name = "tells data of asynchronous calls over WebSocket",
     .requirement = "ASYNC-003",
     .from_gateway = replies<data_where_accepted>},
    {.name = "has rate limited calls before their time",
     .requirement = "RATE-006",
     .request =
         [](const Place&, Message& m) {
             if (m.path().ends_with("_rate_limited")) {
                 m.target.resize(m.target.size() - std::string_view("_rate_limited").size());
             }
         }},
    {.name = "has friend lists before their time",
     .requirement = "ACT-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "get_friend_list") && r.status == 404) {
                 r = reply_of("ok", 0);
             }
         }},
};

}  // namespace

std::span<const Deviation> action_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
