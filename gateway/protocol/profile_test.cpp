#include "gateway/protocol/profile.hpp"

#include "gateway/tests/support/catch.hpp"

#include <array>

namespace cqhttp::protocol {
namespace {

constexpr auto v4_0 = ProfileId::cqhttp_4_0;
constexpr auto v4_15 = ProfileId::cqhttp_4_15;
constexpr auto ob11 = ProfileId::onebot_11;

TEST_CASE("profile: every profile is found by its name and nothing else is", "[profile]") {
    CHECK(find_profile("cqhttp-4.0") == v4_0);
    CHECK(find_profile("cqhttp-4.15") == v4_15);
    CHECK(find_profile("onebot-11") == ob11);
    for (const ProfileId id : {v4_0, v4_15, ob11}) {
        CHECK(profile(id).id == id);
        CHECK(find_profile(profile(id).name) == id);
    }
    for (const char* name : {"", "cqhttp", "cqhttp-4", "cqhttp-4.1", "CQHTTP-4.0", "onebot-11 "}) {
        INFO(name);
        CHECK_FALSE(find_profile(name).has_value());
    }
}

TEST_CASE("profile: sets of profiles", "[profile]") {
    CHECK(only_4_0.contains(v4_0));
    CHECK_FALSE(only_4_0.contains(v4_15));
    CHECK_FALSE(only_4_0.contains(ob11));
    CHECK(cq_profiles.contains(v4_0));
    CHECK(cq_profiles.contains(v4_15));
    CHECK_FALSE(cq_profiles.contains(ob11));
    CHECK(since_4_15 == (only_4_15 | only_onebot));
    CHECK(all_profiles == (only_4_0 | since_4_15));
    CHECK_FALSE(ProfileSet().contains(v4_0));
}

TEST_CASE("profile: version and build that bots compare", "[profile]") {
    CHECK(profile(v4_0).plugin_version == "4.0.5");
    CHECK(profile(v4_0).plugin_build_number == 410);
    CHECK(profile(v4_15).plugin_version == "4.15.0");
    CHECK(profile(v4_15).plugin_build_number == 441);
    CHECK(profile(ob11).plugin_version == "4.15.0");
    CHECK(profile(ob11).plugin_build_number == 0);
}

TEST_CASE("profile: app directory", "[profile]") {
    CHECK(profile(v4_0).app_directory == "app/io.github.richardchien.coolqhttpapi");
    CHECK(profile(v4_15).app_directory == "data/app/io.github.richardchien.coolqhttpapi");
}

TEST_CASE("profile: reverse clients send Token and in OneBot Bearer", "[profile]") {
    CHECK(profile(v4_0).reverse_scheme == "Token");
    CHECK(profile(v4_15).reverse_scheme == "Token");
    CHECK(profile(ob11).reverse_scheme == "Bearer");
}

struct Row {
    const char* difference;
    bool Profile::*flag;
    ProfileSet yes;
};

// Section 3.1 of the specification's README, and the requirements the rows come from.
constexpr std::array<Row, 33> differences{{
    {"names with _ - . in CQ codes", &Profile::wide_cq_names, only_onebot},
    {"extension of downloaded files is kept", &Profile::image_extension_kept, since_4_15},
    {"file: URI", &Profile::file_uri_without_slashes, since_4_15},
    {"cache=no", &Profile::cache_word_forms, since_4_15},
    {"cache=0 replaces the file", &Profile::cached_file_replaced, since_4_15},
    {"timeout=", &Profile::download_timeout_parameter, since_4_15},
    {"emoji become codes when sending", &Profile::emoji_codes_when_sending, only_4_0},
    {"video codes name other sources", &Profile::enhanced_video, only_onebot},
    {"the known address of an image wins", &Profile::known_image_url_wins, only_4_0},
    {"send_msg without message_type", &Profile::send_msg_infers_type, since_4_15},
    {"_rate_limited", &Profile::rate_limited_suffix, since_4_15},
    {"numbers where text is asked for", &Profile::text_from_scalars, only_onebot},
    {"anonymous=<object>", &Profile::anonymous_object, since_4_15},
    {"set_group_add_request sub_type=", &Profile::request_sub_type, since_4_15},
    {"numbers of members in get_group_list", &Profile::group_list_counts, only_onebot},
    {"_get_friend_list flat=", &Profile::flat_friend_list, only_4_15},
    {"owner and limits in _get_group_info", &Profile::group_staff_numbers, only_4_15},
    {"set_restart restarts the gateway", &Profile::restart_is_gateways, only_onebot},
    {"message ids below zero", &Profile::negative_message_ids, only_onebot},
    {"retcode 104", &Profile::credential_retcode, only_4_15},
    {"sender", &Profile::sender_in_messages, since_4_15},
    {"events of 3.x", &Profile::old_event_shape, cq_profiles},
    {"meta events", &Profile::meta_events, since_4_15},
    {"group_ban", &Profile::group_ban_notice, since_4_15},
    {"group_recall, friend_recall, notify", &Profile::recall_notices, only_onebot},
    {"discuss groups", &Profile::discuss_groups, cq_profiles},
    {"ban_duration", &Profile::ban_duration_operation, since_4_15},
    {"X-Client-Role", &Profile::client_role_header, since_4_15},
    {"a reverse client that only runs is good", &Profile::reverse_good_while_running, only_4_0},
    {"universal connections", &Profile::universal_role, since_4_15},
    {"redirects on event POST", &Profile::post_follows_redirects, since_4_15},
    {"CORS", &Profile::cors, only_4_15},
    {"data files", &Profile::data_files, cq_profiles},
}};

TEST_CASE("profile: what differs between the profiles", "[profile]") {
    for (const Row& row : differences) {
        INFO(row.difference);
        for (const ProfileId id : {v4_0, v4_15, ob11}) {
            INFO(profile(id).name);
            CHECK(profile(id).*row.flag == row.yes.contains(id));
        }
    }
}

TEST_CASE("profile: rules with more than two forms", "[profile]") {
    CHECK(profile(v4_0).cq_parameters == CqParameterRule::keep_without_equals);
    CHECK(profile(v4_15).cq_parameters == CqParameterRule::drop_without_equals);
    CHECK(profile(ob11).cq_parameters == CqParameterRule::drop_without_equals);
    CHECK(profile(v4_0).segment_data == SegmentDataRule::strings_only);
    CHECK(profile(v4_15).segment_data == SegmentDataRule::convert);
    CHECK(profile(ob11).segment_data == SegmentDataRule::convert_except_node_content);
    CHECK(profile(v4_0).record_path == RecordPath::never);
    CHECK(profile(v4_15).record_path == RecordPath::on_request);
    CHECK(profile(ob11).record_path == RecordPath::always);
    CHECK(profile(v4_0).plugins_good == PluginsGood::boolean);
    CHECK(profile(v4_15).plugins_good == PluginsGood::object);
    CHECK(profile(ob11).plugins_good == PluginsGood::absent);
}

}  // namespace
}  // namespace cqhttp::protocol
