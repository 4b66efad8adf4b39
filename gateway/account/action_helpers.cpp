#include "gateway/account/action_helpers.hpp"

#include "gateway/account/store.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace cqhttp::account {

Rank rank_of(const Member* member) noexcept {
    if (member == nullptr) {
        return Rank::none;
    }
    if (member->role == "owner") {
        return Rank::owner;
    }
    return member->role == "admin" ? Rank::admin : Rank::member;
}

OwnGroup own_group(const World& world, std::int64_t group_id) {
    return {world.group(group_id), world.self_member(group_id)};
}

bool is_in(const Discuss& discuss, std::int64_t user_id) {
    return std::find(discuss.members.begin(), discuss.members.end(), user_id) !=
           discuss.members.end();
}

std::int32_t to_int32(std::int64_t number) noexcept {
    using Bounds = std::numeric_limits<std::int32_t>;
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(number, Bounds::min(), Bounds::max()));
}

std::int64_t later_by(std::int64_t now, std::int64_t seconds) noexcept {
    constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();
    return seconds > end_of_time - now ? end_of_time : now + seconds;
}

bool may_set_card(const World& world, const Member& member) {
    if (member.user_id == world.self_id()) {
        return true;
    }
    const Rank own = rank_of(world.self_member(member.group_id));
    return own >= Rank::admin && own > rank_of(&member);
}

void write_member(protocol::JsonWriter& json, const ActionContext& context, const Member& member) {
    static const User nobody;
    const User* known = context.world.user(member.user_id);
    const User& user = known == nullptr ? nobody : *known;
    const bool permanent = member.title_expires < 0;
    const bool titled = permanent || member.title_expires > context.clock.seconds();
    json.object()
        .member("group_id", member.group_id)
        .member("user_id", member.user_id)
        .member("nickname", user.nickname)
        .member("card", member.card)
        .member("sex", user.sex)
        .member("age", user.age)
        .member("area", user.area)
        .member("join_time", to_int32(member.joined))
        .member("last_sent_time", to_int32(member.last_sent))
        .member("level", member.level)
        .member("role", member.role)
        .member("unfriendly", member.unfriendly)
        .member("title", titled ? std::string_view(member.title) : std::string_view())
        .member("title_expire_time", titled ? to_int32(member.title_expires) : -1)
        .member("card_changeable", may_set_card(context.world, member))
        .end_object();
}

Result<std::optional<StoredMessage>> find_message(const ActionContext& context, std::int64_t id) {
    using Found = std::optional<StoredMessage>;
    if (id <= 0 || id > std::numeric_limits<std::int32_t>::max()) {
        return Found();
    }
    const auto number = static_cast<std::int32_t>(id);
    if (const StoredMessage* recent = context.world.message(number)) {
        return recent->recalled ? Found() : Found(*recent);
    }
    if (context.store == nullptr) {
        return Found();
    }
    Result<Found> kept = context.store->find_message(number);
    if (kept && *kept && (*kept)->recalled) {
        return Found();
    }
    return kept;
}

void make_known(World& world, std::int64_t user_id) {
    if (world.user(user_id) == nullptr) {
        User row;
        row.id = user_id;
        row.nickname = std::to_string(user_id);
        world.put(std::move(row));
    }
}

void join_group(ActionContext& context, std::int64_t group_id, std::int64_t user_id,
                std::string_view role) {
    Member row;
    row.group_id = group_id;
    row.user_id = user_id;
    row.role = role;
    row.joined = context.clock.seconds();
    context.world.put(std::move(row));
}

void found_group(ActionContext& context, std::int64_t group_id, std::int64_t owner) {
    Group row;
    row.id = group_id;
    row.name = std::to_string(group_id);
    row.created = context.clock.seconds();
    context.world.put(std::move(row));
    make_known(context.world, owner);
    join_group(context, group_id, owner, "owner");
}

void befriend(World& world, std::int64_t user_id, std::string remark) {
    const auto categories = world.categories();
    const std::int64_t category = categories.empty() ? 0 : categories.front()->id;
    world.put(Friend{user_id, std::move(remark), category});
}

void close_request(World& world, const Request& request, bool approve, std::string words) {
    Request row = request;
    row.state = approve ? "approved" : "rejected";
    row.answer = std::move(words);
    world.put(std::move(row));
}

std::string_view nickname_of(const World& world, std::int64_t user_id) {
    const User* user = world.user(user_id);
    return user == nullptr ? std::string_view() : std::string_view(user->nickname);
}

}  // namespace cqhttp::account
