#include "gateway/protocol/profile_differences.hpp"

#include "gateway/protocol/action_catalogue.hpp"

#include <array>
#include <initializer_list>

namespace cqhttp::protocol {
namespace {

struct Word {
    bool holds;
    std::string_view text;
};

// Those that hold, with commas; "none" without any.
std::string list_of(std::initializer_list<Word> words) {
    std::string text;
    for (const Word& word : words) {
        if (word.holds) {
            text += text.empty() ? "" : ", ";
            text += word.text;
        }
    }
    return text.empty() ? "none" : text;
}

std::string yes_or_no(bool flag) {
    return flag ? "yes" : "no";
}

std::string schemes(const Profile& p) {
    const AuthorizationRules& rules = p.authorization;
    return list_of({{rules.token_scheme, "Token"},
                    {rules.lower_token_scheme, "token"},
                    {rules.bearer_scheme, "Bearer"},
                    {rules.lower_bearer_scheme, "bearer"}});
}

std::string unknown_scheme(const Profile& p) {
    return p.authorization.query_after_bad_header ? "the token in the query decides" : "401";
}

std::string reverse_headers(const Profile& p) {
    return list_of(
        {{true, "User-Agent"}, {true, "X-Self-ID"}, {p.client_role_header, "X-Client-Role"}});
}

std::string forward_paths(const Profile& p) {
    return list_of({{true, "/api"}, {true, "/event"}, {p.universal_role, "/"}});
}

std::string reverse_roles(const Profile& p) {
    return p.universal_role ? "API and Event, or one Universal" : "API and Event";
}

std::string meta_events(const Profile& p) {
    return list_of({{p.meta_events, "lifecycle"}, {p.meta_events, "heartbeat"}});
}

std::string late_notices(const Profile& p) {
    return list_of({{p.group_ban_notice, "group_ban"},
                    {p.recall_notices, "group_recall"},
                    {p.recall_notices, "friend_recall"},
                    {p.recall_notices, "notify"}});
}

std::string segment_data(const Profile& p) {
    switch (p.segment_data) {
        case SegmentDataRule::strings_only: return "make the message invalid";
        case SegmentDataRule::convert: return "become text";
        case SegmentDataRule::convert_except_node_content: break;
    }
    return "become text, but for the content of a node";
}

std::string record_path(const Profile& p) {
    switch (p.record_path) {
        case RecordPath::never: return "a name";
        case RecordPath::on_request: return "a name, or with full_path a path";
        case RecordPath::always: break;
    }
    return "a path";
}

std::string plugins_good(const Profile& p) {
    switch (p.plugins_good) {
        case PluginsGood::boolean: return "a boolean";
        case PluginsGood::object: return "an object";
        case PluginsGood::absent: break;
    }
    return "not there";
}

std::string bare_parameter(const Profile& p) {
    const bool kept = p.cq_parameters == CqParameterRule::keep_without_equals;
    return kept ? "is an empty value" : "is ignored";
}

template <bool Profile::*flag>
std::string flag_of(const Profile& p) {
    return yes_or_no(p.*flag);
}

struct Row {
    std::string_view subject;
    std::string (*words)(const Profile&);
};

constexpr std::array rows{
    Row{"version that bots are told",
        [](const Profile& p) { return std::string(p.plugin_version); }},
    Row{"folder of the configuration",
        [](const Profile& p) { return std::string(p.app_directory); }},
    Row{"Authorization schemes accepted", schemes},
    Row{"Authorization with another scheme", unknown_scheme},
    Row{"scheme of reverse WebSockets",
        [](const Profile& p) { return std::string(p.reverse_scheme); }},
    Row{"headers of reverse WebSockets", reverse_headers},
    Row{"reverse WebSocket clients", reverse_roles},
    Row{"WebSocket paths", forward_paths},
    Row{"meta events", meta_events},
    Row{"sender in messages", flag_of<&Profile::sender_in_messages>},
    Row{"further notices", late_notices},
    Row{"discuss groups", flag_of<&Profile::discuss_groups>},
    Row{"events in the shape of 3.x", flag_of<&Profile::old_event_shape>},
    Row{"quick operation ban_duration", flag_of<&Profile::ban_duration_operation>},
    Row{"event POST follows redirects", flag_of<&Profile::post_follows_redirects>},
    Row{"answers to browsers of other origins", flag_of<&Profile::cors>},
    Row{"files below /data/", flag_of<&Profile::data_files>},
    Row{"_rate_limited forms of actions", flag_of<&Profile::rate_limited_suffix>},
    Row{"send_msg without message_type", flag_of<&Profile::send_msg_infers_type>},
    Row{"set_group_add_request takes sub_type", flag_of<&Profile::request_sub_type>},
    Row{"set_group_anonymous_ban takes anonymous", flag_of<&Profile::anonymous_object>},
    Row{"get_record answers with", record_path},
    Row{"get_status.plugins_good", plugins_good},
    Row{"retcode 104 without credentials", flag_of<&Profile::credential_retcode>},
    Row{"set_restart restarts the gateway", flag_of<&Profile::restart_is_gateways>},
    Row{"numbers in segment data", segment_data},
    Row{"a CQ parameter without =", bare_parameter},
    Row{"timeout= in images and records", flag_of<&Profile::download_timeout_parameter>},
};

}  // namespace

std::vector<ProfileDifference> differences(const Profile& profile, const Profile& other) {
    std::vector<ProfileDifference> found;
    for (const Row& row : rows) {
        std::string here = row.words(profile);
        std::string there = row.words(other);
        if (here != there) {
            found.push_back({row.subject, std::move(here), std::move(there)});
        }
    }
    return found;
}

std::vector<std::string_view> further_actions(const Profile& profile, const Profile& other) {
    std::vector<std::string_view> names;
    for (const ActionSpec& spec : action_catalogue()) {
        if (spec.profiles.contains(profile.id) && !spec.profiles.contains(other.id)) {
            names.push_back(spec.name);
        }
    }
    return names;
}

}  // namespace cqhttp::protocol
