#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cqhttp::protocol {

enum class ProfileId : std::uint8_t { cqhttp_4_0, cqhttp_4_15, onebot_11 };

// A set of profiles: the column of ticks in the action table.
class ProfileSet {
public:
    constexpr ProfileSet() = default;
    constexpr ProfileSet(ProfileId id)  // NOLINT: a profile is a set of one
        : bits_(static_cast<std::uint8_t>(1U << static_cast<unsigned>(id))) {}
    constexpr bool contains(ProfileId id) const { return (bits_ & ProfileSet(id).bits_) != 0; }
    constexpr ProfileSet operator|(ProfileSet other) const {
        ProfileSet both;
        both.bits_ = static_cast<std::uint8_t>(bits_ | other.bits_);
        return both;
    }
    constexpr bool operator==(const ProfileSet&) const = default;

private:
    std::uint8_t bits_ = 0;
};

inline constexpr ProfileSet only_4_0 = ProfileId::cqhttp_4_0;
inline constexpr ProfileSet only_4_15 = ProfileId::cqhttp_4_15;
inline constexpr ProfileSet only_onebot = ProfileId::onebot_11;
inline constexpr ProfileSet cq_profiles = only_4_0 | only_4_15;
inline constexpr ProfileSet since_4_15 = only_4_15 | only_onebot;
inline constexpr ProfileSet all_profiles = cq_profiles | only_onebot;

// What a header "Authorization: <scheme> <token>" must look like (AUTH-005 ... AUTH-019).
struct AuthorizationRules {
    bool token_scheme;            // "Token"
    bool lower_token_scheme;      // "token"
    bool bearer_scheme;           // "Bearer"
    bool lower_bearer_scheme;     // "bearer"
    bool many_blanks;             // one or more blanks or tabs between scheme and token
    bool query_after_bad_header;  // an unknown scheme lets the query token decide
};

enum class PluginsGood : std::uint8_t { boolean, object, absent };
enum class RecordPath : std::uint8_t { never, on_request, always };
enum class CqParameterRule : std::uint8_t { keep_without_equals, drop_without_equals };
enum class SegmentDataRule : std::uint8_t {
    strings_only,                // anything else makes the message invalid
    convert,                     // anything else becomes its JSON text
    convert_except_node_content  // but the content of a node stays structured
};

// ONE table of every difference between the three profiles: a version can be read in a minute, and
// no other place asks for a version. Which actions, parameters, settings and events exist stands in
// their own tables, by ProfileSet.
struct Profile {
    ProfileId id;
    std::string_view name;            // "cqhttp-4.0"
    std::string_view plugin_version;  // get_version_info, User-Agent (ACT-034, WSR-016)
    int plugin_build_number;          // 0: the member does not exist
    std::string_view app_directory;   // below the root (CFG-001)
    AuthorizationRules authorization;
    std::string_view reverse_scheme;  // scheme the reverse clients send (AUTH-040, AUTH-041)
    // Messages.
    CqParameterRule cq_parameters;    // rule 5 of MSG-031, MSG-032
    bool wide_cq_names;               // names may contain _ - . (MSG-033)
    SegmentDataRule segment_data;     // MSG-006, MSG-007
    bool image_extension_kept;        // local names of enhanced codes (ENH-002, ENH-007, ENH-009)
    bool file_uri_without_slashes;    // file:/srv/x (ENH-008)
    bool cache_word_forms;            // cache=no, cache=false count as 0 (ENH-004)
    bool cached_file_replaced;        // cache=0 replaces the cached file (ENH-004)
    bool download_timeout_parameter;  // timeout=<n> (ENH-005)
    bool emoji_codes_when_sending;    // EMO-005, EMO-006
    bool enhanced_video;              // video codes may name other sources, too (ENH-012)
    bool known_image_url_wins;        // over the one in the message (ENH-021)
    // Actions.
    bool send_msg_infers_type;  // ACT-005, ACT-006
    bool rate_limited_suffix;   // RATE
    bool text_from_scalars;     // str parameters take numbers and booleans (PAR-012)
    bool anonymous_object;      // the event's object names whom to ban (ACT-011)
    bool request_sub_type;      // set_group_add_request has sub_type (ACT-010, ACT-118)
    bool group_list_counts;     // get_group_list has the elements of ACT-151 (ACT-121)
    bool flat_friend_list;      // _get_friend_list takes flat (ACT-132)
    bool group_staff_numbers;   // owner_id and three more in _get_group_info (ACT-133)
    RecordPath record_path;     // get_record (ACT-126)
    bool restart_is_gateways;   // set_restart does what set_restart_plugin does (ACT-046)
    bool negative_message_ids;  // delete_msg takes ids below 0
    bool credential_retcode;    // missing credentials are 104, not 100 (ACT-020)
    PluginsGood plugins_good;   // get_status
    // Events and transports.
    bool sender_in_messages;
    bool old_event_shape;  // events of 3.x, where that is configured (BC-001)
    bool meta_events;
    bool group_ban_notice;
    bool recall_notices;
    bool discuss_groups;
    bool ban_duration_operation;      // quick operation ban_duration (QOP-032, QOP-033)
    bool client_role_header;          // X-Client-Role (WSR-015)
    bool reverse_good_while_running;  // get_status.good does not ask for a connection (WSR-057)
    bool universal_role;              // forward path "/", reverse Universal client
    bool post_follows_redirects;      // event POST
    bool cors;
    bool data_files;  // DATA-015
};

const Profile& profile(ProfileId id);
// "cqhttp-4.0", "cqhttp-4.15", "onebot-11".
std::optional<ProfileId> find_profile(std::string_view name);

}  // namespace cqhttp::protocol
