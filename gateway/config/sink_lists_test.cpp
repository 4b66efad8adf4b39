#include "gateway/config/sink_lists.hpp"

#include "gateway/config/load.hpp"
#include "gateway/config/temporary_tree.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::config {
namespace {

using protocol::ProfileId;

constexpr const char* ini = R"([general]
use_ws_reverse = yes
access_token = T0ken-for-tests
secret = hidden-of-account
post_timeout = 7
ws_reverse_reconnect_interval = 500
event_filter = all.json

[gateway.post.1]
url = http://127.0.0.1:9101/a?token=hidden
secret = hidden-of-one

[gateway.post.3]
name = archive
url = http://127.0.0.1:9102/b
secret =
timeout = 5
message_format = array
event_filter = groups.json
before_push = yes

[gateway.ws_reverse.1]
url = ws://127.0.0.1:8081/a
role = Event
access_token = T0ken-for-tests-too
reconnect_interval = 100
reconnect_on_code_1000 = no
message_format = array
event_filter =

[gateway.ws_reverse.2]
url = ws://127.0.0.1:8082/b
)";

constexpr const char* json = R"({"general": {
    "use_ws_reverse": true,
    "access_token": "T0ken-for-tests",
    "secret": "hidden-of-account",
    "post_timeout": 7,
    "ws_reverse_reconnect_interval": 500,
    "event_filter": "all.json",
    "gateway": {
        "post": [
            {"url": "http://127.0.0.1:9101/a?token=hidden", "secret": "hidden-of-one"},
            {"url": "http://127.0.0.1:9999/", "enabled": false},
            {"name": "archive", "url": "http://127.0.0.1:9102/b", "secret": "", "timeout": 5,
             "message_format": "array", "event_filter": "groups.json", "before_push": true}
        ]
    },
    "gateway.ws_reverse": [
        {"url": "ws://127.0.0.1:8081/a", "role": "Event", "access_token": "T0ken-for-tests-too",
         "reconnect_interval": 100, "reconnect_on_code_1000": false, "message_format": "array",
         "event_filter": ""},
        {"url": "ws://127.0.0.1:8082/b"}
    ]
}})";

LoadOutcome load_text(const test::TemporaryTree& tree, const std::string& path,
                      const std::string& text, LoadOptions options = {}) {
    tree.write(path, text);
    options.root = tree.root();
    return load(options);
}

std::vector<std::string> names_of(const AccountConfig& account) {
    std::vector<std::string> names;
    for (const PostSink& sink : account.post_sinks) {
        names.push_back(sink.name + (sink.before_push ? " first" : ""));
    }
    for (const ReverseSink& sink : account.reverse_sinks) {
        names.push_back(sink.name);
    }
    return names;
}

using Names = std::vector<std::string>;

// The account that `text` describes in config.ini; fails where that has mistakes.
AccountConfig account_of(const std::string& text, const std::string& version = "4.15") {
    const test::TemporaryTree tree;
    LoadOutcome outcome = load_text(tree, version + "/config.ini", text);
    for (const std::string& mistake : outcome.mistakes) {
        UNSCOPED_INFO(mistake);
    }
    REQUIRE(outcome.loaded);
    return outcome.loaded->accounts.at(0);
}

TEST_CASE("sink lists: INI sections and JSON lists say the same", "[CFG-015][CFG-035]") {
    for (const bool is_ini : {true, false}) {
        INFO("ini " << is_ini);
        const test::TemporaryTree tree;
        const LoadOutcome outcome = is_ini ? load_text(tree, "4.15/config.ini", ini)
                                           : load_text(tree, "4.15/config.json", json);
        REQUIRE(outcome.loaded);
        CHECK(outcome.loaded->warnings.empty());
        const AccountConfig& account = outcome.loaded->accounts.at(0);
        REQUIRE(names_of(account) ==
                Names{"post.1", "archive first", "ws_reverse.1", "ws_reverse.2"});
        const PostSink& one = account.post_sinks[0];
        CHECK(one.url == "http://127.0.0.1:9101/a?token=hidden");
        CHECK(one.secret.reveal() == "hidden-of-one");
        CHECK(one.timeout == std::chrono::seconds(7));
        CHECK(one.message_format == MessageFormat::string);
        CHECK(one.filter == "all.json");
        const PostSink& archive = account.post_sinks[1];
        CHECK(archive.secret.empty());
        CHECK(archive.timeout == std::chrono::seconds(5));
        CHECK(archive.message_format == MessageFormat::array);
        CHECK(archive.filter == "groups.json");
        const ReverseSink& event = account.reverse_sinks[0];
        CHECK(event.role == SinkRole::event);
        CHECK(event.access_token.reveal() == "T0ken-for-tests-too");
        CHECK(event.reconnect_interval == std::chrono::milliseconds(100));
        CHECK_FALSE(event.reconnect_on_code_1000);
        CHECK(event.message_format == MessageFormat::array);
        CHECK(event.filter.empty());
        const ReverseSink& plain = account.reverse_sinks[1];
        CHECK(plain.role == SinkRole::universal);
        CHECK(plain.access_token.reveal() == "T0ken-for-tests");
        CHECK(plain.reconnect_interval == std::chrono::milliseconds(500));
        CHECK(plain.reconnect_on_code_1000);
        CHECK(plain.filter == "all.json");

        const std::string text = describe(account);
        INFO(text);
        CHECK(text.find("\nHTTP POST, gateway.post.3\n* gateway.post.3.url = "
                        "\"http://127.0.0.1:9102/b\"") != std::string::npos);
        CHECK(text.find("gateway.post.1.secret = set (13 bytes)") != std::string::npos);
        CHECK(text.find("gateway.post.1.timeout = 7") != std::string::npos);
        CHECK(text.find("gateway.ws_reverse.2.access_token = set (15 bytes)") != std::string::npos);
        CHECK(text.find("hidden-of") == std::string::npos);
        CHECK(text.find("T0ken") == std::string::npos);
        if (is_ini) {
            CHECK(text.find("config.ini:11\n") != std::string::npos);
        }
    }
}

