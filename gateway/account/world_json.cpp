#include "gateway/account/world_json.hpp"

#include "gateway/account/world.hpp"
#include "gateway/account/world_reader.hpp"

#include <algorithm>
#include <set>

namespace cqhttp::account {
namespace {

using protocol::Json;

// Reads a whole seed. References are checked against what was read before, so the order of the
// calls in read() is the order of dependence.
class SeedReader {
public:
    explicit SeedReader(std::int64_t self_id) { data_.self.id = self_id; }

    WorldData read(SeedObject& seed) {
        seed.object("self", [this](SeedObject& self) { read_profile(self, data_.self); });
        seed.objects("users", [this](SeedObject& row) { read_user(row); });
        if (!seed.has("friend_categories")) {
            data_.categories.push_back({0, "我的好友"});
        }
        seed.objects("friend_categories", [this](SeedObject& row) { read_category(row); });
        seed.objects("friends", [this](SeedObject& row) { read_friend(row); });
        seed.objects("groups", [this](SeedObject& row) { read_group(row); });
        seed.objects("discusses", [this](SeedObject& row) { read_discuss(row); });
        seed.objects("requests", [this](SeedObject& row) { read_request(row); });
        seed.objects("likes", [this](SeedObject& row) { read_like(row); });
        seed.objects("messages", [this](SeedObject& row) { read_message(row); });
        const std::int32_t last = data_.last_message_id;
        data_.last_message_id = seed.int32("last_message_id", last);
        if (data_.last_message_id < last) {
            seed.fail("last_message_id", "is below the id of a message");
        }
        return std::move(data_);
    }

private:
    static void read_profile(SeedObject& row, User& user) {
        user.nickname = row.text("nickname");
        user.sex = row.word("sex", "male|female|unknown", "unknown");
        user.age = row.int32("age", 0);
        user.area = row.text("area");
        user.level = row.int32("level", 1);
    }

    bool knows(std::int64_t id) const { return id == data_.self.id || users_.contains(id); }

    // 0 was reported when it was read.
    void check_user(SeedObject& row, const char* name, std::int64_t id) const {
        if (id != 0 && !knows(id)) {
            row.fail(name, "no user " + std::to_string(id));
        }
    }
    void check_other(SeedObject& row, const char* name, std::int64_t id) const {
        check_user(row, name, id);
        if (id == data_.self.id) {
            row.fail(name, "must not be the account itself");
        }
    }
    template <class Set, class Key>
    static void check_new(SeedObject& row, const char* name, Set& seen, const Key& key) {
        if (!seen.insert(key).second) {
            row.fail(name, "stands here twice");
        }
    }

    void read_user(SeedObject& row) {
        User user;
        user.id = row.required_integer("id", id_range);
        read_profile(row, user);
        if (user.id == data_.self.id) {
            row.fail("id", "is the number of the account itself");
        }
        check_new(row, "id", users_, user.id);
        data_.users.push_back(std::move(user));
    }

    void read_category(SeedObject& row) {
        FriendCategory category;
        category.id = row.required_integer("id", {});
        category.name = row.required_text("name");
        const auto same = [&](const FriendCategory& old) { return old.id == category.id; };
        if (std::any_of(data_.categories.begin(), data_.categories.end(), same)) {
            row.fail("id", "stands here twice");
        }
        data_.categories.push_back(std::move(category));
    }

    void read_friend(SeedObject& row) {
        Friend who;
        who.user_id = row.required_account("user");
        who.remark = row.text("remark");
        who.category = row.integer("category", {}, 0);
        check_other(row, "user", who.user_id);
        check_new(row, "user", friends_, who.user_id);
        const auto same = [&](const FriendCategory& known) { return known.id == who.category; };
        if (std::none_of(data_.categories.begin(), data_.categories.end(), same)) {
            row.fail("category", "no friend category " + std::to_string(who.category));
        }
        data_.friends.push_back(std::move(who));
    }

