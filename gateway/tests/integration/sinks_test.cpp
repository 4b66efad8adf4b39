// Several addresses to post to and several reverse connections of one account.
#include "gateway/base/text.hpp"
#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/post_receiver.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <signal.h>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

std::string ok_with(const std::string& body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

PostAnswer no_content() {
    return {"HTTP/1.1 204 No Content\r\n\r\n"};
}

// A backend that takes an event and does not answer before the end of the test.
class HangingBackend {
public:
    HangingBackend()
        : receiver_([released = released_](const Posted&, std::size_t) {
              released.wait_for(std::chrono::seconds(60));
              return no_content();
          }) {}
    ~HangingBackend() { release_.set_value(); }
    HangingBackend(const HangingBackend&) = delete;
    HangingBackend& operator=(const HangingBackend&) = delete;

    PostReceiver& receiver() { return receiver_; }

private:
    std::promise<void> release_;
    std::shared_future<void> released_{release_.get_future()};
    PostReceiver receiver_;
};

// The next event that is none of the gateway's own.
template <class Peer>
Json next(Peer& peer) {
    while (true) {
        Json frame = Json::parse(peer.receive_text());
        if (frame.value("post_type", "") != "meta_event") {
            return frame;
        }
    }
}

// The gateway's pong, behind whatever it had sent before.
bool in_use(WsVisitor& visitor) {
    visitor.send_bytes(server_frame(9, "there?"));
    while (true) {
        const PeerFrame frame = visitor.receive();
        if (frame.opcode != 1) {
            return frame.opcode == 10;
        }
    }
}

WsVisitor let_in(WsListener& listener) {
    WsVisitor visitor = listener.accept();
    visitor.let_in();
    REQUIRE(in_use(visitor));
    return visitor;
}

bool is_signed(const Posted& posted, const std::string& secret) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(posted.body.data()), posted.body.size(), digest,
         &size);
    return posted.header("X-Signature") ==
           "sha1=" + to_hex({reinterpret_cast<const char*>(digest), size});
}

GatewayOptions later_version(std::string settings, std::string sections) {
    return {"use_ws = yes\nuse_ws_reverse = yes\n" + std::move(settings),
            std::move(sections),
            {"--profile", "cqhttp-4.15"}};
}

std::string post(int number, const std::string& url, const std::string& more = {}) {
    return fmt::format("[gateway.post.{}]\nurl = {}\n{}\n", number, url, more);
}

std::string reverse(int number, const std::string& url, const std::string& more = {}) {
    return fmt::format("[gateway.ws_reverse.{}]\nurl = {}\n{}\n", number, url, more);
}

