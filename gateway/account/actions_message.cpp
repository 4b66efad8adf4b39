#include "gateway/account/action_helpers.hpp"
#include "gateway/account/emoji.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/message.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
using protocol::Message;
using protocol::Segment;
namespace retcode = protocol::retcode;

// What the platform carries, in characters of text (section 8).
constexpr std::size_t longest_message = 4500;
constexpr std::int32_t likes_per_day = 10;
constexpr std::int64_t seconds_per_day = 24 * 60 * 60;

enum class Channel { user, group, discuss };

// Where a message goes.
struct Target {
    Channel channel = Channel::user;
    std::int64_t id = 0;
};

std::string_view name_of(Channel channel) {
    switch (channel) {
        case Channel::user: return "private";
        case Channel::group: return "group";
        case Channel::discuss: return "discuss";
    }
    return {};
}

std::int32_t check_group(const ActionContext& context, std::int64_t group_id) {
    const OwnGroup own = own_group(context.world, group_id);
    if (!own.joined()) {
        return retcode::not_in_group;
    }
    const bool banned = own.self->banned_until > context.clock.seconds();
    const bool silenced = own.group->whole_ban && own.rank() == Rank::member;
    return banned || silenced ? retcode::banned : retcode::ok;
}

// Whether the account may speak there at all.
std::int32_t check_target(const ActionContext& context, Target target) {
    switch (target.channel) {
        case Channel::user:
            return context.world.related(target.id) ? retcode::ok : retcode::no_relation;
        case Channel::group: return check_group(context, target.id);
        case Channel::discuss: {
            const Discuss* discuss = context.world.discuss(target.id);
            return discuss != nullptr && is_in(*discuss, context.world.self_id())
                       ? retcode::ok
                       : retcode::not_in_group;
        }
    }
    return retcode::failed;
}

bool too_long(std::string_view text) {
    return text.size() > longest_message && count_code_points(text) > longest_message;
}

bool too_long(const Message& message) {
    std::size_t characters = 0;
    for (const Segment& segment : message) {
        const std::string* text = segment.type == "text" ? segment.find("text") : nullptr;
        characters += text == nullptr ? 0 : count_code_points(*text);
    }
    return characters > longest_message;
}

bool is_yes(const std::string* value) {
    return value != nullptr && (*value == "1" || *value == "true" || *value == "yes");
}

// A leading `anonymous` of a group message (MSG-072): it stays where the group allows anonymity, so
// that the kept message shows it; where not, the message goes openly without it or not at all.
struct Anonymity {
    std::int32_t code = retcode::ok;
    bool drop_segment = false;
};

Anonymity check_anonymity(const ActionContext& context, Target target, const Message& message) {
    if (target.channel != Channel::group || message.front().type != "anonymous") {
        return {};
    }
    if (message.size() == 1) {
        return {retcode::bad_params, false};
    }
    if (context.world.group(target.id)->anonymity) {
        return {};
    }
    return is_yes(message.front().find("ignore"))
               ? Anonymity{retcode::ok, true}
               : Anonymity{retcode::anonymous_not_allowed, false};
}

// Under 4.0 the account is handed emoji as codes (EMO-005); peers see the same emoji either way.
bool turns_emoji_into_codes(const ActionContext& context) {
    return context.profile.emoji_codes_when_sending && context.convert_unicode_emoji;
}

// What the account is handed.
std::string content_of(const ActionContext& context, const Message& message, bool without_first) {
    const auto skipped = static_cast<std::ptrdiff_t>(without_first ? 1 : 0);
    const bool codes = turns_emoji_into_codes(context) && holds_emoji(message);
    if (!without_first && !codes) {
        return protocol::to_cq(message);
    }
    const Message sent(message.begin() + skipped, message.end());
    return protocol::to_cq(codes ? emoji_to_codes(sent) : sent);
}

// The same for a plain message.
std::string content_of(const ActionContext& context, std::string_view plain) {
    std::string text(plain);
    if (turns_emoji_into_codes(context) && text_holds_emoji(plain)) {
        return protocol::to_cq(emoji_to_codes({Segment::text(std::move(text))}));
    }
    return text;
}

void note_own_activity(ActionContext& context, std::int64_t group_id, std::int64_t now) {
    const Member* self = context.world.self_member(group_id);
    if (self->last_sent != now) {
        Member row = *self;
        row.last_sent = now;
        context.world.put(std::move(row));
    }
}

// Puts what was checked into the world. Sending makes no message event (PIPE-009).
ActionReply deliver(ActionContext& context, Target target, std::string content) {
    StoredMessage row;
    row.id = context.world.next_message_id();
    row.time = context.clock.seconds();
    row.type = name_of(target.channel);
    row.target = target.id;
    row.sender = context.world.self_id();
    row.content = std::move(content);
    const std::int32_t id = row.id;
    if (target.channel == Channel::group) {
        note_own_activity(context, target.id, row.time);
    }
    context.world.put(std::move(row));
    return ActionReply::sent(id);
}

// A plain message is neither empty nor anonymous.
ActionReply send(ActionContext& context, Target target, std::string_view plain) {
    if (const std::int32_t code = check_target(context, target); code != retcode::ok) {
        return ActionReply::failure(code);
    }
    if (too_long(plain)) {
        return ActionReply::failure(retcode::message_too_long);
    }
    return deliver(context, target, content_of(context, plain));
}

ActionReply send(ActionContext& context, Target target, const Message& message) {
    if (message.empty()) {
        return ActionReply::failure(retcode::bad_params);  // ACT-004
    }
    if (const std::int32_t code = check_target(context, target); code != retcode::ok) {
        return ActionReply::failure(code);
    }
    const Anonymity anonymity = check_anonymity(context, target, message);
    if (anonymity.code != retcode::ok) {
        return ActionReply::failure(anonymity.code);
    }
    if (too_long(message)) {
        return ActionReply::failure(retcode::message_too_long);
    }
    std::string content = content_of(context, message, anonymity.drop_segment);
    if (content.empty()) {
        return ActionReply::failure(
            retcode::bad_params);  // only a segment without a type (MSG-042)
    }
    return deliver(context, target, std::move(content));
}

