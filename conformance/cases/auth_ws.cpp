// Chapter 10: the token on WebSockets, on data files and in what the target sends.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "conformance/target/work_folder.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// What a stranger tries on a WebSocket: the handshake, and frames that would set the card of the
// account if anybody carried them out.
struct Attempt {
    WsOpening opening;
    bool ended = false;      // the target ended the connection by itself
    std::string unexpected;  // data that was sent to the stranger
};

Json card_call(const Context& context, std::string_view card) {
    Json call;
    call["action"] = "set_group_card";
    call["params"]["group_id"] = context.target().group;
    call["params"]["user_id"] = context.target().self_id;
    call["params"]["card"] = card;
    return call;
}

// The frames leave in the same write as the handshake, before anybody could refuse it.
asio::awaitable<Attempt> intrude(Context& context, std::string path, Headers headers) {
    Attempt attempt;
    Url url = *context.target().ws;
    url.target = std::move(path);
    attempt.opening.key = "dGhlIHNhbXBsZSBub25jZQ==";
    Wire wire = context.new_wire("ws");
    co_await wire.connect(url);
    FrameOut frame;
    frame.payload = dump(card_call(context, "by-stranger"));
    std::string bytes = handshake_request(url, attempt.opening.key, headers);
    bytes += frame_bytes(frame, true);
    co_await wire.send(std::move(bytes));
    attempt.opening.reply = co_await read_reply(wire, "GET");
    if (attempt.opening.reply.status != 101) {
        co_return attempt;
    }
    WsLink link(std::move(wire), WsLink::Side::client);
    for (;;) {
        const Frame came = co_await link.receive();
        if (came.op < 0) {
            attempt.ended = !came.timed_out;
            co_return attempt;
        }
        if (came.op == opcode::close) {
            // The server has ended it; it may wait for the answer, as RFC 6455 has it.
            attempt.ended = true;
            co_return attempt;
        }
        if (came.op == opcode::text && !came.json().is_discarded()) {
            attempt.unexpected = came.payload;
        }
    }
}

asio::awaitable<Outcome> strangers_get_nothing(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    const Headers wrong = context.authorization("wrong");
    for (const char* path : {"/api", "/api/", "/event", "/event/"}) {
        const Attempt none = co_await intrude(context, path, Headers());
        outcome.check(
            expect::that(none.unexpected.empty(), "no answer to a stranger", none.unexpected),
            path);
        const Attempt bad = co_await intrude(context, path, wrong);
        outcome.check(
            expect::that(bad.unexpected.empty(), "no answer to a wrong token", bad.unexpected),
            path);
    }
    const std::string after = co_await context.own_card();
    outcome.check(expect::text(before, after, "the card after the stranger's calls"));
    co_return outcome;
}

