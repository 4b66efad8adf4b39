#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/sanitized.hpp"
#include "gateway/tests/support/ws_listener.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <ctime>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <vector>

// Events of every kind on their way to a POST receiver, a forward and a reverse event connection at
// once, and what the receiver's answers bring about.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

constexpr int rounds = sanitized ? 50 : 500;
constexpr std::int64_t self_id = 10086001;
constexpr std::int64_t lab = 20001;  // the account owns this group
const std::string last_words = "that was all";

Json group_message(std::int64_t user, const Json& message) {
    return {{"post_type", "message"},
            {"message_type", "group"},
            {"group_id", lab},
            {"user_id", user},
            {"message", message}};
}

Json private_message(std::int64_t user, const Json& message) {
    return {{"post_type", "message"},
            {"message_type", "private"},
            {"user_id", user},
            {"message", message}};
}

Json notice(const std::string& type, const std::string& sub_type, std::int64_t user) {
    Json event{
        {"post_type", "notice"}, {"notice_type", type}, {"group_id", lab}, {"user_id", user}};
    if (!sub_type.empty()) {
        event["sub_type"] = sub_type;
    }
    return event;
}

Json with(Json event, const Json& more) {
    event.update(more);
    return event;
}

// Twenty events of every kind of the profile; people come and go with each round.
std::vector<Json> round_of(int number) {
    const std::int64_t comer = 50'000'000 + number;
    const std::int64_t asker = 60'000'000 + number;
    const Json image = {
        {{"type", "image"}, {"data", {{"file", "a.jpg"}, {"url", "http://127.0.0.1/a?b=1&c=2"}}}}};
    return {
        private_message(10001, fmt::format("reply to {}", number)),
        private_message(10004, "a temporary session"),
        group_message(10005, fmt::format("reply and delete [CQ:face,id=1] {}", number)),
        with(group_message(10005, "masked"), {{"sub_type", "anonymous"}}),
        with(group_message(1'000'000, "a hint"), {{"sub_type", "notice"}}),
        with(group_message(10001, image), {{"group_id", 20002}}),
        {{"post_type", "message"},
         {"message_type", "discuss"},
         {"discuss_id", 30001},
         {"user_id", 10001},
         {"message", "早安，世界☀&#91;&amp;"}},
        notice("group_increase", "approve", comer),
        with(notice("group_upload", "", comer), {{"file", {{"name", "报告.pdf"}, {"size", 7}}}}),
        notice("group_admin", "set", comer),
        notice("group_admin", "unset", comer),
        {{"post_type", "notice"}, {"notice_type", "friend_add"}, {"user_id", comer}},
        notice("group_decrease", "leave", comer),
        with(notice("group_increase", "invite", comer), {{"operator_id", 10001}}),
        group_message(comer, "kick me"),
        {{"post_type", "request"},
         {"request_type", "friend"},
         {"user_id", asker},
         {"comment", "it is me"}},
        {{"post_type", "request"},
         {"request_type", "group"},
         {"sub_type", "add"},
         {"group_id", lab},
         {"user_id", asker},
         {"comment", "let me in"}},
        {{"post_type", "request"},
         {"request_type", "group"},
         {"sub_type", "invite"},
         {"group_id", 20005},
         {"user_id", 10002}},
        {{"post_type", "notice"},
         {"notice_type", "group_decrease"},
         {"sub_type", "kick_me"},
         {"group_id", 20003}},
        {{"post_type", "notice"},
         {"notice_type", "group_increase"},
         {"sub_type", "approve"},
         {"group_id", 20003},
         {"user_id", self_id}},
    };
}

// What the backend answers to an event, and the calls it must amount to.
struct Answered {
    Json answer;
    std::vector<Json> calls;
};

Json call(const char* action, Json params) {
    return {{"action", action}, {"params", std::move(params)}};
}

