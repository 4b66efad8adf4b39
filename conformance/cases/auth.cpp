// Chapter 10: the access token over HTTP.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view path = "/get_login_info";

std::string_view scheme(const Context& context) {
    return context.is_ob11() ? "Bearer" : "Token";
}

std::string with_scheme(const Context& context, std::string_view token) {
    return fmt::format("{} {}", scheme(context), token);
}

asio::awaitable<Outcome> missing_wrong_right(Context& context) {
    Outcome outcome;
    const HttpReply missing = co_await context.send(get(std::string(path)).anonymous());
    outcome.check(expect::status(missing, 401), "no credentials");
    const std::string wrong = with_scheme(context, "wrong");
    const HttpReply refused =
        co_await context.send(get(std::string(path)).anonymous().header("Authorization", wrong));
    outcome.check(expect::status(refused, 403), "a wrong token");
    const HttpReply served = co_await context.send(get(std::string(path)));
    outcome.check(expect::ok(served), "the right token");
    co_return outcome;
}

asio::awaitable<Outcome> refused_has_no_effect(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    const std::string target =
        fmt::format("/set_group_card?card=by-stranger&group_id={}&user_id={}",
                    context.target().group, context.target().self_id);
    co_await context.send(get(target).anonymous());
    const std::string wrong = with_scheme(context, "wrong");
    co_await context.send(get(target).anonymous().header("Authorization", wrong));
    const std::string after = co_await context.own_card();
    co_return expect::text(before, after, "the card");
}

asio::awaitable<Outcome> refusals_are_empty(Context& context) {
    Outcome outcome;
    HttpConnection connection = context.http();
    const HttpReply missing = co_await connection.exchange(get(std::string(path)).anonymous());
    const std::string wrong = with_scheme(context, "wrong");
    const HttpReply refused = co_await connection.exchange(
        get(std::string(path)).anonymous().header("Authorization", wrong));
    for (const HttpReply* reply : {&missing, &refused}) {
        outcome.check(expect::status_in(*reply, {401, 403}));
        outcome.check(expect::empty_body(*reply));
        outcome.check(expect::no_header(*reply, "Content-Type"));
    }
    const HttpReply next = co_await connection.exchange(get(std::string(path)));
    outcome.check(expect::ok(next), "the next request on the connection");
    co_return outcome;
}

asio::awaitable<Outcome> query_token(Context& context) {
    Outcome outcome;
    const std::string encoded = percent_encode(context.target().token);
    const std::string target = fmt::format("{}?access_token={}", path, encoded);
    const HttpReply by_get = co_await context.send(get(target).anonymous());
    outcome.check(expect::ok(by_get), "GET");
    const HttpReply by_post =
        co_await context.send(post(target).anonymous().json(std::string("{}")));
    outcome.check(expect::ok(by_post), "POST");
    const HttpReply other_name =
        co_await context.send(get(fmt::format("{}?Access_Token={}", path, encoded)).anonymous());
    outcome.check(expect::status(other_name, 401), "the name in capitals");
    co_return outcome;
}

asio::awaitable<Outcome> query_token_is_decoded(Context& context) {
    std::string encoded;
    for (const char c : context.target().token) {
        encoded += "%" + to_hex(std::string(1, c));
    }
    context.transcript().mask(encoded);
    const HttpReply reply =
        co_await context.send(get(fmt::format("{}?access_token={}", path, encoded)).anonymous());
    co_return expect::ok(reply);
}

asio::awaitable<Outcome> body_is_no_credential(Context& context) {
    Outcome outcome;
    Json body;
    body["access_token"] = context.target().token;
    const HttpReply json = co_await context.send(post(std::string(path)).anonymous().json(body));
    outcome.check(expect::status(json, 401), "JSON body");
    const HttpReply form =
        co_await context.send(post(std::string(path))
                                  .anonymous()
                                  .form("access_token=" + percent_encode(context.target().token)));
    outcome.check(expect::status(form, 401), "form body");
    co_return outcome;
}

asio::awaitable<Outcome> compared_byte_for_byte(Context& context) {
    const std::string& token = context.target().token;
    std::string swapped = token;
    const std::size_t letter = swapped.find_first_of("abcdefghijklmnopqrstuvwxyz");
    if (letter == std::string::npos) {
        co_return Outcome::unsupported("the token has no small letter to change");
    }
    swapped[letter] = static_cast<char>(swapped[letter] - 'a' + 'A');
    Outcome outcome;
    for (const std::string& wrong :
         {token.substr(0, token.size() - 1), token + "x", swapped, token.substr(1)}) {
        context.transcript().mask(wrong);
        const std::string header = with_scheme(context, wrong);
        const HttpReply reply = co_await context.send(
            get(std::string(path)).anonymous().header("Authorization", header));
        outcome.check(expect::status(reply, 403), "a token that is nearly right");
    }
    co_return outcome;
}

