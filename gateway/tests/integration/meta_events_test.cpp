// What the gateway says about itself under the later profiles, on every transport and in every
// role.
#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/post_receiver.hpp"

#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

const std::vector<std::string> later_profiles{"cqhttp-4.15", "onebot-11"};

GatewayOptions under(const std::string& profile, const std::string& settings) {
    GatewayOptions options;
    options.settings = settings;
    options.arguments = {"--profile", profile};
    return options;
}

// "lifecycle/enable", "heartbeat", "message": what an event is.
std::string word_of(const Json& event) {
    if (event.value("post_type", "") != "meta_event") {
        return event.value("post_type", "no event");
    }
    const std::string type = event.at("meta_event_type");
    return type == "heartbeat" ? type : type + "/" + event.at("sub_type").get<std::string>();
}

bool is_connect(const std::string& text) {
    const Json event = Json::parse(text);
    return word_of(event) == "lifecycle/connect" && event.at("self_id") == 10086001 &&
           event.at("time").is_number_integer() && event.size() == 5;
}

std::vector<std::string> words(const std::vector<Posted>& posted) {
    std::vector<std::string> list;
    for (const Posted& one : posted) {
        list.push_back(word_of(Json::parse(one.body)));
    }
    return list;
}

PostAnswer no_content() {
    return {"HTTP/1.1 204 No Content\r\n\r\n"};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("meta events: connect is the first frame of each forward connection for events",
          "[META-001][META-003][META-005][WS-004][WS-062][WS-063]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        GatewayUnderTest gateway(under(profile, "use_ws = yes"));
        gateway.start();
        Injector people(gateway.port());
        std::vector<std::unique_ptr<WsPeer>> open;
        for (const char* path : {"/event", "/event/", "/", "/event/?x=y"}) {
            INFO(path);
            open.push_back(std::make_unique<WsPeer>(gateway.port("ws"), path));
            REQUIRE(open.back()->status() == 101);
            CHECK(is_connect(open.back()->receive_text()));
        }
        // Nobody else hears of it: the next thing all of them get is what a friend says.
        WsPeer api(gateway.port("ws"), "/api/");
        const Json said = people.say("hello");
        for (auto& peer : open) {
            CHECK(Json::parse(peer->receive_text()) == said);
        }
        // And nothing at all was sent where calls are answered.
        api.send(R"({"action":"get_status","echo":"first"})");
        CHECK(Json::parse(api.receive_text()).at("echo") == "first");
    }
}

TEST_CASE("meta events: connect is the first frame of each reverse connection for events",
          "[META-003][META-005][WSR-025][WSR-036][WSR-043]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        WsListener api;
        WsListener event;
        GatewayOptions options = with_reverse(api.url(), event.url(), "use_ws = yes");
        options.arguments = {"--profile", profile};
        GatewayUnderTest gateway(options);
        gateway.start();
        WsVisitor caller = api.accept();
        caller.let_in();
        for (int times = 0; times < 3; ++times) {
            WsVisitor bot = event.accept();
            bot.let_in();
            CHECK(is_connect(bot.receive_text()));
            const Json said = Injector(gateway.port()).say("hello");
            CHECK(Json::parse(bot.receive_text()) == said);
            bot.hang_up();
        }
        CHECK(answers(caller, "the first thing it sends"));
    }
}

TEST_CASE("meta events: connect is the first frame of the universal connection",
          "[META-003][WSR-007][WSR-036][WSR-045][WSR-048][WSR-049]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        WsListener shared;
        GatewayUnderTest gateway(
            under(profile,
                  "use_ws_reverse = yes\nws_reverse_reconnect_interval = 100\nws_reverse_url = " +
                      shared.url("/onebot") + "\nws_reverse_use_universal_client = yes"));
        gateway.start();
        for (int times = 0; times < 3; ++times) {
            WsVisitor bot = shared.accept();
            CHECK(bot.header("X-Client-Role") == "Universal");
            CHECK(bot.header("X-Self-ID") == "10086001");
            bot.let_in();
            CHECK(is_connect(bot.receive_text()));
            CHECK(answers(bot, "a call"));
            const Json said = Injector(gateway.port()).say("and an event");
            CHECK(Json::parse(bot.receive_text()) == said);
            CHECK(good(gateway));
            bot.close(1000);  // the later profiles come back after that, too
            CHECK(bot.receive().close_code() == 1000);
        }
        CHECK(shared.accept().request_line() == "GET /onebot HTTP/1.1");
    }
}

