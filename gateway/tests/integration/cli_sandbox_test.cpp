#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

// cqhttp-cli inject and cqhttp-cli sandbox against the real gateway.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

struct Shell {
    explicit Shell(GatewayOptions options = {}) : gateway(std::move(options)) { gateway.start(); }

    Finished cli(std::vector<std::string> arguments, const std::string& input = {}) {
        arguments.insert(arguments.begin(), cli_program());
        return run(arguments, input, {{"CQHTTP_URL", gateway.address()}});
    }
    // The event of an act that must happen.
    Json inject(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "inject");
        arguments.emplace_back("--json");
        const Finished done = cli(arguments);
        INFO(arguments.at(1) << ": " << done.errors);
        REQUIRE(done.code == 0);
        return Json::parse(done.output);
    }
    Json sandbox(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "sandbox");
        const Finished done = cli(arguments);
        INFO(done.errors);
        REQUIRE(done.code == 0);
        return Json::parse(done.output);
    }

    GatewayUnderTest gateway;
};

}  // namespace

TEST_CASE("cli sandbox: every act of 4-0 makes its event", "[PIPE-001][EVT-032]") {
    Shell shell;
    const Json said = shell.inject({"say", "--as", "10001", "--group", "20001", "hello"});
    CHECK(said.at("message") == "hello");
    CHECK(said.at("message_id") == 8);
    CHECK(shell.inject({"say", "--as", "10001", R"([{"type":"face","data":{"id":"1"}}])"})
              .at("raw_message") == "[CQ:face,id=1]");
    CHECK(shell.inject({"say", "--as", "10001", "--text", "[CQ:face,id=1]"}).at("raw_message") ==
          "&#91;CQ:face,id=1&#93;");
    CHECK(shell.inject({"say", "--as", "10001", "--discuss", "30001", "hi"}).at("message_type") ==
          "discuss");
    CHECK(shell.inject({"say", "--as", "10005", "--group", "20001", "--anonymous", "boo"})
              .at("anonymous")
              .at("name") == "大力鬼");
    CHECK(shell.inject({"say", "--hint", "--group", "20001", "hint"}).at("sub_type") == "notice");
    CHECK(shell.inject({"join", "--as", "4711", "--group", "20001"}).at("operator_id") == 10086001);
    CHECK(shell.inject({"promote", "--user", "4711", "--group", "20001"}).at("sub_type") == "set");
    CHECK(shell.inject({"demote", "--user", "4711", "--group", "20001"}).at("sub_type") == "unset");
    CHECK(shell.inject({"kick", "--user", "4711", "--group", "20001", "--by", "10001"})
              .at("operator_id") == 10001);
    CHECK(shell.inject({"leave", "--as", "10006", "--group", "20001"}).at("sub_type") == "leave");
    CHECK(shell.inject({"kick", "--user", "self", "--group", "20003"}).at("sub_type") == "kick_me");
    CHECK(shell.inject({"upload", "--as", "10001", "--group", "20001", "a.txt", "--size", "5"})
              .at("file")
              .at("size") == 5);
    CHECK(shell.inject({"befriend", "--as", "10010"}).at("notice_type") == "friend_add");
    const Json friendly = shell.inject({"request-friend", "--as", "10009", "--comment", "hi"});
    const Json applicant = shell.inject({"request-join", "--as", "10009", "--group", "20002"});
    const Json invitation = shell.inject({"invite", "--as", "10001", "--group", "29999"});

    const Json requests = shell.sandbox({"requests"});
    REQUIRE(requests.size() == 6);
    CHECK(requests.at(3).at("flag") == friendly.at("flag"));
    CHECK(requests.at(4).at("flag") == applicant.at("flag"));
    CHECK(requests.at(5).at("flag") == invitation.at("flag"));
}

