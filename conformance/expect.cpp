#include "conformance/expect.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace cqhttp::conformance::expect {
namespace {

Mismatch mismatch(std::string expected, std::string actual) {
    return Mismatch{std::move(expected), std::move(actual)};
}

std::string shown_body(const HttpReply& reply) {
    constexpr std::size_t longest = 400;
    std::string_view cut = reply.body;
    cut = cut.substr(0, longest);
    return cut.empty() ? reply.text() : reply.text() + " with " + printable(cut);
}

std::string_view name_of(Type type) {
    switch (type) {
        case Type::string: return "a string";
        case Type::integer: return "an integer";
        case Type::int32: return "an integer of 32 bits";
        case Type::boolean: return "true or false";
        case Type::object: return "an object";
        case Type::array: return "an array";
        case Type::null: break;
    }
    return "null";
}

bool is_of(const Json& value, Type type) {
    switch (type) {
        case Type::string: return value.is_string();
        case Type::integer: return value.is_number_integer();
        case Type::int32:
            return value.is_number_integer() &&
                   (!value.is_number_unsigned() ||
                    value.get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max()) &&
                   value.get<std::int64_t>() >= std::numeric_limits<std::int32_t>::min() &&
                   value.get<std::int64_t>() <= std::numeric_limits<std::int32_t>::max();
        case Type::boolean: return value.is_boolean();
        case Type::object: return value.is_object();
        case Type::array: return value.is_array();
        case Type::null: break;
    }
    return value.is_null();
}

struct Wanted {
    std::string_view status;
    std::optional<int> retcode;
};

Check reply_is(const Json& body, std::string_view seen, const Wanted& wanted) {
    if (auto wrong = reply_object(body)) {
        return wrong;
    }
    const bool right = body.at("status") == wanted.status &&
                       (!wanted.retcode || body.at("retcode") == *wanted.retcode);
    if (right) {
        return std::nullopt;
    }
    std::string expected = fmt::format("status \"{}\"", wanted.status);
    if (wanted.retcode) {
        expected += fmt::format(" with retcode {}", *wanted.retcode);
    }
    return mismatch(std::move(expected), std::string(seen));
}

Check http_reply_is(const HttpReply& reply, const Wanted& wanted) {
    if (auto wrong = status(reply, 200)) {
        return wrong;
    }
    return reply_is(reply.json(), shown_body(reply), wanted);
}

Check frame_is(const Frame& frame, const Wanted& wanted) {
    if (auto wrong = text_frame(frame)) {
        return wrong;
    }
    return reply_is(frame.json(), frame.text(), wanted);
}

}  // namespace

Check that(bool holds, std::string expected, std::string actual) {
    if (holds) {
        return std::nullopt;
    }
    return mismatch(std::move(expected), std::move(actual));
}

Check equal(const Json& expected, const Json& actual, std::string_view what) {
    return that(same_json(expected, actual), fmt::format("{} is {}", what, dump_short(expected)),
                dump_short(actual));
}

Check text(std::string_view expected, std::string_view actual, std::string_view what) {
    return that(expected == actual, fmt::format("{} is \"{}\"", what, printable(expected)),
                "\"" + printable(actual) + "\"");
}

Check status(const HttpReply& reply, int expected) {
    return that(reply.status == expected, fmt::format("HTTP {}", expected), shown_body(reply));
}

Check status_in(const HttpReply& reply, std::initializer_list<int> allowed) {
    std::string text = "HTTP";
    for (const int status : allowed) {
        text += fmt::format("{} {}", text == "HTTP" ? "" : " or", status);
    }
    const bool inside = std::find(allowed.begin(), allowed.end(), reply.status) != allowed.end();
    return that(inside, std::move(text), shown_body(reply));
}

Check header(const HttpReply& reply, std::string_view name, std::string_view value) {
    const auto found = reply.header(name);
    return that(found && *found == value, fmt::format("{}: {}", name, value),
                found ? fmt::format("{}: {}", name, *found) : fmt::format("no {}", name));
}

Check no_header(const HttpReply& reply, std::string_view name) {
    const auto found = reply.header(name);
    return that(reply.status != 0 && !found, fmt::format("no header {}", name),
                found ? fmt::format("{}: {}", name, *found) : reply.text());
}

