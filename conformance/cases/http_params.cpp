// Chapter 01, section 4: how parameters reach an action. What arrived is seen in the card of the
// account in a group, which any implementation can set and tell; for our gateway also in the
// sandbox's list of effects.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

std::string member_query(const Context& context) {
    return fmt::format("group_id={}&user_id={}", context.target().group, context.target().self_id);
}

Json member_params(const Context& context) {
    Json params;
    params["group_id"] = context.target().group;
    params["user_id"] = context.target().self_id;
    return params;
}

asio::awaitable<void> put_card(Context& context, std::string card) {
    Json params = member_params(context);
    params["card"] = std::move(card);
    co_await context.call("set_group_card", std::move(params));
}

// Sends a set_group_card and looks what became of the card; restores it.
asio::awaitable<Outcome> card_becomes(Context& context, Request request, std::string expected) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    const HttpReply reply = co_await context.send(std::move(request));
    outcome.check(expect::ok(reply));
    const std::string card = co_await context.own_card();
    outcome.check(expect::text(expected, card, "the card"));
    co_await put_card(context, before);
    co_return outcome;
}

asio::awaitable<Outcome> query_on_get(Context& context) {
    return card_becomes(context, get("/set_group_card?card=q1&" + member_query(context)), "q1");
}

asio::awaitable<Outcome> query_on_post(Context& context) {
    return card_becomes(context, post("/set_group_card?card=q2&" + member_query(context)), "q2");
}

asio::awaitable<Outcome> form_body(Context& context) {
    return card_becomes(context, post("/set_group_card").form("card=f1&" + member_query(context)),
                        "f1");
}

asio::awaitable<Outcome> json_body(Context& context) {
    Json params = member_params(context);
    const std::string expected = "j1 \"\\/ 你好";
    params["card"] = expected;
    return card_becomes(context, post("/set_group_card").json(params), expected);
}

asio::awaitable<Outcome> plus_is_a_blank(Context& context) {
    return card_becomes(
        context, get("/set_group_card?card=a+b%2Bc%20%E4%BD%A0%e5%a5%bd&" + member_query(context)),
        "a b+c 你好");
}

asio::awaitable<Outcome> form_is_decoded(Context& context) {
    return card_becomes(
        context,
        post("/set_group_card").form("card=a+b%2Bc%20%E4%BD%A0%e5%a5%bd&" + member_query(context)),
        "a b+c 你好");
}

asio::awaitable<Outcome> digits_stay_a_text(Context& context) {
    return card_becomes(context, get("/set_group_card?card=0123&" + member_query(context)), "0123");
}

asio::awaitable<Outcome> no_content_type(Context& context) {
    return card_becomes(
        context, post("/set_group_card?card=n1&" + member_query(context)).body("card=wrong"), "n1");
}

asio::awaitable<Outcome> type_with_parameter(Context& context) {
    Json params = member_params(context);
    params["card"] = "t1";
    Request request = post("/set_group_card")
                          .header("Content-Type", "application/json; charset=utf-8")
                          .body(dump(params));
    return card_becomes(context, std::move(request), "t1");
}

asio::awaitable<Outcome> type_in_capitals(Context& context) {
    Json params = member_params(context);
    params["card"] = "t2";
    Request request =
        post("/set_group_card").header("Content-Type", "Application/JSON").body(dump(params));
    return card_becomes(context, std::move(request), "t2");
}

asio::awaitable<Outcome> body_of_get(Context& context) {
    return card_becomes(
        context,
        get("/set_group_card?card=g1&" + member_query(context)).form("card=wrong&group_id=1"),
        "g1");
}

asio::awaitable<Outcome> query_wins(Context& context) {
    Json params = member_params(context);
    params["card"] = "body";
    const Outcome over_json =
        co_await card_becomes(context, post("/set_group_card?card=query").json(params), "query");
    if (!over_json.holds()) {
        co_return over_json;
    }
    co_return co_await card_becomes(
        context, post("/set_group_card?card=query").form("card=body&" + member_query(context)),
        "query");
}

asio::awaitable<Outcome> first_question_mark(Context& context) {
    return card_becomes(context, get("/set_group_card?card=a?b&" + member_query(context)), "a?b");
}

asio::awaitable<Outcome> first_equals_sign(Context& context) {
    return card_becomes(context, get("/set_group_card?card=a=b&" + member_query(context)), "a=b");
}