TEST_CASE("cli sandbox: what cannot happen says why and exits with 1", "[RET-003]") {
    Shell shell;
    const Finished no_member =
        shell.cli({"inject", "say", "--as", "10009", "--group", "20001", "hello"});
    CHECK(no_member.code == 1);
    CHECK(no_member.output.empty());
    CHECK(no_member.errors == "cqhttp-cli: retcode -10: user 10009 is not in group 20001\n");
    const Finished later = shell.cli({"inject", "poke", "--as", "10001", "--group", "20001"});
    CHECK(later.code == 1);
    CHECK(later.errors.find("notice_type: must be group_upload") != std::string::npos);
    Shell closed({"gateway.sandbox_control = off"});
    const Finished refused = closed.cli({"sandbox", "effects"});
    CHECK(refused.code == 5);
    CHECK(refused.errors.find("gateway.sandbox_control = loopback") != std::string::npos);
}

TEST_CASE("cli sandbox: events and scripts come from files and standard input", "[PIPE-010]") {
    Shell shell;
    const char* events =
        R"([{"post_type":"message","message_type":"private","user_id":10001,"message":"one"},)"
        R"({"post_type":"message","message_type":"private","user_id":10001,"message":"two"}])";
    const Finished many = shell.cli({"inject", "--event", "-"}, events);
    INFO(many.errors);
    CHECK(many.code == 0);
    CHECK(many.output.find("one") < many.output.find("two"));
    const std::string file = (shell.gateway.root() / "scenario.jsonl").string();
    std::ofstream(file)
        << "# who comes must go\n"
        << R"({"event":{"post_type":"notice","notice_type":"group_increase","group_id":20001,)"
        << R"("user_id":4711}})"
        << "\n"
        << R"({"after":0.02,"event":{"post_type":"notice","notice_type":"group_decrease",)"
        << R"("sub_type":"leave","group_id":20001,"user_id":4711}})"
        << "\n"
        << R"({"event":{"post_type":"notice","notice_type":"group_decrease",)"
        << R"("sub_type":"leave","group_id":20001,"user_id":4711}})"
        << "\n";
    const Finished scenario = shell.cli({"inject", "--script", file, "--json"});
    CHECK(scenario.code == 1);
    CHECK(scenario.output.find("group_increase") < scenario.output.find("group_decrease"));
    CHECK(scenario.errors ==
          "cqhttp-cli: " + file + ":4: retcode -10: user 4711 is not in group 20001\n");
}

TEST_CASE("cli sandbox: what the account did and what there is can be seen and undone",
          "[QOP-038]") {
    Shell shell;
    const Json beginning = shell.sandbox({"show"});
    CHECK(shell.sandbox({"effects"}) == Json::array());
    REQUIRE(shell.cli({"call", "send_private_msg", "user_id=10001", "message=hi"}).code == 0);
    REQUIRE(shell.cli({"call", "delete_msg", "message_id=8"}).code == 0);
    const Json effects = shell.sandbox({"effects"});
    REQUIRE(effects.size() == 2);
    CHECK(effects.at(0).at("action") == "send_private_msg");
    CHECK(effects.at(0).at("message_id") == 8);
    CHECK(effects.at(1).at("params") == Json{{"message_id", "8"}});
    CHECK(shell.sandbox({"effects", "--since", "1"}).size() == 1);
    CHECK(shell.sandbox({"show"}) != beginning);
    const Finished reset = shell.cli({"sandbox", "reset"});
    CHECK(reset.code == 0);
    CHECK(reset.output.empty());
    CHECK(shell.sandbox({"show"}) == beginning);

    // What is shown is a seed.
    const std::string seed = (shell.gateway.root() / "world.json").string();
    shell.inject({"join", "--as", "4711", "--group", "20001"});
    const Json shown = shell.sandbox({"show"});
    std::ofstream(seed) << shown.dump();
    Shell again({"gateway.world = " + seed});
    CHECK(again.sandbox({"show"}) == shown);
}

}  // namespace cqhttp::test
