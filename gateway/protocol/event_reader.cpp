#include "gateway/protocol/event_json.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>

namespace cqhttp::protocol {
namespace {

using Words = std::initializer_list<std::string_view>;

struct Range {
    std::int64_t min, max;
};
constexpr Range any_int32{std::numeric_limits<std::int32_t>::min(),
                          std::numeric_limits<std::int32_t>::max()};
constexpr Range count32{0, any_int32.max};
constexpr Range count64{0, std::numeric_limits<std::int64_t>::max()};
constexpr Range id{1, count64.max};
constexpr std::int64_t usual_busid = 102;  // the platform's number for files of groups
constexpr Range any_int64{std::numeric_limits<std::int64_t>::min(), count64.max};

enum class Need : std::uint8_t {
    always,
    whole,     // may be left out of a context
    supplied,  // the same, and out of a stimulus
    never,
};

enum class Empty : std::uint8_t { allowed, refused };

// "[a, b or c]" without the brackets.
std::string join(Words words) {
    std::string text;
    for (const std::string_view* word = words.begin(); word != words.end(); ++word) {
        if (word != words.begin()) {
            text += word + 1 == words.end() ? " or " : ", ";
        }
        text += *word;
    }
    return text;
}

std::string describe_range(Range range) {
    if (range.max == any_int64.max) {
        switch (range.min) {
            case any_int64.min: return "an integer";
            case 0: return "an integer of at least 0";
            default: return "a positive integer";
        }
    }
    return "an integer from " + std::to_string(range.min) + " to " + std::to_string(range.max);
}

// The integer a value holds, if it is one of int64.
std::optional<std::int64_t> integer_of(const Json& value) {
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(any_int64.max)) {
        return std::nullopt;
    }
    return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

// What is wrong with the event: the first thing found.
struct Problem {
    std::string text;
};

// Reads the members of one object. After the first problem results do not matter.
class FieldReader {
public:
    FieldReader(const Json& object, std::string prefix, EventExtent extent, Problem& problem)
        : object_(object), prefix_(std::move(prefix)), extent_(extent), problem_(problem) {}

    const Json* find(const char* name) const {
        const auto found = object_.find(name);
        return found == object_.end() ? nullptr : &*found;
    }

    void fail(const char* name, const std::string& what) const {
        if (problem_.text.empty()) {
            problem_.text = prefix_ + name + ": " + what;
        }
    }

    std::int64_t integer(const char* name, Range range, Need need = Need::whole) const {
        const Json* const value = wanted(name, need, describe_range(range));
        if (value == nullptr) {
            return 0;
        }
        const std::optional<std::int64_t> number = integer_of(*value);
        if (!number) {
            wrong_type(name, *value, describe_range(range));
        } else if (*number < range.min || *number > range.max) {
            fail(name, "must be " + describe_range(range) + ", not " + value->dump());
        }
        return number.value_or(0);
    }

    std::int32_t integer32(const char* name, Range range, Need need = Need::whole) const {
        return static_cast<std::int32_t>(integer(name, range, need));
    }

    std::string text(const char* name, Need need = Need::whole,
                     Empty empty = Empty::allowed) const {
        const Json* const value = wanted(name, need, "a string");
        if (value == nullptr) {
            return {};
        }
        if (!value->is_string()) {
            wrong_type(name, *value, "a string");
            return {};
        }
        std::string content = value->get<std::string>();
        if (content.empty() && empty == Empty::refused) {
            fail(name, "must not be empty");
        }
        return content;
    }

    std::string word(const char* name, Words allowed, Need need = Need::whole) const {
        const Json* const value = wanted(name, need, join(allowed));
        if (value == nullptr) {
            return {};
        }
        const std::string* const content = value->get_ptr<const std::string*>();
        if (content == nullptr) {
            wrong_type(name, *value, join(allowed));
            return {};
        }
        if (std::find(allowed.begin(), allowed.end(), *content) == allowed.end()) {
            const bool is_short = content->size() <= 40;
            fail(name, "must be " + join(allowed) + (is_short ? ", not " + *content : ""));
        }
        return *content;
    }

    // The member if it is there and no null.
    const Json* object(const char* name, Need need) const {
        const Json* const value = find(name);
        if (value != nullptr && value->is_null() && need == Need::never) {
            return nullptr;
        }
        if (wanted(name, need, "an object") != nullptr && !value->is_object()) {
            wrong_type(name, *value, "an object");
            return nullptr;
        }
        return value;
    }

