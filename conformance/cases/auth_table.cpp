// Chapter 10: which combinations of header and query are let in.
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

// What a client shows: a value of the Authorization header and a query. "$" is the right token.
struct Credentials {
    std::string_view header, query;
};

std::string filled(std::string_view text, std::string_view token) {
    std::string out;
    for (const char c : text) {
        if (c == '$') {
            out += token;
        } else {
            out += c;
        }
    }
    return out;
}

Request request_with(const Context& context, const Credentials& shown) {
    const std::string& token = context.target().token;
    std::string target(path);
    if (!shown.query.empty()) {
        target += "?" + filled(shown.query, percent_encode(token));
    }
    Request request = get(std::move(target)).anonymous();
    if (!shown.header.empty()) {
        request = std::move(request).header("Authorization", filled(shown.header, token));
    }
    return request;
}

struct Row {
    Credentials shown;
    int status;
};

asio::awaitable<Outcome> try_rows(Context& context, std::vector<Row> rows) {
    Outcome outcome;
    for (const Row& row : rows) {
        const HttpReply reply = co_await context.send(request_with(context, row.shown));
        outcome.check(
            expect::status(reply, row.status),
            fmt::format("Authorization \"{}\", query \"{}\"", row.shown.header, row.shown.query));
    }
    co_return outcome;
}

std::string_view scheme(const Context& context) {
    return context.is_ob11() ? "Bearer" : "Token";
}

std::string with_scheme(const Context& context, std::string_view token) {
    return fmt::format("{} {}", scheme(context), token);
}

asio::awaitable<Outcome> nothing_checked_without_token(Context& context) {
    std::vector<Row> rows;
    for (const char* header : {"", "Token x", "token", "Basic eDp5", "nonsense", "Token  "}) {
        for (const char* query : {"", "access_token=x", "access_token="}) {
            rows.push_back(Row{Credentials{header, query}, 200});
        }
    }
    return try_rows(context, std::move(rows));
}

asio::awaitable<Outcome> token_scheme(Context& context) {
    return try_rows(context, std::vector<Row>(1, Row{Credentials{"Token $", ""}, 200}));
}
asio::awaitable<Outcome> lower_case_scheme(Context& context) {
    return try_rows(context, std::vector<Row>(1, Row{Credentials{"token $", ""}, 200}));
}
asio::awaitable<Outcome> bearer_scheme(Context& context) {
    return try_rows(context, std::vector<Row>(1, Row{Credentials{"Bearer $", ""}, 200}));
}
asio::awaitable<Outcome> bearer_is_unknown(Context& context) {
    std::vector<Row> rows{{{"Bearer $", ""}, 401}, {{"Bearer bad", "access_token=$"}, 200}};
    return try_rows(context, std::move(rows));
}
asio::awaitable<Outcome> second_blank_is_part_of_the_token(Context& context) {
    return try_rows(context, std::vector<Row>(1, Row{Credentials{"Token  $", ""}, 403}));
}
asio::awaitable<Outcome> several_blanks(Context& context) {
    std::vector<Row> rows{{{"Token  $", ""}, 200}, {{"Bearer \t $", ""}, 200}};
    return try_rows(context, std::move(rows));
}

asio::awaitable<Outcome> other_capitals(Context& context) {
    Outcome outcome;
    for (const char* header : {"TOKEN $", "bearer $"}) {
        const Credentials shown{header, ""};
        const HttpReply reply = co_await context.send(request_with(context, shown));
        outcome.check(expect::status_in(reply, {200, 401}), header);
    }
    co_return outcome;
}

// Every byte of the token is written as %XX.
asio::awaitable<Outcome> empty_query_token(Context& context) {
    return try_rows(context, std::vector<Row>(1, Row{Credentials{"", "access_token="}, 401}));
}

asio::awaitable<Outcome> header_wins(Context& context) {
    const std::string wrong = with_scheme(context, "bad");
    const std::string right = with_scheme(context, "$");
    std::vector<Row> rows{{{wrong, "access_token=$"}, 403}, {{right, "access_token=bad"}, 200}};
    co_return co_await try_rows(context, std::move(rows));
}

