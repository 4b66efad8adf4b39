#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <set>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

// The measuring tool against the real gateway. What it counted must have happened; how long it took
// is nobody's business here.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

GatewayOptions with_ws(const std::string& settings = {}) {
    return {"use_ws = yes\n" + settings};
}

Finished bench(std::vector<std::string> arguments,
               const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    arguments.insert(arguments.begin(), {cli_program(), "bench"});
    return run(arguments, {}, environment);
}

// A short run without a warm-up, whose result is read.
Json measure(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(),
                     {"--warm-up", "0", "--seconds", "60", "--timeout", "30", "--json"});
    const Finished finished = bench(std::move(arguments));
    INFO(finished.errors);
    REQUIRE(finished.code == 0);
    REQUIRE(finished.errors.empty());
    return Json::parse(finished.output);
}

std::vector<std::string> sent_messages(const GatewayUnderTest& gateway,
                                       const std::vector<std::string>& headers = {}) {
    const Json reply = Json::parse(http(gateway.port(), "GET", "/.sandbox_effects", headers).body);
    std::vector<std::string> messages;
    for (const Json& effect : reply.at("data")) {
        messages.push_back(effect.at("params").at("message"));
    }
    return messages;
}

// A port nobody listens on at that address.
int free_port(const std::string& address) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &local.sin_addr);
    socklen_t size = sizeof local;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&local), size) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size) == 0);
    ::close(socket);
    return ntohs(local.sin_port);
}

// Address and port for a tool that listens. Nobody else uses the address, so the port stays free.
std::string own_listener() {
    const int process = ::getpid();
    const std::string address =
        "127.77." + std::to_string(process / 250 % 250) + "." + std::to_string(process % 250 + 1);
    return address + ":" + std::to_string(free_port(address));
}

}  // namespace

TEST_CASE("bench: calls over HTTP are made as often as it says", "[HTTP-003][HTTP-016]") {
    GatewayUnderTest gateway;
    gateway.start();
    std::size_t expected = 0;
    for (const std::vector<std::string>& way :
         {std::vector<std::string>{}, {"--get"}, {"--form"}}) {
        std::vector<std::string> arguments{"http",          "send_private_msg",
                                           "user_id=10001", "message=number {n}",
                                           "--connections", "5",
                                           "--requests",    "203",
                                           "--url",         gateway.address()};
        arguments.insert(arguments.end(), way.begin(), way.end());
        const Json result = measure(arguments);
        expected += 203;
        CHECK(result.at("operations") == 203);
        CHECK(result.at("parts").at(0).at("latency_us").at("count") == 203);
        CHECK(result.at("server").at("pids") == Json::array({gateway.process().pid()}));
        CHECK(result.at("server").at("cpu_us").get<double>() > 0);
        CHECK(result.at("server").at("memory_after").at("resident").get<long>() > 0);
        const auto messages = sent_messages(gateway);
        CHECK(messages.size() == expected);
        CHECK(std::set<std::string>(messages.end() - 203, messages.end()).size() == 203);
    }
}

TEST_CASE("bench: calls over WebSocket are made as often as it says",
          "[WS-040][WS-042][ECHO-002]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const Json result = measure({"ws", "send_private_msg", "user_id=10001", "message=number {n}",
                                 "--connections", "3", "--in-flight", "8", "--in-order",
                                 "--requests", "500", "--url", gateway.address("ws")});
    CHECK(result.at("operations") == 500);
    CHECK(result.at("parts").at(0).at("reordered") == 0);
    const auto messages = sent_messages(gateway);
    CHECK(messages.size() == 500);
    CHECK(std::set<std::string>(messages.begin(), messages.end()).size() == 500);
}

TEST_CASE("bench: an open loop makes every call that is due", "[WS-040]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const Json result = measure({"ws", "send_private_msg", "user_id=10001", "message=x",
                                 "--connections", "2", "--in-flight", "4", "--rate", "2000",
                                 "--requests", "300", "--url", gateway.address("ws")});
    CHECK(result.at("operations") == 300);
    CHECK(result.at("parts").at(0).at("unfinished") == 0);
    CHECK(result.at("parts").at(0).at("latency_us").at("count") == 300);
    CHECK(sent_messages(gateway).size() == 300);
}

TEST_CASE("bench: what is wrong ends the run without a number",
          "[AUTH-002][HTTP-019][WS-025][RET-001]") {
    GatewayUnderTest gateway(with_ws("access_token = verysecret"));
    gateway.start();
    const std::string web = gateway.address(), ws = gateway.address("ws");
    const std::vector<std::pair<std::string, std::string>> token{{"CQHTTP_TOKEN", "verysecret"}};
    const auto code_of = [](std::vector<std::string> arguments, const auto& environment) {
        arguments.insert(arguments.end(), {"--warm-up", "0", "--requests", "10"});
        const Finished finished = bench(std::move(arguments), environment);
        CHECK(finished.output.empty());
        CHECK_FALSE(finished.errors.empty());
        CHECK(finished.errors.find("verysecret") == std::string::npos);
        return finished.code;
    };
    CHECK(code_of({"http", "get_status", "--url", web}, std::decay_t<decltype(token)>()) == 4);
    CHECK(code_of({"ws", "get_status", "--url", ws}, std::decay_t<decltype(token)>()) == 4);
    CHECK(code_of({"http", "no_such_action", "--url", web}, token) == 5);
    CHECK(code_of({"ws", "no_such_action", "--url", ws}, token) == 5);
    CHECK(code_of({"http", "send_private_msg", "user_id=1", "--url", web}, token) == 1);
    CHECK(code_of({"ws", "send_private_msg", "user_id=1", "--url", ws}, token) == 1);
    CHECK(code_of({"http", "get_status", "--url", "http://127.0.0.1:1"}, token) == 3);
    CHECK(code_of({"http", "get_status", "--url", "http://192.0.2.1"}, token) == 2);
    CHECK(code_of({"http", "get_status", "--url", web, "--pid", "2147483647"}, token) == 2);
    CHECK(code_of({"http", "get_status", "--url", "http" + ws.substr(2)}, token) == 5);
    CHECK(sent_messages(gateway, {"Authorization: Token verysecret"}).empty());
}

