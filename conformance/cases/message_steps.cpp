#include "conformance/cases/message_steps.hpp"

#include "conformance/cases/ws_steps.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::conformance {
namespace {

std::string unescaped(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        struct Entity {
            std::string_view written;
            char plain;
        };
        static constexpr Entity entities[] = {
            {"&#91;", '['}, {"&#93;", ']'}, {"&#44;", ','}, {"&amp;", '&'}};
        const auto* const found =
            std::find_if(std::begin(entities), std::end(entities),
                         [text](const Entity& e) { return text.starts_with(e.written); });
        const bool entity = found != std::end(entities);
        plain += entity ? found->plain : text[0];
        text.remove_prefix(entity ? found->written.size() : 1);
    }
    return plain;
}

bool is_name(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

// What stands between "[CQ:" and "]".
Json code_of(std::string_view inside) {
    Json data = Json::object();
    std::size_t comma = inside.find(',');
    const std::string_view type = inside.substr(0, comma);
    while (comma != std::string_view::npos) {
        inside.remove_prefix(comma + 1);
        comma = inside.find(',');
        const std::string_view pair = inside.substr(0, comma);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) {
            data[std::string(pair.substr(0, equals))] = unescaped(pair.substr(equals + 1));
        }
    }
    return segment(type, std::move(data));
}

void add_text(Json& out, const std::string& text) {
    if (text.empty()) {
        return;
    }
    if (!out.empty() && member(out.back(), "type") == "text") {
        auto& before = out.back()["data"]["text"].get_ref<std::string&>();
        before += text;
    } else {
        out.push_back(text_segment(text));
    }
}

// Well-formed strings only: what is malformed counts as text and is compared as it is.
Json cut(std::string_view text) {
    constexpr std::string_view begin = "[CQ:";
    Json out = Json::array();
    std::size_t plain = 0;
    for (std::size_t at = text.find(begin); at != std::string_view::npos;
         at = text.find(begin, at + 1)) {
        const std::size_t end = text.find(']', at);
        const std::string_view inside = text.substr(
            at + begin.size(), end == std::string_view::npos ? 0 : end - at - begin.size());
        const std::string_view name = inside.substr(0, inside.find(','));
        if (!name.empty() && is_name(name)) {
            add_text(out, unescaped(text.substr(plain, at - plain)));
            out.push_back(code_of(inside));
            plain = end + 1;
            at = end;
        }
    }
    add_text(out, unescaped(text.substr(plain)));
    return out;
}

Json plain_segment(const Json& from) {
    Json data = Json::object();
    const Json& given = member(from, "data");
    for (const auto& [name, value] : given.items()) {
        data[name] = value.is_string() ? value : Json(dump(value));
    }
    const Json& type = member(from, "type");
    return segment(type.is_string() ? type.get<std::string>() : dump(type), std::move(data));
}

}  // namespace

Json segment(std::string_view type, Json data) {
    Json out;
    out["type"] = type;
    out["data"] = std::move(data);
    return out;
}

Json text_segment(std::string_view text) {
    Json data;
    data["text"] = text;
    return segment("text", std::move(data));
}

Json segments(Json first, Json second) {
    Json out = Json::array();
    out.push_back(std::move(first));
    if (!second.is_null()) {
        out.push_back(std::move(second));
    }
    return out;
}

Json segments_of(const Json& message) {
    if (message.is_string()) {
        return cut(message.get<std::string>());
    }
    const Json list = message.is_object() ? segments(message) : message;
    if (!list.is_array()) {
        return list;
    }
    Json out = Json::array();
    for (const Json& one : list) {
        const Json plain = plain_segment(one);
        const Json& text = member(member(plain, "data"), "text");
        if (member(plain, "type") == "text" && text.is_string()) {
            add_text(out, text.get<std::string>());
        } else {
            out.push_back(plain);
        }
    }
    return out;
}

