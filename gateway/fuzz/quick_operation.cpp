// The answer to an event, whatever it is, becomes calls that the account knows and no others. The
// first byte chooses the event.
#include "gateway/protocol/quick_operation.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/profiles.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/protocol/action_catalogue.hpp"

#include <array>
#include <utility>

namespace cqhttp::fuzz {
namespace {

protocol::Event message_event(std::string type, bool anonymous = false) {
    protocol::MessageEvent message;
    message.message_type = std::move(type);
    message.sub_type = anonymous ? "anonymous" : "normal";
    message.message_id = 7;
    message.user_id = 10001;
    message.group_id = 20001;
    message.discuss_id = 30001;
    if (anonymous) {
        message.anonymous = protocol::Anonymous{1, "a [CQ:at,qq=all]", "flag&[],"};
    }
    message.message = {protocol::Segment::text("hello")};
    return {1, message};
}

bool is_discuss(const protocol::Event& event) {
    const auto* message = std::get_if<protocol::MessageEvent>(&event.what);
    return message != nullptr && message->message_type == "discuss";
}

const std::array<protocol::Event, 7>& events() {
    static const std::array<protocol::Event, 7> all{
        message_event("private"),
        message_event("group"),
        message_event("group", true),
        message_event("discuss"),
        protocol::Event{1, protocol::FriendRequestEvent{10001, "hi", "flag"}},
        protocol::Event{1, protocol::GroupRequestEvent{"add", 20001, 10001, "hi", "flag"}},
        protocol::Event{1, protocol::GroupAdminEvent{"set", 20001, 10001}}};
    return all;
}

}  // namespace

void quick_operation(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    const auto chosen = static_cast<unsigned char>(bytes.front());
    const protocol::Event& event = events()[chosen % events().size()];
    for (const protocol::ProfileId id : all_profile_ids) {
        const protocol::Profile& profile = protocol::profile(id);
        if (id == protocol::ProfileId::onebot_11 && is_discuss(event)) {
            continue;  // there is no such event
        }
        auto operation = protocol::read_quick_operation(event, bytes.substr(1), profile);
        ensure(operation.calls.size() <= 4, "reply, delete, kick and ban");
        for (protocol::ActionRequest& call : operation.calls) {
            const auto* spec = protocol::find_action(call.action, id);
            ensure(spec != nullptr, "an action of the profile");
            ensure(spec->owner == protocol::ActionOwner::account, "of the account");
            protocol::bind_arguments(*spec, std::move(call.params), profile);
        }
    }
}

}  // namespace cqhttp::fuzz