    void read_group(SeedObject& row) {
        Group group;
        group.id = row.required_integer("id", id_range);
        group.name = row.required_text("name");
        group.created = row.integer("created", {}, 0);
        group.category = row.int32("category", 0);
        group.introduction = row.text("introduction");
        group.max_members = row.int32("max_members", 200);
        group.whole_ban = row.boolean("whole_ban", false);
        group.anonymity = row.boolean("anonymity", true);
        check_new(row, "id", groups_, group.id);

        std::set<std::int64_t> seen;
        std::size_t owners = 0;
        row.objects("members", [&](SeedObject& entry) {
            read_member(entry, group.id, seen);
            owners += data_.members.back().role == "owner" ? 1U : 0U;
        });
        if (owners != 1) {
            row.fail("members", "must have exactly one owner");
        }
        if (seen.size() > static_cast<std::size_t>(group.max_members)) {
            row.fail("max_members", "is below the number of members");
        }
        std::set<std::string> flags;
        row.objects("anonymous",
                    [&](SeedObject& entry) { read_anonymous(entry, group.id, flags); });
        row.objects("notices", [&](SeedObject& entry) { read_notice(entry, group.id); });
        read_rejections(row, group.id, seen);
        data_.groups.push_back(std::move(group));
    }

    void read_member(SeedObject& row, std::int64_t group_id, std::set<std::int64_t>& seen) {
        Member member;
        member.group_id = group_id;
        member.user_id = row.required_account("user");
        member.card = row.text("card");
        member.role = row.word("role", "owner|admin|member", "member");
        member.title = row.text("title");
        member.title_expires = row.integer("title_expires", {.min = -1}, -1);
        member.level = row.text("level", "1");
        member.joined = row.integer("joined", {}, 0);
        member.last_sent = row.integer("last_sent", {}, 0);
        member.banned_until = row.integer("banned_until", {}, 0);
        member.unfriendly = row.boolean("unfriendly", false);
        check_user(row, "user", member.user_id);
        check_new(row, "user", seen, member.user_id);
        data_.members.push_back(std::move(member));
    }

    void read_anonymous(SeedObject& row, std::int64_t group_id, std::set<std::string>& flags) {
        AnonymousMember member;
        member.group_id = group_id;
        member.id = row.required_integer("id", id_range);
        member.user_id = row.required_account("user");
        member.name = row.required_text("name");
        member.flag = row.required_text("flag");
        member.banned_until = row.integer("banned_until", {}, 0);
        check_user(row, "user", member.user_id);
        check_new(row, "flag", flags, member.flag);
        data_.anonymous.push_back(std::move(member));
    }

    void read_notice(SeedObject& row, std::int64_t group_id) {
        Notice notice;
        notice.group_id = group_id;
        notice.id = row.integer("id", id_range, next_notice_);
        notice.sender = row.required_account("sender");
        notice.time = row.integer("time", {}, 0);
        notice.title = row.text("title");
        notice.content = row.required_text("content");
        check_user(row, "sender", notice.sender);
        check_new(row, "id", notices_, notice.id);
        next_notice_ = std::max(next_notice_, notice.id + 1);
        data_.notices.push_back(std::move(notice));
    }

    void read_rejections(SeedObject& row, std::int64_t group_id,
                         const std::set<std::int64_t>& members) {
        for (const std::int64_t id : row.accounts("rejections")) {
            check_user(row, "rejections", id);
            if (members.contains(id)) {
                row.fail("rejections", std::to_string(id) + " is a member");
            }
            data_.rejections.push_back({group_id, id});
        }
    }

    void read_discuss(SeedObject& row) {
        Discuss discuss;
        discuss.id = row.required_integer("id", id_range);
        discuss.name = row.text("name");
        discuss.members = row.accounts("members");
        check_new(row, "id", discusses_, discuss.id);
        std::set<std::int64_t> seen;
        for (const std::int64_t id : discuss.members) {
            check_user(row, "members", id);
            check_new(row, "members", seen, id);
        }
        data_.discusses.push_back(std::move(discuss));
    }

    void read_request(SeedObject& row) {
        Request request;
        request.flag = row.required_text("flag");
        request.type = row.word("type", "friend|group");
        request.user_id = row.required_account("user");
        request.comment = row.text("comment");
        request.time = row.integer("time", {}, 0);
        request.state = row.word("state", "open|approved|rejected|expired", "open");
        request.answer = row.text("answer");
        if (request.type == "group") {
            request.sub_type = row.word("sub_type", "add|invite");
            request.group_id = row.required_integer("group", id_range);
            if (request.sub_type == "add") {  // an invitation may be to a group that arises with it
                check_place(row, "group", groups_, request.group_id);
            }
        }
        check_other(row, "user", request.user_id);
        check_new(row, "flag", flags_, request.flag);
        data_.requests.push_back(std::move(request));
    }

