#include "gateway/config/load.hpp"
#include "gateway/config/temporary_tree.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>

namespace cqhttp::config {
namespace {

// The lines of the description with runs of blanks shortened.
std::vector<std::string> lines_of(const AccountConfig& config) {
    std::vector<std::string> lines(1);
    for (const char c : describe(config)) {
        if (c == '\n') {
            lines.emplace_back();
        } else if (c != ' ' || !lines.back().ends_with(' ')) {
            lines.back() += c;
        }
    }
    return lines;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
}

TEST_CASE("describe: every value is listed with its origin and marked where it differs",
          "[CFG-036]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config/general.ini", "[general]\nhost = 127.0.0.1\nuse_ws = no\n");
    tree.write(
        "4.0/config/10086001.ini",
        "[10086001]\n\nport = 5710\naccess_token = T0ken-for-tests!!\nupdate_channel = beta\n");
    LoadOptions options;
    options.root = tree.root();
    options.ephemeral = true;
    options.profile = protocol::ProfileId::cqhttp_4_0;
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    const auto lines = lines_of(outcome.loaded->accounts.at(0));

    CHECK(lines.at(0) == "account 10086001, cqhttp-4.0");
    CHECK(has(lines, "root " + tree.root().string()));
    CHECK(has(lines, "app directory " + tree.at("4.0").string()));
    CHECK(has(lines, "HTTP server"));
    CHECK(has(lines, "* host = \"127.0.0.1\" config/general.ini:2"));
    CHECK(has(lines, "* port = 5710 config/10086001.ini:3"));
    CHECK(has(lines, " use_http = true default"));
    CHECK(has(lines, " use_ws = false config/general.ini:3"));
    CHECK(has(lines, "* access_token = set (17 bytes) config/10086001.ini:4"));
    CHECK(has(lines, " secret = not set default"));
    CHECK(has(lines, "* update_channel = \"beta\" config/10086001.ini:5, no effect"));
    CHECK(has(lines, " gateway.profile = \"cqhttp-4.0\" --profile"));
    CHECK(has(lines, "* gateway.ephemeral = true --ephemeral"));
    CHECK(has(lines, " gateway.post_timeout = not set default"));
    const std::string text = describe(outcome.loaded->accounts.at(0));
    CHECK(text.find("T0ken") == std::string::npos);
    CHECK(text.find("update_source") == std::string::npos);     // without effect and not given
    CHECK(text.find("enable_heartbeat") == std::string::npos);  // not in 4.0
}

TEST_CASE("describe: JSON and environment and profile are named as origins", "[CFG-010]") {
    const test::TemporaryTree tree;
    tree.write("4.15/config.json",
               R"({"general":{"gateway":{"profile":"onebot-11"},"auth":{"access_token":"abc"}}})");
    LoadOptions options;
    options.root = tree.root();
    options.environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "FORCE_ENV") {
            return "true";
        }
        return name == "CQHTTP_PORT" ? std::optional<std::string>("5710") : std::nullopt;
    };
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    const auto lines = lines_of(outcome.loaded->accounts.at(0));
    CHECK(has(lines, "* port = 5710 environment"));
    CHECK(has(lines, "* access_token = set (3 bytes) config.json general"));
    CHECK(has(lines, " gateway.profile = \"onebot-11\" config.json general"));
    CHECK(has(lines, " ws_reverse_reconnect_on_code_1000 = true onebot-11"));
}

TEST_CASE("describe: what was ignored or corrected shows the value in force", "[POST-004]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini",
               "[general]\npost_url = ftp://x/?token=hidden\nport = x\n"
               "ws_reverse_reconnect_interval = 0\n");
    LoadOptions options;
    options.root = tree.root();
    const LoadOutcome outcome = load(options);
    REQUIRE(outcome.loaded);
    CHECK(outcome.loaded->warnings.size() == 3);
    const auto lines = lines_of(outcome.loaded->accounts.at(0));
    CHECK(has(lines, " post_url = \"\" config.ini:2"));
    CHECK(has(lines, " port = 5700 config.ini:3"));
    CHECK(has(lines, "* ws_reverse_reconnect_interval = 100 config.ini:4"));
    for (const std::string& warning : outcome.loaded->warnings) {
        CHECK(warning.find("hidden") == std::string::npos);
    }
}

}  // namespace
}  // namespace cqhttp::config
