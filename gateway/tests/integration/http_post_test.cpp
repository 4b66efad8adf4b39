#include "gateway/base/text.hpp"
#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>
#include <chrono>
#include <future>
#include <signal.h>
#include <string>
#include <vector>

// Events posted by a real gateway to a receiver of plain sockets. What happens is that the account
// kicks members of its groups, which is an event each.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

struct Member {
    int group, user;
};

// Those the account may kick in the built-in world.
const std::vector<Member> kickable{{20001, 10001},   {20001, 10002},       {20001, 10004},
                                   {20001, 10005},   {20001, 10006},       {20001, 123456},
                                   {20001, 1234567}, {20002, 10001},       {20002, 10006},
                                   {20002, 10007},   {20086000, 10086002}, {20086000, 10005}};

GatewayOptions posting_to(const std::string& url, const std::string& settings = {}) {
    return {"use_ws = yes\npost_url = " + url + "\n" + settings};
}

void kick(const GatewayUnderTest& gateway, const Member& member, const std::string& more = {}) {
    const auto reply = http(
        gateway.port(), "GET",
        fmt::format("/set_group_kick?group_id={}&user_id={}{}", member.group, member.user, more));
    REQUIRE(reply.status == 200);
    REQUIRE(Json::parse(reply.body).at("retcode") == 0);
}

void kick_over_ws(const GatewayUnderTest& gateway, const Member& member) {
    WsPeer api(gateway.port("ws"), "/api/");
    api.send(fmt::format(R"({{"action":"set_group_kick","params":{{"group_id":{},"user_id":{}}}}})",
                         member.group, member.user));
    REQUIRE(Json::parse(api.receive_text()).at("retcode") == 0);
}

// The next frame that is no meta event.
Json next(WsPeer& peer) {
    while (true) {
        Json frame = Json::parse(peer.receive_text());
        if (frame.value("post_type", "") != "meta_event") {
            return frame;
        }
    }
}

bool is_about(const Json& event, const Member& member) {
    return event.at("notice_type") == "group_decrease" && event.at("group_id") == member.group &&
           event.at("user_id") == member.user;
}

std::string hmac_sha1(const std::string& key, const std::string& bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest, &size);
    return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::size_t count(const std::string& text, const std::string& piece) {
    std::size_t found = 0;
    for (std::size_t at = text.find(piece); at != std::string::npos;
         at = text.find(piece, at + 1)) {
        ++found;
    }
    return found;
}

PostAnswer no_content() {
    return {"HTTP/1.1 204 No Content\r\n\r\n"};
}

}  // namespace

TEST_CASE("http post: request line and headers and body are exact",
          "[POST-001][POST-005][POST-006][POST-007][POST-008][POST-009][POST-010][POST-011]"
          "[POST-012][SIG-002][PIPE-008][AUTH-042]") {
    PostReceiver receiver([](const Posted&, std::size_t) { return no_content(); });
    GatewayUnderTest gateway(
        posting_to(receiver.url("/hook/a%20b/?k=v&k=%2F"), "access_token = T0ken-for-tests"));
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/?access_token=T0ken-for-tests");
    REQUIRE(events.status() == 101);
    kick(gateway, kickable[0], "&access_token=T0ken-for-tests");

    const Posted posted = receiver.wait_for(1).at(0);
    CHECK(posted.request_line == "POST /hook/a%20b/?k=v&k=%2F HTTP/1.1");
    const std::vector<std::pair<std::string, std::string>> expected{
        {"Host", fmt::format("127.0.0.1:{}", receiver.port())},
        {"User-Agent", "CQHttp/4.0.5"},
        {"X-Self-ID", "10086001"},
        {"Content-Type", "application/json; charset=UTF-8"},
        {"Content-Length", std::to_string(posted.body.size())}};
    CHECK(posted.headers == expected);
    CHECK(posted.body.front() == '{');
    Json body = Json::parse(posted.body);
    CHECK(body.at("time").is_number_integer());
    body.erase("time");
    CHECK(body == Json::parse(R"({"self_id":10086001,"post_type":"notice","sub_type":"kick",
        "notice_type":"group_decrease","group_id":20001,"operator_id":10086001,
        "user_id":10001})"));
    CHECK(events.receive_text() == posted.body);
}

