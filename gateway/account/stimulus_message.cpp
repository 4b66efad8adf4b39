#include "gateway/account/emoji.hpp"
#include "gateway/account/media_file.hpp"
#include "gateway/account/stimulus_kinds.hpp"
#include "gateway/protocol/action_reply.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

// Somebody says something.
namespace cqhttp::account {
namespace {

using protocol::Message;
using protocol::MessageEvent;
using protocol::Segment;
namespace retcode = protocol::retcode;

// ---- who may speak where ------------------------------------------------------------------------

// What the speaker is to the account (EVT-011).
std::string_view relation_of(const Moment& moment, std::int64_t user_id) {
    const World& world = moment.world();
    if (world.friend_of(user_id) != nullptr) {
        return "friend";
    }
    if (world.shares_group(user_id)) {
        return "group";
    }
    const bool discuss = moment.context.profile.discuss_groups && world.shares_discuss(user_id);
    return discuss ? "discuss" : "other";
}

Refused enter_private(const Moment& moment, MessageEvent& e) {
    if (auto refused = check_user(moment, e.user_id)) {
        return refused;
    }
    const World& world = moment.world();
    if (e.sub_type.empty()) {
        e.sub_type = relation_of(moment, e.user_id);
    } else if (e.sub_type == "friend" && world.friend_of(e.user_id) == nullptr) {
        return refuse(retcode::no_relation, "user {} is no friend of the account", e.user_id);
    } else if ((e.sub_type == "group" && !world.shares_group(e.user_id)) ||
               (e.sub_type == "discuss" && !world.shares_discuss(e.user_id))) {
        return refuse(retcode::no_relation, "user {} has no {} in common with the account",
                      e.user_id, e.sub_type == "group" ? "group" : "discuss group");
    }
    return {};
}

AnonymousMember new_mask(const Moment& moment, const MessageEvent& e) {
    constexpr std::array names{"Owl",   "Fox",  "Heron", "Otter",  "Lynx", "Wren",
                               "Hare",  "Seal", "Finch", "Badger", "Moth", "Newt",
                               "Crane", "Vole", "Stoat", "Puffin"};
    AnonymousMember row;
    row.id = e.anonymous->id;
    if (row.id <= 0) {
        row.id = moment.world().next_anonymous_id(e.group_id);
    }
    row.group_id = e.group_id;
    row.user_id = e.user_id;
    row.name = e.anonymous->name;
    if (row.name.empty()) {
        row.name = names[static_cast<std::size_t>(row.id) % names.size()];
    }
    row.flag = e.anonymous->flag;
    if (row.flag.empty()) {
        row.flag = fmt::format("anonymous-{}-{}", e.group_id, random_name().substr(0, 12));
    }
    return row;
}

// The mask they have in the group already, or a new one; not yet put on. `refused` where the event
// names one that nobody or somebody else wears.
struct Mask {
    Refused refused = {};
    AnonymousMember row = {};
};

Mask find_mask(const Moment& moment, MessageEvent& e) {
    const World& world = moment.world();
    if (e.user_id == anonymous_sender) {
        e.user_id = 0;  // as events tell it
    }
    if (!e.anonymous->flag.empty()) {
        const AnonymousMember* worn = world.anonymous(e.group_id, e.anonymous->flag);
        if (worn == nullptr && e.user_id == 0) {
            return {refuse(retcode::anonymous_flag, "nobody in group {} has the anonymous flag {}",
                           e.group_id, e.anonymous->flag)};
        }
        if (worn != nullptr && e.user_id != 0 && worn->user_id != e.user_id) {
            return {refuse(retcode::anonymous_flag, "the anonymous flag {} is not that of user {}",
                           e.anonymous->flag, e.user_id)};
        }
        return worn != nullptr ? Mask{{}, *worn} : Mask{{}, new_mask(moment, e)};
    }
    if (e.user_id == 0) {
        return {refuse(retcode::bad_params, "user_id: must be who speaks anonymously, not {}",
                       anonymous_sender)};
    }
    const AnonymousMember* worn = world.anonymous_of(e.group_id, e.user_id);
    return worn != nullptr ? Mask{{}, *worn} : Mask{{}, new_mask(moment, e)};
}

Refused check_mask(const Moment& moment, const AnonymousMember& mask) {
    if (auto refused = check_member(moment, mask.group_id, mask.user_id)) {
        return refused;
    }
    if (!moment.world().group(mask.group_id)->anonymity) {
        return refuse(retcode::anonymous_not_allowed, "group {} does not allow anonymity",
                      mask.group_id);
    }
    if (mask.banned_until > moment.context.clock.seconds()) {
        return refuse(retcode::banned, "the anonymous {} is banned in group {}", mask.name,
                      mask.group_id);
    }
    return check_voice(moment, *moment.world().member(mask.group_id, mask.user_id));
}

// `speaker` becomes who it really is; 0 for hints.
Refused enter_group(const Moment& moment, MessageEvent& e, std::int64_t& speaker) {
    if (auto refused = check_group(moment, e.group_id)) {
        return refused;
    }
    if (e.sub_type == "notice") {
        e.user_id = e.user_id == 0 ? hint_sender : e.user_id;
        speaker = 0;
        return {};
    }
    if (!e.anonymous) {
        if (auto refused = check_member(moment, e.group_id, e.user_id)) {
            return refused;
        }
        return check_voice(moment, *moment.world().member(e.group_id, e.user_id));
    }
    Mask mask = find_mask(moment, e);
    if (mask.refused) {
        return mask.refused;
    }
    if (auto refused = check_mask(moment, mask.row)) {
        return refused;
    }
    speaker = mask.row.user_id;
    e.user_id = anonymous_sender;
    e.anonymous = protocol::Anonymous{mask.row.id, mask.row.name, mask.row.flag};
    if (moment.world().anonymous(e.group_id, mask.row.flag) == nullptr) {
        moment.world().put(std::move(mask.row));
    }
    return {};
}

Refused enter_discuss(const Moment& moment, const MessageEvent& e) {
    const Discuss* discuss = moment.world().discuss(e.discuss_id);
    if (discuss == nullptr) {
        return refuse(retcode::bad_data, "there is no discuss group {}", e.discuss_id);
    }
    if (!is_in(*discuss, moment.self())) {
        return refuse(retcode::not_in_group, "the account is not in discuss group {}",
                      e.discuss_id);
    }
    if (is_in(*discuss, e.user_id)) {
        return {};
    }
    if (auto refused = check_user(moment, e.user_id)) {
        return refused;
    }
    return refuse(retcode::target_not_in_group, "user {} is not in discuss group {}", e.user_id,
                  e.discuss_id);
}

// ---- what arrives -------------------------------------------------------------------------------

bool is_web(std::string_view file) {
    return file.starts_with("http://") || file.starts_with("https://");
}

// A peer's image has a name, and an address it can be had from; one that is given by its address
// gets a name.
void name_images(Message& message) {
    for (Segment& segment : message) {
        const std::string* file = segment.type == "image" ? segment.find("file") : nullptr;
        if (file == nullptr || !is_web(*file)) {
            continue;
        }
        const std::string address = *file;
        const std::string_view extension = image_extension(address);
        segment.set("file", md5_hex(address).append(extension.empty() ? ".jpg" : extension));
        if (segment.find("url") == nullptr) {
            segment.set("url", address);
        }
    }
}

bool has_address(const Segment& segment) {
    return segment.type == "image" && segment.find("file") != nullptr &&
           segment.find("url") != nullptr;
}

// The content as the platform of the original hands it over: addresses of images stand in their
// .cqimg files and are put into `message` only (ENH-022, ENH-023).
std::string without_addresses(Message message) {
    for (Segment& segment : message) {
        if (has_address(segment)) {
            segment.erase("url");
        }
    }
    return protocol::to_cq(message);
}

// Brings `message` and `raw_message` into the form that bots see; returns the account's form.
std::string receive(const Moment& moment, MessageEvent& e) {
    const ActionContext& context = moment.context;
    const bool original = protocol::cq_profiles.contains(context.profile.id);
    const auto images = std::any_of(e.message.begin(), e.message.end(),
                                    [](const Segment& segment) { return segment.type == "image"; });
    if (images) {
        name_images(e.message);
        if (!moment.raw_given) {
            e.raw_message = original ? without_addresses(e.message) : protocol::to_cq(e.message);
        }
    }
    std::string content = protocol::to_cq(e.message);
    if (original && context.convert_unicode_emoji) {
        const std::string shown = emoji_to_characters(content);
        if (shown != content) {
            e.message = protocol::parse_cq(shown, context.profile);
        }
        e.raw_message = emoji_to_characters(e.raw_message);
    }
    if (images) {
        context.media.add_image_urls(e.message);
    }
    return content;
}

void fill_sender(const Moment& moment, MessageEvent& e) {
    protocol::Sender& sender = e.sender;
    sender = {};
    sender.user_id = e.user_id;
    if (e.anonymous) {
        sender.nickname = e.anonymous->name;
        return;
    }
    const User* user = moment.world().user(e.user_id);
    if (user == nullptr) {
        return;
    }
    sender.nickname = user->nickname;
    sender.sex = user->sex;
    sender.age = user->age;
    const Member* member =
        e.message_type == "group" ? moment.world().member(e.group_id, e.user_id) : nullptr;
    if (member != nullptr) {
        const bool titled =
            member->title_expires < 0 || member->title_expires > moment.context.clock.seconds();
        sender.card = member->card;
        sender.area = user->area;
        sender.level = member->level;
        sender.role = member->role;
        sender.title = titled ? member->title : std::string();
    }
}

std::int64_t place_of(const Moment& moment, const MessageEvent& e) {
    if (e.message_type == "group") {
        return e.group_id;
    }
    return e.message_type == "discuss" ? e.discuss_id : moment.self();
}

}  // namespace

Refused happen(const Moment& moment, MessageEvent& e) {
    if (e.message.empty()) {
        return refuse(retcode::bad_params, "message: must not be empty");
    }
    if (e.user_id == moment.self()) {
        return refuse(retcode::bad_params,
                      "user_id: what the account itself says makes no event; use a send action");
    }
    std::int64_t speaker = e.user_id;
    Refused refused;
    if (e.message_type == "private") {
        refused = enter_private(moment, e);
    } else if (e.message_type == "group") {
        refused = enter_group(moment, e, speaker);
    } else {
        refused = enter_discuss(moment, e);
    }
    if (refused) {
        return refused;
    }
    World& world = moment.world();
    StoredMessage row;
    row.content = receive(moment, e);
    row.id = world.next_message_id();
    row.time = moment.time;
    row.type = e.message_type;
    row.target = place_of(moment, e);
    row.sender = speaker == 0 ? e.user_id : speaker;
    e.message_id = row.id;
    if (e.message_type == "group" && speaker != 0) {
        const Member& member = *world.member(e.group_id, speaker);
        if (member.last_sent != moment.time) {
            Member active = member;
            active.last_sent = moment.time;
            world.put(std::move(active));
        }
    }
    if (moment.context.profile.sender_in_messages) {
        fill_sender(moment, e);
    }
    world.put(std::move(row));
    return {};
}

}  // namespace cqhttp::account
