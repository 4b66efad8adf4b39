#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <fstream>
#include <set>
#include <signal.h>
#include <string>
#include <thread>

// Life of the program: start, restart, stop, crash, and what stays.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

Json call(std::uint16_t port, const std::string& target) {
    return Json::parse(http(port, "GET", target).body);
}

// Whether calls are answered after a restart that ended the connection `before`.
bool answers_again(std::uint16_t port, HttpPeer& before) {
    if (!before.ended()) {
        return false;
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
        try {
            if (http(port, "GET", "/get_status").status != 0) {
                return true;
            }
        } catch (const std::exception&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    return false;
}

}  // namespace

TEST_CASE("program: help and version say what they should and exit 0", "[CFG-009]") {
    const auto help = run({gateway_program(), "--help"});
    CHECK(help.code == 0);
    for (const char* option : {"--config", "--root", "--profile", "--account", "--check",
                               "--ephemeral", "--ready-file", "--version"}) {
        CHECK(help.output.find(option) != std::string::npos);
    }
    const auto version = run({gateway_program(), "--version"});
    CHECK(version.code == 0);
    CHECK(version.output.starts_with("cqhttp-gateway "));
    CHECK(run({gateway_program(), "--no-such-option"}).code == 2);
    CHECK(run({gateway_program(), "--profile", "cqhttp-5"}).code == 2);
}

TEST_CASE("program: check prints the settings with secrets masked", "[CFG-036][AUTH-024]") {
    GatewayUnderTest gateway({"access_token = T0ken-for-tests\nsecret = 5ecret"});
    const auto good = run({gateway_program(), "--root", gateway.root().string(), "--config",
                           gateway.config_file().string(), "--check"});
    CHECK(good.code == 0);
    CHECK(good.output.find("access_token") != std::string::npos);
    CHECK(good.output.find("T0ken-for-tests") == std::string::npos);
    CHECK(good.output.find("5ecret") == std::string::npos);
    gateway.write_config("port = 70000\ngateway.no_such_key = 1");
    const auto bad = run({gateway_program(), "--root", gateway.root().string(), "--config",
                          gateway.config_file().string(), "--check"});
    CHECK(bad.code == 2);
    CHECK(bad.errors.find("gateway.ini") != std::string::npos);
}

TEST_CASE("program: without a configuration the default file is written and used",
          "[CFG-006][CFG-040]") {
    const TempDir folder;
    const auto root = folder.path() / "bot";
    const auto checked = run({gateway_program(), "--root", root.string(), "--check"});
    CHECK(checked.code == 0);
    CHECK_FALSE(std::filesystem::exists(root));
    std::filesystem::create_directories(folder.path() / "out");
    Process gateway({{gateway_program(), "--root", root.string(), "--ready-file",
                      (folder.path() / "ready").string()},
                     {},
                     {},
                     folder.path() / "out"});
    const auto file =
        root / "app" / "io.github.richardchien.coolqhttpapi" / "config" / "10086001.json";
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (gateway.running() && !std::filesystem::exists(folder.path() / "ready") &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    gateway.signal(SIGTERM);
    gateway.wait();
    INFO(gateway.errors());
    REQUIRE(std::filesystem::exists(file));
    std::ifstream in(file);
    const Json settings = Json::parse(in);
    CHECK(settings.at("port") == 5700);
    CHECK(settings.at("host") == "0.0.0.0");
    CHECK(settings.at("use_http") == true);
}

TEST_CASE("program: an open door without a token is one clear warning", "[CFG-036]") {
    GatewayUnderTest gateway({"", "[10086001]\nhost = 0.0.0.0"});
    gateway.start();
    CHECK(gateway.logs("set access_token"));
    CHECK(gateway.stop() == 0);
    GatewayUnderTest guarded({"access_token = x", "[10086001]\nhost = 0.0.0.0"});
    guarded.start();
    CHECK(guarded.stop() == 0);
    CHECK(guarded.log().find("set access_token") == std::string::npos);
}

TEST_CASE("program: a taken port ends the start with its address", "[CFG-034]") {
    GatewayUnderTest first;
    first.start();
    GatewayUnderTest second({"", "[10086001]\nport = " + std::to_string(first.port())});
    const auto ended = run({gateway_program(), "--root", second.root().string(), "--config",
                            second.config_file().string()});
    CHECK(ended.code == 2);
    CHECK(ended.errors.find(std::to_string(first.port())) != std::string::npos);
}

TEST_CASE("program: two accounts of one file run side by side", "[CFG-003][CFG-004][CFG-041]") {
    GatewayUnderTest gateway(
        {"", "[10086001]\naccess_token = T0ken-for-tests\n[10086009]\nuse_http = yes"});
    gateway.start();
    const auto first = gateway.port("http", 10086001);
    const auto second = gateway.port("http", 10086009);
    CHECK(first != second);
    CHECK(http(first, "GET", "/get_login_info").status == 401);
    CHECK(call(second, "/get_login_info").at("data").at("user_id") == 10086009);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("program: a plugin restart answers first and serves again on the same port",
          "[ACT-040][ACT-041][ACT-130][CFG-008][CFG-037]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    gateway.write_config("access_token = new");
    HttpPeer idle(port);
    const Json reply = call(port, "/set_restart_plugin?delay=50");
    CHECK(reply == Json({{"status", "async"}, {"retcode", 1}, {"data", nullptr}}));
    CHECK(answers_again(port, idle));
    CHECK(http(port, "GET", "/get_status").status == 401);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("program: an account restart answers ok and comes back", "[ACT-044][ACT-129]") {
    GatewayUnderTest gateway;
    gateway.start();
    HttpPeer idle(gateway.port());
    CHECK(call(gateway.port(), "/set_restart").at("retcode") == 0);
    CHECK(answers_again(gateway.port(), idle));
}

TEST_CASE("program: a broken configuration at restart changes nothing", "[CFG-007]") {
    GatewayUnderTest gateway({"access_token = old"});
    gateway.start();
    HttpPeer idle(gateway.port());
    gateway.write_config("this line has no equals sign");
    gateway.process().signal(SIGHUP);
    CHECK(answers_again(gateway.port(), idle));
    CHECK(gateway.logs("going on with the previous one"));
    CHECK(http(gateway.port(), "GET", "/get_status").status == 401);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("program: an ephemeral world survives a restart of the plugin but not of the program",
          "[ACT-041][SBX-002]") {
    GatewayUnderTest gateway({"", "", {"--ephemeral"}});
    gateway.start();
    const auto port = gateway.port();
    call(port, "/set_group_card?group_id=20001&user_id=10086001&card=kept");
    HttpPeer idle(port);
    call(port, "/set_restart_plugin");
    REQUIRE(answers_again(port, idle));
    const std::string member = "/get_group_member_info?group_id=20001&user_id=10086001";
    CHECK(call(port, member).at("data").at("card") == "kept");
    CHECK(gateway.stop() == 0);
    gateway.start();
    CHECK(call(gateway.port(), member).at("data").at("card") != "kept");
}

TEST_CASE("program: what was answered ok survives an orderly end", "[SBX-002]") {
    GatewayUnderTest gateway;
    gateway.start();
    call(gateway.port(), "/set_group_card?group_id=20001&user_id=10086001&card=kept");
    const int id = call(gateway.port(), "/send_private_msg?user_id=10001&message=a")
                       .at("data")
                       .at("message_id");
    CHECK(gateway.stop() == 0);
    gateway.start();
    CHECK(call(gateway.port(), "/get_group_member_info?group_id=20001&user_id=10086001")
              .at("data")
              .at("card") == "kept");
    CHECK(call(gateway.port(), "/delete_msg?message_id=" + std::to_string(id)).at("retcode") == 0);
}

TEST_CASE("program: every send that was answered ok survives a kill", "[RET-003][ACT-003]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    std::set<int> acknowledged;
    std::atomic<int> sent = 0;
    std::thread killer([&] {
        while (sent < 400) {
            std::this_thread::yield();
        }
        gateway.kill();
    });
    HttpPeer peer(port);
    bool alive = true;
    for (int round = 0; round < 100 && alive; ++round) {
        std::string burst;
        for (int i = 0; i < 10; ++i) {
            burst += "GET /send_private_msg?user_id=10001&message=m HTTP/1.1\r\nHost: x\r\n\r\n";
        }
        alive = peer.send(burst);
        for (int i = 0; i < 10 && alive; ++i) {
            PeerResponse reply;
            try {
                reply = peer.receive();
            } catch (const std::exception&) {
                reply.status = 0;
            }
            alive = reply.status == 200;
            if (alive) {
                acknowledged.insert(Json::parse(reply.body).at("data").at("message_id").get<int>());
                ++sent;
            }
        }
    }
    sent = 1000;
    killer.join();
    REQUIRE(acknowledged.size() >= 400);
    gateway.start();
    std::size_t kept = 0;
    HttpPeer again(gateway.port());
    for (const int id : acknowledged) {
        again.send("GET /delete_msg?message_id=" + std::to_string(id) +
                   " HTTP/1.1\r\nHost: x\r\n\r\n");
        if (Json::parse(again.receive().body).at("retcode") == 0) {
            ++kept;
        }
    }
    CHECK(kept == acknowledged.size());
}

TEST_CASE("program: a full disk fails the call and loses nothing that was answered ok",
          "[RET-003][RET-004][SBX-001]") {
    // Files may grow to 400 KiB only: what a full disk or quota looks like from inside.
    GatewayOptions options;
    options.launcher = {"/bin/bash", "-c", "ulimit -f 400; exec \"$@\"", "bash"};
    GatewayUnderTest gateway(options);
    gateway.start();
    const std::string text(4000, 'x');
    std::set<int> acknowledged;
    Json reply;
    for (int i = 0; i < 400; ++i) {
        reply = call(gateway.port(), "/send_private_msg?user_id=10001&message=" + text);
        if (reply.at("retcode") != 0) {
            break;
        }
        acknowledged.insert(reply.at("data").at("message_id").get<int>());
    }
    CHECK(reply == Json({{"status", "failed"}, {"retcode", 103}, {"data", nullptr}}));
    CHECK(call(gateway.port(), "/get_login_info").at("retcode") == 0);
    CHECK(call(gateway.port(), "/.sandbox_effects").at("data").size() == acknowledged.size());
    gateway.stop();

    GatewayUnderTest roomy;
    std::filesystem::copy(gateway.root() / "data", roomy.root() / "data",
                          std::filesystem::copy_options::recursive);
    roomy.start();
    for (const int id : acknowledged) {
        CHECK(call(roomy.port(), "/delete_msg?message_id=" + std::to_string(id)).at("retcode") ==
              0);
    }
    CHECK(call(roomy.port(), "/send_private_msg?user_id=10001&message=again").at("retcode") == 0);
}

TEST_CASE("program: two gateways do not share one database", "[CFG-034]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto second = run({gateway_program(), "--root", gateway.root().string(), "--config",
                             gateway.config_file().string()});
    CHECK(second.code == 2);
    CHECK(second.errors.find("sandbox.db") != std::string::npos);
    CHECK(http(gateway.port(), "GET", "/get_login_info").status == 200);
}

TEST_CASE("program: a request under way is answered before the end", "[HTTP-003]") {
    GatewayUnderTest gateway;
    gateway.start();
    HttpPeer peer(gateway.port());
    peer.send(
        "POST /get_login_info HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{");
    HttpPeer witness(gateway.port());
    witness.send("GET /get_login_info HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(witness.receive().status == 200);
    gateway.process().signal(SIGTERM);
    CHECK(witness.ended());
    peer.send("}");
    const auto reply = peer.receive();
    CHECK(reply.status == 200);
    CHECK(reply.header("Connection") == "close");
    CHECK(gateway.process().wait() == 0);
}

}  // namespace cqhttp::test