    FieldReader inside(const char* name, const Json& member) const {
        return {member, prefix_ + name + ".", extent_, problem_};
    }

    void wrong_type(const char* name, const Json& value, const std::string& allowed) const {
        fail(name, "must be " + allowed + ", not " + (value.is_null() ? "" : "of type ") +
                       value.type_name());
    }

    bool of(EventExtent extent) const noexcept { return extent_ == extent; }

private:
    const Json* wanted(const char* name, Need need, const std::string& allowed) const {
        const Json* const value = find(name);
        if (value == nullptr &&
            (need == Need::always || (need == Need::whole && extent_ != EventExtent::context) ||
             (need == Need::supplied && extent_ == EventExtent::whole))) {
            fail(name, "is missing, must be " + allowed);
        }
        return value;
    }

    const Json& object_;
    std::string prefix_;
    EventExtent extent_;
    Problem& problem_;
};

class EventReader {
public:
    EventReader(FieldReader fields, const Profile& profile)
        : fields_(std::move(fields)), profile_(profile) {}

    Event read() const {
        Event event;
        event.time = fields_.integer("time", count64, Need::never);
        fields_.integer("self_id", id, Need::never);
        const std::string type =
            fields_.word("post_type", {"message", "notice", "request"}, Need::always);
        if (type == "message") {
            event.what = message();
        } else if (type == "notice") {
            read_notice(event);
        } else if (type == "request") {
            read_request(event);
        }
        return event;
    }

private:
    MessageEvent message() const {
        MessageEvent e;
        const Words types = {"private", "group", "discuss"};
        const Words types_without_discuss = {"private", "group"};
        e.message_type = fields_.word(
            "message_type", profile_.discuss_groups ? types : types_without_discuss, Need::always);
        if (e.message_type == "private") {
            const Words sub_types = {"friend", "group", "discuss", "other"};
            const Words without_discuss = {"friend", "group", "other"};
            e.sub_type = fields_.word(
                "sub_type", profile_.discuss_groups ? sub_types : without_discuss, Need::supplied);
        } else if (e.message_type == "group") {
            e.sub_type =
                fields_.word("sub_type", {"normal", "anonymous", "notice"}, Need::supplied);
            e.group_id = fields_.integer("group_id", id);
            read_anonymous(e);
        } else {
            e.discuss_id = fields_.integer("discuss_id", id);
        }
        e.message_id = fields_.integer32("message_id", any_int32, Need::never);
        // Who a hint is from, and whose an anonymous flag is, is known.
        const bool known = e.sub_type == "notice" || (e.anonymous && !e.anonymous->flag.empty());
        e.user_id = fields_.integer("user_id", id, known ? Need::supplied : Need::whole);
        e.font = fields_.integer32("font", any_int32, Need::never);
        read_content(e);
        if (profile_.sender_in_messages) {
            read_sender(e);
        }
        return e;
    }

    // EVT-013.
    void read_anonymous(MessageEvent& e) const {
        if (const Json* const member = fields_.object("anonymous", Need::never)) {
            const FieldReader who = fields_.inside("anonymous", *member);
            e.anonymous =
                Anonymous{who.integer("id", any_int64, Need::supplied),
                          who.text("name", Need::supplied), who.text("flag", Need::supplied)};
            if (e.anonymous->flag.empty() && !fields_.of(EventExtent::stimulus) &&
                who.find("flag") != nullptr) {
                who.fail("flag", "must not be empty");
            }
        }
        if (fields_.of(EventExtent::stimulus) && e.sub_type.empty()) {
            e.sub_type = e.anonymous ? "anonymous" : "normal";
        } else if (fields_.of(EventExtent::stimulus) && e.sub_type == "anonymous" && !e.anonymous) {
            e.anonymous.emplace();
        }
        if (!fields_.of(EventExtent::context) &&
            e.anonymous.has_value() != (e.sub_type == "anonymous")) {
            fields_.fail("anonymous", "must be an object exactly if sub_type is anonymous");
        }
    }