asio::awaitable<Outcome> unknown_scheme_leaves_the_query(Context& context) {
    std::vector<Row> rows{{{"Basic dG9rOnRvaw==", "access_token=$"}, 200},
                          {{"Basic dG9rOnRvaw==", "access_token=bad"}, 403},
                          {{"Basic dG9rOnRvaw==", ""}, 401},
                          {{"$", ""}, 401}};
    return try_rows(context, std::move(rows));
}

asio::awaitable<Outcome> any_header_hides_the_query(Context& context) {
    std::vector<Row> rows{{{"Basic dG9rOnRvaw==", "access_token=$"}, 401}, {{"$", ""}, 401}};
    return try_rows(context, std::move(rows));
}

asio::awaitable<Outcome> common_rows(Context& context) {
    const std::string right = with_scheme(context, "$");
    const std::string wrong = with_scheme(context, "bad");
    std::vector<Row> rows{{{"", ""}, 401},
                          {{right, ""}, 200},
                          {{wrong, ""}, 403},
                          {{"", "access_token=$"}, 200},
                          {{"", "access_token=bad"}, 403}};
    co_return co_await try_rows(context, std::move(rows));
}

// The truth table of the chapter; its rows 19 and 20 are a case of their own.
asio::awaitable<Outcome> whole_table(Context& context) {
    struct TableRow {
        Credentials shown;
        std::array<int, profile_count> status;
    };
    static constexpr TableRow table[] = {
        {{"", ""}, {401, 401, 401}},
        {{"Token $", ""}, {200, 200, 200}},
        {{"token $", ""}, {200, 200, 0}},
        {{"Bearer $", ""}, {401, 200, 200}},
        {{"bearer $", ""}, {401, 401, 200}},
        {{"Token bad", ""}, {403, 403, 403}},
        {{"Bearer bad", ""}, {401, 403, 403}},
        {{"Token K7TOKEN.OF-THE~SUITE", ""}, {403, 403, 403}},
        {{"$", ""}, {401, 401, 401}},
        {{"Basic dG9rOnRvaw==", ""}, {401, 401, 401}},
        {{"", "access_token=$"}, {200, 200, 200}},
        {{"", "access_token=bad"}, {403, 403, 403}},
        {{"", "access_token="}, {401, 401, 401}},
        {{"Token bad", "access_token=$"}, {403, 403, 403}},
        {{"Token $", "access_token=bad"}, {200, 200, 200}},
        {{"Basic x", "access_token=$"}, {200, 401, 401}},
        {{"Token  $", ""}, {403, 200, 200}},
        {{"Bearer $", "access_token=$"}, {200, 200, 200}},
    };
    std::vector<Row> rows;
    for (const TableRow& row : table) {
        const int status = row.status[static_cast<std::size_t>(context.profile())];
        if (status != 0) {
            rows.push_back(Row{row.shown, status});
        }
    }
    return try_rows(context, std::move(rows));
}

constexpr Needs http = Need::http;

