// The same for actions, and forms of actions, that the later profiles have.
#include "conformance/tests/deviation_tools.hpp"

#include <cstdint>
#include <optional>

namespace cqhttp::conformance::test {
namespace {

constexpr Deviation table[] = {
    {.name = "lists friends without remarks",
     .requirement = "ACT-150",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_friend_list", [](Json& d) {
                 for (Json& row : d) {
                     row.erase("remark");
                 }
             });
         }},
    {.name = "leaves max_member_count out of get_group_info",
     .requirement = "ACT-151",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_group_info", "max_member_count"); }},
    {.name = "tells csrf_token of get_credentials as a text",
     .requirement = "ACT-152",
     .profile = Profile::cqhttp_4_15,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_credentials", "csrf_token"); }},
    {.name = "leaves file out of get_image",
     .requirement = "ACT-153",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_image", "file"); }},
    {.name = "tells yes of can_send_image as a text",
     .requirement = "ACT-154",
     .profile = Profile::cqhttp_4_15,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "can_send_image", "yes"); }},
    {.name = "tells yes of can_send_record as a text",
     .requirement = "ACT-155",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "can_send_record", "yes"); }},
    {.name = "does not know clean_plugin_log",
     .requirement = "ACT-156",
     .profile = Profile::cqhttp_4_15,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = calls(m, "clean_plugin_log") ? 404 : r.status; }},
    {.name = "leaves vip_level out of _get_vip_info",
     .requirement = "ACT-157",
     .profile = Profile::cqhttp_4_15,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "_get_vip_info", "vip_level"); }},
    {.name = "lists notices as texts",
     .requirement = "ACT-158",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "_get_group_notice", [](Json& d) { d = Json::array({"x"}); });
         }},
    {.name = "tells the notice it has posted",
     .requirement = "ACT-159",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "_send_group_notice")) {
                 change_reply(r, [](Json& b) { b["data"] = Json::object(); });
             }
         }},
    {.name = "answers async to _set_restart",
     .requirement = "ACT-160",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "_set_restart")) {
                 r = reply_of("async", 1);
             }
         }},
    {.name = "does not know .handle_quick_operation",
     .requirement = "ACT-161",
     .profile = Profile::onebot_11,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             r.status = calls(m, ".handle_quick_operation") ? 404 : r.status;
         }},
    {.name = "leaves real_id out of get_msg",
     .requirement = "ACT-170",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_msg", "real_id"); }},
    {.name = "finds forwards that there are not",
     .requirement = "ACT-171",
     .profile = Profile::onebot_11,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "get_forward_msg")) {
                 r = reply_of("ok", 0);
             }
         }},
    {.name = "renames no group",
     .requirement = "ACT-172",
     .profile = Profile::onebot_11,
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!calls(m, "set_group_name")) {
             return std::nullopt;
         }
         return reply_of("ok", 0);
     }},
    {.name = "leaves emotion_list out of get_group_honor_info",
     .requirement = "ACT-173",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { without(m, r, "get_group_honor_info", "emotion_list"); }},
    {.name = "does not know clean_cache",
     .requirement = "ACT-174",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = calls(m, "clean_cache") ? 404 : r.status; }},
    {.name = "lets user_id decide before group_id",
     .requirement = "ACT-006",
     .profile = Profile::onebot_11,
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "send_msg", [](Json& p) {
                 if (p.contains("user_id") && !p.contains("message_type")) {
                     p["message_type"] = "private";
                 }
             });
         }},
    {.name = "takes unknown message types for none",
     .requirement = "ACT-006",
     .profile = Profile::cqhttp_4_15,
     .request =
         [](const Place&, Message& m) {
             change_params_of(m, "send_msg", [](Json& p) {
                 if (member(p, "message_type") == "channel") {
                     p.erase("message_type");
                 }
             });
         }},
    {.name = "looks at type only",
     .requirement = "ACT-010",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&, Message& m) { ignores(m, "set_group_add_request", "sub_type"); }},
    {.name = "does not look at the object anonymous",
     .requirement = "ACT-011",
     .profile = Profile::onebot_11,
     .request = [](const Place&,
                   Message& m) { ignores(m, "set_group_anonymous_ban", "anonymous"); }},
    {.name = "does not look at anonymous_flag",
     .requirement = "ACT-011",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&,
                   Message& m) { ignores(m, "set_group_anonymous_ban", "anonymous_flag"); }},
    {.name = "wants whole events back",
     .requirement = "ACT-018",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, ".handle_quick_operation") &&
                 !member(params_of(m), "context").contains("comment")) {
                 r = reply_of("failed", 100);
             }
         }},
    {.name = "tells what became of an inner operation",
     .requirement = "ACT-018",
     .profile = Profile::onebot_11,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, ".handle_quick_operation") &&
                 member(member(params_of(m), "context"), "user_id") == 1) {
                 r = reply_of("failed", -23);
             }
         }},
    {.name = "tells online as a text",
     .requirement = "ACT-030",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { as_text(m, r, "get_status", "online"); }},
    {.name = "tells plugins_good as one boolean",
     .requirement = "ACT-030",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_status", [](Json& d) { d["plugins_good"] = true; });
         }},
    {.name = "speaks another version of the protocol",
     .requirement = "ACT-033",
     .profile = Profile::onebot_11,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             change_data(m, r, "get_version_info", [](Json& d) { d["protocol_version"] = "v12"; });
         }},
    {.name = "answers ok to the restart of onebot-11",
     .requirement = "ACT-046",
     .profile = Profile::onebot_11,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (calls(m, "set_restart")) {
                 ok_for_async(r);
             }
         }},
    {.name = "answers ok to rate limited calls",
     .requirement = "RATE-002",
     .profile = Profile::onebot_11,
     .reply = [](const Place&, const Message&, HttpReply& r) { ok_for_async(r); }},
    {.name = "carries rate limited calls out at once",
     .requirement = "RATE-003",
     .profile = Profile::cqhttp_4_15,
     .request =
         [](const Place&, Message& m) {
             if (m.path().ends_with("_rate_limited")) {
                 m.target.resize(m.target.size() - 6 - 7);
             }
         }},
    {.name = "does not look at flat",
     .requirement = "ACT-132",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&, Message& m) { ignores(m, "_get_friend_list", "flat"); }},
};

}  // namespace

std::span<const Deviation> later_action_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
