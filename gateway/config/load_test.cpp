#include "gateway/config/load.hpp"

#include "gateway/config/default_file.hpp"
#include "gateway/config/temporary_tree.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <thread>

namespace cqhttp::config {
namespace {

namespace fs = std::filesystem;
using protocol::ProfileId;

LoadOptions options_for(const test::TemporaryTree& tree) {
    LoadOptions options;
    options.root = tree.root();
    return options;
}

bool any_contains(const std::vector<std::string>& sentences, std::string_view piece) {
    return std::any_of(sentences.begin(), sentences.end(), [piece](const std::string& sentence) {
        return sentence.find(piece) != std::string::npos;
    });
}

TEST_CASE("load: the generated file is private and is what the next start reads",
          "[CFG-006][CFG-008][CFG-040]") {
    for (const ProfileId profile :
         {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        const test::TemporaryTree tree;
        LoadOptions options = options_for(tree);
        options.profile = profile;
        const LoadOutcome first = load(options);
        REQUIRE(first.loaded);
        CHECK(first.loaded->wrote_default);
        REQUIRE(first.loaded->files.size() == 1);
        const fs::path file = first.loaded->files[0];
        CHECK(file == first.loaded->accounts.at(0).app_directory / "config/10086001.json");
        CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));

        const LoadOutcome second = load(options);
        REQUIRE(second.loaded);
        CHECK_FALSE(second.loaded->wrote_default);
        CHECK(second.loaded->files == first.loaded->files);
        CHECK(second.loaded->warnings.empty());
        const auto& before = first.loaded->accounts.at(0);
        const auto& after = second.loaded->accounts.at(0);
        REQUIRE(before.effective.size() == after.effective.size());
        for (std::size_t i = 0; i < before.effective.size(); ++i) {
            INFO(before.effective[i].name);
            CHECK(before.effective[i].value == after.effective[i].value);
            CHECK_FALSE(after.effective[i].changed);
        }
    }
}

TEST_CASE("load: an edited file counts at the next load", "[CFG-008]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini", "[general]\nport = 5710\n");
    CHECK(load(options_for(tree)).loaded->accounts.at(0).http.port == 5710);
    tree.write("4.0/config.ini", "[general]\nport = 5711\n");
    CHECK(load(options_for(tree)).loaded->accounts.at(0).http.port == 5711);
}

TEST_CASE("load: a mere check writes nothing", "[CFG-006]") {
    const test::TemporaryTree tree;
    LoadOptions options = options_for(tree);
    options.write_default = false;
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->accounts.at(0).http.port == 5700);
    CHECK(outcome.loaded->files.empty());
    CHECK(fs::is_empty(tree.root()));
}

TEST_CASE("load: with a mistake anywhere nothing is written", "[CFG-006][CFG-007]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config/1.json", R"({"port":70000})");
    LoadOptions options = options_for(tree);
    options.accounts = {1, 2};
    const LoadOutcome outcome = load(options);
    CHECK_FALSE(outcome.loaded);
    CHECK(outcome.mistakes.size() == 1);
    CHECK_FALSE(fs::exists(tree.at("4.0/config/2.json")));
}

TEST_CASE("load: a broken file is never written over", "[CFG-007]") {
    const test::TemporaryTree tree;
    const std::string broken = R"({"access_token":"T0ken-for-tests",})";
    tree.write("4.0/config/10086001.json", broken);
    const LoadOutcome outcome = load(options_for(tree));
    CHECK_FALSE(outcome.loaded);
    REQUIRE(outcome.mistakes.size() == 1);
    CHECK(outcome.mistakes[0].find("line 1, column 35") != std::string::npos);
    CHECK(tree.read("4.0/config/10086001.json") == broken);

    const auto written =
        write_default_file(tree.at("4.0/config/10086001.json"), ProfileId::cqhttp_4_0);
    CHECK(written.has_error());
    CHECK(tree.read("4.0/config/10086001.json") == broken);
}

TEST_CASE("load: a default file that cannot be written names the path and the way out",
          "[CFG-006]") {
    const test::TemporaryTree tree;
    tree.write("app", "a file where a directory is needed");
    const LoadOutcome outcome = load(options_for(tree));
    CHECK_FALSE(outcome.loaded);
    REQUIRE(outcome.mistakes.size() == 1);
    CHECK(any_contains(outcome.mistakes, tree.at("4.0/config/10086001.json").string()));
    CHECK(any_contains(outcome.mistakes, "--root"));
    CHECK(any_contains(outcome.mistakes, "--config"));
}

TEST_CASE("load: an account without files of its own gets a default file beside the others",
          "[CFG-006]") {
    const test::TemporaryTree tree;
    tree.write("4.15/config/1.json", R"({"port":5701})");
    LoadOptions options = options_for(tree);
    options.accounts = {1, 2};
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->wrote_default);
    CHECK(outcome.loaded->accounts.at(1).profile == ProfileId::cqhttp_4_15);
    CHECK(fs::exists(tree.at("4.15/config/2.json")));
}