Answered answer_to(const Json& event) {
    const std::string words = event.value("raw_message", "");
    const std::string type = event.value("request_type", "");
    if (words.starts_with("reply to")) {
        return {{{"reply", words}},
                {call("send_private_msg", {{"user_id", 10001}, {"message", words}})}};
    }
    if (words.starts_with("reply and delete")) {
        return {{{"reply", "deleted"}, {"at_sender", false}, {"delete", true}},
                {call("send_group_msg", {{"group_id", lab}, {"message", "deleted"}}),
                 call("delete_msg", {{"message_id", event.at("message_id")}})}};
    }
    if (event.value("message_type", "") == "discuss") {
        return {{{"reply", "ride"}, {"at_sender", "no"}, {"kick", true}},
                {call("send_discuss_msg", {{"discuss_id", 30001}, {"message", "ride"}})}};
    }
    if (words == "kick me") {
        return {{{"kick", true}, {"block", true}},
                {call("set_group_kick", {{"group_id", lab}, {"user_id", event.at("user_id")}})}};
    }
    if (type == "friend") {
        return {{{"approve", true}, {"remark", "new"}},
                {call("set_friend_add_request",
                      {{"flag", event.at("flag")}, {"approve", true}, {"remark", "new"}})}};
    }
    if (type == "group") {
        return {{{"approve", false}, {"reason", "full"}},
                {call("set_group_add_request",
                      {{"flag", event.at("flag")}, {"approve", false}, {"reason", "full"}})}};
    }
    return {};
}

PostAnswer http_answer(const Json& body) {
    if (body.is_null()) {
        return {"HTTP/1.1 204 No Content\r\n\r\n"};
    }
    const std::string text = body.dump();
    return {fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", text.size(), text)};
}

// An event as a receiver got it, and when: numbers of one count that all receivers share.
struct Arrival {
    std::string text;
    std::uint64_t when = 0;
};

std::vector<Arrival> read_until_last_words(const std::function<PeerFrame()>& receive,
                                           std::atomic<std::uint64_t>& clock) {
    std::vector<Arrival> arrived;
    while (arrived.empty() || arrived.back().text.find(last_words) == std::string::npos) {
        PeerFrame frame = receive();
        if (frame.opcode == -1 || frame.opcode == 8) {
            break;
        }
        if (frame.text()) {
            arrived.push_back({std::move(frame.payload), ++clock});
        }
    }
    return arrived;
}

// Whether `effect` is the call, as far as the call says.
bool amounts_to(const Json& effect, const Json& expected) {
    if (effect.at("action") != expected.at("action")) {
        return false;
    }
    for (const auto& [name, value] : expected.at("params").items()) {
        const Json& given = effect.at("params").value(name, Json());
        const bool text = given.is_array() && given.size() == 1;
        if ((text ? given.at(0).at("data").at("text") : given) != value) {
            return false;
        }
    }
    return true;
}

std::string kind_of(const Json& event) {
    std::string kind = event.at("post_type");
    for (const char* name : {"message_type", "notice_type", "request_type", "sub_type"}) {
        kind += "." + event.value(name, std::string());
    }
    return kind;
}

// The backend and the two event connections of one run.
struct Receivers {
    std::atomic<std::uint64_t> clock{0};
    std::mutex mutex;                     // of the next two
    std::vector<std::uint64_t> answered;  // when each POST was
    std::vector<Json> expected;           // calls
    std::vector<Arrival> forward, reverse;
    PostReceiver posts{[this](const Posted& posted, std::size_t) {
        Answered made = answer_to(Json::parse(posted.body));
        const std::lock_guard lock(mutex);
        expected.insert(expected.end(), made.calls.begin(), made.calls.end());
        answered.push_back(++clock);
        return http_answer(made.answer);
    }};
    WsListener listener;
};

std::vector<Json> run_rounds(GatewayUnderTest& gateway, Receivers& receivers) {
    WsPeer forward(gateway.port("ws"), "/event/");
    REQUIRE(forward.status() == 101);
    WsVisitor reverse = receivers.listener.accept();
    reverse.let_in();
    auto first = std::async(std::launch::async, [&] {
        return read_until_last_words([&] { return forward.receive(); }, receivers.clock);
    });
    auto second = std::async(std::launch::async, [&] {
        return read_until_last_words([&] { return reverse.receive(); }, receivers.clock);
    });
    Injector injector(gateway.port());
    std::vector<Json> injected;
    for (int number = 0; number < rounds; ++number) {
        for (Json& event : injector.inject_all(round_of(number))) {
            injected.push_back(std::move(event));
        }
    }
    injector.say(last_words);
    receivers.forward = first.get();
    receivers.reverse = second.get();
    return injected;
}

}  // namespace