Json with_emoji_characters(const Json& segments) {
    Json out = Json::array();
    for (const Json& one : segments) {
        const Json& data = member(one, "data");
        const Json& type = member(one, "type");
        const Json& id = member(data, "id");
        std::string text;
        if (type == "text" && member(data, "text").is_string()) {
            text = member(data, "text").get<std::string>();
        } else if (type == "emoji" && id.is_string()) {
            const auto number = parse_int64(id.get<std::string>()).value_or(0);
            append_utf8(text, static_cast<char32_t>(std::clamp<std::int64_t>(number, 1, 0x10FFFF)));
        }
        if (text.empty()) {
            out.push_back(one);
        }
        add_text(out, text);
    }
    return out;
}

asio::awaitable<Json> posted_event(Context& context, Outcome& outcome, Json cause) {
    Json event;
    if (!outcome.holds()) {
        co_return event;
    }
    if (!outcome.check(co_await context.inject(std::move(cause)))) {
        co_return event;
    }
    const auto posted = co_await next_event_post(context);
    if (outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"))) {
        event = posted->json();
    }
    co_return event;
}

asio::awaitable<Json> said(Context& context, Outcome& outcome, Json message) {
    Json event;
    event["post_type"] = "message";
    event["message_type"] = "private";
    event["user_id"] = context.target().user;
    event["message"] = std::move(message);
    return posted_event(context, outcome, std::move(event));
}

asio::awaitable<Outcome> arrives_as(Context& context, Json message, Json expected) {
    Outcome outcome;
    const std::string when = dump_short(message);
    const Json event = co_await said(context, outcome, std::move(message));
    outcome.check(expect::equal(expected, member(event, "message"), "the message"), when);
    co_return outcome;
}

asio::awaitable<Outcome> arrives_as_text(Context& context, Json message, std::string expected) {
    return arrives_as(context, std::move(message), Json(std::move(expected)));
}

asio::awaitable<HttpReply> send_private(Context& context, Json params) {
    params["user_id"] = context.target().user;
    return context.call("send_private_msg", std::move(params));
}

asio::awaitable<std::optional<Json>> sent_content(Context& context, HttpReply reply) {
    const Json sent_reply = reply.json();
    Json params;
    params["message_id"] = member(expect::data_of(sent_reply), "message_id");
    if (context.is_ob11()) {
        const HttpReply found = co_await context.call("get_msg", std::move(params));
        const Json body = found.json();
        const Json& message = member(expect::data_of(body), "message");
        if (!message.is_null()) {
            co_return message;
        }
    } else if (context.can(Need::effects)) {
        const HttpReply state = co_await context.call(".sandbox_state");
        const Json body = state.json();
        const Json& messages = member(expect::data_of(body), "messages");
        if (messages.is_array() && !messages.empty()) {
            co_return member(messages.back(), "content");
        }
    }
    co_return std::nullopt;
}

asio::awaitable<Outcome> is_sent_as(Context& context, Json params, Json expected) {
    Outcome outcome;
    const std::string when = dump_short(params);
    const HttpReply reply = co_await send_private(context, std::move(params));
    if (!outcome.check(sent(reply), when)) {
        co_return outcome;
    }
    const auto content = co_await sent_content(context, reply);
    if (!content) {
        co_return Outcome::unsupported("what was sent cannot be read back (get_msg)");
    }
    outcome.check(expect::equal(expected, segments_of(*content), "what was sent"), when);
    co_return outcome;
}

asio::awaitable<Outcome> message_is_sent_as(Context& context, Json message, Json expected) {
    Json params;
    params["message"] = std::move(message);
    return is_sent_as(context, std::move(params), std::move(expected));
}

Check sent(const HttpReply& reply) {
    if (auto wrong = expect::ok(reply)) {
        return wrong;
    }
    const Json body = reply.json();
    return expect::has(expect::data_of(body), "message_id", expect::Type::int32);
}

}  // namespace cqhttp::conformance
