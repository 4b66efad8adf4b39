#include "gateway/protocol/event_json.hpp"

#include "gateway/protocol/json_writer.hpp"

#include <utility>
#include <vector>

namespace cqhttp::protocol {
namespace {

// Builds a value with the calls of JsonWriter.
class JsonBuilder {
public:
    JsonBuilder& object() { return open(Json::object()); }
    JsonBuilder& end_object() { return close(); }
    JsonBuilder& array() { return open(Json::array()); }
    JsonBuilder& end_array() { return close(); }
    JsonBuilder& key(std::string_view name) {
        key_ = name;
        return *this;
    }
    template <class T>
    JsonBuilder& value(const T& content) {
        put(Json(content));
        return *this;
    }
    JsonBuilder& null() { return value(nullptr); }
    template <class T>
    JsonBuilder& member(std::string_view name, const T& content) {
        return key(name).value(content);
    }
    Json take() { return std::move(root_); }

private:
    JsonBuilder& open(Json container) {
        open_.push_back(&put(std::move(container)));
        return *this;
    }
    JsonBuilder& close() {
        open_.pop_back();
        return *this;
    }
    Json& put(Json value) {
        if (open_.empty()) {
            return root_ = std::move(value);
        }
        // What is open stays where it is: nothing is added beside it before it is closed.
        Json& parent = *open_.back();
        return parent.is_array() ? parent.emplace_back(std::move(value))
                                 : parent[key_] = std::move(value);
    }

    Json root_;
    std::vector<Json*> open_;
    std::string key_;
};

// The two things an event is written to.
struct TextOut {
    std::string& text;
    EventForm form;
    JsonWriter json{text};

    void message(const Message& message) {
        if (form.message_array) {
            json.raw({});  // the value itself is appended past the writer
            append_segment_json(text, message);
        } else {
            json.value(to_cq(message));
        }
    }
};

struct TreeOut {
    EventForm form;
    JsonBuilder json{};

    void message(const Message& message) {
        Message normal = message;
        normalise(normal);
        json.array();
        for (const Segment& segment : normal) {
            json.object().member("type", segment.type).key("data").object();
            for (const SegmentField& field : segment.fields) {
                json.key(field.name);
                write(field);
            }
            json.end_object().end_object();
        }
        json.end_array();
    }

private:
    void write(const SegmentField& field) {
        if (field.json) {
            if (const Result<Json> nested = parse_json(field.value)) {
                json.value(*nested);
                return;
            }
        }
        json.value(field.value);
    }
};

// Writes the members of chapter 05 section 3 for each kind, in the order of its examples.
template <class Out>
class EventWriter {
public:
    EventWriter(Out& out, const Profile& profile)
        : out_(out),
          json_(out.json),
          profile_(profile),
          old_shape_(out.form.backward_compatibility && profile.old_event_shape) {}

    void operator()(const MessageEvent& e) {
        const bool group = e.message_type == "group";
        const bool discuss = e.message_type == "discuss";
        json_.member("post_type", "message").member("message_type", e.message_type);
        if (!discuss) {
            json_.member("sub_type", e.sub_type);
        }
        json_.member("message_id", e.message_id);
        if (group) {
            json_.member("group_id", e.group_id);
        } else if (discuss) {
            json_.member("discuss_id", e.discuss_id);
        }
        json_.member("user_id", e.user_id);
        if (group) {
            anonymous(e.anonymous);
        }
        json_.key("message");
        out_.message(e.message);
        json_.member("raw_message", e.raw_message).member("font", e.font);
        if (profile_.sender_in_messages) {
            sender(e);
        }
    }

    void operator()(const GroupUploadEvent& e) {
        notice("group_upload");
        json_.member("group_id", e.group_id).member("user_id", e.user_id).key("file").object();
        json_.member("id", e.file_id).member("name", e.file_name);
        json_.member("size", e.file_size).member("busid", e.busid).end_object();
    }

    void operator()(const GroupAdminEvent& e) {
        notice("group_admin");
        json_.member("sub_type", e.sub_type);
        json_.member("group_id", e.group_id).member("user_id", e.user_id);
    }

    void operator()(const GroupDecreaseEvent& e) { member_change("group_decrease", e); }
    void operator()(const GroupIncreaseEvent& e) { member_change("group_increase", e); }