ActionReply send(ActionContext& context, Target target, const Arguments& arguments) {
    const std::string_view plain = arguments.plain_message();
    return plain.empty() ? send(context, target, arguments.segments())
                         : send(context, target, plain);
}

// Looks at the target before anything is downloaded, and again afterwards: the world has moved on.
asio::awaitable<ActionReply> send_enhanced(ActionContext& context, Target target, Message message) {
    if (const std::int32_t code = check_target(context, target); code != retcode::ok) {
        co_return ActionReply::failure(code);
    }
    Message enhanced = co_await context.media.enhance(std::move(message));
    co_return send(context, target, enhanced);
}

bool has_media(const ActionContext& context, const Arguments& arguments) {
    return arguments.plain_message().empty() && context.media.needs_enhancing(arguments.segments());
}

Target private_target(const Arguments& arguments) {
    return {Channel::user, arguments.integer("user_id")};
}

Target group_target(const Arguments& arguments) {
    return {Channel::group, arguments.integer("group_id")};
}

Target discuss_target(const Arguments& arguments) {
    return {Channel::discuss, arguments.integer("discuss_id")};
}

template <Target (*target_of)(const Arguments&)>
ActionReply send_now(ActionContext& context, const Arguments& arguments) {
    return send(context, target_of(arguments), arguments);
}

template <Target (*target_of)(const Arguments&)>
asio::awaitable<ActionReply> send_later(ActionContext& context, Arguments arguments) {
    const Target target = target_of(arguments);
    return send_enhanced(context, target, arguments.take_message());
}

// Target of send_msg; id 0 where the call names none (ACT-005 ... ACT-007).
Target any_target(const ActionContext& context, const Arguments& arguments) {
    const bool discuss = context.profile.discuss_groups;
    const std::string_view type = arguments.text("message_type");
    if (type == "private") {
        return private_target(arguments);
    }
    if (type == "group") {
        return group_target(arguments);
    }
    if (type == "discuss" && discuss) {
        return discuss_target(arguments);
    }
    if (!type.empty() || !context.profile.send_msg_infers_type) {
        return {};
    }
    if (arguments.given("group_id")) {
        return group_target(arguments);
    }
    if (discuss && arguments.given("discuss_id")) {
        return discuss_target(arguments);
    }
    return private_target(arguments);
}

ActionReply send_msg_now(ActionContext& context, const Arguments& arguments) {
    const Target target = any_target(context, arguments);
    if (target.id <= 0) {
        return ActionReply::failure(retcode::bad_params);
    }
    return send(context, target, arguments);
}

asio::awaitable<ActionReply> send_msg_later(ActionContext& context, Arguments arguments) {
    const Target target = any_target(context, arguments);
    if (target.id <= 0) {
        co_return ActionReply::failure(retcode::bad_params);
    }
    auto sending = send_enhanced(context, target, arguments.take_message());
    co_return co_await std::move(sending);
}

// Own messages, and in a group those of lower ranks.
bool may_recall(const World& world, const StoredMessage& message) {
    if (message.sender == world.self_id()) {
        return true;
    }
    if (message.type != "group") {
        return false;
    }
    const Rank own = rank_of(world.self_member(message.target));
    return own >= Rank::admin && own > rank_of(world.member(message.target, message.sender));
}

ActionReply delete_msg(ActionContext& context, const Arguments& arguments) {
    auto found = find_message(context, arguments.integer("message_id"));
    if (!found) {
        context.log.error("delete_msg: cannot read the message: {}", found.error().detail);
        return ActionReply::failure(retcode::failed);
    }
    if (!*found) {
        return ActionReply::failure(retcode::not_found);
    }
    StoredMessage message = std::move(**found);
    if (!may_recall(context.world, message)) {
        return ActionReply::failure(retcode::no_rights);
    }
    if (message.type == "group" && context.profile.recall_notices) {
        emit(context, protocol::GroupRecallEvent{message.target, context.world.self_id(),
                                                 message.sender, message.id});
    }
    message.recalled = true;
    context.world.put(std::move(message));
    return {};
}

ActionReply send_like(ActionContext& context, const Arguments& arguments) {
    const std::int64_t user_id = arguments.integer("user_id");
    const std::int64_t times = arguments.integer("times");
    if (times <= 0) {
        return ActionReply::failure(retcode::bad_params);
    }
    const std::int64_t day = context.clock.seconds() / seconds_per_day;
    const std::int32_t given = context.world.likes(user_id, day);
    if (context.world.user(user_id) == nullptr || times > likes_per_day - given) {
        return ActionReply::failure(retcode::not_found);  // SBX-004
    }
    context.world.put(LikeCount{user_id, day, given + static_cast<std::int32_t>(times)});
    return {};
}

constexpr std::array rows{
    SandboxAction{"send_private_msg", send_now<private_target>, send_later<private_target>,
                  has_media},
    SandboxAction{"send_group_msg", send_now<group_target>, send_later<group_target>, has_media},
    SandboxAction{"send_discuss_msg", send_now<discuss_target>, send_later<discuss_target>,
                  has_media},
    SandboxAction{"send_msg", send_msg_now, send_msg_later, has_media},
    SandboxAction{"delete_msg", delete_msg},
    SandboxAction{"send_like", send_like},
};

}  // namespace

std::span<const SandboxAction> message_actions() {
    return rows;
}

}  // namespace cqhttp::account