asio::awaitable<Outcome> header_name_in_any_case(Context& context) {
    Outcome outcome;
    for (const char* name : {"authorization", "AUTHORIZATION", "aUTHORIZATION"}) {
        const std::string header = with_scheme(context, context.target().token);
        const HttpReply reply =
            co_await context.send(get(std::string(path)).anonymous().header(name, header));
        outcome.check(expect::ok(reply), name);
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_route_no_check(Context& context) {
    Outcome outcome;
    for (const char* target : {"/", "/a/b", "//x"}) {
        const HttpReply reply = co_await context.send(get(target).anonymous());
        outcome.check(expect::status(reply, 404), target);
    }
    const HttpReply unknown = co_await context.send(get("/no_such_action").anonymous());
    outcome.check(expect::status(unknown, 401), "/no_such_action");
    co_return outcome;
}

constexpr Needs http = Need::http;

constexpr Case table[] = {
    {.id = "auth/missing-401-wrong-403-right-served",
     .requirements = "AUTH-002",
     .sentence = "No credentials get 401, a wrong token 403, the right one is served.",
     .sends = "get_login_info in these three ways",
     .expects = "401, 403, 200",
     .needs = http,
     .setup = &setup::token,
     .run = missing_wrong_right},
    {.id = "auth/refused-request-has-no-effect",
     .requirements = "AUTH-003",
     .sentence = "A refused request does nothing.",
     .sends = "set_group_card without and with a wrong token, then get_group_member_info",
     .expects = "the card is what it was",
     .needs = http | Need::group,
     .setup = &setup::token,
     .run = refused_has_no_effect},
    {.id = "auth/refusals-are-empty-and-keep-the-connection",
     .requirements = "AUTH-004 HTTP-066",
     .sentence = "401 and 403 have no body and no Content-Type, and the connection goes on.",
     .sends = "no token, a wrong one and the right one on one connection",
     .expects = "Content-Length: 0 twice, then 200",
     .needs = http,
     .setup = &setup::token,
     .run = refusals_are_empty},
    {.id = "auth/token-in-the-query",
     .requirements = "AUTH-013",
     .sentence = "access_token in the query is accepted by GET and POST; its name is "
                 "case-sensitive.",
     .sends = "?access_token=<token> by GET and POST, ?Access_Token=<token>",
     .expects = "200, 200, 401",
     .needs = http,
     .setup = &setup::token,
     .run = query_token},
    {.id = "auth/token-in-the-query-is-decoded",
     .requirements = "AUTH-013",
     .sentence = "The token in the query is percent-decoded.",
     .sends = "?access_token= with every byte as %XX",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = query_token_is_decoded},
    {.id = "auth/token-in-the-body-is-none",
     .requirements = "AUTH-015",
     .sentence = "A token in the body is no credential.",
     .sends = "a JSON and a form body with access_token",
     .expects = "401",
     .needs = http,
     .setup = &setup::token,
     .run = body_is_no_credential},
    {.id = "auth/compared-byte-for-byte",
     .requirements = "AUTH-020",
     .sentence = "Tokens are compared byte for byte over their full length.",
     .sends = "the token without its last letter, with one more, with a capital, without its first",
     .expects = "403 each time",
     .needs = http,
     .setup = &setup::token,
     .run = compared_byte_for_byte},
    {.id = "auth/header-name-in-any-case",
     .requirements = "AUTH-022",
     .sentence = "The name of the header is matched in any case.",
     .sends = "authorization, AUTHORIZATION, aUTHORIZATION",
     .expects = "200 each time",
     .needs = http,
     .setup = &setup::token,
     .run = header_name_in_any_case},
    {.id = "auth/no-route-no-check",
     .requirements = "AUTH-023",
     .sentence = "Paths without a route give 404 unasked; others are checked first.",
     .sends = "/, /a/b, //x and /no_such_action without a token",
     .expects = "404, 404, 404, 401",
     .needs = http,
     .setup = &setup::token,
     .run = no_route_no_check},
};

}  // namespace

std::span<const Case> auth_cases() {
    return table;
}

}  // namespace cqhttp::conformance