TEST_CASE("load: variables of the process do not matter unless they are passed in", "[CFG-010]") {
    ::setenv("CQHTTP_PORT", "5799", 1);
    const test::TemporaryTree tree;
    const LoadOutcome outcome = load(options_for(tree));
    ::unsetenv("CQHTTP_PORT");
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->accounts.at(0).http.port == 5700);
}

TEST_CASE("load: invalid UTF-8 in a variable is a mistake", "[CFG-010][CFG-019]") {
    const test::TemporaryTree tree;
    LoadOptions options = options_for(tree);
    options.environment = [](const std::string& name) -> std::optional<std::string> {
        return name == "CQHTTP_ACCESS_TOKEN" ? std::optional<std::string>("\xff\xfe")
                                             : std::nullopt;
    };
    const LoadOutcome outcome = load(options);
    CHECK_FALSE(outcome.loaded);
    CHECK(any_contains(outcome.mistakes, "environment: CQHTTP_ACCESS_TOKEN: must be valid UTF-8"));
}

TEST_CASE("load: zero workers are twice the cores plus one", "[CFG-030]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini", "[general]\nthread_pool_size = 0\n");
    const LoadOutcome outcome = load(options_for(tree));
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->accounts.at(0).actions.workers ==
          2 * std::size_t{std::thread::hardware_concurrency()} + 1);
}

TEST_CASE("load: paths are relative to the directory the configuration was found in", "[CFG-001]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini",
               "[general]\ngateway.profile = cqhttp-4.15\ngateway.world = w.json\n"
               "gateway.tls_ca_file = /etc/ca.pem\n");
    const LoadOutcome outcome = load(options_for(tree));
    REQUIRE(outcome.loaded);
    const AccountConfig& account = outcome.loaded->accounts.at(0);
    CHECK(account.profile == ProfileId::cqhttp_4_15);
    CHECK(account.root == tree.root());
    CHECK(account.app_directory == tree.at("4.0"));
    CHECK(account.sandbox.world == tree.at("4.0/w.json"));
    CHECK(account.tls.ca_file == "/etc/ca.pem");
}

TEST_CASE("load: with --config the app directory is that of the profile", "[CFG-009]") {
    const test::TemporaryTree tree;
    LoadOptions options = options_for(tree);
    options.config_file = tree.write("elsewhere/my.json", R"({"gateway.profile":"cqhttp-4.15"})");
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->accounts.at(0).app_directory == tree.at("4.15"));
    CHECK(outcome.loaded->files == std::vector<fs::path>{*options.config_file});
    CHECK_FALSE(fs::exists(tree.at("4.15")));
}

TEST_CASE("load: warnings say what to do", "[CFG-023][CFG-032]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini",
               "[general]\nprot = 1\npost_timeout = 5\nhttp.port = 2\nuse_ws = on\n"
               "post_url = 127.0.0.1/?token=hidden\nT0ken/for+tests==\n");
    const LoadOutcome outcome = load(options_for(tree));
    REQUIRE(outcome.loaded);
    const std::string file = tree.at("4.0/config.ini").string();
    const std::vector<std::string> expected = {
        file + ":2: prot: ignored: there is no such key; did you mean \"port\"?",
        file +
            ":3: post_timeout: ignored: cqhttp-4.0 does not have this key; use "
            "\"gateway.post_timeout\"",
        file + ":4: http.port: ignored: a name of onebot-11; use \"port\"",
        file + ":7: ignored: there is no such key",
        file + ":6: post_url: ignored: the address must start with http:// or https://",
        file +
            ":5: use_ws: must be yes or no (or true, false, 1, 0), not \"on\"; the default false "
            "is used",
    };
    std::vector<std::string> actual = outcome.loaded->warnings;
    std::sort(actual.begin(), actual.end());
    std::vector<std::string> sorted = expected;
    std::sort(sorted.begin(), sorted.end());
    CHECK(actual == sorted);
}

TEST_CASE("load: a general section is complained about once for all accounts", "[CFG-023]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini", "[general]\ncolour = red\nport = 0\n[1]\n[2]\n[3]\n[4]\n");
    const LoadOutcome outcome = load(options_for(tree));
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->accounts.size() == 4);
    CHECK(outcome.loaded->warnings.size() == 1);
}

