// Chapter 06, sections 2 and 5: what every action asks for. Each is called without one of its
// required parameters, and with 0 for an id: nothing happens, so that this can be tried anywhere.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <string>
#include <vector>

namespace cqhttp::conformance {
namespace {

struct Row {
    const char* action;
    std::string_view required;  // names of parameters
    Profiles profiles = in::all;
    Level level = Level::must;  // of third parties
};

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

asio::awaitable<Outcome> try_row(Context& context, Row row) {
    Outcome outcome;
    co_await refused(context, outcome, row.action, Json::object(), "no parameter at all");
    for (const std::string& name : words_of(row.required)) {
        Json params = samples(context, row.required);
        params.erase(name);
        co_await refused(context, outcome, row.action, params, "no " + name);
        if (name.ends_with("_id")) {
            params[name] = 0;
            co_await refused(context, outcome, row.action, params, name + " is 0");
        }
    }
    co_return outcome;
}

template <const Row& row>
asio::awaitable<Outcome> refuses(Context& context) {
    return try_row(context, row);
}

constexpr Row send_private_msg{"send_private_msg", "user_id message"};
constexpr Row send_group_msg{"send_group_msg", "group_id message"};
constexpr Row send_discuss_msg{"send_discuss_msg", "discuss_id message", in::cq};
constexpr Row send_msg_private{"send_msg", "message_type user_id message", in::cq40};
constexpr Row send_msg_untyped{"send_msg", "user_id message", in::later};
constexpr Row delete_msg{"delete_msg", "message_id"};
constexpr Row send_like{"send_like", "user_id"};
constexpr Row set_group_kick{"set_group_kick", "group_id user_id"};
constexpr Row set_group_ban{"set_group_ban", "group_id user_id"};
constexpr Row set_group_anonymous_ban{"set_group_anonymous_ban", "group_id flag"};
constexpr Row set_group_whole_ban{"set_group_whole_ban", "group_id"};
constexpr Row set_group_admin{"set_group_admin", "group_id user_id"};
constexpr Row set_group_anonymous{"set_group_anonymous", "group_id"};
constexpr Row set_group_card{"set_group_card", "group_id user_id"};
constexpr Row set_group_leave{"set_group_leave", "group_id"};
constexpr Row set_group_special_title{"set_group_special_title", "group_id user_id"};
constexpr Row set_discuss_leave{"set_discuss_leave", "discuss_id", in::cq};
constexpr Row set_friend_add_request{"set_friend_add_request", "flag"};
constexpr Row set_group_add_request{"set_group_add_request", "flag type"};
constexpr Row get_stranger_info{"get_stranger_info", "user_id"};
constexpr Row get_group_member_info{"get_group_member_info", "group_id user_id"};
constexpr Row get_group_member_list{"get_group_member_list", "group_id"};
constexpr Row get_record{"get_record", "file out_format", in::all, Level::should};
constexpr Row clean_data_dir{"clean_data_dir", "data_dir", in::cq};
constexpr Row get_group_details{"_get_group_info", "group_id", in::cq, Level::should};
constexpr Row get_group_info{"get_group_info", "group_id", in::later};
constexpr Row get_image{"get_image", "file", in::later, Level::should};
constexpr Row get_vip_info{"_get_vip_info", "user_id", in::cq415, Level::should};
constexpr Row get_group_notice{"_get_group_notice", "group_id", in::cq415, Level::should};
constexpr Row send_group_notice{"_send_group_notice", "group_id title content", in::cq415,
                                Level::should};
constexpr Row quick_operation{".handle_quick_operation", "context operation", in::later};
constexpr Row get_msg{"get_msg", "message_id", in::ob11};
constexpr Row get_forward_msg{"get_forward_msg", "id", in::ob11, Level::should};
constexpr Row set_group_name{"set_group_name", "group_id group_name", in::ob11};
constexpr Row get_group_honor_info{"get_group_honor_info", "group_id type", in::ob11,
                                   Level::should};

constexpr const Row* all_rows[] = {
    &send_private_msg,
    &send_group_msg,
    &send_discuss_msg,
    &send_msg_private,
    &send_msg_untyped,
    &delete_msg,
    &send_like,
    &set_group_kick,
    &set_group_ban,
    &set_group_anonymous_ban,
    &set_group_whole_ban,
    &set_group_admin,
    &set_group_anonymous,
    &set_group_card,
    &set_group_leave,
    &set_group_special_title,
    &set_discuss_leave,
    &set_friend_add_request,
    &set_group_add_request,
    &get_stranger_info,
    &get_group_member_info,
    &get_group_member_list,
    &get_record,
    &clean_data_dir,
    &get_group_details,
    &get_group_info,
    &get_image,
    &get_vip_info,
    &get_group_notice,
    &send_group_notice,
    &quick_operation,
    &get_msg,
    &get_forward_msg,
    &set_group_name,
    &get_group_honor_info,
};

// Every row, and a look at what the account has done.
asio::awaitable<Outcome> refused_calls_do_nothing(Context& context) {
    Outcome outcome;
    for (const Row* row : all_rows) {
        if (row->profiles.contains(context.profile())) {
            co_await try_row(context, *row);
        }
    }
    const Json effects = co_await context.effects();
    outcome.check(expect::equal(Json::array(), effects, "what the account has done"));
    co_return outcome;
}

asio::awaitable<Outcome> negative_ids(Context& context) {
    Outcome outcome;
    for (const Row* row : all_rows) {
        if (!row->profiles.contains(context.profile())) {
            continue;
        }
        for (const std::string& name : words_of(row->required)) {
            if (name.ends_with("_id")) {
                co_await refused(context, outcome, row->action,
                                 samples_and(context, row->required, name, -1), name + " is -1");
            }
        }
    }
    co_return outcome;
}

// An implementation that forgets the parameter it was refused for would set the card.
asio::awaitable<Outcome> card_stays(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    Json params = samples_and(context, "group_id", "card", "must not be seen");
    co_await fails(context, outcome, "set_group_card", params, "no user_id");
    params["user_id"] = context.target().self_id;
    params["group_id"] = 0;
    co_await fails(context, outcome, "set_group_card", params, "group_id is 0");
    const std::string after = co_await context.own_card();
    outcome.check(expect::text(before, after, "the card"));
    if (after != before) {
        co_await put_card(context, before);
    }
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

template <const Row& row>
constexpr Case required(std::string_view id, std::string_view requirements) {
    return {.id = id,
            .requirements = requirements,
            .sentence = "A call without a required parameter, or with 0 for an id, is refused.",
            .sends = "the action without parameters, without each that is required, with ids of 0",
            .expects = "failed with retcode 100 (onebot-11: any but 0 and 1) by HTTP 200",
            .needs = Need::http,
            .own_level = row.level,
            .own_profiles = row.profiles,
            .run = refuses<row>};
}

constexpr Case table[] = {
    required<send_private_msg>("action-required/send-private-msg", "RET-001 PAR-016 ACT-101"),
    required<send_group_msg>("action-required/send-group-msg", "RET-001 PAR-016 ACT-102"),
    required<send_discuss_msg>("action-required/send-discuss-msg", "RET-001 PAR-016 ACT-103"),
    required<send_msg_private>("action-required/send-msg", "RET-001 PAR-016 ACT-104"),
    required<send_msg_untyped>("action-required/send-msg-without-type", "RET-001 PAR-016 ACT-104"),
    required<delete_msg>("action-required/delete-msg", "RET-001 PAR-016 ACT-105"),
    required<send_like>("action-required/send-like", "RET-001 PAR-016 ACT-106"),
    required<set_group_kick>("action-required/set-group-kick", "RET-001 PAR-016 ACT-107"),
    required<set_group_ban>("action-required/set-group-ban", "RET-001 PAR-016 ACT-108"),
    required<set_group_anonymous_ban>("action-required/set-group-anonymous-ban",
                                      "RET-001 PAR-016 ACT-109 ACT-009"),
    required<set_group_whole_ban>("action-required/set-group-whole-ban", "RET-001 PAR-016 ACT-110"),
    required<set_group_admin>("action-required/set-group-admin", "RET-001 PAR-016 ACT-111"),
    required<set_group_anonymous>("action-required/set-group-anonymous", "RET-001 PAR-016 ACT-112"),
    required<set_group_card>("action-required/set-group-card", "RET-001 PAR-016 ACT-113"),
    required<set_group_leave>("action-required/set-group-leave", "RET-001 PAR-016 ACT-114"),
    required<set_group_special_title>("action-required/set-group-special-title",
                                      "RET-001 PAR-016 ACT-115"),
    required<set_discuss_leave>("action-required/set-discuss-leave", "RET-001 PAR-016 ACT-116"),
    required<set_friend_add_request>("action-required/set-friend-add-request",
                                     "RET-001 ACT-117 ACT-009"),
    required<set_group_add_request>("action-required/set-group-add-request",
                                    "RET-001 ACT-118 ACT-009"),
    required<get_stranger_info>("action-required/get-stranger-info", "RET-001 PAR-016 ACT-120"),
    required<get_group_member_info>("action-required/get-group-member-info",
                                    "RET-001 PAR-016 ACT-122"),
    required<get_group_member_list>("action-required/get-group-member-list",
                                    "RET-001 PAR-016 ACT-123"),
    required<get_record>("action-required/get-record", "RET-001 ACT-126 ACT-014"),
    required<clean_data_dir>("action-required/clean-data-dir", "RET-001 ACT-131"),
    required<get_group_details>("action-required/get-group-info-of-4-0", "RET-001 PAR-016 ACT-133"),
    required<get_group_info>("action-required/get-group-info", "RET-001 PAR-016 ACT-151"),
    required<get_image>("action-required/get-image", "RET-001 ACT-153"),
    required<get_vip_info>("action-required/get-vip-info", "RET-001 PAR-016 ACT-157"),
    required<get_group_notice>("action-required/get-group-notice", "RET-001 PAR-016 ACT-158"),
    required<send_group_notice>("action-required/send-group-notice", "RET-001 PAR-016 ACT-159"),
    required<quick_operation>("action-required/handle-quick-operation", "RET-001 ACT-161 ACT-018"),
    required<get_msg>("action-required/get-msg", "RET-001 PAR-016 ACT-170"),
    required<get_forward_msg>("action-required/get-forward-msg", "RET-001 ACT-171"),
    required<set_group_name>("action-required/set-group-name", "RET-001 PAR-016 ACT-172"),
    required<get_group_honor_info>("action-required/get-group-honor-info",
                                   "RET-001 PAR-016 ACT-173"),
    {.id = "action-required/refused-calls-do-nothing",
     .requirements = "PAR-016 RET-003",
     .sentence = "A call that is refused for its parameters does nothing.",
     .sends = "every action without each of its required parameters and with ids of 0",
     .expects = "the account has done nothing",
     .needs = Need::http | Need::effects,
     .run = refused_calls_do_nothing},
    {.id = "action-required/refused-call-leaves-the-card",
     .requirements = "RET-003",
     .sentence = "A failed call has no effect on the account.",
     .sends = "set_group_card without user_id, and with group_id 0",
     .expects = "both fail, and the card is what it was",
     .needs = Need::http | Need::group,
     .run = card_stays},
    {.id = "action-required/negative-ids",
     .requirements = "PAR-017",
     .sentence = "Negative ids are refused.",
     .sends = "every action with -1 for each of its ids",
     .expects = "failed with retcode 100",
     .needs = Need::http,
     .run = negative_ids},
};

}  // namespace

std::span<const Case> action_required_cases() {
    return table;
}

}  // namespace cqhttp::conformance
