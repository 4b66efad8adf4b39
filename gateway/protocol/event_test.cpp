#include "gateway/protocol/event.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::protocol {
namespace {

template <class What>
std::string described(What what) {
    return describe(Event{0, std::move(what)});
}

template <class What>
std::string described(const char* sub_type) {
    What what;
    what.sub_type = sub_type;
    return described(std::move(what));
}

MessageEvent message(const char* message_type, const char* sub_type) {
    MessageEvent event;
    event.message_type = message_type;
    event.sub_type = sub_type;
    return event;
}

TEST_CASE("event: messages are described by their type and not by their content", "[event]") {
    MessageEvent secret = message("private", "friend");
    secret.raw_message = "hunter2";
    secret.message = {Segment::text("hunter2")};
    CHECK(described(secret) == "message/private");
    CHECK(described(message("group", "anonymous")) == "message/group");
    CHECK(described(message("discuss", "")) == "message/discuss");
}

TEST_CASE("event: notices are described by type and subtype", "[event]") {
    CHECK(described(GroupUploadEvent{}) == "group_upload");
    CHECK(described<GroupAdminEvent>("set") == "group_admin/set");
    CHECK(described<GroupDecreaseEvent>("kick") == "group_decrease/kick");
    CHECK(described<GroupDecreaseEvent>("kick_me") == "group_decrease/kick_me");
    CHECK(described<GroupIncreaseEvent>("invite") == "group_increase/invite");
    CHECK(described<GroupBanEvent>("lift_ban") == "group_ban/lift_ban");
    CHECK(described(FriendAddEvent{}) == "friend_add");
    CHECK(described(GroupRecallEvent{}) == "group_recall");
    CHECK(described(FriendRecallEvent{}) == "friend_recall");
    CHECK(described<NotifyEvent>("lucky_king") == "notify/lucky_king");
}

TEST_CASE("event: requests are described by type and subtype", "[event]") {
    CHECK(described(FriendRequestEvent{}) == "request/friend");
    CHECK(described<GroupRequestEvent>("add") == "request/group/add");
    CHECK(described<GroupRequestEvent>("invite") == "request/group/invite");
}

TEST_CASE("event: a missing subtype leaves no slash behind", "[event]") {
    CHECK(described(GroupAdminEvent{}) == "group_admin");
    CHECK(described(GroupRequestEvent{}) == "request/group");
    CHECK(described(MessageEvent{}) == "message");
}

}  // namespace
}  // namespace cqhttp::protocol
