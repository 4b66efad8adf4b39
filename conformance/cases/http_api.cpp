// Chapter 01, sections 1 and 2: the server and its routes.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <string>

namespace cqhttp::conformance {
namespace {

// --- server -----------------------------------------------------------------------------------

asio::awaitable<Outcome> answers(Context& context) {
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    co_return expect::ok(reply);
}

asio::awaitable<Outcome> nothing_listens_when_off(Context& context) {
    Wire wire = context.new_wire("http");
    Url url;
    url.host = context.target().ws->host;
    url.port = context.target().unused_port;
    const bool connected = co_await wire.connect(url);
    co_return expect::that(!connected, "the connection is refused", "it is accepted");
}

asio::awaitable<Outcome> unfinished_requests(Context& context) {
    Outcome outcome;
    HttpConnection unfinished = context.http();
    co_await unfinished.send_bytes("GET /get_login_info HTTP/1.1\r\nHost: bot");
    HttpConnection body = context.http();
    co_await body.send_bytes(
        "POST /get_login_info HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{");
    const HttpReply other = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(other), "another connection");
    co_await unfinished.send_bytes("\r\n\r\n");
    co_await body.send_bytes("}");
    for (HttpConnection* connection : {&unfinished, &body}) {
        const HttpReply reply = co_await connection->receive();
        const bool dropped = reply.status == 0 && !reply.timed_out;
        if (!dropped && reply.status != 408 && reply.status != 401) {
            outcome.check(expect::ok(reply), "the request once it is complete");
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> connection_is_kept(Context& context) {
    Outcome outcome;
    HttpConnection connection = context.http();
    const HttpReply good = co_await connection.exchange(get("/get_login_info"));
    outcome.check(expect::ok(good));
    const HttpReply unknown = co_await connection.exchange(get("/no_such_action"));
    outcome.check(expect::status(unknown, 404), "second request on the connection");
    const HttpReply refused = co_await connection.exchange(
        post("/get_login_info").header("Content-Type", "text/plain").body("x"));
    outcome.check(expect::status(refused, 406), "third request on the connection");
    const HttpReply last = co_await connection.exchange(get("/get_login_info"));
    outcome.check(expect::ok(last), "after a 404 and a 406 on the connection");
    co_return outcome;
}

asio::awaitable<Outcome> close_is_obeyed(Context& context) {
    Outcome outcome;
    HttpConnection connection = context.http();
    const HttpReply reply =
        co_await connection.exchange(get("/get_login_info").header("Connection", "close"));
    outcome.check(expect::ok(reply));
    const bool ended = co_await connection.ended();
    outcome.check(expect::that(ended, "the server ends the connection", "it stays open"));
    co_return outcome;
}

asio::awaitable<Outcome> old_clients_get_a_close(Context& context) {
    Outcome outcome;
    HttpConnection connection = context.http();
    std::string bytes = context.with_token(get("/get_login_info")).bytes("suite");
    bytes.replace(bytes.find("HTTP/1.1"), 8, "HTTP/1.0");
    co_await connection.send_bytes(std::move(bytes));
    const HttpReply reply = co_await connection.receive();
    outcome.check(expect::ok(reply));
    const bool ended = co_await connection.ended();
    outcome.check(expect::that(ended, "the server ends the HTTP/1.0 connection", "it stays open"));
    co_return outcome;
}

// The first connection has sent half of a request when the second is served.
asio::awaitable<Outcome> slow_client_stops_nobody(Context& context) {
    Outcome outcome;
    HttpConnection slow = context.http();
    const std::string bytes = context.with_token(get("/get_login_info")).bytes("suite");
    co_await slow.send_bytes(bytes.substr(0, bytes.size() / 2));
    const HttpReply other = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(other), "while another client is in the middle of its request");
    co_await slow.send_bytes(bytes.substr(bytes.size() / 2));
    const HttpReply reply = co_await slow.receive();
    outcome.check(expect::ok(reply), "the slow client");
    co_return outcome;
}

asio::awaitable<Outcome> served_while_a_post_is_open(Context& context) {
    Outcome outcome;
    context.hold_posts();
    if (!outcome.check(co_await context.inject_message("hello"))) {
        co_return outcome;
    }
    auto posted = co_await context.next_post();
    if (!outcome.check(expect::that(posted.has_value(), "an event is posted", "none came"))) {
        co_return outcome;
    }
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(reply), "before the event POST is answered");
    posted->answer(204);
    co_return outcome;
}

// The body arrives byte by byte, each in a segment of its own as far as the system allows it.
asio::awaitable<Outcome> body_in_pieces(Context& context) {
    HttpConnection connection = context.http();
    const std::string bytes =
        context.with_token(post("/get_login_info").json(std::string(R"({"a":"b"})"))).bytes("s");
    const std::size_t body = bytes.find("\r\n\r\n") + 4;
    co_await connection.send_bytes(bytes.substr(0, body));
    for (std::size_t at = body; at < bytes.size(); ++at) {
        co_await connection.send_bytes(bytes.substr(at, 1));
    }
    const HttpReply reply = co_await connection.receive();
    co_return expect::ok(reply);
}

asio::awaitable<Outcome> chunked_body(Context& context) {
    const std::string body = "5\r\n{\"a\":\r\n3;x=y\r\n\"b\"\r\n1\r\n}\r\n0\r\n\r\n";
    const HttpReply reply = co_await context.send(
        post("/get_login_info").json(body).header("Transfer-Encoding", "chunked"));
    co_return expect::ok(reply);
}

asio::awaitable<Outcome> large_body(Context& context) {
    constexpr std::size_t size = 31 * 1024 * 1024;
    std::string body = R"({"padding":")" + std::string(size, 'x') + "\"}";
    const HttpReply reply = co_await context.send(post("/get_login_info").json(std::move(body)));
    co_return expect::ok(reply);
}

asio::awaitable<Outcome> too_large_body(Context& context) {
    HttpConnection connection = context.http();
    const std::string head = context
                                 .with_token(post("/get_login_info")
                                                 .header("Content-Type", "application/json")
                                                 .header("Content-Length", "33554433"))
                                 .bytes("suite");
    co_await connection.send_bytes(head);
    const HttpReply reply = co_await connection.receive();
    co_return expect::status(reply, 413);
}

// --- routing ----------------------------------------------------------------------------------

asio::awaitable<Outcome> get_and_post_call(Context& context) {
    Outcome outcome;
    const HttpReply by_get = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(by_get), "GET");
    const HttpReply by_post =
        co_await context.send(post("/get_login_info").json(std::string("{}")));
    outcome.check(expect::ok(by_post), "POST");
    outcome.check(expect::equal(by_get.json(), by_post.json(), "the reply to POST"));
    co_return outcome;
}