TEST_CASE("meta events: enable and disable are posted at start and restart and end",
          "[META-002][META-006][META-011][POST-008][POST-020]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        PostReceiver receiver(
            [](const Posted&, std::size_t) {
                return PostAnswer{
                    "HTTP/1.1 200 OK\r\nContent-Length: "
                    "29\r\n\r\n{\"block\":true,\"reply\":\"hello\"}"};
            },
            PostReceiver::MetaEvents::counted);
        GatewayUnderTest gateway(
            under(profile, "use_ws = yes\nsecret = s\npost_url = " + receiver.url("/")));
        gateway.start();
        CHECK(words(receiver.wait_for(1)) == Words{"lifecycle/enable"});
        WsPeer events(gateway.port("ws"), "/event");
        CHECK(is_connect(events.receive_text()));
        CHECK(
            Json::parse(http(gateway.port(), "GET", "/.sandbox_effects").body).at("data").empty());

        const std::string restart = profile == "onebot-11" ? "/set_restart" : "/set_restart_plugin";
        CHECK(http(gateway.port(), "GET", restart).status == 200);
        receiver.wait_for(3);
        CHECK(events.receive().close_code() == 1001);  // nothing of that was pushed
        CHECK(gateway.logs("restarting"));
        CHECK(gateway.stop() == 0);
        const auto posted = receiver.wait_for(4);
        CHECK(words(posted) == Words{"lifecycle/enable", "lifecycle/disable", "lifecycle/enable",
                                     "lifecycle/disable"});
        for (const Posted& one : posted) {
            CHECK(one.header("X-Self-ID") == "10086001");
            CHECK(one.header("X-Signature").starts_with("sha1="));
            CHECK(Json::parse(one.body).at("self_id") == 10086001);
        }
    }
}

TEST_CASE("meta events: a backend that hangs does not keep the gateway from ending",
          "[META-006][POST-015]") {
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    PostReceiver receiver(
        [&](const Posted& posted, std::size_t) {
            if (posted.body.find("disable") != std::string::npos) {
                released.wait_for(std::chrono::seconds(60));
            }
            return no_content();
        },
        PostReceiver::MetaEvents::counted);
    // The drain alone would take longer than the test has.
    GatewayUnderTest gateway(
        under("cqhttp-4.15", "gateway.drain_timeout_ms = 600000\npost_url = " + receiver.url("/")));
    gateway.start();
    receiver.wait_for(1);
    CHECK(gateway.stop() == 0);
    CHECK(words(receiver.wait_for(2)).back() == "lifecycle/disable");
    CHECK(gateway.log().find("did not end in time") == std::string::npos);
    release.set_value();
}

TEST_CASE("meta events: heartbeats reach POST and every connection for events",
          "[META-001][META-005][META-007][META-008]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        PostReceiver receiver([](const Posted&, std::size_t) { return no_content(); },
                              PostReceiver::MetaEvents::counted);
        WsListener api;
        WsListener event;
        GatewayOptions options = with_reverse(
            api.url(), event.url(),
            "use_ws = yes\nenable_heartbeat = yes\nheartbeat_interval = 150\npost_url = " +
                receiver.url("/"));
        options.arguments = {"--profile", profile};
        GatewayUnderTest gateway(options);
        gateway.start();
        WsVisitor caller = api.accept();
        caller.let_in();
        WsVisitor bot = event.accept();
        bot.let_in();
        WsPeer forward(gateway.port("ws"), "/event");
        WsPeer both(gateway.port("ws"), "/");
        WsPeer calls(gateway.port("ws"), "/api");
        for (int times = 0; times < 3; ++times) {
            const std::string first = times == 0 ? "lifecycle/connect" : "heartbeat";
            const Json beat = Json::parse(forward.receive_text());
            CHECK(word_of(beat) == first);
            CHECK(word_of(Json::parse(both.receive_text())) == first);
            CHECK(word_of(Json::parse(bot.receive_text())) == first);
            if (times > 0) {
                CHECK(beat.at("interval") == 150);
                CHECK(beat.at("status").at("online") == true);
                CHECK(beat.at("status").at("good").is_boolean());
            }
        }
        const Words posted = words(receiver.wait_for(3));
        CHECK(posted[0] == "lifecycle/enable");
        CHECK(posted[1] == "heartbeat");
        CHECK(posted[2] == "heartbeat");
        // Those that only call have heard nothing.
        CHECK(answers(caller, "first"));
        calls.send(R"({"action":"get_status","echo":"first"})");
        CHECK(Json::parse(calls.receive_text()).at("echo") == "first");
    }
}