TEST_CASE("http post: the signature is that of the exact bytes and pushes carry none",
          "[SIG-001][SIG-003][SIG-004]") {
    for (const std::string& secret :
         {std::string("some-secret"), std::string("密钥"), std::string(100, 'k')}) {
        INFO(secret);
        PostReceiver receiver([](const Posted&, std::size_t) { return no_content(); });
        GatewayUnderTest gateway(posting_to(receiver.url("/"), "secret = " + secret));
        gateway.start();
        WsPeer events(gateway.port("ws"), "/event");
        kick(gateway, kickable[0]);
        const Posted posted = receiver.wait_for(1).at(0);
        CHECK(posted.header("X-Signature") == "sha1=" + hmac_sha1(secret, posted.body));
        CHECK(events.response().header("X-Signature").empty());
        CHECK(events.receive_text() == posted.body);
    }
}

TEST_CASE("http post: events are posted whatever servers are on", "[POST-002][POST-003]") {
    for (const bool use_ws : {false, true}) {
        for (const bool use_http : {false, true}) {
            if (!use_ws && !use_http) {
                continue;  // nothing is left to make an event with
            }
            INFO("use_ws " << use_ws << " use_http " << use_http);
            PostReceiver receiver([](const Posted&, std::size_t) { return no_content(); });
            GatewayUnderTest gateway({fmt::format("use_ws = {}\nuse_http = {}\npost_url = {}",
                                                  use_ws, use_http, receiver.url("/"))});
            gateway.start();
            if (use_http) {
                kick(gateway, kickable[0]);
            } else {
                kick_over_ws(gateway, kickable[0]);
            }
            CHECK(is_about(Json::parse(receiver.wait_for(1).at(0).body), kickable[0]));
            CHECK(gateway.logs("posting events url=" + receiver.url("/")));
        }
    }
    GatewayUnderTest silent;
    silent.start();
    CHECK(silent.stop() == 0);
    CHECK(silent.log().find("posting events") == std::string::npos);
}

TEST_CASE("http post: one that hangs delays later events and pushes and nothing else",
          "[HTTP-005][PIPE-010][PIPE-011][POST-014][POST-018][WS-055]") {
    std::promise<void> release;
    const std::shared_future<void> released(release.get_future());
    std::atomic<std::uint16_t> api_port{0};
    std::atomic<int> status_inside{0};
    PostReceiver receiver([&](const Posted&, std::size_t number) {
        if (number == 1) {
            // A backend calls while it handles the event.
            status_inside = http(api_port, "GET", "/get_status").status;
            released.wait_for(std::chrono::seconds(20));
        }
        return no_content();
    });
    GatewayOptions options = posting_to(receiver.url("/"));
    options.arguments = {"--profile", "cqhttp-4.15"};
    GatewayUnderTest gateway(options);
    gateway.start();
    api_port = gateway.port();
    WsPeer both(gateway.port("ws"), "/");  // replies and events, in the order they are sent
    REQUIRE(both.status() == 101);
    for (std::size_t i = 0; i < 3; ++i) {
        kick(gateway, kickable[i]);
    }
    receiver.wait_for(1);
    both.send(R"({"action":"get_login_info","echo":"while it hangs"})");
    CHECK(next(both).value("echo", "") == "while it hangs");
    CHECK(http(gateway.port(), "GET", "/get_status").status == 200);
    CHECK(receiver.wait_for(1).size() == 1);
    release.set_value();

    const auto posted = receiver.wait_for(3);
    CHECK(status_inside == 200);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(is_about(Json::parse(posted.at(i).body), kickable[i]));
        CHECK(posted.at(i).connection == 1);
        CHECK(next(both) == Json::parse(posted.at(i).body));
    }
}

