#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/ws_listener.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <string>

// The event filter of a real gateway, on all transports, with the file where it belongs.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

constexpr const char* app_folder = "app/io.github.richardchien.coolqhttpapi";

Json group_message(const std::string& text) {
    return {{"post_type", "message"},
            {"message_type", "group"},
            {"group_id", 20001},
            {"user_id", 10001},
            {"message", text}};
}

// A gateway with a filter, a backend that replies to messages, and both event connections.
struct Filtered {
    explicit Filtered(const std::string& filter, const std::string& settings = {})
        : gateway({fmt::format("use_ws = yes\nuse_ws_reverse = yes\nws_reverse_event_url = {}\n"
                               "post_url = {}\n{}\n{}",
                               listener.url("/"), receiver.url("/"),
                               filter.empty() ? "" : "event_filter = filters/f.json", settings)}) {
        write(filter);
        gateway.start();
        connect();
    }

    void write(const std::string& filter) const {
        const auto folder = gateway.root() / app_folder / "filters";
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "f.json") << filter;
    }

    void connect() {
        events.emplace(gateway.port("ws"), "/event/");
        reverse.emplace(listener.accept());
        reverse->let_in();
        reverse->send_bytes(server_frame(9, "there?"));
        CHECK(reverse->receive().opcode == 10);
    }

    // The next event, as it must come on every transport.
    Json next() {
        const std::string text = events->receive_text();
        CHECK(reverse->receive_text() == text);
        ++posted;
        CHECK(receiver.wait_for(posted).at(posted - 1).body == text);
        return Json::parse(text);
    }

    // Whether nothing is on its way: connections answer at once, and calls as well.
    bool silent() {
        events->send_bytes(client_frame(9, "there?"));
        reverse->send_bytes(server_frame(9, "there?"));
        const bool quiet = events->receive().opcode == 10 && reverse->receive().opcode == 10;
        return quiet && receiver.wait_for(posted).size() == posted;
    }

    PostReceiver receiver{[](const Posted&, std::size_t) {
        return PostAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"reply\":\"hi\"}"};
    }};
    WsListener listener;
    GatewayUnderTest gateway;
    std::optional<WsPeer> events;
    std::optional<WsVisitor> reverse;
    std::size_t posted = 0;
};

}  // namespace

TEST_CASE("event filter: without one every event passes", "[FLT-001]") {
    Filtered bench("");
    Injector injector(bench.gateway.port());
    const Json said = injector.say("a");
    CHECK(bench.next() == said);
}

TEST_CASE("event filter: what it rejects goes nowhere and has no quick operation",
          "[FLT-002][FLT-010][FLT-011][PIPE-004]") {
    Filtered bench(R"({"message_type":"group"})");
    Injector injector(bench.gateway.port());
    injector.say("rejected");
    injector.inject({{"post_type", "notice"}, {"notice_type", "friend_add"}, {"user_id", 10009}});
    const Json passed = injector.inject(group_message("passes"));
    CHECK(bench.next() == passed);
    const Json effects = injector.data(".sandbox_effects");
    REQUIRE(effects.size() == 1);
    CHECK(effects.at(0).at("action") == "send_group_msg");
}

TEST_CASE("event filter: an edited file holds from the next restart on", "[FLT-003]") {
    Filtered bench(R"({"raw_message":"one"})");
    Injector injector(bench.gateway.port());
    bench.write(R"({"raw_message":"two"})");
    injector.say("two");
    const Json one = injector.say("one");
    CHECK(bench.next() == one);
    CHECK(injector.call("set_restart_plugin", {{"delay", 0}}).at("retcode") == 1);
    CHECK(bench.gateway.logs("restarting"));
    WsVisitor again = bench.listener.accept();  // the restarted gateway connects
    again.let_in();
    again.send_bytes(server_frame(9, "there?"));
    CHECK(again.receive().opcode == 10);
    Injector after(bench.gateway.port());
    after.say("one");
    const Json two = after.say("two");
    CHECK(Json::parse(again.receive_text()) == two);
}

TEST_CASE("event filter: a broken file holds all events back and says why",
          "[FLT-004][FLT-005][FLT-010]") {
    struct Row {
        const char* filter;
        const char* reason;
    };
    for (const Row& row : {Row{R"({"user_id":{".foo":1}})", "user_id/.foo: there is no such"},
                           Row{"{\n\"user_id\": }", "line 2"},
                           Row{R"({"user_id":{".regex":"("}})", "user_id/.regex: "}}) {
        INFO(row.filter);
        Filtered bench(row.filter);
        CHECK(bench.gateway.logs("filters/f.json: " + std::string(row.reason)));
        Injector injector(bench.gateway.port());
        injector.say("a");
        injector.inject(group_message("b"));
        CHECK(injector.data("get_login_info").at("user_id") == 10086001);
        CHECK(bench.silent());
    }
}

TEST_CASE("event filter: it sees enhanced arrays and the present shape whatever is sent",
          "[PIPE-002][PIPE-005][PIPE-006][FLT-012][FLT-013][BC-001][BC-003][BC-006]") {
    Filtered bench(R"({".or":[
        {"post_type":"notice","notice_type":"group_admin"},
        {"message":[{"type":"image","data":{"file":"a.jpg","url":"http://127.0.0.1/a"}}],
         "raw_message":"[CQ:image,file=a.jpg]"}]})",
                   "enable_backward_compatibility = yes");
    Injector injector(bench.gateway.port());
    injector.say("rejected");
    Json picture = group_message("");
    picture["message"] =
        Json::parse(R"([{"type":"image","data":{"file":"a.jpg","url":"http://127.0.0.1/a"}}])");
    injector.inject(picture);
    const Json message = bench.next();
    CHECK(message.at("message") == "[CQ:image,file=a.jpg,url=http://127.0.0.1/a]");
    CHECK(message.at("raw_message") == "[CQ:image,file=a.jpg]");
    CHECK(message.at("anonymous") == "");
    injector.inject({{"post_type", "notice"},
                     {"notice_type", "group_admin"},
                     {"sub_type", "set"},
                     {"group_id", 20001},
                     {"user_id", 10005}});
    const Json notice = bench.next();
    CHECK(notice.at("post_type") == "event");
    CHECK(notice.at("event") == "group_admin");
    CHECK_FALSE(notice.contains("notice_type"));
}

}  // namespace cqhttp::test