TEST_CASE("bench: many connections are opened and kept", "[WS-012][WS-013][WS-014]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const Finished finished = bench({"connections", "--connections", "300", "--hold", "0",
                                     "--timeout", "30", "--json", "--url", gateway.address("ws")});
    INFO(finished.errors);
    REQUIRE(finished.code == 0);
    const Json result = Json::parse(finished.output);
    CHECK(result.at("operations") == 300);
    CHECK(result.at("parts").at(0).at("latency_us").at("count") == 300);
    CHECK(result.at("server").at("memory_after").at("own") >=
          result.at("server").at("memory_before").at("own"));
}

TEST_CASE("bench: every event reaches every subscriber in order", "[WS-050][WS-060]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const Json result = measure({"events", "--subscribers", "20", "--burst", "4", "--requests",
                                 "30", "--url", gateway.address("ws")});
    const Json part = result.at("parts").at(0);
    CHECK(result.at("operations") == 20 * 30);
    CHECK(part.at("events") == 30);
    CHECK(part.at("latency_us").at("count") == 20 * 30);
    CHECK(part.at("foreign_events") == 0);
    CHECK(part.at("event_bytes").get<int>() > 340);
    CHECK(part.at("event_bytes").get<int>() < 360);
}

TEST_CASE("bench: posted events are received and their signatures checked", "[POST-001][SIG-001]") {
    const std::string listen = own_listener();
    GatewayUnderTest gateway(with_ws("post_url = http://" + listen + "/\nsecret = kept"));
    gateway.start();
    const auto file = (gateway.root() / "secret.txt").string();
    std::ofstream(file) << "kept\n";
    const Json result = measure({"report", "--listen", listen, "--secret-file", file, "--requests",
                                 "40", "--burst", "8", "--url", gateway.address("ws")});
    CHECK(result.at("operations") == 40);
    CHECK(result.at("parts").at(0).at("events") == 40);
    std::ofstream(file) << "other\n";
    const Finished wrong = bench({"report", "--listen", listen, "--secret-file", file, "--requests",
                                  "4", "--url", gateway.address("ws")});
    CHECK(wrong.code == 1);
    CHECK(wrong.output.empty());
}

TEST_CASE("bench: an event posted to several addresses is a post to each", "[POST-001]") {
    const std::string listen = own_listener();
    GatewayUnderTest gateway(with_ws("post_url = http://" + listen +
                                     "/1\n[gateway.post.2]\nurl = http://" + listen + "/2"));
    gateway.start();
    const Json result = measure({"report", "--listen", listen, "--addresses", "2", "--requests",
                                 "20", "--url", gateway.address("ws")});
    CHECK(result.at("operations") == 40);
    CHECK(result.at("parts").at(0).at("events") == 20);
    // Nothing comes to a third one.
    const Finished missing = bench({"report", "--listen", listen, "--addresses", "3", "--requests",
                                    "4", "--timeout", "1", "--url", gateway.address("ws")});
    CHECK(missing.code == 3);
    CHECK(missing.errors.find("1 ... http://127.0.0.1:") != std::string::npos);
}

TEST_CASE("bench: posts that come by themselves are measured", "[POST-001]") {
    const std::string listen = own_listener();
    GatewayUnderTest gateway(with_ws(
        "post_url = http://" + listen +
        "/\ngateway.profile = cqhttp-4.15\nenable_heartbeat = yes\nheartbeat_interval = 20"));
    gateway.start();
    const pid_t pid = gateway.process().pid();
    const Json result = measure({"report", "--listen", listen, "--only-receive", "--requests", "3",
                                 "--pid", std::to_string(pid)});
    CHECK(result.at("operations").get<int>() >= 3);
    CHECK(result.at("server").at("pids").at(0) == pid);
    CHECK(result.at("target") == "");
}

TEST_CASE("bench: calls by every transport and events run side by side", "[HTTP-004][WS-054]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const Finished finished =
        bench({"mixed", "--connections", "2", "--ws-connections", "2", "--subscribers", "3",
               "--warm-up", "0", "--seconds", "0.5", "--timeout", "30", "--json", "--url",
               gateway.address(), "--ws-url", gateway.address("ws")});
    INFO(finished.errors);
    REQUIRE(finished.code == 0);
    const Json parts = Json::parse(finished.output).at("parts");
    REQUIRE(parts.size() == 4);
    for (const Json& part : parts) {
        INFO(part);
        CHECK(part.at("latency_us").at("count").get<int>() > 0);
    }
}

TEST_CASE("bench: two files of results are compared", "[HTTP-016]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto file = (gateway.root() / "results.json").string();
    std::ofstream(file) << measure({"http", "get_status", "--connections", "2", "--requests", "50",
                                    "--url", gateway.address()})
                               .dump()
                        << '\n';
    const auto same = bench({"compare", file, file, "--json", "--at-most", "1"});
    REQUIRE(same.code == 0);
    const Json compared = Json::parse(same.output);
    REQUIRE(compared.size() == 1);
    CHECK(compared.at(0).at("metrics").at(0).at("ratio") == 1);
    CHECK(bench({"compare", file, file, "--at-most", "0.9"}).code == 1);
    CHECK(bench({"compare", file, file + "x"}).code == 2);
}

}  // namespace cqhttp::test