TEST_CASE("meta events: the filter stops them like all others", "[META-010][FLT-014][WS-063]") {
    GatewayUnderTest gateway(
        under("cqhttp-4.15",
              "use_ws = yes\nevent_filter = only_groups.json\nenable_heartbeat = yes\n"
              "heartbeat_interval = 20"));
    const auto folder = gateway.root() / "data/app/io.github.richardchien.coolqhttpapi";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "only_groups.json") << R"({"message_type":"group"})";
    gateway.start();
    CHECK(gateway.logs("event_filter stops meta events"));
    WsPeer events(gateway.port("ws"), "/");
    Injector people(gateway.port());
    people.say("to nobody");
    const Json said = people.inject({{"post_type", "message"},
                                     {"message_type", "group"},
                                     {"group_id", 20001},
                                     {"user_id", 10001},
                                     {"message", "to the group"}});
    CHECK(Json::parse(events.receive_text()) == said);
}

TEST_CASE("meta events: there are none in cqhttp-4-0", "[META-013][WS-064][WS-005]") {
    PostReceiver receiver([](const Posted&, std::size_t) { return no_content(); },
                          PostReceiver::MetaEvents::counted);
    WsListener event;
    GatewayUnderTest gateway(with_reverse("", event.url(),
                                          "use_ws = yes\nenable_heartbeat = yes\n"
                                          "heartbeat_interval = 1\npost_url = " +
                                              receiver.url("/")));
    gateway.start();
    WsVisitor bot = event.accept();
    bot.let_in();
    REQUIRE(pongs(bot));
    CHECK(WsPeer(gateway.port("ws"), "/").status() == 404);
    WsPeer forward(gateway.port("ws"), "/event/");
    const Json said = Injector(gateway.port()).say("the first");
    CHECK(Json::parse(forward.receive_text()) == said);
    CHECK(Json::parse(bot.receive_text()) == said);
    CHECK(gateway.stop() == 0);
    CHECK(words(receiver.wait_for(1)) == Words{"message"});
}

TEST_CASE("meta events: one connection carries calls and events and both know each other apart",
          "[WS-004][WS-021][WS-033][WS-050][WS-060][WS-062][ECHO-001][AUTH-030]") {
    for (const std::string& profile : later_profiles) {
        INFO(profile);
        GatewayUnderTest gateway(under(profile, "use_ws = yes\naccess_token = tok"));
        gateway.start();
        CHECK(WsPeer(gateway.port("ws"), "/").status() == 401);
        CHECK(WsPeer(gateway.port("ws"), "/?access_token=no").status() == 403);
        WsPeer one(gateway.port("ws"), "/?access_token=tok");
        WsPeer two(gateway.port("ws"), "/", {"Authorization: Bearer tok"});
        CHECK(is_connect(one.receive_text()));
        CHECK(is_connect(two.receive_text()));
        // The one makes somebody speak: both get the event, only the one gets the answer.
        for (int number = 1; number <= 20; ++number) {
            one.send(R"({"action":".sandbox_inject","echo":{"n":)" + std::to_string(number) +
                     R"(},"params":{"event":{"post_type":"message","message_type":"private",)"
                     R"("user_id":10001,"message":")" +
                     std::to_string(number) + "\"}}}");
        }
        int answered = 0;
        int happened = 0;
        while (answered < 20 || happened < 20) {
            const Json frame = Json::parse(one.receive_text());
            if (frame.contains("post_type")) {
                CHECK_FALSE(frame.contains("echo"));
                CHECK_FALSE(frame.contains("retcode"));
                CHECK(frame.at("message") == std::to_string(++happened));
            } else {
                CHECK(frame.at("echo") == Json{{"n", ++answered}});
            }
        }
        for (int number = 1; number <= 20; ++number) {
            CHECK(Json::parse(two.receive_text()).at("message") == std::to_string(number));
        }
        CHECK(gateway.stop() == 0);
        CHECK(one.receive().close_code() == 1001);  // WS-034: they come back after that
    }
}

}  // namespace cqhttp::test