asio::awaitable<Outcome> trailing_slash(Context& context) {
    Outcome outcome;
    const HttpReply plain = co_await context.send(get("/get_login_info"));
    const HttpReply slashed = co_await context.send(get("/get_login_info/"));
    outcome.check(expect::ok(slashed));
    outcome.check(expect::equal(plain.json(), slashed.json(), "the reply with the slash"));
    const HttpReply posted =
        co_await context.send(post("/get_login_info/").json(std::string("{}")));
    outcome.check(expect::ok(posted), "POST");
    co_return outcome;
}

asio::awaitable<Outcome> other_paths(Context& context) {
    Outcome outcome;
    for (const char* path : {"/", "//get_login_info", "/get_login_info//", "/get_login_info/x"}) {
        const HttpReply reply = co_await context.send(get(path));
        outcome.check(expect::status(reply, 404), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> case_matters(Context& context) {
    const HttpReply reply = co_await context.send(get("/Get_Login_Info"));
    co_return expect::status(reply, 404);
}

asio::awaitable<Outcome> encoded_action(Context& context) {
    const HttpReply reply = co_await context.send(get("/get%5Flogin_info"));
    co_return expect::status_in(reply, {200, 404});
}

asio::awaitable<Outcome> every_action_by_both_methods(Context& context) {
    Outcome outcome;
    for (const char* action : {"get_login_info", "get_status", "get_version_info", "get_group_list",
                               "send_private_msg", "send_msg"}) {
        const HttpReply by_get = co_await context.send(get("/" + std::string(action)));
        outcome.check(expect::status(by_get, 200), "GET " + std::string(action));
        const HttpReply by_post = co_await context.call(action);
        outcome.check(expect::status(by_post, 200), "POST " + std::string(action));
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_methods_do_nothing(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    const std::string target =
        "/set_group_card?card=by-other-method&group_id=" + std::to_string(context.target().group) +
        "&user_id=" + std::to_string(context.target().self_id);
    for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD"}) {
        co_await context.send(Request(method, target));
        const std::string card = co_await context.own_card();
        outcome.check(expect::text(before, card, "the card after " + std::string(method)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_methods_get_405(Context& context) {
    Outcome outcome;
    for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD"}) {
        const HttpReply reply = co_await context.send(Request(method, "/get_login_info"));
        outcome.check(expect::status(reply, 405), method);
        outcome.check(expect::header(reply, "Allow", "GET, POST"), method);
    }
    co_return outcome;
}

asio::awaitable<Outcome> unknown_action(Context& context) {
    Outcome outcome;
    const HttpReply by_get = co_await context.send(get("/no_such_action"));
    outcome.check(expect::status(by_get, 404), "GET");
    const HttpReply by_post = co_await context.call("no_such_action");
    outcome.check(expect::status(by_post, 404), "POST");
    co_return outcome;
}

asio::awaitable<Outcome> action_of_another_profile(Context& context) {
    std::string action = "set_group_name";  // of OneBot 11
    if (context.is_ob11()) {
        action = "set_discuss_leave";
    }
    const HttpReply reply = co_await context.call(action);
    co_return expect::status(reply, 404);
}

// --- the table --------------------------------------------------------------------------------

constexpr Case table[] = {
    {.id = "http-api/unfinished-requests",
     .requirements = "HTTP-009",
     .sentence = "Unfinished requests disturb nobody; they may be dropped.",
     .sends = "half a head and half a body, a whole request, then the other halves",
     .expects = "an answer to the whole one; to the others one, or the end of the connection",
     .needs = Need::http,
     .run = unfinished_requests},
    {.id = "http-api/api-is-served",
     .requirements = "HTTP-001",
     .sentence = "An HTTP/1.1 server answers API calls.",
     .sends = "GET /get_login_info",
     .expects = "200 with an ok reply",
     .needs = Need::http,
     .run = answers},
    {.id = "http-api/nothing-listens-when-off",
     .requirements = "HTTP-002",
     .sentence = "With use_http off nothing listens on the HTTP port.",
     .sends = "a TCP connection to the configured port",
     .expects = "it is refused",
     .needs = Need::ws,
     .setup = &setup::http_off,
     .run = nothing_listens_when_off},
    {.id = "http-api/connection-is-kept-after-any-answer",
     .requirements = "HTTP-003",
     .sentence = "After any response the next request on the same connection is served.",
     .sends = "a good call, an unknown action, a POST of text/plain and a good call again, all on "
              "one connection",
     .expects = "200, 404, 406, 200",
     .needs = Need::http,
     .run = connection_is_kept},
    {.id = "http-api/connection-close-is-obeyed",
     .requirements = "HTTP-003",
     .sentence = "A client that sends Connection: close gets its answer and the end of the "
                 "connection.",
     .sends = "GET /get_login_info with Connection: close",
     .expects = "200, then the server closes",
     .needs = Need::http,
     .run = close_is_obeyed},
    {.id = "http-api/http-1-0-gets-a-close",
     .requirements = "HTTP-003",
     .sentence = "An HTTP/1.0 client without keep-alive gets a close after its answer.",
     .sends = "GET /get_login_info as HTTP/1.0",
     .expects = "200, then the server closes",
     .needs = Need::http,
     .run = old_clients_get_a_close},
    {.id = "http-api/slow-client-stops-nobody",
     .requirements = "HTTP-004",
     .sentence = "A slow client does not stop others from being served.",
     .sends = "half a request on one connection, a whole one on another, then the rest",
     .expects = "both are answered, the whole one first",
     .needs = Need::http,
     .run = slow_client_stops_nobody},
    {.id = "http-api/calls-are-served-while-a-post-is-open",
     .requirements = "HTTP-005",
     .sentence = "API calls are served while an event POST waits for its answer.",
     .sends = "an event, and a call before its POST is answered",
     .expects = "the call is answered",
     .needs = Need::http | Need::post | Need::inject | Need::user,
     .setup = &setup::post,
     .run = served_while_a_post_is_open},
    {.id = "http-api/body-in-pieces-is-read-whole",
     .requirements = "HTTP-006",
     .sentence = "A body announced by Content-Length is read completely, however it is cut.",
     .sends = "POST /get_login_info with a JSON body, byte by byte",
     .expects = "200 with an ok reply",
     .needs = Need::http,
     .run = body_in_pieces},
    {.id = "http-api/chunked-body-is-accepted",
     .requirements = "HTTP-007",
     .sentence = "A body with Transfer-Encoding: chunked is accepted.",
     .sends = "POST /get_login_info with a JSON body in three chunks",
     .expects = "200 with an ok reply",
     .needs = Need::http,
     .run = chunked_body},
    {.id = "http-api/large-body-is-accepted",
     .requirements = "HTTP-008",
     .sentence = "A body of nearly 32 MiB is accepted.",
     .sends = "POST /get_login_info with 31 MiB of JSON",
     .expects = "200 with an ok reply",
     .needs = Need::http,
     .run = large_body},
    {.id = "http-api/body-over-the-limit-gets-413",
     .requirements = "HTTP-008",
     .sentence = "A body above 32 MiB gets 413.",
     .sends = "the head of a POST that announces 32 MiB and one byte",
     .expects = "413",
     .needs = Need::http,
     .run = too_large_body},
    {.id = "http-api/get-and-post-call-an-action",
     .requirements = "HTTP-010",
     .sentence = "GET and POST of /<action> call the action.",
     .sends = "get_login_info by GET and by POST",
     .expects = "200 with the same reply",
     .needs = Need::http,
     .run = get_and_post_call},
    {.id = "http-api/trailing-slash-is-allowed",
     .requirements = "HTTP-011",
     .sentence = "One slash may follow the name of the action.",
     .sends = "/get_login_info/ by GET and by POST",
     .expects = "the same reply as without the slash",
     .needs = Need::http,
     .run = trailing_slash},
    {.id = "http-api/other-paths-are-not-found",
     .requirements = "HTTP-012",
     .sentence = "Paths that are not one segment get 404.",
     .sends = "GET of /, //get_login_info, /get_login_info//, /get_login_info/x",
     .expects = "404 each time",
     .needs = Need::http,
     .run = other_paths},
    {.id = "http-api/action-names-are-case-sensitive",
     .requirements = "HTTP-013",
     .sentence = "Names of actions are case-sensitive.",
     .sends = "GET /Get_Login_Info",
     .expects = "404",
     .needs = Need::http,
     .run = case_matters},
    {.id = "http-api/encoded-action-may-be-unknown",
     .requirements = "HTTP-014",
     .sentence = "A percent-encoded name is decoded or unknown.",
     .sends = "GET /get%5Flogin_info",
     .expects = "200 or 404",
     .needs = Need::http,
     .run = encoded_action},
    {.id = "http-api/every-action-by-both-methods",
     .requirements = "HTTP-016 HTTP-060",
     .sentence = "Every action can be called by GET and by POST.",
     .sends = "six actions by both methods, those that send without parameters",
     .expects = "200 each time",
     .needs = Need::http,
     .run = every_action_by_both_methods},
    {.id = "http-api/other-methods-never-execute",
     .requirements = "HTTP-017",
     .sentence = "PUT, DELETE, PATCH and HEAD never execute an action.",
     .sends = "set_group_card by each of these methods, then get_group_member_info",
     .expects = "the card is what it was",
     .needs = Need::http | Need::group,
     .run = other_methods_do_nothing},
    {.id = "http-api/other-methods-get-405",
     .requirements = "HTTP-018",
     .sentence = "PUT, DELETE, PATCH and HEAD get 405 with Allow.",
     .sends = "/get_login_info by each of these methods",
     .expects = "405 with Allow: GET, POST",
     .needs = Need::http,
     .run = other_methods_get_405},
    {.id = "http-api/unknown-action-is-404",
     .requirements = "HTTP-019",
     .sentence = "An unknown action gets 404.",
     .sends = "/no_such_action by GET and by POST",
     .expects = "404",
     .needs = Need::http,
     .run = unknown_action},
    {.id = "http-api/action-of-another-profile-is-404",
     .requirements = "HTTP-019",
     .sentence = "An action that only another profile has gets 404.",
     .sends = "set_group_name (onebot-11), or set_discuss_leave where that is the profile",
     .expects = "404",
     .needs = Need::http,
     .own_scope = Scope::ours,
     .run = action_of_another_profile},
};

}  // namespace

std::span<const Case> http_api_cases() {
    return table;
}

}  // namespace cqhttp::conformance