constexpr Case table[] = {
    {.id = "auth-table/nothing-is-checked-without-a-token",
     .requirements = "AUTH-001",
     .sentence = "Without a configured token every request is served.",
     .sends = "get_login_info with no, wrong and malformed credentials",
     .expects = "200 each time",
     .needs = http,
     .setup = &setup::open,
     .run = nothing_checked_without_token},
    {.id = "auth-table/scheme-token",
     .requirements = "AUTH-005",
     .sentence = "Authorization: Token <token> is accepted.",
     .sends = "get_login_info with it",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = token_scheme},
    {.id = "auth-table/scheme-token-in-small-letters",
     .requirements = "AUTH-006",
     .sentence = "Authorization: token <token> is accepted.",
     .sends = "get_login_info with it",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = lower_case_scheme},
    {.id = "auth-table/scheme-bearer",
     .requirements = "AUTH-007",
     .sentence = "Authorization: Bearer <token> is accepted.",
     .sends = "get_login_info with it",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = bearer_scheme},
    {.id = "auth-table/scheme-token-for-older-bots",
     .requirements = "AUTH-008",
     .sentence = "Bots written for CQHTTP, which send Token, are served too.",
     .sends = "get_login_info with Authorization: Token <token>",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = token_scheme},
    {.id = "auth-table/bearer-counts-as-no-header",
     .requirements = "AUTH-009",
     .sentence = "Bearer is no scheme of 4.0: the header counts as absent.",
     .sends = "Bearer with the right token; Bearer with a wrong one and the right query",
     .expects = "401, 200",
     .needs = http,
     .setup = &setup::token,
     .run = bearer_is_unknown},
    {.id = "auth-table/scheme-in-other-capitals",
     .requirements = "AUTH-010",
     .sentence = "TOKEN and bearer may be accepted or not be recognised.",
     .sends = "get_login_info with each",
     .expects = "200 or 401",
     .needs = http,
     .setup = &setup::token,
     .run = other_capitals},
    {.id = "auth-table/several-blanks-before-the-token",
     .requirements = "AUTH-011",
     .sentence = "Several blanks or tabs may stand before the token.",
     .sends = "Token and Bearer with more than one blank",
     .expects = "200",
     .needs = http,
     .setup = &setup::token,
     .run = several_blanks},
    {.id = "auth-table/second-blank-is-part-of-the-token",
     .requirements = "AUTH-012",
     .sentence = "Exactly one blank is expected; a second is part of the token.",
     .sends = "Token with two blanks",
     .expects = "403",
     .needs = http,
     .setup = &setup::token,
     .run = second_blank_is_part_of_the_token},
    {.id = "auth-table/empty-query-token-is-none",
     .requirements = "AUTH-014",
     .sentence = "An empty token in the query counts as not given.",
     .sends = "?access_token=",
     .expects = "401",
     .needs = http,
     .setup = &setup::token,
     .run = empty_query_token},
    {.id = "auth-table/header-wins-over-query",
     .requirements = "AUTH-016",
     .sentence = "The header wins over the query.",
     .sends = "a wrong header with the right query, the right header with a wrong query",
     .expects = "403, 200",
     .needs = http,
     .setup = &setup::token,
     .run = header_wins},
    {.id = "auth-table/unknown-scheme-leaves-the-query",
     .requirements = "AUTH-017",
     .sentence = "Beside an unknown scheme the query decides.",
     .sends = "Basic with the right, a wrong and no query token; the bare token",
     .expects = "200, 403, 401, 401",
     .needs = http,
     .setup = &setup::token,
     .run = unknown_scheme_leaves_the_query},
    {.id = "auth-table/any-header-hides-the-query",
     .requirements = "AUTH-018",
     .sentence = "Where there is an Authorization header the query is not looked at.",
     .sends = "Basic with the right query token; the bare token",
     .expects = "401, 401",
     .needs = http,
     .setup = &setup::token,
     .run = any_header_hides_the_query},
    {.id = "auth-table/unknown-scheme-is-401",
     .requirements = "AUTH-019",
     .sentence = "An unknown scheme or a bare token gets 401.",
     .sends = "Basic with the right query token; the bare token",
     .expects = "401, 401",
     .needs = http,
     .setup = &setup::token,
     .run = any_header_hides_the_query},
    {.id = "auth-table/rows-everybody-has-in-common",
     .requirements = "AUTH-025",
     .sentence = "The rows of the truth table that bind everybody hold.",
     .sends = "nothing, the scheme with the right and a wrong token, the query with both",
     .expects = "401, 200, 403, 200, 403",
     .needs = http,
     .setup = &setup::token,
     .run = common_rows},
    {.id = "auth-table/whole-truth-table",
     .requirements = "AUTH-026",
     .sentence = "Every row of the truth table holds.",
     .sends = "eighteen combinations of header and query",
     .expects = "the status of the profile's column",
     .needs = http,
     .setup = &setup::token,
     .run = whole_table},
};

}  // namespace

std::span<const Case> auth_table_cases() {
    return table;
}

}  // namespace cqhttp::conformance