TEST_CASE("sink lists: single keys are a list of one and come first",
          "[POST-001][POST-003][WSR-001][WSR-002][WSR-004][WSR-005][WSR-007]") {
    const std::string urls = "ws_reverse_url = ws://h/u\nws_reverse_api_url = ws://h/a\n";
    CHECK(names_of(account_of("[general]\n" + urls)).empty());
    const AccountConfig two = account_of("[general]\nuse_ws_reverse = 1\n" + urls);
    REQUIRE(names_of(two) == Names{"ws_reverse_api", "ws_reverse_event"});
    CHECK(two.reverse_sinks[0].url == "ws://h/a");
    CHECK(two.reverse_sinks[1].url == "ws://h/u");
    const AccountConfig one =
        account_of("[general]\nuse_ws_reverse = 1\nws_reverse_use_universal_client = 1\n" + urls);
    REQUIRE(names_of(one) == Names{"ws_reverse_universal"});
    CHECK(one.reverse_sinks[0].role == SinkRole::universal);
    CHECK(names_of(account_of("[general]\npost_url = http://h/\n")) == Names{"post_url first"});
    CHECK(names_of(account_of("[general]\npost_url = http://h/\n[gateway.post.2]\nurl = "
                              "http://i/\n")) == Names{"post_url", "post.2"});
    const AccountConfig listed = account_of("[gateway.post.2]\nurl = http://i/\n");
    CHECK(names_of(listed) == Names{"post.2 first"});
    CHECK(describe(listed).find("gateway.post.2.before_push = true") != std::string::npos);
    CHECK(names_of(account_of("[gateway.post.2]\nurl = http://i/\nbefore_push = no\n")) ==
          Names{"post.2"});
}

TEST_CASE("sink lists: the list of an account replaces the general one as a whole", "[CFG-003]") {
    const std::string general =
        "[general]\n[gateway.post.1]\nurl = http://a/\n"
        "[gateway.post.2]\nurl = http://b/\n";
    const auto of = [&](const std::string& rest) {
        return names_of(account_of(general + "[10086001]\n" + rest));
    };
    CHECK(of("") == Names{"post.1", "post.2"});
    CHECK(of("[10086001.gateway.post.7]\nurl = http://c/\n") == Names{"post.7 first"});
    CHECK(of("gateway.post.7.url = http://c/\n") == Names{"post.7 first"});
    CHECK(of("gateway.post =\n").empty());
    CHECK(of("[10086009.gateway.post.7]\nurl = http://c/\n[10086009]\nport = 1\n").size() == 2);
    CHECK(names_of(account_of("[10086001.gateway.post.1]\nurl = http://c/\n[10086001]\n")) ==
          Names{"post.1 first"});
}

TEST_CASE("sink lists: variables of the environment make a list too", "[CFG-010]") {
    const test::TemporaryTree tree;
    LoadOptions options;
    options.root = tree.root();
    options.profile = ProfileId::cqhttp_4_15;
    options.environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "CQHTTP_GATEWAY_POST_1_URL") {
            return "http://127.0.0.1:9101/";
        }
        if (name == "CQHTTP_GATEWAY_POST_2_URL") {
            return "nonsense";
        }
        return std::nullopt;
    };
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.mistakes.size() == 1);
    CHECK(outcome.mistakes[0].starts_with("environment: CQHTTP_GATEWAY_POST_2_URL: "));
}

