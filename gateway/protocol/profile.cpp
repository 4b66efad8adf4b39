#include "gateway/protocol/profile.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cqhttp::protocol {
namespace {

constexpr std::array<Profile, 3> table{{
    {
        .id = ProfileId::cqhttp_4_0,
        .name = "cqhttp-4.0",
        .plugin_version = "4.0.5",
        .plugin_build_number = 410,
        .app_directory = "app/io.github.richardchien.coolqhttpapi",
        .authorization = {.token_scheme = true,
                          .lower_token_scheme = true,
                          .bearer_scheme = false,
                          .lower_bearer_scheme = false,
                          .many_blanks = false,
                          .query_after_bad_header = true},
        .reverse_scheme = "Token",
        .cq_parameters = CqParameterRule::keep_without_equals,
        .wide_cq_names = false,
        .segment_data = SegmentDataRule::strings_only,
        .image_extension_kept = false,
        .file_uri_without_slashes = false,
        .cache_word_forms = false,
        .cached_file_replaced = false,
        .download_timeout_parameter = false,
        .emoji_codes_when_sending = true,
        .send_msg_infers_type = false,
        .rate_limited_suffix = false,
        .negative_message_ids = false,
        .credential_retcode = false,
        .plugins_good = PluginsGood::boolean,
        .sender_in_messages = false,
        .meta_events = false,
        .group_ban_notice = false,
        .recall_notices = false,
        .discuss_groups = true,
        .ban_duration_operation = false,
        .client_role_header = false,
        .universal_role = false,
        .post_follows_redirects = false,
        .cors = false,
        .data_files = true,
    },
    {
        .id = ProfileId::cqhttp_4_15,
        .name = "cqhttp-4.15",
        .plugin_version = "4.15.0",
        .plugin_build_number = 441,
        .app_directory = "data/app/io.github.richardchien.coolqhttpapi",
        .authorization = {.token_scheme = true,
                          .lower_token_scheme = true,
                          .bearer_scheme = true,
                          .lower_bearer_scheme = false,
                          .many_blanks = true,
                          .query_after_bad_header = false},
        .reverse_scheme = "Token",
        .cq_parameters = CqParameterRule::drop_without_equals,
        .wide_cq_names = false,
        .segment_data = SegmentDataRule::convert,
        .image_extension_kept = true,
        .file_uri_without_slashes = true,
        .cache_word_forms = true,
        .cached_file_replaced = true,
        .download_timeout_parameter = true,
        .emoji_codes_when_sending = false,
        .send_msg_infers_type = true,
        .rate_limited_suffix = true,
        .negative_message_ids = false,
        .credential_retcode = true,
        .plugins_good = PluginsGood::object,
        .sender_in_messages = true,
        .meta_events = true,
        .group_ban_notice = true,
        .recall_notices = false,
        .discuss_groups = true,
        .ban_duration_operation = true,
        .client_role_header = true,
        .universal_role = true,
        .post_follows_redirects = true,
        .cors = true,
        .data_files = true,
    },
    {
        .id = ProfileId::onebot_11,
        .name = "onebot-11",
        .plugin_version = "4.15.0",
        .plugin_build_number = 0,
        .app_directory = "data/app/io.github.richardchien.coolqhttpapi",
        .authorization = {.token_scheme = true,
                          .lower_token_scheme = true,
                          .bearer_scheme = true,
                          .lower_bearer_scheme = true,
                          .many_blanks = true,
                          .query_after_bad_header = false},
        .reverse_scheme = "Bearer",
        .cq_parameters = CqParameterRule::drop_without_equals,
        .wide_cq_names = true,
        .segment_data = SegmentDataRule::convert_except_node_content,
        .image_extension_kept = true,
        .file_uri_without_slashes = true,
        .cache_word_forms = true,
        .cached_file_replaced = true,
        .download_timeout_parameter = true,
        .emoji_codes_when_sending = false,
        .send_msg_infers_type = true,
        .rate_limited_suffix = true,
        .negative_message_ids = true,
        .credential_retcode = false,
        .plugins_good = PluginsGood::absent,
        .sender_in_messages = true,
        .meta_events = true,
        .group_ban_notice = true,
        .recall_notices = true,
        .discuss_groups = false,
        .ban_duration_operation = true,
        .client_role_header = true,
        .universal_role = true,
        .post_follows_redirects = true,
        .cors = false,
        .data_files = false,
    },
}};

constexpr bool stands_at_its_id(std::size_t index) {
    return static_cast<std::size_t>(table[index].id) == index;
}
static_assert(stands_at_its_id(0) && stands_at_its_id(1) && stands_at_its_id(2));

}  // namespace

const Profile& profile(ProfileId id) {
    return table[static_cast<std::size_t>(id)];
}

std::optional<ProfileId> find_profile(std::string_view name) {
    const auto* const row = std::find_if(
        table.begin(), table.end(), [name](const Profile& known) { return known.name == name; });
    return row == table.end() ? std::nullopt : std::optional(row->id);
}

}  // namespace cqhttp::protocol
