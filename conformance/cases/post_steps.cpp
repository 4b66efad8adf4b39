#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::conformance {
namespace {

Json message_event(std::string_view type, std::int64_t user, Json message) {
    Json event;
    event["post_type"] = "message";
    event["message_type"] = type;
    event["user_id"] = user;
    event["message"] = std::move(message);
    return event;
}

Json request_event(std::string_view type, std::int64_t user, std::string_view comment) {
    Json event;
    event["post_type"] = "request";
    event["request_type"] = type;
    event["user_id"] = user;
    event["comment"] = comment;
    return event;
}

std::string escaped(const std::string& text, bool comma) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '[': out += "&#91;"; break;
            case ']': out += "&#93;"; break;
            case ',': out += comma ? "&#44;" : ","; break;
            default: out += c;
        }
    }
    return out;
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : dump(value);
}

bool is_other_notice(const Json& wanted, const Json& event) {
    return wanted != "notice" &&
           (member(event, "post_type") == "notice" || member(event, "post_type") == "event");
}

std::string kind_of(const Json& effect) {
    const std::string action = text_of(member(effect, "action"));
    for (const char* kind : {"private", "group", "discuss"}) {
        if (action == fmt::format("send_{}_msg", kind)) {
            return kind;
        }
    }
    return action == "send_msg" ? text_of(member(member(effect, "params"), "message_type")) : "";
}

}  // namespace

Json private_message(const Context& context, Json message) {
    return message_event("private", context.target().user, std::move(message));
}

Json group_message(const Context& context, Json message) {
    Json event = message_event("group", context.target().user, std::move(message));
    event["group_id"] = context.target().group;
    return event;
}

Json anonymous_message(const Context& context, Json message) {
    Json event = group_message(context, std::move(message));
    event["sub_type"] = "anonymous";
    return event;
}

Json discuss_message(const Context& context, Json message) {
    Json event = message_event("discuss", context.target().user, std::move(message));
    event["discuss_id"] = context.target().discuss;
    return event;
}

Json friend_request(std::int64_t user_id, std::string_view comment) {
    return request_event("friend", user_id, comment);
}

Json group_request(const Context& context, std::int64_t user_id, std::string_view comment) {
    Json event = request_event("group", user_id, comment);
    event["sub_type"] = "add";
    event["group_id"] = context.target().group;
    return event;
}

asio::awaitable<std::optional<Posted>> caused_post(Context& context, Outcome& outcome, Json cause) {
    std::optional<Posted> posted;
    if (!outcome.holds()) {
        co_return posted;
    }
    context.hold_posts();
    const std::string what = dump_short(cause);
    const Json kind = member(cause, "post_type");
    if (!outcome.check(co_await context.inject(std::move(cause)))) {
        co_return posted;
    }
    do {  // notices of what cases did before may come first
        posted = co_await next_event_post(context);
    } while (posted && is_other_notice(kind, posted->json()));
    outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"), what);
    if (posted) {
        outcome.check(expect::that(posted->json().is_object(), "a JSON object as the body",
                                   printable(posted->body())),
                      what);
    }
    co_return posted;
}

asio::awaitable<Json> caused_event(Context& context, WsLink& link, Outcome& outcome, Json cause) {
    const std::string what = dump_short(cause);
    if (!outcome.holds() || !outcome.check(co_await context.inject(std::move(cause)))) {
        co_return Json();
    }
    const Frame frame = co_await next_event(link);
    outcome.check(event(frame), what);
    co_return frame.json();
}

// Brings another event on its way: when that is posted, what the one before has caused is done.
asio::awaitable<Json> done_until_next(Context& context, Outcome& outcome) {
    constexpr const char* fence = "the next event";
    if (!outcome.check(co_await context.inject_message(fence))) {
        co_return Json();
    }
    for (;;) {
        const auto posted = co_await next_event_post(context);
        if (!outcome.check(
                expect::that(posted.has_value(), "the next event is posted", "no POST came"))) {
            co_return Json();
        }
        if (!event_says(posted->json(), fence)) {
            break;
        }
    }
    co_return co_await context.effects();
}

