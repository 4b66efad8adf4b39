// Chapter 04, section 1: the requests by which events are posted.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> events_are_posted(Context& context) {
    Outcome outcome;
    for (const char* text : {"the first", "the second"}) {
        Json cause = private_message(context, text);
        const auto posted = co_await caused_post(context, outcome, std::move(cause));
        if (!posted) {
            break;
        }
        outcome.check(event_says(posted->json(), text));
    }
    co_return outcome;
}

asio::awaitable<Outcome> group_events_are_posted(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "in the group");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        outcome.check(event_says(posted->json(), "in the group"));
    }
    co_return outcome;
}

// Causes a message and looks at the request that brings it.
template <Check (*look)(const Context& context, const Posted& posted)>
asio::awaitable<Outcome> on_post(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "looked at: 你好, \"quoted\" \\ 🙂");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        outcome.check(look(context, *posted));
    }
    co_return outcome;
}

Check request_line(const Posted& posted, std::string_view target) {
    return expect::text(fmt::format("POST {} HTTP/1.1", target), posted.request_line(),
                        "the request line");
}

Check path_and_query(const Context&, const Posted& posted) {
    return request_line(posted, setup::post_path.post_path);
}

Check root(const Context&, const Posted& posted) {
    return request_line(posted, "/");
}

Check one_object(const Context&, const Posted& posted) {
    const std::string& body = posted.body();
    if (body.starts_with("\xEF\xBB\xBF")) {
        return expect::that(false, "no byte order mark", printable(body));
    }
    // What parses is UTF-8.
    if (auto wrong = expect::that(parse_json(body).has_value(), "one JSON document in UTF-8",
                                  printable(body))) {
        return wrong;
    }
    if (auto wrong = expect::has(posted.json(), "post_type", expect::Type::string)) {
        return wrong;
    }
    return event_says(posted.json(), "looked at: 你好, \"quoted\" \\ 🙂");
}

Check media_type(const Context&, const Posted& posted) {
    const std::string value = posted.header("Content-Type").value_or("(none)");
    const std::string_view type = trim(std::string_view(value).substr(0, value.find(';')));
    return expect::that(iequals(type, "application/json"), "Content-Type: application/json", value);
}

Check own_content_type(const Context&, const Posted& posted) {
    return expect::text("application/json; charset=UTF-8",
                        posted.header("Content-Type").value_or("(none)"), "Content-Type");
}

Check self_id_header(const Context& context, const Posted& posted) {
    const std::string header = posted.header("X-Self-ID").value_or("(none)");
    if (auto wrong = expect::text(std::to_string(context.target().self_id), header, "X-Self-ID")) {
        return wrong;
    }
    return expect::equal(parse_json(header).value_or(Json()), member(posted.json(), "self_id"),
                         "\"self_id\" as in X-Self-ID");
}

Check user_agent(const Context& context, const Posted& posted) {
    const std::string value = posted.header("User-Agent").value_or("(none)");
    constexpr std::string_view start = "CQHttp/";
    const std::string_view version =
        value.starts_with(start) ? std::string_view(value).substr(start.size()) : "";
    const std::string_view wanted = context.is_40() ? "4.0" : "4.15";
    const auto dots = std::count(version.begin(), version.end(), '.');
    const bool good = !version.empty() && version[0] >= '0' && version[0] <= '9' && dots >= 2;
    return expect::that(good, fmt::format("User-Agent: CQHttp/<version>, e.g. {}.0", wanted),
                        value);
}

Check content_length(const Context&, const Posted& posted) {
    const auto encoding = posted.header("Transfer-Encoding");
    if (encoding) {
        return expect::that(false, "no Transfer-Encoding", *encoding);
    }
    return expect::text(std::to_string(posted.body().size()),
                        posted.header("Content-Length").value_or("(none)"), "Content-Length");
}

