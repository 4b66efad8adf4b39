#include "gateway/base/text.hpp"
#include "gateway/config/load.hpp"
#include "gateway/config/temporary_tree.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cqhttp::config {
namespace {

using cqhttp::test::FixtureCase;
using cqhttp::test::load_fixture;
using nlohmann::json;

std::string word(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warn: return "warning";
        case LogLevel::error: return "error";
        case LogLevel::off: break;
    }
    return "off";
}

// The typed settings under the names of the keys they come from.
json original_values(const AccountConfig& c) {
    return {
        {"host", c.http.host},
        {"port", c.http.port},
        {"use_http", c.http.enabled},
        {"ws_host", c.ws.host},
        {"ws_port", c.ws.port},
        {"use_ws", c.ws.enabled},
        {"ws_reverse_url", c.reverse.url},
        {"ws_reverse_api_url", c.reverse.api_url},
        {"ws_reverse_event_url", c.reverse.event_url},
        {"ws_reverse_reconnect_interval", c.reverse.reconnect_interval.count()},
        {"ws_reverse_reconnect_on_code_1000", c.reverse.reconnect_on_code_1000},
        {"ws_reverse_use_universal_client", c.reverse.universal},
        {"use_ws_reverse", c.reverse.enabled},
        {"post_url", c.post.url},
        {"post_timeout", c.post.timeout.count()},
        {"access_token", std::string(c.access_token.reveal())},
        {"secret", std::string(c.post.secret.reveal())},
        {"post_message_format",
         c.events.message_format == MessageFormat::array ? "array" : "string"},
        {"serve_data_files", c.serve_data_files},
        {"enable_cors", c.enable_cors},
        {"thread_pool_size", c.actions.workers},
        {"convert_unicode_emoji", c.convert_unicode_emoji},
        {"event_filter", c.events.filter},
        {"enable_backward_compatibility", c.events.backward_compatibility},
        {"enable_heartbeat", c.events.heartbeat},
        {"heartbeat_interval", c.events.heartbeat_interval.count()},
        {"enable_rate_limited_actions", c.actions.rate_limited},
        {"rate_limit_interval", c.actions.rate_limit_interval.count()},
        {"log_level", word(c.log_level)},
    };
}

json gateway_values(const AccountConfig& c) {
    const char* const controls[] = {"off", "loopback", "all"};
    return {
        {"gateway.profile", protocol::profile(c.profile).name},
        {"gateway.world", c.sandbox.world.string()},
        {"gateway.ephemeral", c.sandbox.ephemeral},
        {"gateway.sandbox_control", controls[static_cast<std::size_t>(c.sandbox.control)]},
        {"gateway.allow_file_urls", c.sandbox.allow_file_urls},
        {"gateway.tls_verify", c.tls.verify},
        {"gateway.tls_ca_file", c.tls.ca_file},
        {"gateway.threads", c.threads},
        {"gateway.max_head", c.limits.http_head},
        {"gateway.max_body", c.limits.http_body},
        {"gateway.max_connections", c.limits.connections},
        {"gateway.header_timeout_ms", c.limits.http_header_read.count()},
        {"gateway.drain_timeout_ms", c.limits.drain.count()},
        {"gateway.max_frame", c.limits.ws_message},
        {"gateway.ping_interval_ms", c.limits.ws_ping.count()},
    };
}

std::string text_of(const json& file) {
    std::string text;
    if (file.is_string()) {
        return file.get<std::string>();
    }
    if (file.is_array()) {
        for (const json& line : file) {
            text += line.get<std::string>() + "\n";
        }
    } else if (file.contains("base64")) {
        text = base64_decode(file.at("base64").get<std::string>()).value();
    } else {
        for (int times = file.at("times").get<int>(); times > 0; --times) {
            text += file.at("repeat").get<std::string>();
        }
    }
    return text;
}

void lay_out(const test::TemporaryTree& tree, const json& files) {
    for (const auto& [path, file] : files.items()) {
        if (file.contains("directory")) {
            std::filesystem::create_directories(tree.at(path));
        } else if (file.contains("link")) {
            std::filesystem::create_directories(tree.at(path).parent_path());
            std::filesystem::create_symlink(file.at("link").get<std::string>(), tree.at(path));
        } else {
            tree.write(path, text_of(file));
        }
    }
}

LoadOutcome load_case(const test::TemporaryTree& tree, const json& input) {
    lay_out(tree, input.at("files"));
    LoadOptions options;
    options.root = tree.root();
    if (input.contains("config_file")) {
        options.config_file = tree.at(input.at("config_file").get<std::string>());
    }
    if (input.contains("profile")) {
        options.profile = protocol::find_profile(input.at("profile").get<std::string>());
        REQUIRE(options.profile);
    }
    options.accounts = input.value("accounts", std::vector<std::int64_t>{});
    const json environment = input.value("environment", json::object());
    options.environment = [environment](const std::string& name) -> std::optional<std::string> {
        return environment.contains(name) ? std::optional(environment.at(name).get<std::string>())
                                          : std::nullopt;
    };
    return load(options);
}