    void read_like(SeedObject& row) {
        LikeCount like;
        like.user_id = row.required_account("user");
        like.day = row.required_integer("day", {});
        like.times = row.int32("times", 1);
        check_other(row, "user", like.user_id);
        data_.likes.push_back(like);
    }

    void read_message(SeedObject& row) {
        StoredMessage message;
        const std::int64_t next = std::int64_t{data_.last_message_id} + 1;
        message.id = static_cast<std::int32_t>(row.integer("id", int32_range, next));
        message.time = row.integer("time", {}, 0);
        message.type = row.word("type", "private|group|discuss");
        message.target = row.required_account("target");
        message.sender = row.required_account("sender");
        message.content = row.required_text("content");
        message.recalled = row.boolean("recalled", false);
        if (message.id < next) {
            row.fail("id", "ids must ascend");
        }
        if (message.sender != hint_sender) {
            check_user(row, "sender", message.sender);
        }
        if (message.type == "private") {
            check_user(row, "target", message.target);
        } else if (message.type == "group") {
            check_place(row, "target", groups_, message.target);
        } else if (message.type == "discuss") {
            check_place(row, "target", discusses_, message.target);
        }
        data_.last_message_id = std::max(message.id, data_.last_message_id);
        data_.recent_messages.push_back(std::move(message));
    }

    static void check_place(SeedObject& row, const char* name, const std::set<std::int64_t>& places,
                            std::int64_t id) {
        if (id != 0 && !places.contains(id)) {
            row.fail(name, "no group " + std::to_string(id));
        }
    }

    WorldData data_;
    std::set<std::int64_t> users_, friends_, groups_, discusses_, notices_;
    std::int64_t next_notice_ = 1;
    std::set<std::string> flags_;
};

// Writes rows; the account is "self". What refers to a group that is gone is left out.
class SeedWriter {
public:
    explicit SeedWriter(const WorldData& world) : world_(world) {}

    Json write() const {
        Json seed = Json::object();
        seed["self"] = profile_of(world_.self);
        seed["users"] = list(world_.users, [](const User& row) {
            Json user = profile_of(row);
            user["id"] = row.id;
            return user;
        });
        seed["friend_categories"] = list(world_.categories, [](const FriendCategory& row) {
            return Json{{"id", row.id}, {"name", row.name}};
        });
        seed["friends"] = list(world_.friends, [this](const Friend& row) {
            return Json{
                {"user", account(row.user_id)}, {"remark", row.remark}, {"category", row.category}};
        });
        seed["groups"] = list(world_.groups, [this](const Group& row) { return group(row); });
        seed["discusses"] = list(world_.discusses, [this](const Discuss& row) {
            Json members = list(row.members, [this](std::int64_t id) { return account(id); });
            return Json{{"id", row.id}, {"name", row.name}, {"members", std::move(members)}};
        });
        seed["requests"] = list(
            world_.requests, [this](const Request& row) { return request(row); },
            [this](const Request& row) {
                return row.sub_type != "add" || has(world_.groups, row.group_id);
            });
        seed["likes"] = list(world_.likes, [this](const LikeCount& row) {
            return Json{{"user", account(row.user_id)}, {"day", row.day}, {"times", row.times}};
        });
        seed["messages"] = list(
            world_.recent_messages, [this](const StoredMessage& row) { return message(row); },
            [this](const StoredMessage& row) {
                return row.type == "private" ||
                       (row.type == "group" ? has(world_.groups, row.target)
                                            : has(world_.discusses, row.target));
            });
        seed["last_message_id"] = world_.last_message_id;
        return seed;
    }

private:
    static constexpr auto every = [](const auto&) { return true; };

    template <class Rows, class Write, class Wanted = decltype(every)>
    static Json list(const Rows& rows, const Write& write, const Wanted& wanted = every) {
        Json array = Json::array();
        for (const auto& row : rows) {
            if (wanted(row)) {
                array.push_back(write(row));
            }
        }
        return array;
    }

