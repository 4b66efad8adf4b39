// Chapter 10: what our gateway keeps to itself.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"
#include "conformance/target/work_folder.hpp"
#include "gateway/base/text.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

// The log once this text is in it, or as it is when the patience ends.
asio::awaitable<std::string> log_with(Context& context, std::string text) {
    const auto deadline = std::chrono::steady_clock::now() + context.patience();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    for (;;) {
        std::string log = read_text(context.target().data_root / "log");
        const bool there = log.find(text) != std::string::npos;
        if (there || std::chrono::steady_clock::now() > deadline) {
            co_return log;
        }
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Outcome> tokens_are_not_logged(Context& context) {
    Outcome outcome;
    const std::string right = context.target().token;
    const std::string wrong = "wr0ng.t0ken-of-a-stranger";
    for (const std::string& token : {right, wrong}) {
        const std::string value = context.authorization(token)[0].second;
        const std::string query = "?access_token=" + percent_encode(token);
        const HttpReply by_header = co_await context.send(
            get("/get_login_info").anonymous().header("Authorization", value));
        outcome.check(expect::status_in(by_header, {200, 403}));
        const HttpReply by_query =
            co_await context.send(get("/get_login_info" + query).anonymous());
        outcome.check(expect::status_in(by_query, {200, 403}));
        Headers headers = context.authorization(token);
        co_await context.open_ws_with("/api", std::move(headers));
        co_await context.open_ws_with("/event" + query, Headers());
    }
    const HttpReply last = co_await context.send(get("/get_version_info"));
    outcome.check(expect::ok(last));
    const std::string log = co_await log_with(context, "get_version_info");
    outcome.check(expect::that(log.find("get_version_info") != std::string::npos,
                               "the log tells of calls", printable(log)));
    for (const std::string& token : {right, wrong, percent_encode(right)}) {
        const std::size_t at = log.find(token);
        outcome.check(
            expect::that(at == std::string::npos, "no token in the log",
                         at == std::string::npos ? "" : "a token at " + std::to_string(at)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> reserved_retcodes(Context& context) {
    Outcome outcome;
    const std::string wrong = context.authorization("wrong")[0].second;
    const HttpReply missing = co_await context.send(get("/get_login_info").anonymous());
    const HttpReply refused =
        co_await context.send(get("/get_login_info").anonymous().header("Authorization", wrong));
    Headers headers = context.authorization("wrong");
    const WsOpening none = co_await context.open_ws_with("/api", Headers());
    const WsOpening bad = co_await context.open_ws_with("/api", std::move(headers));
    for (const HttpReply* reply : {&missing, &refused, &none.reply, &bad.reply}) {
        const bool told = reply->body.find("1401") != std::string::npos ||
                          reply->body.find("1403") != std::string::npos;
        outcome.check(expect::that(!told, "no retcode 1401 or 1403", printable(reply->body)));
        outcome.check(expect::status_in(*reply, {401, 403}));
    }
    co_return outcome;
}

asio::awaitable<Outcome> data_token_in_the_query(Context& context) {
    const auto folder = context.target().data_root / "data" / "image";
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    const auto written = write_text(folder / "conformance-query.bin", "picture");
    if (written.has_error()) {
        co_return Outcome::error(written.error().detail);
    }
    const std::string query = "?access_token=" + percent_encode(context.target().token);
    const HttpReply reply =
        co_await context.send(get("/data/image/conformance-query.bin" + query).anonymous());
    std::filesystem::remove(folder / "conformance-query.bin", ignored);
    Outcome outcome = expect::status_in(reply, {200, 401});
    if (reply.status == 200) {
        outcome.check(expect::text("picture", reply.body, "the file"));
    }
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "auth-secrecy/tokens-are-not-logged",
     .requirements = "AUTH-024",
     .sentence = "The token never appears in the log.",
     .sends = "the right and a wrong token, in headers and queries, with everything being logged",
     .expects = "a log that tells of the calls but not of the tokens",
     .needs = Needs(Need::http) | Need::ws | Need::data_root,
     .setup = &setup::token_debug,
     .run = tokens_are_not_logged},
    {.id = "auth-secrecy/reserved-retcodes",
     .requirements = "AUTH-035",
     .sentence = "Retcodes 1401 and 1403 are reserved and never sent.",
     .sends = "calls and handshakes without and with a wrong token",
     .expects = "401 and 403 as HTTP status only",
     .needs = Needs(Need::http) | Need::ws,
     .setup = &setup::token,
     .run = reserved_retcodes},
    {.id = "auth-secrecy/data-token-in-the-query",
     .requirements = "AUTH-051",
     .sentence = "A token in the query may count for data files.",
     .sends = "GET /data/image/... with access_token in the query",
     .expects = "the file, or 401",
     .needs = Needs(Need::http) | Need::data_root,
     .setup = &setup::data_files_token,
     .own_profiles = in::cq,
     .run = data_token_in_the_query},
};

}  // namespace

std::span<const Case> auth_secrecy_cases() {
    return table;
}

}  // namespace cqhttp::conformance