asio::awaitable<Outcome> strangers_are_shown_out(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api", "/event"}) {
        for (const char* token : {"", "wrong"}) {
            const Headers headers = context.authorization(token);
            const Attempt attempt = co_await intrude(context, path, headers);
            const int wanted = std::string_view(token).empty() ? 401 : 403;
            const bool refused = attempt.opening.reply.status == wanted;
            const bool closed = attempt.opening.reply.status == 101 && attempt.ended;
            const bool good = outcome.check(
                expect::that(refused || closed,
                             fmt::format("HTTP {}, or a connection that the server ends", wanted),
                             attempt.opening.reply.status == 101 ? "a WebSocket that stays open"
                                                                 : attempt.opening.reply.text()),
                fmt::format("{} with token \"{}\"", path, token));
            if (!good) {
                co_return outcome;  // the next would take as long
            }
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> refused_before_the_upgrade(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api", "/api/", "/event", "/event/"}) {
        for (const char* token : {"", "wrong"}) {
            const Headers headers = context.authorization(token);
            const Attempt attempt = co_await intrude(context, path, headers);
            const int wanted = std::string_view(token).empty() ? 401 : 403;
            outcome.check(expect::status(attempt.opening.reply, wanted), path);
            outcome.check(expect::empty_body(attempt.opening.reply), path);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> token_opens(Context& context) {
    Outcome outcome;
    std::vector<std::string> paths{"/api", "/event"};
    if (!context.is_40()) {
        paths.emplace_back("/");
    }
    for (const std::string& path : paths) {
        const WsOpening by_header = co_await context.open_ws(path);
        outcome.check(expect::opened(by_header), path + " with the header");
        const std::string target =
            fmt::format("{}?access_token={}", path, percent_encode(context.target().token));
        const WsOpening by_query = co_await context.open_ws_with(target, Headers());
        outcome.check(expect::opened(by_query), path + " with the query");
    }
    co_return outcome;
}

// A handshake that must fail: it is refused, or the connection ends by itself without an answer.
asio::awaitable<Outcome> shut_out(WsOpening opening) {
    Outcome outcome;
    if (!opening.link) {
        co_return expect::status_in(opening.reply, std::initializer_list<int>{401, 403});
    }
    Frame frame;
    do {
        frame = co_await opening.link->receive();
        const Json json = frame.json();
        outcome.check(expect::that(!json.is_object(), "nothing for a stranger", frame.text()));
    } while (frame.op >= 0);
    outcome.check(expect::that(!frame.timed_out, "the server ends the connection", "it stays"));
    co_return outcome;
}

asio::awaitable<Outcome> same_rules(Context& context) {
    Outcome outcome;
    const std::string right = percent_encode(context.target().token);
    const std::string value = context.authorization(context.target().token)[0].second;
    for (const char* path : {"/api", "/event/"}) {
        const std::string by_query = fmt::format("{}?access_token={}", path, right);
        const std::string wrong_query = fmt::format("{}?access_token=wrong", path);
        const WsOpening header_first = co_await context.open_ws(wrong_query);
        outcome.check(expect::opened(header_first), "right header, wrong query");
        Headers lower;
        lower.emplace_back("authorization", value);
        const WsOpening other_case = co_await context.open_ws_with(path, std::move(lower));
        outcome.check(expect::opened(other_case), "header name in small letters");
        Headers wrong = context.authorization("wrong");
        WsOpening wrong_header = co_await context.open_ws_with(by_query, std::move(wrong));
        outcome.check(co_await shut_out(std::move(wrong_header)), "wrong header, right query");
        for (const std::string& query : {std::string("?access_token="), "?Access_Token=" + right,
                                         "?token=" + right, std::string()}) {
            WsOpening none = co_await context.open_ws_with(path + query, Headers());
            outcome.check(co_await shut_out(std::move(none)), path + query);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> strangers_get_no_events(Context& context) {
    std::vector<WsOpening> strangers;
    for (const char* path : {"/event", "/event/"}) {
        strangers.push_back(co_await context.open_ws_with(path, Headers()));
        Headers wrong = context.authorization("wrong");
        strangers.push_back(co_await context.open_ws_with(path, std::move(wrong)));
    }
    WsOpening known = co_await context.open_ws("/event");
    Outcome outcome = expect::opened(known);
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_await known.link->settle();
    if (!outcome.check(co_await context.inject_message("not for strangers"))) {
        co_return outcome;
    }
    const Frame frame = co_await known.link->receive_data();
    outcome.check(expect::text_frame(frame), "who has the token");
    // An event would be there before the answer to a ping.
    FrameOut ping;
    ping.op = opcode::ping;
    for (WsOpening& stranger : strangers) {
        Frame came;
        if (stranger.link) {
            co_await stranger.link->send(ping);
        }
        while (stranger.link && stranger.link->open() && came.op != opcode::pong) {
            came = co_await stranger.link->receive();
            const Json json = came.json();
            outcome.check(expect::that(!has_member(json, "post_type"), "no event for a stranger",
                                       came.text()));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> reverse_header(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_visitor(path);
        if (!outcome.check(
                expect::that(visitor.has_value(), "a connection to the suite", "none came"),
                path)) {
            break;
        }
        const std::string wanted = context.authorization(context.target().token)[0].second;
        outcome.check(expect::text(wanted, visitor->header("Authorization").value_or("(none)"),
                                   "Authorization"),
                      path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> reverse_without_token(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_visitor(path);
        if (!outcome.check(
                expect::that(visitor.has_value(), "a connection to the suite", "none came"),
                path)) {
            break;
        }
        outcome.check(expect::that(!visitor->header("Authorization"), "no header Authorization",
                                   visitor->header("Authorization").value_or("")),
                      path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> posts_carry_no_token(Context& context) {
    Outcome outcome;
    context.hold_posts();
    if (!outcome.check(co_await context.inject_message("hello"))) {
        co_return outcome;
    }
    const auto posted = co_await context.next_post();
    if (outcome.check(expect::that(posted.has_value(), "an event is posted", "none came"))) {
        const auto header = posted->header("Authorization");
        outcome.check(
            expect::that(!header, "no header Authorization", header.value_or(std::string())));
    }
    co_return outcome;
}

asio::awaitable<Outcome> data_files_need_the_token(Context& context) {
    Outcome outcome;
    const auto folder = context.target().data_root / "data" / "image";
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    const auto written = write_text(folder / "conformance-auth.bin", "picture");
    if (written.has_error()) {
        co_return Outcome::error(written.error().detail);
    }
    const std::string target = "/data/image/conformance-auth.bin";
    const HttpReply missing = co_await context.send(get(target).anonymous());
    outcome.check(expect::status(missing, 401), "no token");
    const std::string wrong = context.authorization("wrong")[0].second;
    const HttpReply refused =
        co_await context.send(get(target).anonymous().header("Authorization", wrong));
    outcome.check(expect::status(refused, 403), "a wrong token");
    const HttpReply served = co_await context.send(get(target));
    outcome.check(expect::status(served, 200), "the right token");
    outcome.check(expect::text("picture", served.body, "the file"));
    std::filesystem::remove(folder / "conformance-auth.bin", ignored);
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "auth-ws/token-opens-both-endpoints",
     .requirements = "AUTH-030 AUTH-013",
     .sentence = "The token opens /api and /event, in the header or in the query.",
     .sends = "handshakes with the right token in either place",
     .expects = "101",
     .needs = Need::ws,
     .setup = &setup::token,
     .run = token_opens},
    {.id = "auth-ws/same-rules-as-over-http",
     .requirements = "AUTH-030 AUTH-014 AUTH-016 AUTH-022",
     .sentence =
         "Header and query are judged as over HTTP: the header wins, an empty token is none.",
     .sends = "handshakes with right and wrong tokens in both places",
     .expects = "101 where the header is right, else no way in",
     .needs = Need::ws,
     .setup = &setup::token,
     .run = same_rules},
    {.id = "auth-ws/strangers-get-no-events",
     .requirements = "AUTH-031 AUTH-036",
     .sentence = "Who fails the check at /event never receives an event.",
     .sends = "handshakes without and with a wrong token, then an event",
     .expects = "the event only where the token is right",
     .needs = Needs(Need::ws) | Need::inject | Need::user,
     .setup = &setup::token,
     .run = strangers_get_no_events},
    {.id = "auth-ws/strangers-get-nothing-and-do-nothing",
     .requirements = "AUTH-031",
     .sentence = "Who fails the check gets no answer and no event, and its frames do nothing.",
     .sends = "handshakes without and with a wrong token, each with a set_group_card right behind",
     .expects = "no JSON comes back, the card is what it was",
     .needs = Need::ws | Need::http | Need::group,
     .setup = &setup::token,
     .run = strangers_get_nothing},
    {.id = "auth-ws/strangers-are-shown-out",
     .requirements = "AUTH-032",
     .sentence = "The connection of who fails the check ends soon by itself.",
     .sends = "handshakes without and with a wrong token",
     .expects = "401 or 403, or a WebSocket that the server closes",
     .needs = Need::ws,
     .setup = &setup::token,
     .run = strangers_are_shown_out},
    {.id = "auth-ws/refused-before-the-upgrade",
     .requirements = "AUTH-034 AUTH-036",
     .sentence = "Our gateway refuses the handshake itself, with 401 or 403.",
     .sends = "handshakes without and with a wrong token",
     .expects = "401 and 403 with an empty body",
     .needs = Need::ws,
     .setup = &setup::token,
     .run = refused_before_the_upgrade},
    {.id = "auth-ws/refused-before-the-upgrade-in-onebot",
     .requirements = "AUTH-034",
     .sentence = "The handshake of who fails the check should be refused with 401 or 403.",
     .sends = "handshakes without and with a wrong token",
     .expects = "401 and 403 with an empty body",
     .needs = Need::ws,
     .setup = &setup::token,
     .own_level = Level::should,
     .own_scope = Scope::wire,
     .own_profiles = in::ob11,
     .run = refused_before_the_upgrade},
    {.id = "auth-ws/reverse-handshake-carries-the-token",
     .requirements = "AUTH-040 AUTH-041 WSR-013 WSR-014",
     .sentence = "Reverse handshakes carry the token in the words of the profile.",
     .sends = "nothing; the target connects",
     .expects = "Authorization: Token <token> (Bearer in onebot-11)",
     .needs = Need::reverse,
     .setup = &setup::reverse_token,
     .own_profiles = in::all,
     .run = reverse_header},
    {.id = "auth-ws/reverse-handshake-without-a-token",
     .requirements = "AUTH-040 AUTH-041 WSR-013 WSR-014",
     .sentence = "Without a token reverse handshakes carry no Authorization.",
     .sends = "nothing; the target connects",
     .expects = "no header Authorization",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_profiles = in::all,
     .run = reverse_without_token},
    {.id = "auth-ws/event-posts-carry-no-token",
     .requirements = "AUTH-042",
     .sentence = "Event POSTs carry no Authorization.",
     .sends = "an event",
     .expects = "a POST without Authorization",
     .needs = Need::post | Need::inject | Need::user,
     .setup = &setup::post_token,
     .run = posts_carry_no_token},
    {.id = "auth-ws/data-files-need-the-token",
     .requirements = "AUTH-050",
     .sentence = "Data files need the token like any other request.",
     .sends = "GET /data/image/conformance-auth.bin without, with a wrong and with the right token",
     .expects = "401, 403, 200",
     .needs = Need::http | Need::data_root,
     .setup = &setup::data_files_token,
     .own_profiles = in::cq,
     .run = data_files_need_the_token},
};

}  // namespace

std::span<const Case> auth_ws_cases() {
    return table;
}

}  // namespace cqhttp::conformance