    void read_content(MessageEvent& e) const {
        const Json* const content = fields_.find("message");
        const char* const forms = "a CQ string, an array of segments or one segment";
        if (content == nullptr) {
            if (!fields_.of(EventExtent::context)) {
                fields_.fail("message", std::string("is missing, must be ") + forms);
            }
            return;
        }
        std::optional<Message> parsed;
        if (const std::string* const text = content->get_ptr<const std::string*>()) {
            parsed = parse_cq(*text, profile_);
        } else if (content->is_structured()) {
            parsed = parse_segments(dump_json(*content), profile_);
        }
        if (!parsed) {
            fields_.fail("message", std::string("must be ") + forms);
            return;
        }
        e.message = std::move(*parsed);
        normalise(e.message);
        if (fields_.find("raw_message") != nullptr) {
            e.raw_message = fields_.text("raw_message");
        } else {
            e.raw_message = content->is_string() ? content->get<std::string>() : to_cq(e.message);
        }
    }

    void read_sender(MessageEvent& e) const {
        e.sender.user_id = e.user_id;
        const Json* const member = fields_.object("sender", Need::never);
        if (member == nullptr) {
            return;
        }
        const FieldReader who = fields_.inside("sender", *member);
        e.sender.nickname = who.text("nickname", Need::never);
        if (who.find("sex") != nullptr) {
            e.sender.sex = who.word("sex", {"male", "female", "unknown"});
        }
        e.sender.age = who.integer32("age", count32, Need::never);
        e.sender.card = who.text("card", Need::never);
        e.sender.area = who.text("area", Need::never);
        e.sender.level = who.text("level", Need::never);
        e.sender.role = who.word("role", {"owner", "admin", "member"}, Need::never);
        e.sender.title = who.text("title", Need::never);
    }

    void read_notice(Event& event) const {
        const Words first = {"group_upload", "group_admin", "group_decrease", "group_increase",
                             "friend_add"};
        const Words with_ban = {"group_upload",   "group_admin", "group_decrease",
                                "group_increase", "friend_add",  "group_ban"};
        const Words all = {"group_upload",   "group_admin",   "group_decrease",
                           "group_increase", "friend_add",    "group_ban",
                           "group_recall",   "friend_recall", "notify"};
        const Words with_recalls = profile_.recall_notices ? all : with_ban;
        const std::string type = fields_.word(
            "notice_type", profile_.group_ban_notice ? with_recalls : first, Need::always);
        if (type == "group_upload") {
            event.what = upload();
        } else if (type == "group_admin") {
            event.what =
                GroupAdminEvent{fields_.word("sub_type", {"set", "unset"}), group(), user()};
        } else if (type == "group_decrease") {
            event.what = decrease();
        } else if (type == "group_increase") {
            event.what =
                GroupIncreaseEvent{fields_.word("sub_type", {"approve", "invite"}, Need::supplied),
                                   group(), operator_id(), user()};
        } else if (type == "group_ban") {
            event.what = ban();
        } else if (type == "friend_add") {
            event.what = FriendAddEvent{user()};
        } else if (type == "group_recall") {
            event.what = GroupRecallEvent{fields_.integer("group_id", id, Need::supplied),
                                          operator_id(), author(), message_id()};
        } else if (type == "friend_recall") {
            event.what = FriendRecallEvent{author(), message_id()};
        } else if (type == "notify") {
            event.what = notify();
        }
    }

    GroupUploadEvent upload() const {
        GroupUploadEvent e;
        e.group_id = group();
        e.user_id = user();
        if (const Json* const member = fields_.object("file", Need::whole)) {
            const FieldReader file = fields_.inside("file", *member);
            e.file_id = file.text("id", Need::supplied);
            e.file_name = file.text("name");
            e.file_size = file.integer("size", count64, Need::supplied);
            e.busid = file.integer("busid", any_int64, Need::supplied);
            if (fields_.of(EventExtent::stimulus) && file.find("busid") == nullptr) {
                e.busid = usual_busid;
            }
        }
        return e;
    }

    GroupDecreaseEvent decrease() const {
        GroupDecreaseEvent e;
        e.sub_type = fields_.word("sub_type", {"leave", "kick", "kick_me"});
        e.group_id = group();
        e.user_id =
            fields_.integer("user_id", id, e.sub_type == "kick_me" ? Need::supplied : Need::whole);
        // EVT-023.
        const bool left = e.sub_type == "leave";
        e.operator_id = fields_.integer("operator_id", id, left ? Need::never : Need::supplied);
        if (left && fields_.find("operator_id") == nullptr) {
            e.operator_id = e.user_id;
        } else if (left && !fields_.of(EventExtent::context) && e.operator_id != e.user_id) {
            fields_.fail("operator_id", "must equal user_id if sub_type is leave");
        }
        return e;
    }

