#include "conformance/cases/ws_steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace cqhttp::conformance {

Check connected(const WsLink* link) {
    return expect::that(link != nullptr, "a connection to the suite", "none came");
}

Check answered(const Frame& frame, int retcode) {
    switch (retcode) {
        case 0: return expect::ok(frame);
        case 1: return expect::accepted(frame);
        case any_failure: return expect::failed(frame);
        default: return expect::failed(frame, retcode);
    }
}

asio::awaitable<Outcome> exchange_all(WsLink& link, std::span<const Exchange> exchanges) {
    Outcome outcome;
    for (const Exchange& exchange : exchanges) {
        const std::string when = "after " + printable(exchange.sent);
        const Frame frame = co_await link.ask(std::string(exchange.sent));
        outcome.check(answered(frame, exchange.retcode), when);
        if (!exchange.echo.empty()) {
            outcome.check(expect::echo(frame, *parse_json(exchange.echo)), when);
        }
        if (!outcome.holds()) {
            break;
        }
    }
    co_return outcome;
}

Json card_call(const Context& context, std::string_view card) {
    Json call;
    call["action"] = "set_group_card";
    call["params"]["group_id"] = context.target().group;
    call["params"]["user_id"] = context.target().self_id;
    call["params"]["card"] = card;
    return call;
}

asio::awaitable<bool> cause(Context& context, Outcome& outcome, std::string text) {
    if (outcome.holds()) {
        outcome.check(co_await context.inject_message(std::move(text)));
    }
    co_return outcome.holds();
}

asio::awaitable<Frame> next_event(WsLink& link) {
    for (;;) {
        Frame frame = co_await link.receive_data();
        const Json json = frame.json();
        if (member(json, "post_type") != "meta_event") {
            co_return frame;
        }
    }
}

asio::awaitable<std::optional<Posted>> next_event_post(Context& context) {
    for (;;) {
        std::optional<Posted> posted = co_await context.next_post();
        if (!posted) {
            co_return posted;
        }
        const Json json = posted->json();
        if (member(json, "post_type") != "meta_event") {
            co_return posted;
        }
    }
}

asio::awaitable<WsOpening> open_events(Context& context, std::string path) {
    WsOpening opening = co_await context.open_ws(std::move(path));
    if (opening.link) {
        co_await opening.link->settle();
    }
    co_return opening;
}

Check event(const Frame& frame) {
    if (auto wrong = expect::text_frame(frame)) {
        return wrong;
    }
    return expect::has(frame.json(), "post_type", expect::Type::string);
}

Check event_with(const Frame& frame, std::string_view message) {
    if (auto wrong = event(frame)) {
        return wrong;
    }
    const Json json = frame.json();
    const bool raw = member(json, "raw_message") == message;
    return expect::equal(Json(message), member(json, raw ? "raw_message" : "message"),
                         "the message");
}

// The frame is not read as JSON: that would take longer than all the rest.
asio::awaitable<Outcome> large_event_comes(Context& context, WsLink& reader, int number) {
    constexpr std::size_t size = 256 * 1024;  // and the same again as raw_message
    const std::string start = fmt::format("large {} ", number);
    Outcome outcome;
    if (co_await cause(context, outcome, start + std::string(size, 'x'))) {
        const Frame frame = co_await reader.receive_data();
        const bool right = frame.is_text() && frame.payload.size() > size &&
                           frame.payload.find(start) != std::string::npos;
        outcome.check(expect::that(right, "large event " + std::to_string(number), frame.text()));
    }
    co_return outcome;
}

asio::awaitable<Frame> next_but_pings(WsLink& link) {
    for (;;) {
        Frame frame = co_await link.receive();
        if (frame.op != opcode::ping) {
            co_return frame;
        }
        FrameOut answer;
        answer.op = opcode::pong;
        answer.payload = frame.payload;
        co_await link.send(std::move(answer));
    }
}

asio::awaitable<Outcome> nothing_but_pong(WsLink& link, std::string payload) {
    FrameOut ping;
    ping.op = opcode::ping;
    ping.payload = payload;
    co_await link.send(std::move(ping));
    for (;;) {
        const Frame frame = co_await next_but_pings(link);
        const Json json = frame.json();
        const bool other_pong = frame.op == opcode::pong && frame.payload != payload;
        if (!other_pong && member(json, "post_type") != "meta_event") {
            co_return expect::that(frame.op == opcode::pong,
                                   fmt::format("a pong \"{}\" and nothing before it", payload),
                                   frame.text());
        }
    }
}

asio::awaitable<Frame> last_frame(WsLink& link) {
    Frame frame;
    do {
        frame = co_await link.receive();
    } while (frame.op >= 0 && frame.op != opcode::close);
    co_return frame;
}

asio::awaitable<void> answer_close(WsLink& link, int code) {
    FrameOut frame;
    frame.op = opcode::close;
    frame.payload += static_cast<char>(code / 256);
    frame.payload += static_cast<char>(code % 256);
    co_await link.send(std::move(frame));
    link.wire().close();
}

std::string numbered(int number) {
    return "#" + std::to_string(number);
}

asio::awaitable<Outcome> frames_are_ignored(Context& context, WsLink& link) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    co_await link.send_json(card_call(context, "by-event"));
    co_await link.send_text(R"({"action":"get_login_info","echo":1})");
    co_await link.send_text(R"({"reply":"x","block":true})");
    co_await link.send_text("no JSON");
    FrameOut binary;
    binary.op = opcode::binary;
    binary.payload = dump(card_call(context, "by-binary"));
    co_await link.send(std::move(binary));
    outcome.check(co_await nothing_but_pong(link, "ignored"), "after five frames");
    const std::string after = co_await context.own_card();
    outcome.check(expect::text(before, after, "the card after a set_group_card"));
    if (!co_await cause(context, outcome, "still here")) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(link);
    outcome.check(event_with(frame, "still here"), "the next frame after those");
    co_return outcome;
}

asio::awaitable<Outcome> comes_back(Context& context, std::string path) {
    const auto visitor = co_await context.reverse_server().next(path);
    co_return expect::that(visitor.has_value(), "a new connection to " + path, "none came");
}

asio::awaitable<void> restart(Context& context) {
    std::string action = context.is_ob11() ? "set_restart" : "set_restart_plugin";
    co_await context.call(std::move(action));
}

asio::awaitable<Outcome> until_served(Context& context) {
    const auto deadline = std::chrono::steady_clock::now() + context.patience();
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (;;) {
        const HttpReply reply = co_await context.send(get("/get_login_info"));
        if (reply.status == 200 || std::chrono::steady_clock::now() > deadline) {
            co_return expect::ok(reply);
        }
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace cqhttp::conformance