TEST_CASE("event flow: thousands of events reach all transports equal and in order",
          "[PIPE-001][PIPE-007][PIPE-008][PIPE-009][PIPE-010][POST-001][POST-018][QOP-001][QOP-009]"
          "[QOP-010][WSR-030][WSR-034][WS-050][EVT-001][EVT-003][EVT-010][EVT-011][EVT-012]"
          "[EVT-013][EVT-015][EVT-020][EVT-021][EVT-022][EVT-023][EVT-024][EVT-025][EVT-026]"
          "[EVT-030][EVT-031][EVT-032]") {
    Receivers receivers;
    GatewayOptions options{
        fmt::format("use_ws = yes\nuse_ws_reverse = yes\npost_url = {}\n"
                    "ws_reverse_event_url = {}\n"
                    "gateway.max_queued_events = 100000\n",
                    receivers.posts.url("/"), receivers.listener.url("/e"))};
    options.arguments = {"--ephemeral"};
    GatewayUnderTest gateway(options);
    gateway.start();
    const auto before = std::time(nullptr);
    const std::vector<Json> injected = run_rounds(gateway, receivers);

    const std::vector<Posted> posted = receivers.posts.wait_for(receivers.forward.size());
    REQUIRE(receivers.forward.size() >= injected.size());
    REQUIRE(receivers.forward.size() == receivers.reverse.size());
    const std::lock_guard lock(receivers.mutex);
    std::size_t differing = 0, early = 0, late = 0, own = 0, next = 0;
    std::set<std::string> kinds;
    // What the last quick operations have caused follows after the last words.
    for (std::size_t i = 0; i < receivers.forward.size(); ++i) {
        const std::string& body = posted[i].body;
        differing += body != receivers.forward[i].text || body != receivers.reverse[i].text;
        early += receivers.forward[i].when < receivers.answered.at(i) ||
                 receivers.reverse[i].when < receivers.answered.at(i);
        const Json event = Json::parse(body);
        kinds.insert(kind_of(event));
        const std::int64_t time = event.at("time");
        late += time < before || time > std::time(nullptr);
        own += event.at("post_type") == "message" && event.at("user_id") == self_id;
        next += next < injected.size() && event == injected[next];
    }
    CHECK(differing == 0);
    CHECK(early == 0);
    CHECK(late == 0);
    CHECK(own == 0);
    CHECK(next == injected.size());  // every injected event, in order
    CHECK(kinds.size() == 18);

    Injector injector(gateway.port());
    Json effects = injector.data(".sandbox_effects");
    std::size_t blocked = 0, done = 0;
    for (const Json& effect : effects) {
        if (effect.at("action") == "block") {
            ++blocked;
        } else if (done < receivers.expected.size() &&
                   amounts_to(effect, receivers.expected[done])) {
            ++done;
        } else {
            FAIL("unexpected: " << effect.dump() << " instead of "
                                << receivers.expected.at(done).dump());
        }
    }
    CHECK(done == receivers.expected.size());
    CHECK(blocked == static_cast<std::size_t>(rounds));
    CHECK(injector.data(".sandbox_requests").size() == 3);  // those of the built-in world
    CHECK(gateway.log().find("dropped") == std::string::npos);
    CHECK(gateway.stop() == 0);
}

}  // namespace cqhttp::test
