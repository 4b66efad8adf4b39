#include "gateway/protocol/action_catalogue.hpp"

#include <algorithm>
#include <array>

namespace cqhttp::protocol {
namespace {

using enum ActionOwner;

// ---- parameters ---------------------------------------------------------------------------------

// A required id: missing, zero and negative ones are refused (PAR-016, PAR-017).
constexpr ParamSpec id(std::string_view name, std::string_view about,
                       ProfileSet profiles = all_profiles) {
    return {.name = name, .required = true, .min = 1, .profiles = profiles, .about = about};
}

// An id of which 0 alone is refused, as OneBot 11 allows negative message ids.
constexpr ParamSpec signed_id(std::string_view name, std::string_view about, ProfileSet profiles) {
    return {.name = name, .required = true, .profiles = profiles, .about = about};
}

// An id that the handler checks, because it depends on other parameters whether it counts.
constexpr ParamSpec optional_id(std::string_view name, std::string_view about,
                                ProfileSet profiles = all_profiles) {
    return {.name = name, .profiles = profiles, .about = about};
}

constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::min();

struct Bounds {
    std::int64_t usual;
    std::int64_t min = any_number;
};

constexpr ParamSpec number(std::string_view name, Bounds bounds, std::string_view about,
                           ProfileSet profiles = all_profiles) {
    return {.name = name,
            .integer_default = bounds.usual,
            .min = bounds.min,
            .profiles = profiles,
            .about = about};
}

constexpr ParamSpec flag(std::string_view name, bool usual, std::string_view about,
                         ProfileSet profiles = all_profiles) {
    return {.name = name,
            .type = ParamType::boolean,
            .boolean_default = usual,
            .profiles = profiles,
            .about = about};
}

// A text that must be given and must not be empty.
constexpr ParamSpec text(std::string_view name, std::string_view about,
                         ProfileSet profiles = all_profiles) {
    return {.name = name,
            .type = ParamType::text,
            .required = true,
            .profiles = profiles,
            .about = about};
}

constexpr ParamSpec optional_text(std::string_view name, std::string_view about,
                                  ProfileSet profiles = all_profiles) {
    return {.name = name, .type = ParamType::text, .profiles = profiles, .about = about};
}

constexpr ParamSpec object(std::string_view name, bool required, std::string_view about,
                           ProfileSet profiles = all_profiles) {
    return {.name = name,
            .type = ParamType::object,
            .required = required,
            .profiles = profiles,
            .about = about};
}

constexpr ParamSpec one_of(std::string_view allowed, ParamSpec param) {
    param.allowed = allowed;
    return param;
}

constexpr ParamSpec also_called(std::string_view alias, ParamSpec param) {
    param.alias = alias;
    return param;
}

constexpr ParamSpec user = id("user_id", "number of the person");
constexpr ParamSpec group = id("group_id", "number of the group");
constexpr ParamSpec member = id("user_id", "number of the member");
constexpr ParamSpec discuss = id("discuss_id", "number of the discussion", cq_profiles);
constexpr ParamSpec content{.name = "message",
                            .type = ParamType::message,
                            .required = true,
                            .about = "CQ string, array of segments, or one segment"};
constexpr ParamSpec auto_escape =
    flag("auto_escape", false, "take a message given as string literally, without CQ codes");
constexpr ParamSpec no_cache = flag("no_cache", false, "ask anew instead of using cached data");
constexpr std::string_view delay_about = "milliseconds to wait before the restart";
constexpr ParamSpec domain = optional_text("domain", "domain the cookies are for", since_4_15);
constexpr ParamSpec request_flag = text("flag", "flag of the request event");
constexpr ParamSpec approve = flag("approve", true, "accept (true) or reject (false)");

constexpr ParamSpec private_msg[] = {user, content, auto_escape};
constexpr ParamSpec group_msg[] = {group, content, auto_escape};
constexpr ParamSpec discuss_msg[] = {discuss, content, auto_escape};
constexpr std::string_view message_type_about = "kind of message";
constexpr std::string_view inferred_type_about =
    "kind of message; without it the first of group_id, discuss_id, user_id decides";
constexpr ParamSpec msg[] = {
    one_of("private|group|discuss", text("message_type", message_type_about, only_4_0)),
    one_of("private|group|discuss", optional_text("message_type", inferred_type_about, only_4_15)),
    one_of("private|group", optional_text("message_type", inferred_type_about, only_onebot)),
    optional_id("user_id", "number of the person, for private messages"),
    optional_id("group_id", "number of the group, for group messages"),
    optional_id("discuss_id", "number of the discussion, for its messages", cq_profiles),
    content,
    auto_escape,
};
constexpr std::string_view message_id_about = "message_id of a message sent or received";
constexpr ParamSpec delete_msg[] = {
    id("message_id", message_id_about, cq_profiles),
    signed_id("message_id", message_id_about, only_onebot),
};
constexpr ParamSpec send_like[] = {user,
                                   number("times", {1, 1}, "how many likes, at most 10 a day")};
constexpr ParamSpec group_kick[] = {
    group, member, flag("reject_add_request", false, "refuse later requests to join")};
constexpr ParamSpec group_ban[] = {group, member,
                                   number("duration", {1800, 0}, "seconds; 0 lifts the ban")};
constexpr ParamSpec anonymous_ban[] = {
    group,
    text("flag", "flag of the anonymous sender, from the message event", only_4_0),
    object("anonymous", false, "the member anonymous of the message event", since_4_15),
    also_called(
        "anonymous_flag",
        optional_text("flag", "flag of the anonymous sender, instead of anonymous", since_4_15)),
    number("duration", {1800, 0}, "seconds; an anonymous ban cannot be lifted"),
};
constexpr ParamSpec group_switch[] = {group, flag("enable", true, "switch on or off")};
constexpr ParamSpec group_admin[] = {group, member, flag("enable", true, "appoint or dismiss")};
constexpr ParamSpec group_card[] = {group, member,
                                    optional_text("card", "name in the group; empty removes it")};
constexpr ParamSpec group_leave[] = {
    group, flag("is_dismiss", false, "dissolve the group, for its owner only")};
constexpr ParamSpec special_title[] = {
    group, member, optional_text("special_title", "title in the group; empty removes it"),
    number("duration", {-1}, "seconds it lasts; -1 is for ever")};
constexpr ParamSpec only_discuss[] = {discuss};
constexpr ParamSpec friend_request[] = {
    request_flag, approve, optional_text("remark", "own name for the new friend, when accepting")};
constexpr std::string_view request_type_about = "sub_type of the request event";
constexpr ParamSpec group_request[] = {
    request_flag,
    one_of("add|invite", text("type", request_type_about, only_4_0)),
    one_of("add|invite", also_called("type", text("sub_type", request_type_about, since_4_15))),
    approve,
    optional_text("reason", "why it is rejected"),
};
constexpr ParamSpec stranger[] = {user, no_cache};
constexpr ParamSpec member_info[] = {group, member, no_cache};
constexpr ParamSpec only_group[] = {group};
constexpr ParamSpec only_user[] = {user};
constexpr ParamSpec only_domain[] = {domain};
constexpr ParamSpec record[] = {
    text("file", "name of the record file, from the CQ code"),
    one_of("mp3|amr|wma|m4a|spx|ogg|wav|flac", text("out_format", "format to convert it to")),
    flag("full_path", false, "answer with the absolute path", only_4_15),
};
constexpr ParamSpec restart_account[] = {
    flag("clean_cache", false, "empty the account's cache too", only_4_0),
    number("delay", {0}, delay_about, only_onebot),
};
constexpr ParamSpec restart_plugin[] = {number("delay", {0}, delay_about, cq_profiles)};
constexpr ParamSpec data_dir[] = {
    one_of("image|record|show|bface", text("data_dir", "name of the directory to empty"))};
constexpr ParamSpec friend_groups[] = {
    flag("flat", false, "groups and friends as two separate lists", only_4_15)};
constexpr ParamSpec check_update[] = {
    flag("automatic", false, "whether a timer asks and not a person")};
constexpr ParamSpec group_info[] = {group, no_cache};
constexpr ParamSpec image[] = {text("file", "name of the image file, from the CQ code")};
constexpr ParamSpec group_notice[] = {group, text("title", "title of the notice"),
                                      text("content", "text of the notice")};
constexpr ParamSpec experimental_restart[] = {
    flag("clean_log", false, "delete the account's logs too"),
    flag("clean_cache", false, "empty the account's cache too"),
    flag("clean_event", false, "drop the account's stored events too"),
};
constexpr ParamSpec quick_operation[] = {
    object("context", true, "the event that is answered"),
    object("operation", true, "the quick operation, e.g. {\"reply\":\"hello\"}"),
};
constexpr ParamSpec any_message[] = {signed_id("message_id", message_id_about, only_onebot)};
constexpr ParamSpec forward[] = {text("id", "id of the segment forward")};
constexpr ParamSpec group_name[] = {group, text("group_name", "new name of the group")};
constexpr ParamSpec honor[] = {group, one_of("talkative|performer|legend|strong_newbie|emotion|all",
                                             text("type", "which honour, or all of them"))};
constexpr ParamSpec effects[] = {number("since", {0}, "only effects with a number above it")};
constexpr ParamSpec inject[] = {
    object("event", true, "what somebody does, with the names of the events"),
};
constexpr ParamSpec sandbox_requests[] = {
    flag("all", false, "tell those that are decided or have expired, too"),
};

// ---- actions ------------------------------------------------------------------------------------

constexpr std::string_view sent = "message_id int32";
constexpr std::string_view member_object =
    "group_id int64, user_id int64, nickname str, card str, sex male/female/unknown, age int32, "
    "area str, join_time int32, last_sent_time int32, level str, role owner/admin/member, "
    "unfriendly bool, title str, title_expire_time int32, card_changeable bool";
constexpr std::string_view friend_group_data =
    "array of friend_group_id int, friend_group_name str, friends array of user_id int64, nickname "
    "str, remark str; flat: object friend_groups, friends (+ friend_group_id)";
constexpr std::string_view detailed_group_data =
    "group_id int64, group_name str, create_time int, category int, member_count int, introduction "
    "str, admins array of user_id int64, nickname str, role str; 4.15 also owner_id int64, "
    "admin_count int, max_admin_count int, max_member_count int";
constexpr std::string_view status_data =
    "online bool (4.15, ob11: or null), good bool; cq also app_initialized, app_enabled, app_good "
    "bool, plugins_good bool (4.15: object, name to bool)";
constexpr std::string_view version_data =
    "cq: coolq_directory str, coolq_edition air/pro, plugin_version str, plugin_build_number int, "
    "plugin_build_configuration debug/release; ob11: app_name str, app_version str, "
    "protocol_version v11";
constexpr std::string_view vip_data =
    "user_id int64, nickname str, level, level_speed, vip_level, vip_growth_speed, "
    "vip_growth_total; any may be null";
constexpr std::string_view stored_message_data =
    "time int32, message_type str, message_id int32, real_id int32, sender object, message message";
constexpr std::string_view honor_data =
    "group_id int64, current_talkative object (user_id, nickname, avatar, day_count), "
    "talkative_list, performer_list, legend_list, strong_newbie_list, emotion_list arrays "
    "(user_id, nickname, avatar, description)";

// Section 5 of chapter 06, row by row. `true` marks its lasting effects.
constexpr ActionSpec catalogue[] = {
    {"send_private_msg", "ACT-101", all_profiles, account, private_msg, sent, false,
     "Sends a message to a person."},
    {"send_group_msg", "ACT-102", all_profiles, account, group_msg, sent, false,
     "Sends a message to a group."},
    {"send_discuss_msg", "ACT-103", cq_profiles, account, discuss_msg, sent, false,
     "Sends a message to a discussion."},
    {"send_msg", "ACT-104", all_profiles, account, msg, sent, false,
     "Sends a message to a person, group or discussion."},
    {"delete_msg", "ACT-105", all_profiles, account, delete_msg, "", true, "Recalls a message."},
    {"send_like", "ACT-106", all_profiles, account, send_like, "", true,
     "Likes the profile of a friend."},
    {"set_group_kick", "ACT-107", all_profiles, account, group_kick, "", true,
     "Removes a member from a group."},
    {"set_group_ban", "ACT-108", all_profiles, account, group_ban, "", true,
     "Forbids a group member to speak for a while, or lifts that."},
    {"set_group_anonymous_ban", "ACT-109", all_profiles, account, anonymous_ban, "", false,
     "Forbids an anonymous member to speak for a while."},
    {"set_group_whole_ban", "ACT-110", all_profiles, account, group_switch, "", true,
     "Forbids everybody in a group to speak, or lifts that."},
    {"set_group_admin", "ACT-111", all_profiles, account, group_admin, "", true,
     "Makes a member an administrator of a group, or no longer."},
    {"set_group_anonymous", "ACT-112", all_profiles, account, group_switch, "", false,
     "Allows or forbids anonymous speech in a group."},
    {"set_group_card", "ACT-113", all_profiles, account, group_card, "", false,
     "Sets a member's name in a group."},
    {"set_group_leave", "ACT-114", all_profiles, account, group_leave, "", true,
     "Leaves or dissolves a group."},
    {"set_group_special_title", "ACT-115", all_profiles, account, special_title, "", false,
     "Gives a member a title in a group."},
    {"set_discuss_leave", "ACT-116", cq_profiles, account, only_discuss, "", true,
     "Leaves a discussion."},
    {"set_friend_add_request", "ACT-117", all_profiles, account, friend_request, "", true,
     "Answers a request to become friends."},
    {"set_group_add_request", "ACT-118", all_profiles, account, group_request, "", true,
     "Answers a request to join a group, or an invitation to one."},
    {"get_login_info",
     "ACT-119",
     all_profiles,
     account,
     {},
     "user_id int64, nickname str",
     false,
     "Tells the account's number and name."},
    {"get_stranger_info", "ACT-120", all_profiles, account, stranger,
     "user_id int64, nickname str, sex male/female/unknown, age int32", false,
     "Tells about any person."},
    {"get_group_list",
     "ACT-121",
     all_profiles,
     account,
     {},
     "array of group_id int64, group_name str (ob11: elements as ACT-151)",
     false,
     "Lists the account's groups."},
    {"get_group_member_info", "ACT-122", all_profiles, account, member_info, member_object, false,
     "Tells about a member of a group."},
    {"get_group_member_list", "ACT-123", all_profiles, account, only_group,
     "array of member objects, see get_group_member_info", false, "Lists the members of a group."},
    {"get_cookies", "ACT-124", all_profiles, account, only_domain, "cookies str", false,
     "Tells the account's cookies."},
    {"get_csrf_token",
     "ACT-125",
     all_profiles,
     account,
     {},
     "token int32",
     false,
     "Tells the account's CSRF token."},
    {"get_record", "ACT-126", all_profiles, account, record,
     "file str: name (4.0), name or absolute path (4.15), path (ob11)", false,
     "Converts a received record and tells its file."},
    {"get_status",
     "ACT-127",
     all_profiles,
     gateway,
     {},
     status_data,
     false,
     "Tells whether everything works."},
    {"get_version_info",
     "ACT-128",
     all_profiles,
     gateway,
     {},
     version_data,
     false,
     "Tells names and versions."},
    {"set_restart", "ACT-129", only_4_0 | only_onebot, gateway, restart_account, "", true,
     "Restarts the account's program (4.0) or the implementation (ob11)."},
    {"set_restart_plugin", "ACT-130", cq_profiles, gateway, restart_plugin, "", true,
     "Restarts the gateway: reads its configuration again and opens everything anew."},
    {"clean_data_dir", "ACT-131", cq_profiles, account, data_dir, "", true,
     "Empties a data directory."},
    {"_get_friend_list", "ACT-132", cq_profiles, account, friend_groups, friend_group_data, false,
     "Lists the account's friends by friend group."},
    {"_get_group_info", "ACT-133", cq_profiles, account, only_group, detailed_group_data, false,
     "Tells more about a group."},
    {".check_update", "ACT-134", cq_profiles, gateway, check_update, "", false,
     "Accepted, and does nothing: the gateway does not update itself."},
    {"get_friend_list",
     "ACT-150",
     since_4_15,
     account,
     {},
     "array of user_id int64, nickname str, remark str",
     false,
     "Lists the account's friends."},
    {"get_group_info", "ACT-151", since_4_15, account, group_info,
     "group_id int64, group_name str, member_count int32, max_member_count int32", false,
     "Tells about a group."},
    {"get_credentials", "ACT-152", since_4_15, account, only_domain,
     "cookies str, csrf_token int32", false, "Tells cookies and CSRF token together."},
    {"get_image", "ACT-153", since_4_15, account, image, "file str: path", false,
     "Tells the file of a received image."},
    {"can_send_image",
     "ACT-154",
     since_4_15,
     account,
     {},
     "yes bool",
     false,
     "Tells whether images can be sent."},
    {"can_send_record",
     "ACT-155",
     since_4_15,
     account,
     {},
     "yes bool",
     false,
     "Tells whether records can be sent."},
    {"clean_plugin_log",
     "ACT-156",
     only_4_15,
     gateway,
     {},
     "",
     true,
     "Accepted, and does nothing: the log goes to standard error."},
    {"_get_vip_info", "ACT-157", only_4_15, account, only_user, vip_data, false,
     "Tells levels and membership of a person."},
    {"_get_group_notice", "ACT-158", only_4_15, account, only_group, "array of notice objects",
     false, "Lists the notices of a group."},
    {"_send_group_notice", "ACT-159", only_4_15, account, group_notice, "", true,
     "Posts a notice in a group."},
    {"_set_restart", "ACT-160", only_4_15, gateway, experimental_restart, "", true,
     "Restarts the account's program."},
    {".handle_quick_operation", "ACT-161", since_4_15, gateway, quick_operation, "", false,
     "Carries out a quick operation on an event."},
    {"get_msg", "ACT-170", only_onebot, account, any_message, stored_message_data, false,
     "Tells a message by its id."},
    {"get_forward_msg", "ACT-171", only_onebot, account, forward, "message array of node segments",
     false, "Tells the messages of a merged forward."},
    {"set_group_name", "ACT-172", only_onebot, account, group_name, "", true, "Renames a group."},
    {"get_group_honor_info", "ACT-173", only_onebot, account, honor, honor_data, false,
     "Lists the honours of a group."},
    {"clean_cache", "ACT-174", only_onebot, account, {}, "", true, "Empties the account's cache."},
    {".sandbox_effects", "", all_profiles, sandbox, effects,
     "array of what the account was made to do", false,
     "Lists what actions did to the sandbox account."},
    {".sandbox_inject", "", all_profiles, sandbox, inject, "the event as it is sent", false,
     "Lets somebody in the sandbox's world do something, which makes an event."},
    {".sandbox_requests", "", all_profiles, sandbox, sandbox_requests,
     "array of flag, request_type, sub_type, group_id, user_id, comment, time, state, answer",
     false, "Lists who waits for the sandbox account's decision."},
    {".sandbox_state",
     "",
     all_profiles,
     sandbox,
     {},
     "the world, in the format of its seed files",
     false,
     "Tells everything there is in the sandbox's world."},
    {".sandbox_reset",
     "",
     all_profiles,
     sandbox,
     {},
     "",
     true,
     "Takes the sandbox's world back to its beginning."},
};

// ---- look-up ------------------------------------------------------------------------------------

// A closed hash table made at compile time: names of callers are compared once or twice.
constexpr std::size_t bucket_count = 256;
constexpr std::uint8_t no_action = 0xFF;

// Of a name of five bytes or more. Three of them and the length tell the names apart.
constexpr std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = static_cast<std::uint32_t>(name.size());
    hash = hash * 37 + static_cast<unsigned char>(name[4]);
    hash = hash * 37 + static_cast<unsigned char>(name[name.size() / 2]);
    return hash * 37 + static_cast<unsigned char>(name.back());
}

constexpr auto make_buckets() {
    std::array<std::uint8_t, bucket_count> buckets{};
    buckets.fill(no_action);
    for (std::size_t i = 0; i < std::size(catalogue); ++i) {
        std::size_t at = hash_of(catalogue[i].name) % bucket_count;
        while (buckets[at] != no_action) {
            at = (at + 1) % bucket_count;
        }
        buckets[at] = static_cast<std::uint8_t>(i);
    }
    return buckets;
}

constexpr auto buckets = make_buckets();
static_assert(std::size(catalogue) < bucket_count / 2);
static_assert(std::all_of(std::begin(catalogue), std::end(catalogue), [](const ActionSpec& spec) {
    return spec.params.size() <= max_arguments &&
           std::count_if(spec.params.begin(), spec.params.end(), [](const ParamSpec& param) {
               return param.type == ParamType::message;
           }) <= 1;
}));

struct Lengths {
    std::size_t shortest, longest;
};

constexpr Lengths lengths = [] {
    Lengths found{catalogue[0].name.size(), 0};
    for (const ActionSpec& spec : catalogue) {
        found.shortest = std::min(found.shortest, spec.name.size());
        found.longest = std::max(found.longest, spec.name.size());
    }
    return found;
}();
static_assert(lengths.shortest >= 5);

}  // namespace

std::span<const ActionSpec> action_catalogue() {
    return catalogue;
}

const ActionSpec* find_action(std::string_view name, ProfileId profile) {
    if (name.size() < lengths.shortest || name.size() > lengths.longest) {
        return nullptr;
    }
    for (std::size_t at = hash_of(name) % bucket_count; buckets[at] != no_action;
         at = (at + 1) % bucket_count) {
        const ActionSpec& spec = catalogue[buckets[at]];
        if (spec.name == name) {
            return spec.profiles.contains(profile) ? &spec : nullptr;
        }
    }
    return nullptr;
}

std::size_t action_index(const ActionSpec& spec) {
    return static_cast<std::size_t>(&spec - std::begin(catalogue));
}

}  // namespace cqhttp::protocol
