#include "conformance/cases/filter_steps.hpp"

#include <atomic>
#include <fstream>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr std::int64_t group = 20001;
constexpr std::int64_t last_time = 999;

char letter_of(const Json& event) {
    const Json& type = member(event, "message_type");
    if (type == "private") {
        return 'P';
    }
    if (type == "group") {
        return member(event, "anonymous").is_null() ? 'G' : 'A';
    }
    return member(event, "notice_type") == "group_increase" ? 'N' : '?';
}

}  // namespace

std::filesystem::path app_directory(const Context& context) {
    const std::filesystem::path app = "app/io.github.richardchien.coolqhttpapi";
    return context.is_40() ? app : "data" / app;
}

std::filesystem::path filter_file(const Context& context) {
    return context.target().data_root / "filter.json";
}

void write_filter(const std::filesystem::path& file, std::string_view text) {
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    std::ofstream(file, std::ios::binary) << text;
}

void remove_filter(const Context& context) {
    std::error_code ignored;
    std::filesystem::remove(filter_file(context), ignored);
}

void make_filter_a_folder(const Context& context) {
    std::error_code ignored;
    std::filesystem::create_directory(filter_file(context), ignored);
}

// The old connection ends when the old servers are down, so what answers afterwards is new.
asio::awaitable<Outcome> restarted(Context& context, WsOpening& events) {
    if (!events.link) {
        events = co_await context.open_ws("/event");
    }
    Outcome outcome = expect::opened(events);
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_await restart(context);
    const Frame last = co_await last_frame(*events.link);
    co_await answer_close(*events.link, last.close_code());
    outcome.check(co_await until_served(context), "after a restart");
    events = co_await open_events(context);
    outcome.check(expect::opened(events), "after a restart");
    co_return outcome;
}

asio::awaitable<Outcome> filtered(Context& context, WsOpening& events, std::string text) {
    write_filter(filter_file(context), text);
    return restarted(context, events);
}

asio::awaitable<Outcome> next_is(WsOpening& events, std::string raw_message) {
    if (!events.link) {
        co_return expect::opened(events);
    }
    const Frame frame = co_await next_event(*events.link);
    const Json json = frame.json();
    co_return expect::equal(raw_message, member(json, "raw_message"),
                            "raw_message of the next event");
}

asio::awaitable<Outcome> nothing_passes(Context& context, WsOpening& events) {
    Outcome outcome = expect::opened(events);
    context.post().answer_all(true);  // what was posted before
    for (const char letter : {'P', 'G', 'P'}) {
        if (outcome.holds()) {
            outcome.check(co_await context.inject(sample_event(context, letter, 1)));
        }
    }
    if (!outcome.holds()) {
        co_return outcome;
    }
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(reply), "a call");
    outcome.check(co_await nothing_but_pong(*events.link, "quiet"));
    outcome.check(expect::that(!context.post().came(), "no POST", "a POST"));
    co_return outcome;
}

Json sample_event(const Context& context, char letter, std::int64_t number) {
    Json event;
    event["time"] = number;
    if (letter == 'N') {
        constexpr std::int64_t newcomers = 509'000'000;
        static std::atomic<std::int64_t> newest = newcomers;  // everybody joins once
        event["post_type"] = "notice";
        event["notice_type"] = "group_increase";
        event["group_id"] = group;
        event["user_id"] = static_cast<std::int64_t>(++newest);
        return event;
    }
    event["post_type"] = "message";
    event["message_type"] = letter == 'P' ? "private" : "group";
    event["user_id"] = letter == 'P' ? context.target().user : 10005;
    event["message"] = letter == 'P' ? "/hi" : "公告 x";
    if (letter != 'P') {
        event["group_id"] = group;
    }
    if (letter == 'A') {
        event["anonymous"] = Json::object();
    }
    return event;
}

asio::awaitable<Outcome> rules_hold(Context& context, std::vector<Rule> rules) {
    Json alternatives = Json::array();
    std::int64_t number = 0;
    for (const Rule& rule : rules) {
        Json alternative;
        alternative["time"] = ++number;
        alternative[".and"] = *parse_json(rule.rule);
        alternatives.push_back(std::move(alternative));
    }
    Json last;
    last["time"] = last_time;
    alternatives.push_back(last);
    Json filter;
    filter[".or"] = std::move(alternatives);
    WsOpening events;
    Outcome outcome = co_await filtered(context, events, dump(filter));
    number = 0;
    for (const Rule& rule : rules) {
        ++number;
        for (const char letter : {'P', 'G', 'A', 'N'}) {
            if (outcome.holds()) {
                outcome.check(co_await context.inject(sample_event(context, letter, number)));
            }
        }
        std::string passed;
        outcome.check(co_await context.inject(sample_event(context, 'P', last_time)));
        while (outcome.holds()) {
            const Frame frame = co_await next_event(*events.link);
            const Json event = frame.json();
            if (!event.is_object() || member(event, "time") == last_time) {
                outcome.check(expect::text_frame(frame), rule.rule);
                break;
            }
            passed += letter_of(event);
        }
        outcome.check(expect::text(rule.passes, passed, "the events that pass"), rule.rule);
    }
    co_return outcome;
}

}  // namespace cqhttp::conformance
