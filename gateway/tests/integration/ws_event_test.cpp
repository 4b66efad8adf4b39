// Events on their way to many connections of every kind.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/sanitized.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

// A member of a group says something long, with its number at the start.
std::string saying(std::size_t number) {
    const std::string message = std::to_string(number) + " " + std::string(16'000, 'x');
    return text_frame(R"({"action":".sandbox_inject","params":{"event":{"post_type":"message",)"
                      R"("message_type":"group","group_id":20001,"user_id":10001,"message":")" +
                      message + "\"}}}");
}

// The number of such an event. There are too many of them to parse them all.
std::size_t number_of(const std::string& text) {
    const std::string key = R"("message":")";
    const std::size_t place = text.find(key);
    if (place == std::string::npos || !text.ends_with('}')) {
        throw std::runtime_error("another event: " + text.substr(0, 200));
    }
    return std::stoul(text.substr(place + key.size(), 10));
}

// Whether a frame that was sent before has been read.
bool is_read(WsPeer& peer) {
    peer.send_bytes(client_frame(9, "read?"));
    const PeerFrame pong = peer.receive();
    return pong.opcode == 10 && pong.payload == "read?";
}

// Events from `begin` to `end` happen.
void act(WsPeer& api, std::size_t begin, std::size_t end) {
    std::string burst;
    for (std::size_t i = begin; i < end; ++i) {
        burst += saying(i);
    }
    api.send_bytes(burst);
    for (std::size_t i = begin; i < end; ++i) {
        REQUIRE(Json::parse(api.receive_text()).at("retcode") == 0);
    }
}

using Readers = std::vector<std::unique_ptr<WsPeer>>;

void expect(Readers& readers, std::size_t begin, std::size_t end) {
    for (auto& reader : readers) {
        for (std::size_t i = begin; i < end; ++i) {
            REQUIRE(number_of(reader->receive_text()) == i);
        }
    }
}

}  // namespace

TEST_CASE("ws event: one of 100 subscribers stops reading and the others get every event in order",
          "[WS-012][WS-050][WS-060][WS-061]") {
    GatewayUnderTest gateway(
        GatewayOptions{"use_ws = yes\ngateway.max_queued_bytes = 1000000\n"
                       "gateway.close_timeout_ms = 60000\ngateway.ping_interval_ms = 600000\n"});
    gateway.start();
    const auto port = gateway.port("ws");
    WsPeer slow(port, "/event/", {}, 4096);
    Readers readers;
    for (int i = 0; i < 99; ++i) {
        readers.push_back(std::make_unique<WsPeer>(port, "/event/"));
        REQUIRE(readers.back()->status() == 101);
    }
    WsPeer api(port, "/api/");
    const std::size_t memory = gateway.resident_bytes();

    // 20 at a time, which the readers' queues hold, until the slow one's is full.
    constexpr std::size_t step = 20;
    std::size_t happened = 0;
    while (happened < 2000 && gateway.log().find("slow subscriber") == std::string::npos) {
        act(api, happened, happened + step);
        expect(readers, happened, happened + step);
        happened += step;
    }
    REQUIRE(gateway.log().find("slow subscriber closed code=1013") != std::string::npos);
    CHECK(count(gateway.log(), "slow subscriber closed") == 1);
    CHECK(gateway.resident_bytes() < memory + ((sanitized ? 512U : 64U) << 20));

    // They go on without it, which sees a part of the events and why there are no more.
    act(api, happened, happened + step);
    expect(readers, happened, happened + step);
    std::size_t seen = 0;
    PeerFrame frame = slow.receive();
    while (frame.text()) {
        REQUIRE(number_of(frame.payload) == seen++);
        frame = slow.receive();
    }
    CHECK(frame.close_code() == 1013);
    CHECK(seen > 0);
    CHECK(seen < happened);
}