asio::awaitable<Outcome> odd_pairs(Context& context) {
    const Outcome empty =
        co_await card_becomes(context, get("/set_group_card?card&=x&" + member_query(context)), "");
    if (!empty.holds()) {
        co_return empty;
    }
    co_return co_await card_becomes(
        context, get("/set_group_card?c%61rd=encoded&" + member_query(context)), "encoded");
}

asio::awaitable<Outcome> first_of_the_same_name(Context& context) {
    return card_becomes(context, get("/set_group_card?card=one&card=two&" + member_query(context)),
                        "one");
}

asio::awaitable<Outcome> last_member_of_the_same_name(Context& context) {
    std::string body = dump(member_params(context));
    body.insert(1, R"("card":"one","card":"two",)");
    return card_becomes(context, post("/set_group_card").json(std::move(body)), "two");
}

asio::awaitable<Outcome> unknown_parameters(Context& context) {
    Json params = member_params(context);
    params["card"] = "u1";
    params["no_such_parameter"] = Json::array();
    params["access_token"] = "x";
    params["echo"] = 1;
    return card_becomes(context, post("/set_group_card").json(params), "u1");
}

// --- refused ----------------------------------------------------------------------------------

asio::awaitable<Outcome> other_types(Context& context) {
    Outcome outcome;
    for (const char* type : {"text/plain", "multipart/form-data; boundary=x", "application/xml",
                             "application/octet-stream"}) {
        const HttpReply with_body =
            co_await context.send(post("/get_login_info").header("Content-Type", type).body("{}"));
        outcome.check(expect::status(with_body, 406), type);
        const HttpReply empty =
            co_await context.send(post("/get_login_info").header("Content-Type", type));
        outcome.check(expect::status(empty, 406), std::string(type) + " without a body");
    }
    co_return outcome;
}

asio::awaitable<Outcome> bodies_get_400(Context& context, std::vector<std::string> bodies) {
    Outcome outcome;
    for (const std::string& body : bodies) {
        const HttpReply reply = co_await context.send(post("/get_login_info").json(body));
        outcome.check(expect::status(reply, 400), "body " + printable(body));
    }
    co_return outcome;
}

asio::awaitable<Outcome> broken_json(Context& context) {
    std::vector<std::string> bodies{"{",     "{\"a\":1,}", "{'a':1}",  "{\"a\":01}",
                                    "{}x",   "{} {}",      "nonsense", "{\"a\" 1}",
                                    "{a:1}", "/**/{}",     "{\"a\":1", "{},\"action\":\"x\""};
    return bodies_get_400(context, std::move(bodies));
}

asio::awaitable<Outcome> json_that_is_no_object(Context& context) {
    std::vector<std::string> bodies{"[]", "\"x\"", "1", "null", "true", "[{}]"};
    return bodies_get_400(context, std::move(bodies));
}

asio::awaitable<Outcome> empty_json(Context& context) {
    std::vector<std::string> bodies(1);
    return bodies_get_400(context, std::move(bodies));
}

asio::awaitable<Outcome> empty_object(Context& context) {
    const HttpReply reply = co_await context.send(post("/get_login_info").json(std::string("{}")));
    co_return expect::ok(reply);
}

// --- conversion -------------------------------------------------------------------------------

// The number and the boolean arrive as text and are what they say.
asio::awaitable<Outcome> text_becomes_number_and_boolean(Context& context) {
    Outcome outcome;
    const std::string query = member_query(context) + "&no_cache=true";
    const HttpReply by_query = co_await context.send(get("/get_group_member_info?" + query));
    outcome.check(expect::ok(by_query), "query");
    const HttpReply by_form = co_await context.send(post("/get_group_member_info").form(query));
    outcome.check(expect::ok(by_form), "form");
    const Json body = by_form.json();
    outcome.check(expect::equal(Json(context.target().group),
                                member(expect::data_of(body), "group_id"), "group_id"));
    co_return outcome;
}

// --- seen in the effects ----------------------------------------------------------------------

