#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

// Signatures of a real gateway over bodies recorded byte for byte, checked by what bots are written
// in.
namespace cqhttp::test {
namespace {

struct Language {
    const char* name;
    std::vector<std::string> command;  // the script follows
    const char* script;                // prints the header value of standard input, key SECRET
};

const std::vector<Language> languages{
    {"Python",
     {"/usr/bin/env", "python3", "-c"},
     "import hashlib, hmac, os, sys\n"
     "body = sys.stdin.buffer.read()\n"
     "key = os.environb[b'SECRET']\n"
     "print('sha1=' + hmac.new(key, body, hashlib.sha1).hexdigest(), end='')\n"},
    {"Node",
     {"/usr/bin/env", "node", "-e"},
     "const body = require('fs').readFileSync(0);\n"
     "const key = Buffer.from(process.env.SECRET);\n"
     "process.stdout.write('sha1=' +\n"
     "    require('crypto').createHmac('sha1', key).update(body).digest('hex'));\n"}};

// Those that are installed here.
std::vector<Language> spoken_languages() {
    std::vector<Language> spoken;
    for (const Language& language : languages) {
        if (run({language.command[0], language.command[1], "--version"}).code == 0) {
            spoken.push_back(language);
        } else {
            WARN(language.name << " is not installed: its signatures are not compared");
        }
    }
    return spoken;
}

}  // namespace

TEST_CASE("signature: other implementations agree about recorded bodies",
          "[SIG-001][SIG-003][SIG-005][POST-006]") {
    const std::vector<Language> spoken = spoken_languages();
    for (const std::string& secret :
         {std::string("some-secret"), std::string("密钥"), std::string(100, 'k')}) {
        PostReceiver receiver(
            [](const Posted&, std::size_t) { return PostAnswer{"HTTP/1.1 204 No\r\n\r\n"}; });
        GatewayUnderTest gateway({"post_url = " + receiver.url("/") + "\nsecret = " + secret});
        gateway.start();
        Injector injector(gateway.port());
        injector.say("早安，世界☀ \xF0\x9F\x98\x80 / \\ \" \n\t end");
        injector.say(std::string(300'000, 'x'));
        for (const Posted& posted : receiver.wait_for(2)) {
            for (const Language& language : spoken) {
                std::vector<std::string> command = language.command;
                command.emplace_back(language.script);
                const Finished finished = run(command, posted.body, {{"SECRET", secret}});
                INFO(language.name << " " << finished.errors);
                CHECK(finished.code == 0);
                CHECK(finished.output == posted.header("X-Signature"));
            }
        }
    }
}

TEST_CASE("signature: what receive-post saves is what was signed", "[SIG-001][SIG-005][POST-006]") {
    const TempDir folder;
    const auto secret_file = (folder.path() / "secret").string();
    std::ofstream(secret_file) << "密钥\n";
    Process receiver({{cli_program(), "receive-post", "--port", "0", "--count", "2", "--json",
                       "--secret-file", secret_file, "--save", (folder.path() / "bodies").string()},
                      {},
                      {},
                      folder.path()});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (receiver.errors().find('\n') == std::string::npos) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    const std::string said = receiver.errors();
    const std::string url =
        said.substr(said.find("http://"), said.find('\n') - said.find("http://"));
    GatewayUnderTest gateway({"post_url = " + url + "\nsecret = 密钥"});
    gateway.start();
    Injector injector(gateway.port());
    const auto first = injector.say("早安");
    const auto second = injector.say("one\r\ntwo");
    REQUIRE(receiver.wait() == 0);  // both were signed with the secret
    const std::string lines = receiver.output();
    const std::size_t end = lines.find('\n');
    CHECK(nlohmann::json::parse(lines.substr(0, end)) == first);
    CHECK(nlohmann::json::parse(lines.substr(end)) == second);
    const auto check = run({cli_program(), "verify-signature",
                            (folder.path() / "bodies/000001.json"), "--secret-file", secret_file});
    CHECK(check.code == 0);
    CHECK(check.output.starts_with("sha1="));
}

}  // namespace cqhttp::test