    GroupBanEvent ban() const {
        GroupBanEvent e;
        e.sub_type = fields_.word("sub_type", {"ban", "lift_ban"});
        e.group_id = group();
        e.operator_id = operator_id();
        e.user_id = fields_.integer("user_id", count64);  // 0 is the whole group
        const bool lifted = e.sub_type == "lift_ban";     // EVT-027
        e.duration = fields_.integer("duration", count64, lifted ? Need::never : Need::whole);
        if (lifted && e.duration != 0) {
            fields_.fail("duration", "must be 0 if sub_type is lift_ban");
        }
        return e;
    }

    NotifyEvent notify() const {
        NotifyEvent e;
        e.sub_type = fields_.word("sub_type", {"poke", "lucky_king", "honor"});
        e.group_id = group();
        e.user_id = user();
        if (e.sub_type == "honor") {
            e.honor_type = fields_.word("honor_type", {"talkative", "performer", "emotion"});
        } else {
            e.target_id = fields_.integer("target_id", id);
        }
        return e;
    }

    void read_request(Event& event) const {
        const std::string type = fields_.word("request_type", {"friend", "group"}, Need::always);
        if (type == "friend") {
            event.what = FriendRequestEvent{user(), comment(), flag()};
        } else if (type == "group") {
            event.what = GroupRequestEvent{fields_.word("sub_type", {"add", "invite"}), group(),
                                           user(), comment(), flag()};
        }
    }

    std::int64_t group() const { return fields_.integer("group_id", id); }
    std::int64_t user() const { return fields_.integer("user_id", id); }
    std::int64_t author() const { return fields_.integer("user_id", id, Need::supplied); }
    std::int64_t operator_id() const { return fields_.integer("operator_id", id, Need::supplied); }
    std::int64_t message_id() const { return fields_.integer("message_id", any_int32); }
    std::string comment() const { return fields_.text("comment", Need::supplied); }
    std::string flag() const {
        return fields_.text("flag", Need::supplied, Empty::refused);
    }  // EVT-032

    FieldReader fields_;
    const Profile& profile_;
};

// Whether a member is there and this string.
bool has_word(const Json& json, const char* name, std::string_view word) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() &&
           found->get_ref<const std::string&>() == word;
}

void rename(Json& json, const char* from, const char* to) {
    if (const auto found = json.find(from); found != json.end() && !json.contains(to)) {
        Json value = std::move(*found);
        json.erase(found);
        json[to] = std::move(value);
    }
}

// BC-002 ... BC-004 backwards; nothing for an event that is not of the 3.x shape.
std::optional<Json> from_old_shape(const Json& json) {
    const auto anonymous = json.find("anonymous");
    const bool notice = has_word(json, "post_type", "event");
    const bool request = has_word(json, "post_type", "request") && json.contains("message");
    const bool message = anonymous != json.end() && anonymous->is_string();
    if (!notice && !request && !message) {
        return std::nullopt;
    }
    Json current = json;
    if (notice) {
        current["post_type"] = "notice";
        rename(current, "event", "notice_type");
    } else if (request) {
        rename(current, "message", "comment");
    } else {
        const Json name = current["anonymous"];
        Json flag = current.value("anonymous_flag", Json(""));
        if (name == "" && flag == "") {
            current["anonymous"] = nullptr;
        } else {
            // The old shape has no id.
            current["anonymous"] = {{"id", 0}, {"name", name}, {"flag", std::move(flag)}};
        }
    }
    return current;
}

}  // namespace

Result<Event> parse_event(const Json& json, const Profile& profile, EventExtent extent) {
    if (!json.is_object()) {
        return failure(std::string("an event must be an object, not of type ") + json.type_name());
    }
    std::optional<Json> current;
    if (profile.old_event_shape) {
        current = from_old_shape(json);
    }
    Problem problem;
    const EventReader reader(FieldReader(current ? *current : json, "", extent, problem), profile);
    Event event = reader.read();
    if (!problem.text.empty()) {
        return failure(std::move(problem.text));
    }
    return event;
}

}  // namespace cqhttp::protocol
