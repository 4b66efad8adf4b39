// Chapter 01, sections 3 and 5: the order of checks, and what an answer looks like.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

using Type = expect::Type;

// --- order of checks --------------------------------------------------------------------------

struct Fault {
    const char* name;
    Request request;
    int status;
};

asio::awaitable<Outcome> try_all(Context& context, std::vector<Fault> faults) {
    Outcome outcome;
    for (const Fault& fault : faults) {
        const HttpReply reply = co_await context.send(fault.request);
        outcome.check(expect::status(reply, fault.status), fault.name);
    }
    co_return outcome;
}

asio::awaitable<Outcome> single_faults(Context& context) {
    const Headers wrong = context.authorization("wrong");
    const std::string& value = wrong.front().second;
    std::vector<Fault> faults{
        {"no token", get("/get_login_info").anonymous(), 401},
        {"wrong token", get("/get_login_info").anonymous().header("Authorization", value), 403},
        {"text/plain", post("/get_login_info").header("Content-Type", "text/plain").body("x"), 406},
        {"body is {", post("/get_login_info").json(std::string("{")), 400},
        {"unknown action", get("/no_such_action"), 404},
    };
    return try_all(context, std::move(faults));
}

asio::awaitable<Outcome> combined_faults(Context& context) {
    const Headers wrong = context.authorization("wrong");
    const std::string& value = wrong.front().second;
    std::vector<Fault> faults{
        {"GET /a/b, no token", get("/a/b").anonymous(), 404},
        {"unknown action, no token", get("/no_such_action").anonymous(), 401},
        {"unknown action, text/plain",
         post("/no_such_action").header("Content-Type", "text/plain").body("x"), 406},
        {"unknown action, body {", post("/no_such_action").json(std::string("{")), 400},
        {"wrong token, body {",
         post("/get_login_info").anonymous().header("Authorization", value).json(std::string("{")),
         403},
        {"no token, text/plain",
         post("/get_login_info").anonymous().header("Content-Type", "text/plain").body("x"), 401},
    };
    return try_all(context, std::move(faults));
}

// --- responses --------------------------------------------------------------------------------

asio::awaitable<Outcome> failed_calls_are_200(Context& context) {
    Outcome outcome;
    const HttpReply reply = co_await context.call("send_private_msg");
    outcome.check(expect::status(reply, 200));
    outcome.check(expect::failed(reply));
    co_return outcome;
}

asio::awaitable<Outcome> media_type(Context& context) {
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    const std::string type = reply.header("Content-Type").value_or("");
    const std::string_view media = trim(std::string_view(type).substr(0, type.find(';')));
    co_return expect::that(iequals(media, "application/json"), "Content-Type: application/json",
                           type.empty() ? reply.text() + " without it" : type);
}

asio::awaitable<Outcome> exact_media_type(Context& context) {
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    co_return expect::header(reply, "Content-Type", "application/json; charset=UTF-8");
}