asio::awaitable<Json> done_upon(Context& context, Outcome& outcome, Json cause, std::string answer,
                                int status) {
    co_await context.mark_effects();
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return Json();
    }
    posted->answer(status, std::move(answer));
    co_return co_await done_until_next(context, outcome);
}

asio::awaitable<Json> done_upon_bytes(Context& context, Outcome& outcome, Json cause,
                                      std::string bytes, bool close) {
    co_await context.mark_effects();
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return Json();
    }
    posted->answer_bytes(std::move(bytes), close);
    co_return co_await done_until_next(context, outcome);
}

asio::awaitable<Outcome> look_at_message(Context& context, MakeMessage make, LookAtEvent look) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json cause = make(context, "hello");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(look(context, event));
    co_return outcome;
}

Check event_says(const Json& event, std::string_view message) {
    const bool raw = member(event, "raw_message") == message;
    const std::string told = raw ? std::string(message) : cq_text(member(event, "message"));
    return expect::text(message, told, "the message of the event");
}

Check is_event_of(const Context& context, const Json& event) {
    for (const auto& [name, type] :
         {std::pair("post_type", expect::Type::string), std::pair("time", expect::Type::integer),
          std::pair("self_id", expect::Type::integer)}) {
        if (auto wrong = expect::has(event, name, type)) {
            return wrong;
        }
    }
    return expect::equal(context.target().self_id, member(event, "self_id"), "\"self_id\"");
}

Check one_of(const Json& event, std::string_view name, std::string_view values) {
    const Json& value = member(event, name);
    const std::string word = value.is_string() ? value.get<std::string>() : "";
    const bool is_word = !word.empty() && word.find(' ') == std::string::npos;
    const bool inside =
        (" " + std::string(values) + " ").find(" " + word + " ") != std::string::npos;
    return expect::that(is_word && inside, fmt::format("\"{}\" is one of: {}", name, values),
                        dump_short(event));
}

Check exactly(const Json& event, std::string_view names) {
    std::size_t wanted = 1;
    for (const char c : names) {
        wanted += c == ' ' ? 1U : 0U;
    }
    bool right = event.is_object() && event.size() == wanted;
    for (const auto& [name, value] : event.items()) {
        const std::string padded = " " + std::string(names) + " ";
        right = right && padded.find(" " + name + " ") != std::string::npos;
    }
    return expect::that(right, fmt::format("the members {}, and no others", names),
                        dump_short(event));
}

std::string cq_text(const Json& message) {
    if (message.is_string()) {
        return message.get<std::string>();
    }
    std::string out;
    const Json segments = message.is_object() ? Json::array({message}) : message;
    for (const Json& segment : segments) {
        const std::string type = text_of(member(segment, "type"));
        const Json& data = member(segment, "data");
        if (type == "text") {
            out += escaped(text_of(member(data, "text")), false);
            continue;
        }
        out += "[CQ:" + type;
        for (const auto& [name, value] : data.items()) {
            out += fmt::format(",{}={}", name, escaped(text_of(value), true));
        }
        out += "]";
    }
    return out;
}

Check replied(const Json& effects, Place where, std::string_view message) {
    const std::string wanted = fmt::format("\"{}\" is sent to {} {}, and nothing else is done",
                                           message, where.kind, where.id);
    if (!effects.is_array() || effects.size() != 1) {
        return expect::that(false, wanted, dump_short(effects));
    }
    const Json& params = member(effects[0], "params");
    const std::string id_name =
        where.kind == "private" ? "user_id" : std::string(where.kind) + "_id";
    const bool right = kind_of(effects[0]) == where.kind && member(params, id_name) == where.id &&
                       cq_text(member(params, "message")) == message;
    return expect::that(right, wanted, dump_short(effects));
}

Check did(const Json& effects, std::string_view action, const Json& params) {
    bool right =
        effects.is_array() && effects.size() == 1 && member(effects[0], "action") == action;
    for (const auto& [name, value] : params.items()) {
        right = right && same_json(member(member(effects[0], "params"), name), value);
    }
    return expect::that(right, fmt::format("{} with {}, and nothing else", action, dump(params)),
                        dump_short(effects));
}

Check nothing_done(const Json& effects) {
    return expect::that(effects.is_array() && effects.empty(), "the account does nothing",
                        dump_short(effects));
}

}  // namespace cqhttp::conformance
