#include "gateway/protocol/event.hpp"

#include <initializer_list>
#include <string_view>

namespace cqhttp::protocol {
namespace {

// "a/b/c", without the parts that are empty.
std::string path(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        if (!part.empty()) {
            text += text.empty() ? "" : "/";
            text += part;
        }
    }
    return text;
}

struct Describe {
    std::string operator()(const MessageEvent& e) const {
        return path({"message", e.message_type});
    }
    std::string operator()(const GroupUploadEvent&) const { return "group_upload"; }
    std::string operator()(const GroupAdminEvent& e) const {
        return path({"group_admin", e.sub_type});
    }
    std::string operator()(const GroupDecreaseEvent& e) const {
        return path({"group_decrease", e.sub_type});
    }
    std::string operator()(const GroupIncreaseEvent& e) const {
        return path({"group_increase", e.sub_type});
    }
    std::string operator()(const GroupBanEvent& e) const { return path({"group_ban", e.sub_type}); }
    std::string operator()(const FriendAddEvent&) const { return "friend_add"; }
    std::string operator()(const GroupRecallEvent&) const { return "group_recall"; }
    std::string operator()(const FriendRecallEvent&) const { return "friend_recall"; }
    std::string operator()(const NotifyEvent& e) const { return path({"notify", e.sub_type}); }
    std::string operator()(const FriendRequestEvent&) const { return "request/friend"; }
    std::string operator()(const GroupRequestEvent& e) const {
        return path({"request/group", e.sub_type});
    }
};

}  // namespace

std::string describe(const Event& event) {
    return std::visit(Describe{}, event.what);
}

}  // namespace cqhttp::protocol