asio::awaitable<Outcome> reply_members(Context& context) {
    Outcome outcome;
    for (const char* action : {"get_login_info", "get_group_list", "send_private_msg"}) {
        const HttpReply reply = co_await context.call(action);
        outcome.check(expect::status(reply, 200), action);
        outcome.check(expect::reply_object(reply.json()), action);
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_other_members(Context& context) {
    Outcome outcome;
    for (const char* target : {"/get_login_info?echo=1", "/send_private_msg"}) {
        const HttpReply reply = co_await context.send(get(target));
        const Json body = reply.json();
        outcome.check(expect::that(body.size() == 3, "status, retcode and data only", reply.body),
                      target);
    }
    co_return outcome;
}

asio::awaitable<Outcome> status_follows_retcode(Context& context) {
    Outcome outcome;
    const HttpReply ok = co_await context.call("get_login_info");
    outcome.check(expect::ok(ok), "a call that succeeds");
    const HttpReply failed = co_await context.call("send_private_msg");
    outcome.check(expect::failed(failed), "a call that fails");
    const HttpReply async = co_await context.call("get_login_info_async");
    outcome.check(expect::accepted(async), "an asynchronous call");
    co_return outcome;
}

asio::awaitable<Outcome> data_is_null(Context& context) {
    Outcome outcome;
    const HttpReply failed = co_await context.call("get_group_member_info");
    outcome.check(expect::failed(failed), "a call that fails");
    outcome.check(expect::has(failed.json(), "data", Type::null));
    const HttpReply async = co_await context.call("get_login_info_async");
    outcome.check(expect::has(async.json(), "data", Type::null), "an asynchronous call");
    co_return outcome;
}

asio::awaitable<Outcome> errors_have_no_body(Context& context) {
    Outcome outcome;
    const HttpReply unknown = co_await context.send(get("/no_such_action"));
    outcome.check(expect::empty_body(unknown), "404");
    const HttpReply type = co_await context.send(
        post("/get_login_info").header("Content-Type", "text/plain").body("x"));
    outcome.check(expect::empty_body(type), "406");
    const HttpReply body = co_await context.send(post("/get_login_info").json(std::string("{")));
    outcome.check(expect::empty_body(body), "400");
    co_return outcome;
}

asio::awaitable<Outcome> body_is_whole_utf8(Context& context) {
    Outcome outcome;
    const HttpReply reply = co_await context.send(get("/get_group_list"));
    outcome.check(expect::ok(reply));
    outcome.check(
        expect::that(reply.trouble.empty(), "a body as long as announced", reply.trouble));
    outcome.check(expect::that(is_valid_utf8(reply.body), "UTF-8", printable(reply.body)));
    co_return outcome;
}

asio::awaitable<Outcome> no_echo(Context& context) {
    Json params;
    params["echo"] = 1;
    const HttpReply reply = co_await context.call("get_login_info", std::move(params));
    co_return expect::lacks(reply.json(), "echo");
}

// --- the table --------------------------------------------------------------------------------

constexpr Case table[] = {
    {.id = "http-replies/single-faults-have-their-status",
     .requirements = "HTTP-021",
     .sentence = "Each single fault gives its status.",
     .sends = "no token; a wrong token; text/plain; the body {; an unknown action",
     .expects = "401, 403, 406, 400, 404",
     .needs = Need::http,
     .setup = &setup::token,
     .run = single_faults},
    {.id = "http-replies/first-failing-check-decides",
     .requirements = "HTTP-020 HTTP-022",
     .sentence =
         "Of several faults the first in the order route, token, type, body, action decides.",
     .sends = "the six combinations of the table",
     .expects = "404, 401, 406, 400, 403, 401",
     .needs = Need::http,
     .setup = &setup::token,
     .run = combined_faults},
    {.id = "http-replies/failed-calls-are-200",
     .requirements = "HTTP-060",
     .sentence = "A call that was carried out gets 200, whether or not it succeeded.",
     .sends = "send_private_msg without parameters",
     .expects = "200 with a failed reply",
     .needs = Need::http,
     .run = failed_calls_are_200},
    {.id = "http-replies/media-type-is-json",
     .requirements = "HTTP-061",
     .sentence = "Replies have the media type application/json.",
     .sends = "GET /get_login_info",
     .expects = "Content-Type: application/json, parameters allowed",
     .needs = Need::http,
     .run = media_type},
    {.id = "http-replies/content-type-is-exact",
     .requirements = "HTTP-061",
     .sentence = "Our gateway says application/json; charset=UTF-8.",
     .sends = "GET /get_login_info",
     .expects = "Content-Type: application/json; charset=UTF-8",
     .needs = Need::http,
     .own_scope = Scope::ours,
     .run = exact_media_type},
    {.id = "http-replies/reply-has-status-retcode-data",
     .requirements = "HTTP-062",
     .sentence = "A reply is an object with status, retcode and data.",
     .sends = "two calls that succeed and one that fails",
     .expects = "status is a string, retcode an integer, data is there",
     .needs = Need::http,
     .run = reply_members},
    {.id = "http-replies/reply-has-no-other-members",
     .requirements = "HTTP-063",
     .sentence = "A reply has no member but status, retcode and data.",
     .sends = "a call that succeeds and one that fails",
     .expects = "three members",
     .needs = Need::http,
     .run = no_other_members},
    {.id = "http-replies/status-follows-retcode",
     .requirements = "HTTP-064",
     .sentence = "status is ok with retcode 0, async with 1, failed with any other.",
     .sends = "a call that succeeds, one that fails, an asynchronous one",
     .expects = "ok and 0, failed and another number, async and 1",
     .needs = Need::http,
     .run = status_follows_retcode},
    {.id = "http-replies/data-is-null-without-a-result",
     .requirements = "HTTP-065",
     .sentence = "data is null where a call failed or is asynchronous.",
     .sends = "a call that fails and an asynchronous one",
     .expects = "data is null",
     .needs = Need::http,
     .run = data_is_null},
    {.id = "http-replies/errors-have-no-body",
     .requirements = "HTTP-066",
     .sentence = "400, 404 and 406 have an empty body.",
     .sends = "an unknown action, text/plain, the body {",
     .expects = "no body, Content-Length: 0",
     .needs = Need::http,
     .run = errors_have_no_body},
    {.id = "http-replies/body-is-whole-utf-8",
     .requirements = "HTTP-067",
     .sentence = "The body is UTF-8 and as long as announced.",
     .sends = "GET /get_group_list",
     .expects = "a body of UTF-8, its length as in Content-Length or in proper chunks",
     .needs = Need::http,
     .run = body_is_whole_utf8},
    {.id = "http-replies/no-echo-over-http",
     .requirements = "HTTP-068",
     .sentence = "There is no echo over HTTP.",
     .sends = "get_login_info with a parameter named echo",
     .expects = "a reply without echo",
     .needs = Need::http,
     .run = no_echo},
};

}  // namespace

std::span<const Case> http_replies_cases() {
    return table;
}

}  // namespace cqhttp::conformance