// Whether a sentence names the file, line and key of `place` and contains its texts.
bool names(const test::TemporaryTree& tree, const std::string& sentence, const json& place) {
    std::string start;
    if (place.contains("file")) {
        const auto file = place.at("file").get<std::string>();
        start = file == "environment" ? file : tree.at(file).string();
    }
    if (place.contains("line")) {
        start += ":" + std::to_string(place.at("line").get<int>());
    }
    if (place.contains("key")) {
        start += ": " + place.at("key").get<std::string>();
    }
    if (!start.empty() && !sentence.starts_with(start + ":")) {
        return false;
    }
    const json text = place.value("text", json::array());
    const json texts = text.is_string() ? json::array({text}) : text;
    return std::all_of(texts.begin(), texts.end(), [&](const json& piece) {
        auto wanted = piece.get<std::string>();
        wanted = wanted.starts_with("4.") && wanted.find('/') != std::string::npos
                     ? tree.at(wanted).string()
                     : wanted;
        return sentence.find(wanted) != std::string::npos;
    });
}

// Each place is named by one sentence, and there are no others.
void check_sentences(const test::TemporaryTree& tree, const std::vector<std::string>& sentences,
                     const json& places) {
    for (const std::string& sentence : sentences) {
        UNSCOPED_INFO(sentence);
        CHECK(sentence.find("T0ken-for-tests") == std::string::npos);
        CHECK(sentence.find("hidden") == std::string::npos);
    }
    CHECK(sentences.size() == places.size());
    for (const json& place : places) {
        UNSCOPED_INFO("expected: " << place.dump());
        CHECK(std::count_if(sentences.begin(), sentences.end(), [&](const std::string& sentence) {
                  return names(tree, sentence, place);
              }) >= 1);
    }
}

void check_valid(const FixtureCase& fixture) {
    const test::TemporaryTree tree;
    const LoadOutcome outcome = load_case(tree, fixture.input);
    for (const std::string& mistake : outcome.mistakes) {
        UNSCOPED_INFO("mistake: " << mistake);
    }
    REQUIRE(outcome.loaded);
    const auto& accounts = outcome.loaded->accounts;
    CHECK(accounts.size() == fixture.expect.size());
    std::vector<std::int64_t> order;
    for (const AccountConfig& account : accounts) {
        const std::string name = std::to_string(account.self_id);
        INFO("account " << name);
        order.push_back(account.self_id);
        REQUIRE(fixture.expect.contains(name));
        json actual = original_values(account);
        actual.update(gateway_values(account));
        for (const auto& [key, value] : fixture.expect.at(name).items()) {
            INFO("key " << key);
            REQUIRE(actual.contains(key));
            CHECK(actual.at(key) == value);
        }
    }
    if (fixture.whole.contains("order")) {
        CHECK(json(order) == fixture.whole.at("order"));
    }
    if (fixture.whole.contains("written")) {
        const json& written = fixture.whole.at("written");
        CHECK(outcome.loaded->wrote_default == !written.empty());
        for (const auto& [path, members] : written.items()) {
            CHECK(json::parse(tree.read(path)) == members);
        }
    }
    check_sentences(tree, outcome.loaded->warnings, fixture.whole.value("warnings", json::array()));
}

TEST_CASE("config: valid configurations read as the fixtures say",
          "[CFG-001][CFG-002][CFG-003][CFG-004][CFG-005][CFG-006][CFG-009][CFG-010][CFG-015]"
          "[CFG-016][CFG-018][CFG-019][CFG-020][CFG-021][CFG-023][CFG-024][CFG-030][CFG-031]"
          "[CFG-032][CFG-033][CFG-035][CFG-037][CFG-040][CFG-041][POST-004][WSR-008][WSR-048]"
          "[WSR-056][MSG-060]") {
    const std::string file = GENERATE("samples", "defaults", "ini_syntax", "values", "search_order",
                                      "profiles", "environment", "explicit_file");
    for (const FixtureCase& fixture : load_fixture("config/valid/" + file + ".json")) {
        INFO(file << ": " << fixture.name);
        check_valid(fixture);
    }
}

TEST_CASE("config: invalid configurations stop with every mistake named",
          "[CFG-007][CFG-017][CFG-022][CFG-034][CFG-036]") {
    const std::string file =
        GENERATE("ini_syntax", "json_syntax", "wrong_value", "not_readable", "conflict");
    for (const FixtureCase& fixture : load_fixture("config/invalid/" + file + ".json")) {
        INFO(file << ": " << fixture.name);
        const test::TemporaryTree tree;
        const LoadOutcome outcome = load_case(tree, fixture.input);
        CHECK_FALSE(outcome.loaded);
        check_sentences(tree, outcome.mistakes, fixture.expect.at("mistakes"));
    }
}

}  // namespace
}  // namespace cqhttp::config