// Friends and groups take turns. Long ones fill every buffer within a few dozen.
Json said(int number, bool at_length) {
    Json event{{"post_type", "message"},
               {"message_type", number % 2 == 0 ? "private" : "group"},
               {"user_id", 10001},
               {"message", std::to_string(number) + std::string(at_length ? 160'000 : 0, '.')}};
    if (number % 2 != 0) {
        event["group_id"] = 20001;
    }
    return event;
}

}  // namespace

TEST_CASE("sinks: what is dead or slow takes nothing from the others",
          "[POST-001][POST-013][POST-018][SIG-001][SIG-002][WSR-013][WSR-015][WSR-030][WSR-037]"
          "[WSR-040][WSR-057][PIPE-007][PIPE-010][PIPE-011][FLT-010]") {
    const bool hangs = GENERATE(false, true);
    INFO("the second backend " << (hangs ? "hangs" : "is away"));
    constexpr int events = 32;
    PostReceiver backend([](const Posted&, std::size_t) { return no_content(); });
    HangingBackend hanging;
    WsListener live, slow;
    WsListener away(WsListener::Start::refusing), no_backend(WsListener::Start::refusing);
    GatewayUnderTest gateway(later_version({}, {}));
    const auto filter = gateway.root() / "groups.json";
    std::ofstream(filter) << R"({"message_type":"group"})";
    const std::string second =
        hangs ? hanging.receiver().url("/")
              : fmt::format("http://127.0.0.1:{}/?access_token=hidden", no_backend.port());
    gateway.write_config(
        "use_ws = yes\nuse_ws_reverse = yes\nsecret = of-account\naccess_token = T0ken\n"
        "ws_reverse_reconnect_interval = 100\ngateway.max_queued_bytes = 65536\n"
        "gateway.handshake_timeout_ms = 600000\ngateway.ping_interval_ms = 600000\n",
        post(1, backend.url("/groups"),
             "secret = of-backend\nmessage_format = array\nevent_filter = " + filter.string()) +
            post(2, second, "name = second") +
            reverse(1, live.url("/live"),
                    "name = live\nrole = Event\naccess_token = of-live\nmessage_format = array\n") +
            reverse(2, away.url("/away"), "name = away\n") +
            reverse(3, slow.url("/slow"), "name = slow\naccess_token =\n"));
    gateway.start();
    WsVisitor quick = let_in(live);
    CHECK(quick.header("Authorization") == "Token of-live");
    CHECK(quick.header("X-Client-Role") == "Event");
    WsVisitor lazy = let_in(slow);
    CHECK(lazy.header("Authorization").empty());
    CHECK(lazy.header("X-Client-Role") == "Universal");
    WsPeer forward(gateway.port("ws"), "/event/?access_token=T0ken");
    Injector injector(gateway.port(), "T0ken");
    std::vector<Json> groups;
    for (int number = 0; number < events; ++number) {
        INFO("event " << number);
        const Json sent = injector.inject(said(number, !hangs));
        CHECK(next(forward) == sent);
        const Json pushed = next(quick);
        CHECK(pushed.at("message_id") == sent.at("message_id"));
        CHECK(pushed.at("message").at(0).at("data").at("text") == sent.at("message"));
        if (number % 2 != 0) {
            groups.push_back(pushed);
            const auto posted = backend.wait_for(groups.size());
            CHECK(Json::parse(posted.back().body) == pushed);
        }
    }
    const auto posted = backend.wait_for(groups.size());
    REQUIRE(posted.size() == groups.size());  // no friend's message came
    CHECK(std::all_of(posted.begin(), posted.end(),
                      [](const Posted& one) { return is_signed(one, "of-backend"); }));
    if (hangs) {
        const auto held = hanging.receiver().wait_for(1);
        CHECK(held.size() == 1);
        CHECK(is_signed(held[0], "of-account"));
        CHECK(Json::parse(held[0].body).at("message").is_string());
    } else {
        CHECK(gateway.logs("http_post second: event not posted url="));
    }
    CHECK(
        gateway.logs("reverse_ws away: connection failed role=universal url=" + away.url("/away")));
    gateway.process().signal(SIGUSR1);
    CHECK(gateway.logs(fmt::format("http_post post.1: so far url={} posted={} failed=0 dropped=0",
                                   backend.url("/groups"), groups.size())));
    CHECK(
        gateway.logs(fmt::format("reverse_ws live: so far role=event url={} connected=true "
                                 "connections=1 events={} slow=0",
                                 live.url("/live"), events)));
    CHECK(gateway.log().find("hidden") == std::string::npos);
    CHECK(gateway.log().find("of-live") == std::string::npos);

    // The slow one is made again and gets what happens from now on.
    if (!hangs) {
        CHECK(gateway.logs("reverse_ws slow: slow subscriber closed code=1013 role=universal url=" +
                           slow.url("/slow")));
    }
    lazy.hang_up();
    WsVisitor better = let_in(slow);
    const Json last = injector.inject(said(events, false));
    CHECK(next(better) == last);
    CHECK(next(quick).at("message_id") == last.at("message_id"));
    CHECK(next(forward) == last);
    const Json status = injector.data("get_status");
    CHECK(status.at("plugins_good").at("slow") == true);
    CHECK(status.at("plugins_good").at("away") == false);
    CHECK(status.at("good") == false);
}

TEST_CASE("sinks: SIGHUP adds and removes them", "[WSR-002][WSR-006][WSR-053][POST-001][CFG-008]") {
    PostReceiver old_backend([](const Posted&, std::size_t) { return no_content(); });
    PostReceiver new_backend([](const Posted&, std::size_t) { return no_content(); });
    WsListener stays, leaves, comes;
    GatewayUnderTest gateway(later_version(
        {}, post(1, old_backend.url("/")) + reverse(1, stays.url()) + reverse(2, leaves.url())));
    gateway.start();
    WsVisitor before = let_in(stays);
    WsVisitor left = let_in(leaves);
    Json sent = Injector(gateway.port()).say("before");
    CHECK(next(before) == sent);
    CHECK(next(left) == sent);
    CHECK(Json::parse(old_backend.wait_for(1).at(0).body) == sent);

    gateway.write_config("use_ws_reverse = yes\n", post(7, new_backend.url("/"), "name = added") +
                                                       reverse(1, stays.url()) +
                                                       reverse(2, leaves.url(), "enabled = no") +
                                                       reverse(3, comes.url(), "role = event"));
    gateway.process().signal(SIGHUP);
    for (WsVisitor* visitor : {&before, &left}) {
        CHECK(visitor->receive().close_code() == 1001);
        visitor->hang_up();
    }
    WsVisitor after = let_in(stays);
    WsVisitor came = let_in(comes);
    CHECK(came.header("X-Client-Role") == "Event");
    CHECK(gateway.logs("http_post added: posting events url=" + new_backend.url("/")));
    sent = Injector(gateway.port()).say("after");
    CHECK(next(after) == sent);
    CHECK(next(came) == sent);
    CHECK(Json::parse(new_backend.wait_for(1).at(0).body) == sent);
    CHECK_FALSE(leaves.visited());
    CHECK(old_backend.wait_for(1).size() == 1);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("sinks: a list of one is posted to before the push",
          "[PIPE-007][PIPE-011][POST-014][QOP-010]") {
    std::promise<void> release;
    const std::shared_future<void> released(release.get_future());
    PostReceiver backend([&](const Posted&, std::size_t) {
        released.wait_for(std::chrono::seconds(60));
        return PostAnswer{ok_with(R"({"reply":"done"})")};
    });
    GatewayUnderTest gateway(later_version({}, post(1, backend.url("/"))));
    gateway.start();
    WsPeer both(gateway.port("ws"), "/");  // replies and events, in the order they are sent
    Injector injector(gateway.port());
    const Json sent = injector.say("hello");
    backend.wait_for(1);
    both.send(R"({"action":"get_login_info","echo":"while it hangs"})");
    CHECK(next(both).value("echo", "") == "while it hangs");
    release.set_value();
    CHECK(next(both) == sent);
    const Json effects = injector.data(".sandbox_effects");
    REQUIRE(effects.size() == 1);
    CHECK(effects[0].at("action") == "send_private_msg");
}

TEST_CASE("sinks: an entry may keep the place before the push",
          "[PIPE-007][PIPE-011][POST-018][QOP-001]") {
    HangingBackend hanging;
    PostReceiver other([](const Posted&, std::size_t) {
        return PostAnswer{ok_with(R"({"reply":"from the other"})")};
    });
    GatewayUnderTest gateway(later_version(
        {}, post(1, hanging.receiver().url("/"), "before_push = yes") + post(2, other.url("/"))));
    gateway.start();
    WsPeer both(gateway.port("ws"), "/");
    Injector injector(gateway.port());
    for (int number = 1; number <= 3; ++number) {
        const Json sent = injector.say(std::to_string(number));
        const auto posted = other.wait_for(static_cast<std::size_t>(number));
        CHECK(Json::parse(posted.back().body) == sent);
    }
    CHECK(hanging.receiver().wait_for(1).size() == 1);
    both.send(R"({"action":"get_login_info","echo":"no event before"})");
    CHECK(next(both).value("echo", "") == "no event before");
}

TEST_CASE("sinks: the answers of all addresses are carried out and pushes wait for none",
          "[QOP-001][QOP-009][QOP-020]") {
    const auto replies = [](const char* text) {
        return [text](const Posted&, std::size_t number) {
            return number == 1 ? PostAnswer{ok_with(fmt::format(R"({{"reply":"{}"}})", text))}
                               : no_content();
        };
    };
    PostReceiver single(replies("of post_url")), first(replies("of one")),
        second(replies("of two"));
    GatewayUnderTest gateway(later_version("post_url = " + single.url("/"),
                                           post(1, first.url("/")) + post(2, second.url("/"))));
    gateway.start();
    Injector injector(gateway.port());
    injector.say("hello");
    injector.say("again");  // is posted once the first answer has been carried out
    for (const PostReceiver* receiver : {&single, &first, &second}) {
        receiver->wait_for(2);
    }
    const Json effects = injector.data(".sandbox_effects");
    std::vector<std::string> said;
    for (const Json& effect : effects) {
        CHECK(effect.at("params").at("user_id") == 10001);
        said.push_back(effect.at("params").at("message").at(0).at("data").at("text"));
    }
    std::sort(said.begin(), said.end());
    CHECK(said == std::vector<std::string>{"of one", "of post_url", "of two"});
}

TEST_CASE("sinks: a filter that cannot be read holds back its own sink alone",
          "[FLT-001][FLT-002][FLT-004]") {
    PostReceiver held([](const Posted&, std::size_t) { return no_content(); });
    PostReceiver open([](const Posted&, std::size_t) { return no_content(); });
    GatewayUnderTest gateway(
        later_version({}, post(1, held.url("/"), "name = archive\nevent_filter = none.json") +
                              post(2, open.url("/"))));
    gateway.start();
    CHECK(gateway.logs("every event is held back from archive: there is no filter file"));
    Injector injector(gateway.port());
    for (int number = 1; number <= 3; ++number) {
        const Json sent = injector.say(std::to_string(number));
        const auto posted = open.wait_for(static_cast<std::size_t>(number));
        CHECK(Json::parse(posted.back().body) == sent);
    }
    CHECK(gateway.stop() == 0);  // what waited would have been posted now
    CHECK(held.wait_for(0).empty());
}

}  // namespace cqhttp::test