    void operator()(const GroupBanEvent& e) {
        member_change("group_ban", e);
        // EVT-027.
        json_.member("duration", e.sub_type == "lift_ban" ? std::int64_t{0} : e.duration);
    }

    void operator()(const FriendAddEvent& e) {
        notice("friend_add");
        json_.member("user_id", e.user_id);
    }

    void operator()(const GroupRecallEvent& e) {
        notice("group_recall");
        json_.member("group_id", e.group_id).member("operator_id", e.operator_id);
        json_.member("user_id", e.user_id).member("message_id", e.message_id);
    }

    void operator()(const FriendRecallEvent& e) {
        notice("friend_recall");
        json_.member("user_id", e.user_id).member("message_id", e.message_id);
    }

    void operator()(const NotifyEvent& e) {
        notice("notify");
        json_.member("sub_type", e.sub_type);
        json_.member("group_id", e.group_id).member("user_id", e.user_id);
        if (e.sub_type == "honor") {
            json_.member("honor_type", e.honor_type);
        } else {
            json_.member("target_id", e.target_id);
        }
    }

    void operator()(const FriendRequestEvent& e) {
        json_.member("post_type", "request").member("request_type", "friend");
        json_.member("user_id", e.user_id);
        request(e.comment, e.flag);
    }

    void operator()(const GroupRequestEvent& e) {
        json_.member("post_type", "request").member("request_type", "group");
        json_.member("sub_type", e.sub_type);
        json_.member("group_id", e.group_id).member("user_id", e.user_id);
        request(e.comment, e.flag);
    }

private:
    // BC-003.
    void notice(std::string_view type) {
        json_.member("post_type", old_shape_ ? "event" : "notice");
        json_.member(old_shape_ ? "event" : "notice_type", type);
    }

    template <class Change>
    void member_change(std::string_view type, const Change& e) {
        notice(type);
        json_.member("sub_type", e.sub_type).member("group_id", e.group_id);
        json_.member("operator_id", e.operator_id).member("user_id", e.user_id);
    }

    // BC-004.
    void request(const std::string& comment, const std::string& flag) {
        json_.member(old_shape_ ? "message" : "comment", comment).member("flag", flag);
    }

    void anonymous(const std::optional<Anonymous>& who) {
        if (old_shape_) {  // BC-002
            json_.member("anonymous", who ? who->name : std::string());
            json_.member("anonymous_flag", who ? who->flag : std::string());
            return;
        }
        json_.key("anonymous");
        if (!who) {
            json_.null();
            return;
        }
        json_.object().member("id", who->id).member("name", who->name);
        json_.member("flag", who->flag).end_object();
    }

    void sender(const MessageEvent& e) {
        const Sender& who = e.sender;
        json_.key("sender").object();
        json_.member("user_id", e.user_id);  // EVT-042
        json_.member("nickname", who.nickname).member("sex", who.sex).member("age", who.age);
        if (e.message_type == "group") {
            json_.member("card", who.card).member("area", who.area).member("level", who.level);
            // Somebody anonymous has no role, and there is no word for that (EVT-040, EVT-041).
            if (!who.role.empty()) {
                json_.member("role", who.role);
            }
            json_.member("title", who.title);
        }
        json_.end_object();
    }

    Out& out_;
    decltype(Out::json)& json_;
    const Profile& profile_;
    bool old_shape_;
};

template <class Out>
void write_event(Out& out, const Event& event, std::int64_t self_id, const Profile& profile) {
    out.json.object().member("time", event.time).member("self_id", self_id);
    std::visit(EventWriter<Out>(out, profile), event.what);
    out.json.end_object();
}

}  // namespace

std::string render_event(const Event& event, std::int64_t self_id, EventForm form,
                         const Profile& profile) {
    std::string text;
    text.reserve(512);
    TextOut out{text, form};
    write_event(out, event, self_id, profile);
    return text;
}

Json canonical_event(const Event& event, std::int64_t self_id, const Profile& profile) {
    TreeOut out{{.message_array = true}};
    write_event(out, event, self_id, profile);
    return out.json.take();
}

}  // namespace cqhttp::protocol