TEST_CASE("http post: answers of every 2xx shape are read and the connection is kept",
          "[POST-018][QOP-002][QOP-004][QOP-005][QOP-006]") {
    const std::vector<std::string> answers{
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"block\":true}",
        "HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<html",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[{\"a\":1}] "};
    PostReceiver receiver([&](const Posted&, std::size_t number) {
        return PostAnswer{answers[(number - 1) % answers.size()]};
    });
    GatewayUnderTest gateway(posting_to(receiver.url("/")));
    gateway.start();
    for (const Member& member : kickable) {
        kick(gateway, member);
    }
    const auto posted = receiver.wait_for(kickable.size());
    for (std::size_t i = 0; i < kickable.size(); ++i) {
        CHECK(is_about(Json::parse(posted.at(i).body), kickable[i]));
    }
    CHECK(posted.back().connection < static_cast<int>(kickable.size()));
    CHECK(gateway.stop() == 0);
    CHECK(gateway.log().find("not posted") == std::string::npos);
}

TEST_CASE("http post: every failure is logged with its reason and later events flow",
          "[WS-056][POST-013][POST-016][QOP-003]") {
    struct Failure {
        const char* bytes;
        const char* reason;
    };
    const std::vector<Failure> failures{
        {"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}", "stage=answer status=500"},
        {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
         "stage=answer status=302"},
        {"nonsense\r\n\r\n", "stage=receive detail="},
        {"", "closed before an answer came"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"", "in the middle of the answer"}};
    PostReceiver receiver([&](const Posted&, std::size_t number) {
        return number > failures.size() ? no_content()
                                        : PostAnswer{failures[number - 1].bytes, number > 2};
    });
    GatewayUnderTest gateway(posting_to(receiver.url("/hook?token=hidden")));
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    for (std::size_t i = 0; i <= failures.size(); ++i) {
        kick(gateway, kickable[i]);
        CHECK(is_about(next(events), kickable[i]));
        if (i < failures.size()) {
            INFO(failures[i].reason);
            CHECK(gateway.logs(failures[i].reason));
        }
    }
    const auto posted = receiver.wait_for(failures.size() + 1);
    REQUIRE(posted.size() == failures.size() + 1);  // each once, and none to /elsewhere
    for (std::size_t i = 0; i < posted.size(); ++i) {
        CHECK(is_about(Json::parse(posted[i].body), kickable[i]));
        CHECK(posted[i].request_line == "POST /hook?token=hidden HTTP/1.1");
    }
    CHECK(gateway.logs("events are posted again url=" + receiver.url("/hook") + " not_posted=5"));
    CHECK(count(gateway.log(), "event not posted url=" + receiver.url("/hook") + " ") == 5);
    CHECK(gateway.log().find("hidden") == std::string::npos);
}

TEST_CASE("http post: a refused connection is said at the first and the tenth event",
          "[WS-056][POST-013]") {
    std::string url;
    {
        const PostReceiver gone([](const Posted&, std::size_t) { return no_content(); });
        url = gone.url("/");
    }
    GatewayUnderTest gateway(posting_to(url));
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    for (const Member& member : kickable) {
        kick(gateway, member);
        CHECK(is_about(next(events), member));
    }
    CHECK(gateway.stop() == 0);
    CHECK(count(gateway.log(), "event not posted url=" + url + " stage=connect detail=") == 2);
    CHECK(count(gateway.log(), " times=10") == 1);
}

TEST_CASE("http post: an answer after the time limit is a failure without effect",
          "[POST-013][POST-015]") {
    std::promise<void> release;
    const std::shared_future<void> released(release.get_future());
    PostReceiver receiver([&](const Posted&, std::size_t number) {
        if (number == 1) {
            released.wait_for(std::chrono::seconds(20));
        }
        return no_content();
    });
    GatewayUnderTest gateway(posting_to(receiver.url("/"), "gateway.post_timeout = 1"));
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    kick(gateway, kickable[0]);
    CHECK(is_about(next(events), kickable[0]));
    CHECK(gateway.logs("stage=receive detail=" + receiver.url("/") + ": no answer within 1 s"));
    release.set_value();
    kick(gateway, kickable[1]);
    CHECK(is_about(next(events), kickable[1]));
    const auto posted = receiver.wait_for(2);
    REQUIRE(posted.size() == 2);
    CHECK(is_about(Json::parse(posted[1].body), kickable[1]));
    CHECK(posted[1].connection == 2);
}

TEST_CASE("http post: what is queued at the end is posted within the drain time", "[POST-018]") {
    std::promise<void> release;
    const std::shared_future<void> released(release.get_future());
    PostReceiver receiver([&](const Posted&, std::size_t number) {
        if (number == 1) {
            released.wait_for(std::chrono::seconds(20));
        }
        return no_content();
    });
    GatewayUnderTest gateway(posting_to(receiver.url("/"), "gateway.drain_timeout_ms = 20000"));
    gateway.start();
    HttpPeer idle(gateway.port());
    kick(gateway, kickable[0]);
    kick(gateway, kickable[1]);
    receiver.wait_for(1);
    gateway.process().signal(SIGTERM);
    CHECK(idle.ended());  // it has heard
    release.set_value();
    CHECK(is_about(Json::parse(receiver.wait_for(2).at(1).body), kickable[1]));
    CHECK(gateway.process().wait() == 0);
}

TEST_CASE("http post: one that hangs is cut after the drain time", "[POST-014]") {
    std::promise<void> release;
    const std::shared_future<void> released(release.get_future());
    PostReceiver receiver([&](const Posted&, std::size_t) {
        released.wait_for(std::chrono::seconds(20));
        return no_content();
    });
    GatewayUnderTest gateway(posting_to(receiver.url("/"), "gateway.drain_timeout_ms = 100"));
    gateway.start();
    kick(gateway, kickable[0]);
    kick(gateway, kickable[1]);
    receiver.wait_for(1);
    CHECK(gateway.stop() == 0);
    CHECK(gateway.log().find("stage=receive detail=" + receiver.url("/") + ": stopped") !=
          std::string::npos);
    release.set_value();
    CHECK(receiver.wait_for(1).size() == 1);
}

TEST_CASE("http post: later versions follow redirects as curl does", "[POST-017]") {
    PostReceiver receiver([](const Posted& posted, std::size_t) {
        const bool first = posted.request_line.find(" /again ") == std::string::npos &&
                           posted.request_line.find(" /other ") == std::string::npos;
        if (first && posted.request_line.starts_with("POST /keep")) {
            return PostAnswer{"HTTP/1.1 307 No\r\nLocation: again\r\nContent-Length: 0\r\n\r\n"};
        }
        if (first) {
            return PostAnswer{"HTTP/1.1 302 No\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"};
        }
        return no_content();
    });
    for (const char* path : {"/keep", "/change"}) {
        GatewayOptions options = posting_to(receiver.url(path), "secret = s");
        options.arguments = {"--profile", "cqhttp-4.15"};
        GatewayUnderTest gateway(options);
        gateway.start();
        kick(gateway, kickable[0]);
        CHECK(gateway.logs("posting events"));
        receiver.wait_for(path == std::string("/keep") ? 2 : 4);
    }
    const auto posted = receiver.wait_for(4);
    REQUIRE(posted.size() == 4);
    CHECK(posted[1].request_line == "POST /again HTTP/1.1");
    CHECK(posted[1].body == posted[0].body);
    CHECK(posted[1].header("X-Signature") == posted[0].header("X-Signature"));
    CHECK(posted[3].request_line == "GET /other HTTP/1.1");
    CHECK(posted[3].body.empty());
    CHECK(posted[3].header("X-Signature").empty());
}

TEST_CASE("http post: redirects without an end are given up and later events flow",
          "[POST-013][POST-017][QOP-003]") {
    PostReceiver receiver([](const Posted& posted, std::size_t) {
        const bool first = posted.body.find(R"("user_id":10001)") != std::string::npos;
        return first ? PostAnswer{"HTTP/1.1 308 No\r\nLocation: ?again\r\nContent-Length: 2\r\n\r\n{}"}
                     : no_content();
    });
    GatewayOptions options = posting_to(receiver.url("/hook"), "secret = s");
    options.arguments = {"--profile", "cqhttp-4.15"};
    GatewayUnderTest gateway(options);
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    for (std::size_t i = 0; i < 2; ++i) {
        kick(gateway, kickable[i]);
        CHECK(is_about(next(events), kickable[i]));
    }
    const auto posted = receiver.wait_for(12);
    CHECK(posted.size() == 12);  // once and ten redirects, and the second event
    CHECK(posted[10].request_line == "POST /hook?again HTTP/1.1");
    CHECK(posted[10].body == posted[0].body);
    CHECK(posted[11].request_line == "POST /hook HTTP/1.1");
    CHECK(
        gateway.logs("event not posted url=" + receiver.url("/hook") + " stage=answer status=308"));
}

TEST_CASE("http post: a time limit bounds an event with all its redirects",
          "[POST-013][POST-015][POST-017]") {
    struct Row {
        const char* profile;
        const char* key;
    };
    for (const Row& row :
         {Row{"cqhttp-4.15", "post_timeout"}, Row{"onebot-11", "http_post.timeout"},
          Row{"onebot-11", "post_timeout"}}) {
        INFO(row.profile << " " << row.key);
        std::promise<void> release;
        const std::shared_future<void> released(release.get_future());
        PostReceiver receiver([&](const Posted&, std::size_t number) {
            if (number == 1) {
                return PostAnswer{"HTTP/1.1 307 No\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"};
            }
            if (number == 2) {
                released.wait_for(std::chrono::seconds(60));
            }
            return no_content();
        });
        GatewayOptions options =
            posting_to(receiver.url("/a"), std::string(row.key) + " = 1\nuse_ws_reverse = no");
        options.arguments = {"--profile", row.profile};
        GatewayUnderTest gateway(options);
        gateway.start();
        WsPeer events(gateway.port("ws"), "/event/");
        kick(gateway, kickable[0]);
        CHECK(is_about(next(events), kickable[0]));
        CHECK(gateway.logs("stage=receive detail=" + receiver.url("/b") + ": no answer within "));
        release.set_value();
        kick(gateway, kickable[1]);
        CHECK(is_about(next(events), kickable[1]));
        CHECK(is_about(Json::parse(receiver.wait_for(3).at(2).body), kickable[1]));
    }
}

TEST_CASE("http post: the duration of a ban counts in the later versions only",
          "[QOP-008][QOP-032][QOP-033][QOP-035]") {
    struct Row {
        const char* profile;
        const char* answer;
        int duration;  // -1: no ban
    };
    const Row table[] = {
        {"cqhttp-4.0", R"({"ban":true,"ban_duration":600})", 1800},
        {"cqhttp-4.15", R"({"ban":true,"ban_duration":600})", 600},
        {"cqhttp-4.15", R"({"ban":true})", 1800},
        {"cqhttp-4.15", R"({"ban_duration":600})", -1},
        {"cqhttp-4.15", R"({"ban":true,"ban_duration":0})", 0},
        {"cqhttp-4.15", R"({"ban":true,"ban_duration":-5})", -1},
        {"onebot-11", R"({"ban":true,"ban_duration":"60"})", 60},
    };
    for (const Row& row : table) {
        INFO(row.profile << " " << row.answer);
        const std::string body = row.answer;
        PostReceiver receiver([&](const Posted& posted, std::size_t) {
            return posted.body.find(R"("post_type":"message")") == std::string::npos
                       ? no_content()
                       : PostAnswer{fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}",
                                                body.size(), body)};
        });
        GatewayOptions options = posting_to(receiver.url("/"), "use_ws_reverse = no");
        options.arguments = {"--profile", row.profile};
        GatewayUnderTest gateway(options);
        gateway.start();
        WsPeer events(gateway.port("ws"), "/event/");
        Injector injector(gateway.port());
        injector.inject({{"post_type", "message"},
                         {"message_type", "group"},
                         {"group_id", 20001},
                         {"user_id", 10004},
                         {"message", "rude"}});
        CHECK(next(events).at("message_type") == "group");  // what was asked for is done by now
        std::vector<int> durations;
        for (const Json& effect : injector.data(".sandbox_effects")) {
            if (effect.at("action") == "set_group_ban") {
                durations.push_back(effect.at("params").at("duration").get<int>());
            }
        }
        CHECK(durations ==
              (row.duration < 0 ? std::vector<int>{} : std::vector<int>{row.duration}));
    }
}

}  // namespace cqhttp::test