    // Rows ascend by id.
    template <class Rows>
    static bool has(const Rows& rows, std::int64_t id) {
        const auto found =
            std::lower_bound(rows.begin(), rows.end(), id,
                             [](const auto& row, std::int64_t key) { return row.id < key; });
        return found != rows.end() && found->id == id;
    }

    bool is_member(std::int64_t group_id, std::int64_t user_id) const {
        return std::any_of(world_.members.begin(), world_.members.end(), [&](const Member& row) {
            return row.group_id == group_id && row.user_id == user_id;
        });
    }

    template <class Rows, class Write>
    static Json list_of_group(const Rows& rows, std::int64_t group_id, const Write& write) {
        Json array = Json::array();
        for (const auto& row : rows) {
            if (row.group_id == group_id) {
                array.push_back(write(row));
            }
        }
        return array;
    }

    Json account(std::int64_t id) const { return id == world_.self.id ? Json("self") : Json(id); }

    static Json profile_of(const User& row) {
        return Json{{"nickname", row.nickname},
                    {"sex", row.sex},
                    {"age", row.age},
                    {"area", row.area},
                    {"level", row.level}};
    }

    Json group(const Group& row) const {
        Json json{{"id", row.id},
                  {"name", row.name},
                  {"created", row.created},
                  {"category", row.category},
                  {"introduction", row.introduction},
                  {"max_members", row.max_members},
                  {"whole_ban", row.whole_ban},
                  {"anonymity", row.anonymity}};
        json["members"] = list_of_group(
            world_.members, row.id, [this](const Member& member) { return this->member(member); });
        json["anonymous"] =
            list_of_group(world_.anonymous, row.id, [this](const AnonymousMember& member) {
                return Json{{"id", member.id},
                            {"user", account(member.user_id)},
                            {"name", member.name},
                            {"flag", member.flag},
                            {"banned_until", member.banned_until}};
            });
        json["notices"] = list_of_group(world_.notices, row.id, [this](const Notice& notice) {
            return Json{{"id", notice.id},
                        {"sender", account(notice.sender)},
                        {"time", notice.time},
                        {"title", notice.title},
                        {"content", notice.content}};
        });
        json["rejections"] = list(
            world_.rejections, [this](const Rejection& entry) { return account(entry.user_id); },
            [&](const Rejection& entry) {
                return entry.group_id == row.id && !is_member(row.id, entry.user_id);
            });
        return json;
    }

    Json member(const Member& row) const {
        return Json{{"user", account(row.user_id)},
                    {"card", row.card},
                    {"role", row.role},
                    {"title", row.title},
                    {"title_expires", row.title_expires},
                    {"level", row.level},
                    {"joined", row.joined},
                    {"last_sent", row.last_sent},
                    {"banned_until", row.banned_until},
                    {"unfriendly", row.unfriendly}};
    }

    Json request(const Request& row) const {
        Json json{{"flag", row.flag},       {"type", row.type}, {"user", account(row.user_id)},
                  {"comment", row.comment}, {"time", row.time}, {"state", row.state},
                  {"answer", row.answer}};
        if (row.type == "group") {
            json["sub_type"] = row.sub_type;
            json["group"] = row.group_id;
        }
        return json;
    }

    Json message(const StoredMessage& row) const {
        return Json{{"id", row.id},
                    {"time", row.time},
                    {"type", row.type},
                    {"target", account(row.target)},
                    {"sender", account(row.sender)},
                    {"content", row.content},
                    {"recalled", row.recalled}};
    }

    const WorldData& world_;
};

}  // namespace

Result<WorldData> parse_world(std::string_view text, std::int64_t self_id) {
    const auto document = protocol::parse_json(text);
    if (!document) {
        return failure("not JSON: " + document.error().detail);
    }
    SeedErrors errors;
    WorldData data;
    {
        SeedObject seed(*document, "", self_id, errors);
        SeedReader reader(self_id);
        data = reader.read(seed);
    }
    if (!errors.empty()) {
        return failure(errors.text());
    }
    const std::size_t messages = data.recent_messages.size();
    return World(std::move(data), messages).snapshot();  // sorts the rows
}

Json world_to_json(const WorldData& world) {
    return SeedWriter(world).write();
}

}  // namespace cqhttp::account
