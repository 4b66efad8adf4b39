#include "gateway/protocol/quick_operation.hpp"

#include "gateway/protocol/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::protocol {
namespace {

constexpr std::int64_t default_ban_seconds = 1800;

void add_integer(Params& params, std::string_view name, std::int64_t number) {
    params.add_last({name, ParamKind::integer, std::to_string(number)});
}

void add_boolean(Params& params, std::string_view name, bool flag) {
    params.add_last({name, ParamKind::boolean, flag ? "true" : "false"});
}

void add_text(Params& params, std::string_view name, std::string_view text) {
    params.add_last({name, ParamKind::text, text});
}

// A field of the answer as a parameter, so that the rules of parameters hold for it (QOP-012).
void add_value(Params& params, std::string_view name, const Json& value) {
    if (value.is_string()) {
        add_text(params, name, value.get_ref<const std::string&>());
        return;
    }
    ParamKind kind = ParamKind::null;
    if (value.is_boolean()) {
        kind = ParamKind::boolean;
    } else if (value.is_number_integer()) {
        kind = ParamKind::integer;
    } else if (value.is_number()) {
        kind = ParamKind::real;
    } else if (value.is_array()) {
        kind = ParamKind::array;
    } else if (value.is_object()) {
        kind = ParamKind::object;
    }
    params.add_last({name, kind, dump_json(value)});
}

class Translator {
public:
    Translator(const Json& answer, const Profile& profile) : answer_(answer), profile_(profile) {}

    void operator()(const MessageEvent& event) {
        reply(event);
        if (event.message_type == "group") {
            moderate(event);
        }
    }

    void operator()(const FriendRequestEvent& event) {
        if (const std::optional<bool> approved = approval()) {
            Params& params = decide("set_friend_add_request", event.flag, *approved);
            if (*approved) {
                add_given_text(params, "remark");
            }
        }
    }

    void operator()(const GroupRequestEvent& event) {
        if (const std::optional<bool> approved = approval()) {
            Params& params = decide("set_group_add_request", event.flag, *approved);
            // Every profile reads this name: the later ones take it for `sub_type`.
            add_text(params, "type", event.sub_type);
            if (!*approved) {
                add_given_text(params, "reason");
            }
        }
    }

    // Notices have nothing to answer (QOP-039).
    template <class Notice>
    void operator()(const Notice&) {}

    QuickOperation take() {
        operation_.block = cq_profiles.contains(profile_.id) && boolean("block", false);
        return std::move(operation_);
    }

private:
    // The field of that name, if the answer has it, and nothing else.
    Params field(const char* name) const {
        Params given;
        const auto found = answer_.find(name);
        if (found != answer_.end()) {
            add_value(given, name, *found);
        }
        return given;
    }

    bool boolean(const char* name, bool usual) const {
        const Params given = field(name);
        const Reading<bool> read = read_boolean(given.find(name));
        return read.state == Reading<bool>::State::value ? read.value : usual;
    }

    // QOP-013: a boolean and nothing else.
    std::optional<bool> approval() const {
        const auto found = answer_.find("approve");
        if (found == answer_.end() || !found->is_boolean()) {
            return std::nullopt;
        }
        return found->get<bool>();
    }

    Params& call(std::string action) {
        ActionRequest& request = operation_.calls.emplace_back();
        request.action = std::move(action);
        return request.params;
    }

    Params& decide(std::string action, const std::string& flag, bool approved) {
        Params& params = call(std::move(action));
        add_text(params, "flag", flag);
        add_boolean(params, "approve", approved);
        return params;
    }

    void add_given_text(Params& params, const char* name) const {
        const Params given = field(name);
        const auto read = read_text(given.find(name), profile_);
        if (read.state == Reading<std::string_view>::State::value) {
            add_text(params, name, read.value);
        }
    }

    // Always sent as segments: escapes, CQ codes and the mention are settled here (QOP-020 to
    // QOP-028).
    void reply(const MessageEvent& event) {
        const Params given = field("reply");
        Reading<Message> read =
            read_message(given.find("reply"), boolean("auto_escape", false), profile_);
        if (read.state != Reading<Message>::State::value) {
            return;
        }
        Message message = std::move(read.value);
        if (event.message_type != "private" && !is_anonymous(event) && boolean("at_sender", true)) {
            mention(event.user_id, message);
        }
        Params& params = call("send_" + event.message_type + "_msg");
        if (event.message_type == "group") {
            add_integer(params, "group_id", event.group_id);
        } else if (event.message_type == "discuss") {
            add_integer(params, "discuss_id", event.discuss_id);
        } else {
            add_integer(params, "user_id", event.user_id);
        }
        params.add_last({"message", ParamKind::array, to_segment_json(message)});
    }

    // QOP-026; writing the message joins the blank to a text that follows.
    static void mention(std::int64_t user_id, Message& message) {
        Segment at;
        at.type = "at";
        at.set("qq", std::to_string(user_id));
        message.insert(message.begin(), {std::move(at), Segment::text(" ")});
    }

    static bool is_anonymous(const MessageEvent& event) {
        return event.anonymous.has_value() || event.sub_type == "anonymous";
    }

    void moderate(const MessageEvent& event) {
        if (boolean("delete", false)) {
            add_integer(call("delete_msg"), "message_id", event.message_id);
        }
        if (boolean("kick", false) && !is_anonymous(event)) {
            Params& params = call("set_group_kick");
            add_integer(params, "group_id", event.group_id);
            add_integer(params, "user_id", event.user_id);
            add_boolean(params, "reject_add_request", false);
        }
        if (boolean("ban", false)) {
            ban(event);
        }
    }

    void ban(const MessageEvent& event) {
        const std::int64_t seconds = ban_seconds();
        const bool has_flag = event.anonymous && !event.anonymous->flag.empty();
        if (seconds < 0 || (is_anonymous(event) && !has_flag)) {
            return;
        }
        Params& params = call(has_flag ? "set_group_anonymous_ban" : "set_group_ban");
        add_integer(params, "group_id", event.group_id);
        if (has_flag) {
            add_text(params, "flag", event.anonymous->flag);
        } else {
            add_integer(params, "user_id", event.user_id);
        }
        add_integer(params, "duration", seconds);
    }

    std::int64_t ban_seconds() const {
        const Params given = field("ban_duration");
        const Reading<std::int64_t> read = read_integer(given.find("ban_duration"));
        const bool counts =
            profile_.ban_duration_operation && read.state == Reading<std::int64_t>::State::value;
        return counts ? read.value : default_ban_seconds;
    }

    const Json& answer_;
    const Profile& profile_;
    QuickOperation operation_;
};

}  // namespace

QuickOperation read_quick_operation(const Event& event, std::string_view body,
                                    const Profile& profile) {
    if (body.empty()) {
        return {};
    }
    const Result<Json> answer = parse_json(body);
    if (!answer || !answer->is_object()) {
        return {};
    }
    Translator translator(*answer, profile);
    std::visit(translator, event.what);
    return translator.take();
}

}  // namespace cqhttp::protocol