Check empty_body(const HttpReply& reply) {
    if (auto wrong =
            that(reply.status != 0 && reply.body.empty(), "an empty body", shown_body(reply))) {
        return wrong;
    }
    return header(reply, "Content-Length", "0");
}

Check ok(const HttpReply& reply) {
    return http_reply_is(reply, {"ok", 0});
}
Check failed(const HttpReply& reply, int retcode) {
    return http_reply_is(reply, {"failed", retcode});
}
Check failed(const HttpReply& reply) {
    return http_reply_is(reply, {"failed", std::nullopt});
}
Check accepted(const HttpReply& reply) {
    return http_reply_is(reply, {"async", 1});
}
Check ok(const Frame& frame) {
    return frame_is(frame, {"ok", 0});
}
Check failed(const Frame& frame, int retcode) {
    return frame_is(frame, {"failed", retcode});
}
Check failed(const Frame& frame) {
    return frame_is(frame, {"failed", std::nullopt});
}
Check accepted(const Frame& frame) {
    return frame_is(frame, {"async", 1});
}

Check text_frame(const Frame& frame) {
    return that(frame.is_text() && !frame.json().is_discarded(),
                "one text frame with a JSON document", frame.text());
}

Check echo(const Frame& frame, const Json& expected) {
    const Json body = frame.json();
    if (!has_member(body, "echo")) {
        return mismatch("\"echo\": " + dump_short(expected), frame.text());
    }
    return expect::equal(expected, member(body, "echo"), "\"echo\"");
}

Check no_echo(const Frame& frame) {
    return that(frame.is_text() && !has_member(frame.json(), "echo"), "a reply without \"echo\"",
                frame.text());
}

Check closed_with(const Frame& frame, int code) {
    return that(frame.op == opcode::close && frame.close_code() == code,
                fmt::format("a close frame with status {}", code), frame.text());
}

Check opened(const WsOpening& opening) {
    const HttpReply& reply = opening.reply;
    if (auto wrong = that(reply.status == 101, "HTTP 101 (a WebSocket)", shown_body(reply))) {
        return wrong;
    }
    const std::string upgrade = reply.header("Upgrade").value_or("(none)");
    const std::string connection = reply.header("Connection").value_or("(none)");
    if (!iequals(upgrade, "websocket")) {
        return mismatch("Upgrade: websocket", "Upgrade: " + upgrade);
    }
    if (to_lower(connection).find("upgrade") == std::string::npos) {
        return mismatch("Connection: Upgrade", "Connection: " + connection);
    }
    return header(reply, "Sec-WebSocket-Accept", accept_for(opening.key));
}

Check refused(const WsOpening& opening) {
    return that(opening.reply.status != 101, "no WebSocket", opening.reply.text());
}

Check reply_object(const Json& body) {
    if (!body.is_object()) {
        return mismatch("a JSON object", body.is_discarded() ? "no JSON" : dump_short(body));
    }
    for (const auto& [name, type] :
         {std::pair("status", Type::string), std::pair("retcode", Type::integer)}) {
        if (auto wrong = has(body, name, type)) {
            return wrong;
        }
    }
    if (!has_member(body, "data")) {
        return mismatch("a member \"data\"", dump_short(body));
    }
    const std::string status = body.at("status").get<std::string>();
    const auto retcode = body.at("retcode").get<std::int64_t>();
    const std::string_view wanted = retcode == 0 ? "ok" : retcode == 1 ? "async" : "failed";
    if (status != wanted) {
        return mismatch(fmt::format("status \"{}\" with retcode {}", wanted, retcode),
                        dump_short(body));
    }
    return that(retcode == 0 || body.at("data").is_null(),
                fmt::format("data is null in a reply with status \"{}\"", status),
                dump_short(body));
}

Check has(const Json& object, std::string_view name, Type type) {
    return that(has_member(object, name) && is_of(member(object, name), type),
                fmt::format("\"{}\" is {}", name, name_of(type)), dump_short(object));
}

Check lacks(const Json& object, std::string_view name) {
    return that(object.is_object() && !has_member(object, name),
                fmt::format("no member \"{}\"", name), dump_short(object));
}

const Json& data_of(const Json& body) {
    return member(body, "data");
}

}  // namespace cqhttp::conformance::expect