asio::awaitable<Outcome> message_is_cq_text(Context& context) {
    Outcome outcome;
    const std::string text = R"([{"type":"text","data":{"text":"x"}}])";
    const std::string target = fmt::format("/send_private_msg?user_id={}&message={}",
                                           context.target().user, percent_encode(text));
    const HttpReply reply = co_await context.send(get(target));
    outcome.check(expect::ok(reply));
    const Json effects = co_await context.effects();
    if (outcome.check(expect::that(effects.size() == 1, "one effect", dump_short(effects)))) {
        outcome.check(expect::equal(Json(text), member(member(effects[0], "params"), "message"),
                                    "the message"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> invalid_utf8(Context& context) {
    Outcome outcome;
    HttpConnection connection = context.http();
    const std::string target =
        fmt::format("/send_private_msg?user_id={}&message=%FF%FE", context.target().user);
    const HttpReply reply = co_await connection.exchange(get(target));
    outcome.check(expect::failed(reply, 100));
    const HttpReply next = co_await connection.exchange(get("/get_login_info"));
    outcome.check(expect::ok(next), "the next request on the connection");
    co_return outcome;
}

constexpr Needs card = Need::http | Need::group;

constexpr Case table[] = {
    {.id = "http-params/query-of-get",
     .requirements = "HTTP-030",
     .sentence = "Query parameters of a GET are parameters of the action.",
     .sends = "GET /set_group_card?card=q1&..., then get_group_member_info",
     .expects = "the card is q1",
     .needs = card,
     .run = query_on_get},
    {.id = "http-params/query-of-post",
     .requirements = "HTTP-030",
     .sentence = "Query parameters of a POST are parameters of the action.",
     .sends = "POST /set_group_card?card=q2&... without a body",
     .expects = "the card is q2",
     .needs = card,
     .run = query_on_post},
    {.id = "http-params/body-of-get-is-ignored",
     .requirements = "HTTP-031",
     .sentence = "A body on GET is ignored.",
     .sends = "GET /set_group_card?card=g1&... with a form body that says otherwise",
     .expects = "the card is g1",
     .needs = card,
     .run = body_of_get},
    {.id = "http-params/form-body",
     .requirements = "HTTP-032",
     .sentence = "The pairs of a urlencoded body are parameters.",
     .sends = "POST /set_group_card with the body card=f1&...",
     .expects = "the card is f1",
     .needs = card,
     .run = form_body},
    {.id = "http-params/json-body",
     .requirements = "HTTP-033",
     .sentence = "The members of a JSON object are parameters with their types.",
     .sends = "POST /set_group_card with numbers and a text of quotes, backslashes and Chinese",
     .expects = "the card is that text",
     .needs = card,
     .run = json_body},
    {.id = "http-params/no-content-type-means-no-body",
     .requirements = "HTTP-034",
     .sentence = "Without Content-Type the body is ignored and the query used.",
     .sends = "POST /set_group_card?card=n1&... with a body but no Content-Type",
     .expects = "the card is n1",
     .needs = card,
     .run = no_content_type},
    {.id = "http-params/other-content-types-get-406",
     .requirements = "HTTP-035",
     .sentence = "Any other content type gets 406, with or without a body.",
     .sends = "POST /get_login_info with text/plain, multipart/form-data, application/xml, "
              "application/octet-stream",
     .expects = "406 each time",
     .needs = Need::http,
     .run = other_types},
    {.id = "http-params/content-type-may-have-parameters",
     .requirements = "HTTP-036",
     .sentence = "Parameters of the content type are accepted.",
     .sends = "POST /set_group_card with application/json; charset=utf-8",
     .expects = "the card is set",
     .needs = card,
     .run = type_with_parameter},
    {.id = "http-params/content-type-in-any-case",
     .requirements = "HTTP-037",
     .sentence = "The media type is compared without regard to case.",
     .sends = "POST /set_group_card with Application/JSON",
     .expects = "the card is set",
     .needs = card,
     .run = type_in_capitals},
    {.id = "http-params/broken-json-gets-400",
     .requirements = "HTTP-038",
     .sentence = "A JSON body that does not parse gets 400.",
     .sends = "twelve bodies: cut off, trailing comma, single quotes, comments, text behind, ...",
     .expects = "400 each time",
     .needs = Need::http,
     .run = broken_json},
    {.id = "http-params/json-must-be-an-object",
     .requirements = "HTTP-039",
     .sentence = "A JSON body that is not an object gets 400.",
     .sends = "[], \"x\", 1, null, true, [{}]",
     .expects = "400 each time",
     .needs = Need::http,
     .run = json_that_is_no_object},
    {.id = "http-params/empty-json-gets-400",
     .requirements = "HTTP-040",
     .sentence = "An empty body with application/json gets 400.",
     .sends = "POST /get_login_info, application/json, no body",
     .expects = "400",
     .needs = Need::http,
     .run = empty_json},
    {.id = "http-params/empty-object-is-valid",
     .requirements = "HTTP-041",
     .sentence = "{} is a valid body.",
     .sends = "POST /get_login_info with {}",
     .expects = "200 with an ok reply",
     .needs = Need::http,
     .run = empty_object},
    {.id = "http-params/query-wins-over-body",
     .requirements = "HTTP-042",
     .sentence = "Query and body are both used; on equal names the query wins.",
     .sends = "set_group_card with one card in the query and another in a JSON, then a form body",
     .expects = "the card of the query",
     .needs = card,
     .run = query_wins},
    {.id = "http-params/plus-and-percent-in-the-query",
     .requirements = "HTTP-044",
     .sentence = "In the query + is a blank and %XX a byte of UTF-8.",
     .sends = "GET /set_group_card?card=a+b%2Bc%20%E4%BD%A0%e5%a5%bd&...",
     .expects = "the card is \"a b+c 你好\"",
     .needs = card,
     .run = plus_is_a_blank},
    {.id = "http-params/plus-and-percent-in-a-form",
     .requirements = "HTTP-044",
     .sentence = "In a form + is a blank and %XX a byte of UTF-8.",
     .sends = "POST /set_group_card with the same text as a form",
     .expects = "the card is \"a b+c 你好\"",
     .needs = card,
     .run = form_is_decoded},
    {.id = "http-params/query-starts-at-the-first-question-mark",
     .requirements = "HTTP-015",
     .sentence = "The query starts at the first question mark.",
     .sends = "GET /set_group_card?card=a?b&...",
     .expects = "the card is a?b",
     .needs = card,
     .run = first_question_mark},
    {.id = "http-params/pair-is-cut-at-the-first-equals-sign",
     .requirements = "HTTP-045",
     .sentence = "A pair is cut at its first equals sign.",
     .sends = "GET /set_group_card?card=a=b&...",
     .expects = "the card is a=b",
     .needs = card,
     .run = first_equals_sign},
    {.id = "http-params/names-alone-and-encoded",
     .requirements = "HTTP-046",
     .sentence = "A name without = is empty, an empty name is skipped, names are decoded.",
     .sends = "?card&=x&..., then ?c%61rd=encoded&...",
     .expects = "the card is empty, then \"encoded\"",
     .needs = card,
     .run = odd_pairs},
    {.id = "http-params/first-of-repeated-names-counts",
     .requirements = "HTTP-047",
     .sentence = "Of repeated names the first counts.",
     .sends = "GET /set_group_card?card=one&card=two&...",
     .expects = "the card is one",
     .needs = card,
     .run = first_of_the_same_name},
    {.id = "http-params/numbers-and-booleans-as-text",
     .requirements = "HTTP-048 PAR-002 PAR-008",
     .sentence = "Numbers and booleans of queries and forms are read from their text.",
     .sends = "get_group_member_info with no_cache=true, by query and as a form",
     .expects = "an ok reply about the group asked for",
     .needs = card,
     .run = text_becomes_number_and_boolean},
    {.id = "http-params/digits-stay-a-text-where-text-is-meant",
     .requirements = "HTTP-048 PAR-011",
     .sentence = "Digits are a text where the parameter is one.",
     .sends = "GET /set_group_card?card=0123&...",
     .expects = "the card is 0123",
     .needs = card,
     .run = digits_stay_a_text},
    {.id = "http-params/message-of-a-query-is-cq-text",
     .requirements = "HTTP-049",
     .sentence = "A message in a query is a CQ string even if it looks like JSON.",
     .sends = "GET /send_private_msg with [{\"type\":\"text\",...}] as message",
     .expects = "the text is sent as it is",
     .needs = Need::http | Need::user | Need::effects,
     .run = message_is_cq_text},
    {.id = "http-params/invalid-utf-8-is-survived",
     .requirements = "HTTP-050",
     .sentence = "Bytes that are not UTF-8 make a parameter invalid and nothing worse.",
     .sends = "GET /send_private_msg?message=%FF%FE, then another request on the connection",
     .expects = "retcode 100, then a good answer",
     .needs = Need::http | Need::user,
     .run = invalid_utf8},
    {.id = "http-params/last-of-repeated-members-counts",
     .requirements = "HTTP-051",
     .sentence = "Of repeated members of a JSON body the last counts.",
     .sends = "POST /set_group_card with card twice",
     .expects = "the card is the second",
     .needs = card,
     .run = last_member_of_the_same_name},
    {.id = "http-params/unknown-parameters-are-ignored",
     .requirements = "HTTP-052",
     .sentence = "Unknown parameters are ignored.",
     .sends = "set_group_card with three more members",
     .expects = "the card is set",
     .needs = card,
     .run = unknown_parameters},
};

}  // namespace

std::span<const Case> http_params_cases() {
    return table;
}

}  // namespace cqhttp::conformance
