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
#include <set>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <string>

// The transports beside each other: which are there, what they carry, and what the event filter
// and the old shape do to all of them alike.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

const Json private_event{{"post_type", "message"},
                         {"message_type", "private"},
                         {"user_id", 10001},
                         {"message", "to whom it concerns"}};

PostAnswer no_content(const Posted&, std::size_t) {
    return {"HTTP/1.1 204 No Content\r\n\r\n"};
}

bool offers(const GatewayUnderTest& gateway, const std::string& kind) {
    try {
        return gateway.port(kind) != 0;
    } catch (const std::exception&) {
        return false;
    }
}

// Sockets of a process that listen, by /proc.
std::size_t listening_sockets(pid_t pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    std::set<std::string> listening;
    for (const char* table : {"/net/tcp", "/net/tcp6"}) {
        std::ifstream in(folder + table);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) {
            std::istringstream columns(line);
            std::string skipped, state, inode;
            columns >> skipped >> skipped >> skipped >> state;
            for (int i = 0; i < 6; ++i) {
                columns >> inode;
            }
            if (state == "0A") {
                listening.insert("socket:[" + inode + "]");
            }
        }
    }
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/fd")) {
        std::error_code error;
        found += listening.count(std::filesystem::read_symlink(entry.path(), error).string());
    }
    return found;
}

std::string frame_of(const Json& event) {
    return Json{{"action", ".sandbox_inject"}, {"params", {{"event", event}}}}.dump();
}

struct Switches {
    bool http, ws, reverse, post;
};

// A gateway with these switches and everything it could connect to. All addresses are configured,
// so that nothing but the switches decides.
struct Surroundings {
    explicit Surroundings(Switches on)
        : switches(on),
          gateway({fmt::format("use_http = {}\nuse_ws = {}\nuse_ws_reverse = {}\n"
                               "ws_reverse_api_url = {}\nws_reverse_event_url = {}\n{}",
                               on.http, on.ws, on.reverse, api_listener.url("/api"),
                               event_listener.url("/event"),
                               on.post ? "post_url = " + receiver.url("/") : "")}) {
        gateway.start();
        if (on.ws) {
            api.emplace(gateway.port("ws"), "/api/");
            events.emplace(gateway.port("ws"), "/event/");
            CHECK(api->status() == 101);
            CHECK(events->status() == 101);
        }
        if (on.reverse) {
            reverse_api.emplace(api_listener.accept());
            reverse_api->let_in();
            reverse_events.emplace(event_listener.accept());
            reverse_events->let_in();
            reverse_events->send_bytes(server_frame(9, "there?"));
            CHECK(reverse_events->receive().opcode == 10);  // it is in use
        }
    }

    // Makes an event through each API there is; the events as sent.
    std::vector<Json> inject_everywhere() {
        std::vector<Json> sent;
        if (switches.http) {
            sent.push_back(Injector(gateway.port()).inject(private_event));
        }
        if (switches.ws) {
            api->send(frame_of(private_event));
            sent.push_back(Json::parse(api->receive_text()).at("data"));
        }
        if (switches.reverse) {
            reverse_api->send(frame_of(private_event));
            sent.push_back(Json::parse(reverse_api->receive_text()).at("data"));
        }
        return sent;
    }

    Switches switches;
    PostReceiver receiver{no_content};
    WsListener api_listener, event_listener;
    GatewayUnderTest gateway;
    std::optional<WsPeer> api, events;
    std::optional<WsVisitor> reverse_api, reverse_events;
};

void check(Switches on) {
    INFO("use_http " << on.http << " use_ws " << on.ws << " use_ws_reverse " << on.reverse
                     << " post_url " << on.post);
    Surroundings all(on);
    GatewayUnderTest& gateway = all.gateway;
    const std::vector<Json> sent = all.inject_everywhere();
    CHECK(sent.size() == static_cast<std::size_t>(on.http) + on.ws + on.reverse);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        if (on.ws) {
            CHECK(Json::parse(all.events->receive_text()) == sent[i]);
        }
        if (on.reverse) {
            CHECK(Json::parse(all.reverse_events->receive_text()) == sent[i]);
        }
        if (on.post) {
            CHECK(Json::parse(all.receiver.wait_for(i + 1).at(i).body) == sent[i]);
        }
    }
    // Without any API nothing can be made to happen; that it would be posted is said at the start.
    CHECK((gateway.log().find("posting events url=") != std::string::npos) == on.post);
    CHECK(offers(gateway, "http") == on.http);
    CHECK(offers(gateway, "ws") == on.ws);
    CHECK(listening_sockets(gateway.process().pid()) == static_cast<std::size_t>(on.http) + on.ws);
    // A POST comes before the pushes that have arrived.
    CHECK(all.receiver.wait_for(0).size() == (on.post ? sent.size() : 0));
    CHECK(all.api_listener.visited() == false);
    CHECK(all.event_listener.visited() == false);
}

// What a filter or a setting makes of events on every transport at once.
struct AllOn : Surroundings {
    AllOn() : Surroundings({true, true, true, true}) {}
};

}  // namespace

TEST_CASE("transports: each works exactly where it is switched on and events are posted",
          "[HTTP-001][HTTP-002][WS-001][WS-002][WSR-001][WSR-002][POST-001][POST-002][PIPE-008]") {
    for (int mask = 0; mask < 8; ++mask) {
        check({(mask & 1) != 0, (mask & 2) != 0, (mask & 4) != 0, true});
    }
}

TEST_CASE("transports: each works exactly where it is switched on and nothing is posted",
          "[HTTP-001][HTTP-002][WS-001][WS-002][WSR-001][WSR-002][POST-003][PIPE-008]") {
    for (int mask = 0; mask < 8; ++mask) {
        check({(mask & 1) != 0, (mask & 2) != 0, (mask & 4) != 0, false});
    }
}

TEST_CASE("transports: what comes in on event connections is no quick operation",
          "[QOP-011][WSR-032][WSR-033][WS-032][SIG-004]") {
    AllOn all;
    Injector injector(all.gateway.port());
    injector.inject(private_event);
    all.events->receive_text();
    all.reverse_events->receive_text();
    const std::string answer = R"({"reply":"hi","approve":true,"action":"send_private_msg",)"
                               R"("params":{"user_id":10001,"message":"hi"},"echo":1})";
    all.events->send(answer);
    all.events->send_bytes(client_frame(9, "read?"));
    CHECK(all.events->receive().opcode == 10);
    all.reverse_events->send(answer);
    all.reverse_events->send_bytes(server_frame(9, "read?"));
    CHECK(all.reverse_events->receive().opcode == 10);
    CHECK(injector.data(".sandbox_effects").empty());
}

TEST_CASE("transports: a file of a friend is no event of its own", "[EVT-033][EVT-020]") {
    AllOn all;
    Injector injector(all.gateway.port());
    const Json file{{"name", "a.pdf"}, {"size", 1}};
    for (const char* type : {"group_upload", "offline_file"}) {
        const Json upload{
            {"post_type", "notice"}, {"notice_type", type}, {"user_id", 10001}, {"file", file}};
        CHECK(injector.call(".sandbox_inject", {{"event", upload}}).at("retcode") == 100);
    }
    const Json sent = injector.say("[CQ:rich,text=a.pdf]");
    CHECK(sent.at("message_type") == "private");
    CHECK(Json::parse(all.events->receive_text()) == sent);
}

}  // namespace cqhttp::test