TEST_CASE("sink lists: what is off is left out and what cannot be used is said",
          "[WSR-002][CFG-031]") {
    const std::string list = "[gateway.ws_reverse.1]\nurl = ws://h/\n";
    const test::TemporaryTree tree;
    const LoadOutcome off = load_text(tree, "4.15/config.ini", "[general]\n" + list);
    REQUIRE(off.loaded);
    CHECK(off.loaded->accounts[0].reverse_sinks.empty());
    REQUIRE(off.loaded->warnings.size() == 1);
    CHECK(off.loaded->warnings[0].find("use_ws_reverse is no") != std::string::npos);

    const AccountConfig none = account_of(
        "[general]\ngateway.profile = onebot-11\nhttp_post.enable = no\n"
        "[gateway.post.1]\nurl = http://h/\n");
    CHECK(none.post_sinks.empty());
    CHECK(
        names_of(account_of("[general]\nuse_ws_reverse = 1\n" + list + "enabled = no\n")).empty());
}

TEST_CASE("sink lists: mistakes name file and key and entry", "[CFG-007][CFG-035][CFG-036]") {
    struct Row {
        const char* version;
        const char* text;
        const char* mistake;
    };
    const Row table[] = {
        {"4.15", "[gateway.post.1]\nsecret = hidden\n",
         "config.ini:2: gateway.post.1: needs a \"url\", http:// or https://"},
        {"4.15", "[gateway.post.1]\nurl = ws://h/?hidden\n",
         "config.ini:2: gateway.post.1.url: the address must start with http:// or https://"},
        {"4.15", "[gateway.post.1]\nurl =\n",
         "config.ini:2: gateway.post.1.url: must not be empty"},
        {"4.15", "[gateway.post.1]\nurl = http://h/\nsecrt = hidden\n",
         "config.ini:3: gateway.post.1.secrt: there is no such key; did you mean \"secret\"?"},
        {"4.15", "[gateway.post.1]\nurl = http://h/\ntimeout = soon\n",
         "config.ini:3: gateway.post.1.timeout: must be a whole number, not \"soon\""},
        {"4.15", "[general]\ngateway.post.1.url = http://h/\n[gateway.post.1]\nurl = http://i/\n",
         "config.ini:4: gateway.post.1.url: is given twice"},
        {"4.15", "[general]\ngateway.post.0.url = http://h/\n",
         "config.ini:2: gateway.post.0.url: there is no such key; entries are "
         "gateway.post.<number>.<key>, numbers from 1 to 30"},
        {"4.15", "[gateway.post.x]\nurl = http://h/\n",
         "config.ini:1: there is no such section; sinks are [gateway.post.<number>]"},
        {"4.15", "[post.1]\nurl = http://h/\n", "config.ini:1: there is no such section"},
        {"4.15", "[general]\ngateway.post = http://h/\n",
         "config.ini:2: gateway.post: must be a list of objects"},
        {"4.15", "[gateway.post.1]\nurl = http://h/\nname = a b\n",
         "config.ini:3: gateway.post.1.name: must be 1 to 32 letters"},
        {"4.15",
         "[gateway.post.1]\nurl = http://h/\nname = x\n[gateway.post.2]\nurl = http://i/\nname = "
         "x\n",
         ": two sinks have the name \"x\""},
        {"4.15",
         "[gateway.post.1]\nurl = http://h/\nbefore_push = 1\n"
         "[gateway.post.2]\nurl = http://i/\nbefore_push = 1\n",
         ": \"before_push\" is yes in more than one entry"},
        {"4.0", "[general]\nuse_ws_reverse = 1\n[gateway.ws_reverse.1]\nurl = ws://h/\n",
         "config.ini:4: gateway.ws_reverse.1: needs a \"role\", api or event under cqhttp-4.0"},
        {"4.0", "[gateway.ws_reverse.1]\nurl = ws://h/\nrole = universal\n",
         "gateway.ws_reverse.1: \"role\" must be api or event under cqhttp-4.0"},
        {"4.15", "[gateway.ws_reverse.1]\nurl = ws://h/\nrole = both\n",
         "config.ini:3: gateway.ws_reverse.1.role: must be api, event or universal"},
    };
    for (const Row& row : table) {
        INFO(row.text);
        const test::TemporaryTree tree;
        const LoadOutcome outcome =
            load_text(tree, std::string(row.version) + "/config.ini", row.text);
        REQUIRE(outcome.mistakes.size() == 1);
        INFO(outcome.mistakes[0]);
        CHECK(outcome.mistakes[0].find(row.mistake) != std::string::npos);
        CHECK(outcome.mistakes[0].find("hidden") == std::string::npos);
    }
    const test::TemporaryTree tree;
    const LoadOutcome outcome =
        load_text(tree, "4.15/config.json",
                  R"({"general":{"gateway.post":[{"url":"http://h/"},{"url":1}]}})");
    REQUIRE(outcome.mistakes.size() == 1);
    CHECK(outcome.mistakes[0].find(
              "config.json: general.gateway.post.2.url: must be a string in quotes") !=
          std::string::npos);
}

}  // namespace
}  // namespace cqhttp::config
