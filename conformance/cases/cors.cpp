// Chapter 01, section 7: pages of other origins, in 4.15.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "gateway/base/text.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

Request preflight(std::string target) {
    return Request("OPTIONS", std::move(target))
        .header("Origin", "http://page.example")
        .header("Access-Control-Request-Method", "POST")
        .anonymous();
}

constexpr std::string_view allow_origin = "Access-Control-Allow-Origin";

Check no_cors(const HttpReply& reply) {
    for (const auto& [name, value] : reply.headers) {
        if (to_lower(name).starts_with("access-control-")) {
            return expect::that(false, "no Access-Control header", name + ": " + value);
        }
    }
    return expect::that(reply.status != 0, "an answer", reply.text());
}

asio::awaitable<Outcome> off(Context& context) {
    Outcome outcome;
    const HttpReply options = co_await context.send(preflight("/send_private_msg"));
    outcome.check(expect::status(options, 405), "OPTIONS");
    outcome.check(no_cors(options), "OPTIONS");
    const HttpReply call =
        co_await context.send(get("/get_login_info").header("Origin", "http://page.example"));
    outcome.check(expect::ok(call));
    outcome.check(no_cors(call), "a call");
    const HttpReply stranger = co_await context.send(get("/get_login_info").anonymous());
    outcome.check(no_cors(stranger), "a call without a token");
    co_return outcome;
}

asio::awaitable<Outcome> preflight_is_answered(Context& context) {
    Outcome outcome;
    for (const char* path : {"/send_private_msg", "/get_login_info/", "/no_such_action"}) {
        const HttpReply reply = co_await context.send(preflight(path));
        outcome.check(expect::status(reply, 200), path);
        outcome.check(expect::empty_body(reply), path);
        for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
                                 "Access-Control-Allow-Headers"}) {
            outcome.check(expect::header(reply, name, "*"), path);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> answers_allow_everybody(Context& context) {
    Outcome outcome;
    const HttpReply good = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(good));
    outcome.check(expect::header(good, allow_origin, "*"), "a call that is carried out");
    const HttpReply failed = co_await context.call("send_private_msg");
    outcome.check(expect::failed(failed, 100));
    outcome.check(expect::header(failed, allow_origin, "*"), "a call that fails");
    const HttpReply async = co_await context.call("get_login_info_async");
    outcome.check(expect::header(async, allow_origin, "*"), "an asynchronous call");
    co_return outcome;
}

// Either no header or the one that allows everybody, and nothing else differs.
asio::awaitable<Outcome> errors_and_files(Context& context) {
    Outcome outcome;
    const auto folder = context.target().data_root / "data" / "image";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "conformance-cors.bin") << "cors";
    const auto check = [&outcome](const HttpReply& reply, int status) {
        const std::string value = reply.header(allow_origin).value_or("*");
        outcome.check(expect::status(reply, status));
        outcome.check(expect::text("*", value, allow_origin), reply.text());
    };
    const HttpReply stranger = co_await context.send(get("/get_login_info").anonymous());
    check(stranger, 401);
    const HttpReply unknown = co_await context.send(get("/no_such_action"));
    check(unknown, 404);
    const HttpReply file = co_await context.send(get("/data/image/conformance-cors.bin"));
    check(file, 200);
    const HttpReply put = co_await context.send(Request("PUT", "/get_login_info"));
    check(put, 405);
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "cors/off-by-default",
     .requirements = "CORS-001",
     .sentence = "Without enable_cors OPTIONS gets 405, and no answer has CORS headers.",
     .sends = "OPTIONS, a call with an Origin, a call without the token",
     .expects = "405 and no Access-Control header",
     .needs = Need::http,
     .setup = &setup::token,
     .run = off},
    {.id = "cors/preflight-is-answered",
     .requirements = "CORS-002 AUTH-052",
     .sentence = "OPTIONS is answered to everybody and allows everything.",
     .sends = "OPTIONS for actions, without a token",
     .expects = "200, an empty body, * in the three headers",
     .needs = Need::http,
     .setup = &setup::cors,
     .run = preflight_is_answered},
    {.id = "cors/answers-allow-every-origin",
     .requirements = "CORS-003",
     .sentence = "The answers to calls allow every origin.",
     .sends = "a call that works, one that fails, an asynchronous one",
     .expects = "Access-Control-Allow-Origin: *",
     .needs = Need::http,
     .setup = &setup::cors,
     .run = answers_allow_everybody},
    {.id = "cors/errors-and-files",
     .requirements = "CORS-004",
     .sentence = "Refusals and data files have no CORS header, or the one that allows everybody.",
     .sends = "a call without the token, an unknown action, PUT, a data file",
     .expects = "401, 404, 405 and 200, with no other value",
     .needs = Needs(Need::http) | Need::data_root,
     .setup = &setup::cors,
     .run = errors_and_files},
};

}  // namespace

std::span<const Case> cors_cases() {
    return table;
}

}  // namespace cqhttp::conformance