asio::awaitable<Outcome> no_expect(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, std::string(4096, 'x'));
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        const auto header = posted->header("Expect");
        outcome.check(expect::that(!header, "no header Expect", header.value_or("")));
    }
    co_return outcome;
}

constexpr Needs posted = Needs(Need::post) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "http-post/events-are-posted",
     .requirements = "POST-001",
     .sentence = "Every event is sent to post_url by HTTP POST.",
     .sends = "two private messages",
     .expects = "a POST for each, with that message",
     .needs = posted,
     .setup = &setup::post,
     .run = events_are_posted},
    {.id = "http-post/events-of-groups-are-posted",
     .requirements = "POST-001",
     .sentence = "Events of groups are sent to post_url, too.",
     .sends = "a message in the group",
     .expects = "a POST with that message",
     .needs = posted | Need::group,
     .setup = &setup::post,
     .run = group_events_are_posted},
    {.id = "http-post/path-and-query-as-configured",
     .requirements = "POST-005",
     .sentence = "The request is a POST to path and query exactly as in post_url.",
     .sends = "an event, with post_url = http://.../Hook%201/in?key=a%2Fb&empty=&x",
     .expects = "POST /Hook%201/in?key=a%2Fb&empty=&x HTTP/1.1",
     .needs = posted,
     .setup = &setup::post_path,
     .run = on_post<path_and_query>},
    {.id = "http-post/no-path-is-the-root",
     .requirements = "POST-005",
     .sentence = "Without a path in post_url it is POST /.",
     .sends = "an event, with post_url = http://127.0.0.1:PORT",
     .expects = "POST / HTTP/1.1",
     .needs = posted,
     .setup = &setup::post_no_path,
     .run = on_post<root>},
    {.id = "http-post/body-is-one-object",
     .requirements = "POST-006",
     .sentence = "The body is one JSON object in UTF-8 without a byte order mark.",
     .sends = "a message with Chinese, quotes, a backslash and an emoji",
     .expects = "a JSON object that has the message unharmed",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<one_object>},
    {.id = "http-post/media-type-is-json",
     .requirements = "POST-007",
     .sentence = "The media type is application/json.",
     .sends = "an event",
     .expects = "Content-Type: application/json, with parameters or without",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<media_type>},
    {.id = "http-post/content-type-of-our-gateway",
     .requirements = "POST-007",
     .sentence = "Our gateway names the character set.",
     .sends = "an event",
     .expects = "Content-Type: application/json; charset=UTF-8",
     .needs = posted,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = on_post<own_content_type>},
    {.id = "http-post/x-self-id",
     .requirements = "POST-008",
     .sentence = "X-Self-ID is the number of the account, as self_id in the body.",
     .sends = "an event",
     .expects = "X-Self-ID equal to self_id",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<self_id_header>},
    {.id = "http-post/x-self-id-in-4-0",
     .requirements = "POST-009",
     .sentence = "X-Self-ID is there in 4.0 already.",
     .sends = "an event",
     .expects = "X-Self-ID equal to self_id",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<self_id_header>},
    {.id = "http-post/user-agent",
     .requirements = "POST-010",
     .sentence = "User-Agent is CQHttp/<version>.",
     .sends = "an event",
     .expects = "User-Agent: CQHttp/ and a version",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<user_agent>},
    {.id = "http-post/content-length",
     .requirements = "POST-011",
     .sentence = "Content-Length says how long the body is; it does not come in chunks.",
     .sends = "an event whose text is not ASCII",
     .expects = "Content-Length with the number of bytes",
     .needs = posted,
     .setup = &setup::post,
     .run = on_post<content_length>},
    {.id = "http-post/no-expect",
     .requirements = "POST-012",
     .sentence = "There is no Expect: 100-continue, however long the body is.",
     .sends = "an event of 8 KiB",
     .expects = "no header Expect",
     .needs = posted,
     .setup = &setup::post,
     .run = no_expect},
};

}  // namespace

std::span<const Case> http_post_cases() {
    return table;
}

}  // namespace cqhttp::conformance