TEST_CASE("load: a file full of rubbish is not echoed line by line", "[CFG-017][CFG-023]") {
    const test::TemporaryTree tree;
    std::string lines;
    std::string keys = "[general]\n";
    for (int i = 0; i < 100'000; ++i) {
        lines += "rubbish\n";
        keys += "key_number_" + std::to_string(i) + " = 1\n";
    }
    tree.write("4.0/config.ini", lines);
    const LoadOutcome broken = load(options_for(tree));
    CHECK_FALSE(broken.loaded);
    CHECK(broken.mistakes.size() == 101);
    tree.write("4.0/config.ini", keys);
    const LoadOutcome odd = load(options_for(tree));
    REQUIRE(odd.loaded);
    CHECK(odd.loaded->warnings.size() == 101);
}

// The text of the fenced block number `index` of one kind in docs/configuration.md.
std::string documented(std::string_view kind, int index) {
    const std::string document = cqhttp::test::fixture_text("../docs/configuration.md");
    const std::string fence = "\n```" + std::string(kind) + "\n";
    std::size_t at = document.find(fence);
    for (; index > 0 && at != std::string::npos; --index) {
        at = document.find(fence, at + 1);
    }
    REQUIRE(at != std::string::npos);
    at += fence.size();
    return document.substr(at, document.find("```", at) - at);
}

TEST_CASE("load: the examples of the documentation say the same in all three forms",
          "[CFG-002][CFG-041]") {
    const test::TemporaryTree trees[3];
    trees[0].write("4.0/config.ini", documented("ini", 0));
    trees[1].write("4.0/config.json", documented("json", 0));
    trees[2].write("4.0/config/general.json", documented("json", 1));
    trees[2].write("4.0/config/10086001.json", documented("json", 2));
    trees[2].write("4.0/config/10086009.json", documented("json", 3));
    for (const test::TemporaryTree& tree : trees) {
        const LoadOutcome outcome = load(options_for(tree));
        REQUIRE(outcome.loaded);
        CHECK(outcome.loaded->warnings.empty());
        REQUIRE(outcome.loaded->accounts.size() == 2);
        const AccountConfig& first = outcome.loaded->accounts[0];
        const AccountConfig& second = outcome.loaded->accounts[1];
        CHECK(first.self_id == 10086001);
        CHECK(first.access_token.reveal() == "T0ken-for-tests");
        CHECK(first.http.port == 5710);
        CHECK(first.ws.port == 6700);
        CHECK(second.self_id == 10086009);
        CHECK(second.access_token.empty());
        CHECK(second.http.port == 5711);
        CHECK(second.ws.port == 6701);
        for (const AccountConfig& account : outcome.loaded->accounts) {
            CHECK(account.http.host == "127.0.0.1");
            CHECK(account.post.url == "http://127.0.0.1:9100/ev");
            CHECK(account.ws.enabled);
        }
    }
}

TEST_CASE("load: the documented OneBot 11 example connects to the framework", "[CFG-031]") {
    const test::TemporaryTree tree;
    tree.write("4.15/config/general.json", documented("json", 4));
    const LoadOutcome outcome = load(options_for(tree));
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->warnings.empty());
    const AccountConfig& account = outcome.loaded->accounts.at(0);
    CHECK(account.profile == ProfileId::onebot_11);
    CHECK(account.reverse.enabled);
    CHECK(account.reverse.universal);
    CHECK(account.reverse.url == "ws://127.0.0.1:8080/onebot/v11/ws");
    CHECK(account.access_token.reveal() == "T0ken-for-tests");
}

TEST_CASE("load: the documented lists of addresses say the same in both forms", "[CFG-035]") {
    const test::TemporaryTree trees[2];
    trees[0].write("4.15/config.ini", documented("ini", 1));
    trees[1].write("4.15/config.json", documented("json", 5));
    for (const test::TemporaryTree& tree : trees) {
        const LoadOutcome outcome = load(options_for(tree));
        REQUIRE(outcome.loaded);
        CHECK(outcome.loaded->warnings.empty());
        const AccountConfig& account = outcome.loaded->accounts.at(0);
        REQUIRE(account.post_sinks.size() == 2);
        CHECK(account.post_sinks[0].name == "post.1");
        CHECK(account.post_sinks[0].timeout == std::chrono::seconds(5));
        CHECK(account.post_sinks[0].secret.reveal() == "T0ken-for-tests");
        CHECK(account.post_sinks[1].name == "archive");
        CHECK(account.post_sinks[1].secret.reveal() == "another-T0ken-for-tests");
        CHECK(account.post_sinks[1].message_format == MessageFormat::array);
        REQUIRE(account.reverse_sinks.size() == 2);
        CHECK(account.reverse_sinks[0].role == SinkRole::universal);
        CHECK(account.reverse_sinks[0].access_token.reveal() == "T0ken-for-tests");
        CHECK(account.reverse_sinks[1].name == "statistics");
        CHECK(account.reverse_sinks[1].role == SinkRole::event);
        CHECK(account.reverse_sinks[1].access_token.empty());
        CHECK(account.reverse_sinks[1].reconnect_interval == std::chrono::milliseconds(1000));
    }
}

}  // namespace
}  // namespace cqhttp::config