TEST_CASE("ws event: every transport carries the same JSON and none of them a signature",
          "[WS-051][WS-052][WS-055][WS-062][WSR-031][WSR-032][AUTH-042]") {
    PostReceiver receiver(
        [](const Posted&, std::size_t) { return PostAnswer{"HTTP/1.1 204 No Content\r\n\r\n"}; });
    WsListener event;
    GatewayUnderTest gateway(with_reverse(
        "", event.url(),
        "use_ws = yes\naccess_token = tok\nsecret = s3cret\npost_url = " + receiver.url("/post")));
    gateway.start();
    WsVisitor bot = event.accept();
    bot.let_in();
    REQUIRE(pongs(bot));
    WsPeer peer(gateway.port("ws"), "/event/?access_token=tok");
    WsPeer api(gateway.port("ws"), "/api/", {"Authorization: Token tok"});
    const std::vector<std::string> calls{
        R"({"action":"set_group_kick","params":{"group_id":20001,"user_id":10001}})",
        R"({"action":"set_group_admin","params":{"group_id":20001,"user_id":10004}})",
        R"({"action":"set_group_leave","params":{"group_id":20002}})"};
    for (std::size_t i = 0; i < calls.size(); ++i) {
        INFO(calls[i]);
        api.send(calls[i]);
        const Json reply = Json::parse(api.receive_text());
        CHECK(reply.at("retcode") == 0);
        CHECK_FALSE(reply.contains("post_type"));
        const Posted posted = receiver.wait_for(i + 1).back();
        CHECK(posted.header("X-Signature").starts_with("sha1="));
        CHECK(posted.header("Authorization").empty());
        CHECK(peer.receive_text() == posted.body);
        CHECK(bot.receive_text() == posted.body);
        CHECK(Json::parse(posted.body).at("post_type") == "notice");
    }
    CHECK(bot.header("X-Signature").empty());
    CHECK(peer.response().header("X-Signature").empty());
}

TEST_CASE("ws event: what a client sends on an event connection is read and does nothing",
          "[WS-053][WSR-033]") {
    WsListener event;
    GatewayUnderTest gateway(with_reverse("", event.url(), "use_ws = yes"));
    gateway.start();
    WsVisitor bot = event.accept();
    bot.let_in();
    WsPeer peer(gateway.port("ws"), "/event/");
    const std::vector<std::string> texts{
        R"({"action":"send_private_msg","params":{"user_id":10001,"message":"no"},"echo":1})",
        R"({"reply":"no","block":true})", "nonsense", ""};
    for (const auto& text : texts) {
        peer.send(text);
        bot.send(text);
    }
    CHECK(is_read(peer));  // and nothing was answered before
    CHECK(pongs(bot));
    CHECK(Json::parse(http(gateway.port(), "GET", "/.sandbox_effects").body).at("data").empty());
}

TEST_CASE("ws event: 1000 clients with a wrong token see no event and carry nothing out",
          "[AUTH-030][AUTH-031][AUTH-032][AUTH-034][AUTH-036]") {
    GatewayUnderTest gateway(GatewayOptions{"use_ws = yes\naccess_token = tok\n"});
    gateway.start();
    const auto port = gateway.port("ws");
    WsPeer good(port, "/event/?access_token=tok");
    WsPeer api(port, "/api/?access_token=tok");
    const std::string evil =
        text_frame(R"({"action":"send_private_msg","params":{"user_id":10001,"message":"evil"}})");
    for (std::size_t round = 0; round < 10; ++round) {
        std::vector<std::unique_ptr<HttpPeer>> refused;
        for (int i = 0; i < 100; ++i) {
            const std::string path = i % 2 == 0 ? "/api/" : "/event/";
            const std::string token = i % 3 == 0 ? "" : "?access_token=bad";
            refused.push_back(std::make_unique<HttpPeer>(port));
            refused.back()->send(upgrade_request(path + token) + evil);
        }
        act(api, round, round + 1);
        CHECK(number_of(good.receive_text()) == round);
        for (std::size_t i = 0; i < refused.size(); ++i) {
            REQUIRE(refused[i]->receive().status == (i % 3 == 0 ? 401 : 403));
            std::string rest;
            for (std::string more; !(more = refused[i]->receive_some()).empty();) {
                rest += more;
            }
            INFO(rest);
            REQUIRE((rest.empty() || rest.starts_with("HTTP/1.1 400 ")));
        }
    }
    api.send(R"({"action":".sandbox_effects"})");
    CHECK(api.receive_text().find("evil") == std::string::npos);
}

}  // namespace cqhttp::test
