#include "gateway/config/settings.hpp"

#include "gateway/config/sink_lists.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace cqhttp::config {
namespace {

using protocol::ProfileId;

constexpr ProfileId profiles[] = {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                  ProfileId::onebot_11};

std::string repository_file(const std::string& path) {
    return cqhttp::test::fixture_text("../" + path);
}

AccountConfig with_defaults(ProfileId profile) {
    AccountConfig config;
    for (const Setting& setting : settings()) {
        const Default& standard = setting.in(profile);
        if (standard.presence == Presence::settable || standard.presence == Presence::fixed) {
            apply(setting, config, default_value(setting, standard.value));
        }
    }
    return config;
}

TEST_CASE("settings: names and aliases are unique and can be found", "[CFG-030][CFG-031]") {
    std::set<std::string_view> names;
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        CHECK(names.insert(setting.name).second);
        CHECK((setting.alias.empty() || names.insert(setting.alias).second));
        CHECK(find_setting(setting.name) == &setting);
        CHECK((setting.alias.empty() || find_setting(setting.alias) == &setting));
        CHECK_FALSE(setting.meaning.empty());
    }
    CHECK(find_setting("") == nullptr);
    CHECK(find_setting("Port") == nullptr);
}

TEST_CASE("settings: every default is allowed by its own row", "[CFG-030]") {
    for (const Setting& setting : settings()) {
        for (const ProfileId profile : profiles) {
            const Default& standard = setting.in(profile);
            INFO(setting.name << " in " << protocol::profile(profile).name);
            if (standard.presence == Presence::absent || standard.presence == Presence::optional) {
                CHECK(standard.value.empty());
                continue;
            }
            const Value value = default_value(setting, standard.value);
            if (const auto* number = std::get_if<std::int64_t>(&value);
                number != nullptr && setting.has_effect()) {
                CHECK(*number >= setting.minimum);
                CHECK(*number <= setting.maximum);
            }
            if (setting.rule == Rule::words || setting.rule == Rule::words_of_any_case) {
                const std::string words = " " + std::string(setting.words) + " ";
                CHECK(words.find(" " + std::string(standard.value) + " ") != std::string::npos);
            }
        }
    }
}

// The value a setting applies must be of its type, or it would be dropped.
TEST_CASE("settings: a setting with effect applies values of its own type", "[CFG-030]") {
    for (const Setting& setting : settings()) {
        INFO(setting.name);
        const bool boolean = setting.apply.boolean != nullptr;
        const bool integer = setting.apply.integer != nullptr;
        const bool text = setting.apply.text != nullptr;
        CHECK((!boolean || setting.type == SettingType::boolean));
        CHECK((!integer || setting.type == SettingType::integer));
        CHECK((!text || setting.type == SettingType::text));
        CHECK((boolean ? 1 : 0) + (integer ? 1 : 0) + (text ? 1 : 0) <= 1);
        CHECK(setting.meaning.starts_with("no effect") == !setting.has_effect());
    }
}

TEST_CASE("settings: the typed settings start with the defaults of cqhttp-4-0", "[CFG-030]") {
    const AccountConfig plain;
    const AccountConfig table = with_defaults(ProfileId::cqhttp_4_0);
    CHECK(plain.profile == table.profile);
    CHECK(plain.serve_data_files == table.serve_data_files);
    CHECK(plain.enable_cors == table.enable_cors);
    CHECK(plain.convert_unicode_emoji == table.convert_unicode_emoji);
    CHECK(plain.http.enabled == table.http.enabled);
    CHECK(plain.http.host == table.http.host);
    CHECK(plain.http.port == table.http.port);
    CHECK(plain.ws.enabled == table.ws.enabled);
    CHECK(plain.ws.host == table.ws.host);
    CHECK(plain.ws.port == table.ws.port);
    CHECK(plain.reverse.enabled == table.reverse.enabled);
    CHECK(plain.reverse.universal == table.reverse.universal);
    CHECK(plain.reverse.reconnect_interval == table.reverse.reconnect_interval);
    CHECK(plain.reverse.reconnect_on_code_1000 == table.reverse.reconnect_on_code_1000);
    CHECK(plain.post.timeout == table.post.timeout);
    CHECK(plain.events.message_format == table.events.message_format);
    CHECK(plain.events.backward_compatibility == table.events.backward_compatibility);
    CHECK(plain.events.heartbeat == table.events.heartbeat);
    CHECK(plain.events.heartbeat_interval == table.events.heartbeat_interval);
    CHECK(plain.actions.workers == table.actions.workers);
    CHECK(plain.actions.rate_limited == table.actions.rate_limited);
    CHECK(plain.actions.rate_limit_interval == table.actions.rate_limit_interval);
    CHECK(plain.sandbox.world == table.sandbox.world);
    CHECK(plain.sandbox.ephemeral == table.sandbox.ephemeral);
    CHECK(plain.sandbox.control == table.sandbox.control);
    CHECK(plain.sandbox.allow_file_urls == table.sandbox.allow_file_urls);
    CHECK(plain.tls.verify == table.tls.verify);
    CHECK(plain.tls.ca_file == table.tls.ca_file);
    CHECK(plain.log_level == table.log_level);
}

// Gives every limit's field its number, read through the row of its key.
TEST_CASE("settings: every configurable bound has a row with its default that moves its field",
          "[CFG-035]") {
    std::string source = repository_file("gateway/base/limits.hpp");
    source = source.substr(0, source.find("\n};"));
    std::size_t found = 0;
    for (std::size_t at = source.find("// gateway."); at != std::string::npos;
         at = source.find("// gateway.", at + 1)) {
        const std::size_t start = at + 3;
        const std::string name = source.substr(
            start,
            source.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.0123456789", start) - start);
        INFO(name);
        ++found;
        const Setting* setting = find_setting(name);
        REQUIRE(setting != nullptr);
        CHECK(setting->type == SettingType::integer);

        // Applied to settings that differ from it everywhere, the default must change exactly one
        // field, and make it what a fresh Limits has there.
        Limits other;
        auto* const bytes = reinterpret_cast<unsigned char*>(&other);
        for (std::size_t i = 0; i < sizeof other; ++i) {
            bytes[i] = static_cast<unsigned char>(0x55);
        }
        AccountConfig config;
        config.limits = other;
        const Default& standard = setting->in(ProfileId::cqhttp_4_0);
        apply(*setting, config, default_value(*setting, standard.value));
        const Limits fresh;
        const auto word = [](const Limits& limits, std::size_t index) {
            std::int64_t value = 0;
            std::memcpy(&value, reinterpret_cast<const char*>(&limits) + index * sizeof value,
                        sizeof value);
            return value;
        };
        std::size_t changed = 0;
        for (std::size_t i = 0; i < sizeof(Limits) / sizeof(std::int64_t); ++i) {
            if (word(config.limits, i) != word(other, i)) {
                ++changed;
                CHECK(word(config.limits, i) == word(fresh, i));
            }
        }
        CHECK(changed == 1);
    }
    CHECK(found == sizeof(Limits) / sizeof(std::int64_t));
}

TEST_CASE("settings: near misses are suggested and far ones are not", "[CFG-023]") {
    const auto meant = [](std::string_view name, ProfileId profile) {
        return std::string(near_miss(name, profile).value_or(""));
    };
    CHECK(meant("prot", ProfileId::cqhttp_4_0) == "port");
    CHECK(meant("WS_HOST", ProfileId::cqhttp_4_0) == "ws_host");
    CHECK(meant("acces_token", ProfileId::cqhttp_4_0) == "access_token");
    CHECK(meant("ws_reverse_recconect_interval", ProfileId::cqhttp_4_0) ==
          "ws_reverse_reconnect_interval");
    CHECK(meant("gateway.emphemeral", ProfileId::onebot_11) == "gateway.ephemeral");
    CHECK(meant("http.prot", ProfileId::onebot_11) == "http.port");
    CHECK(meant("colour", ProfileId::cqhttp_4_0).empty());
    CHECK(meant("x", ProfileId::cqhttp_4_0).empty());
    CHECK(meant("", ProfileId::cqhttp_4_0).empty());
    CHECK(meant(std::string(100'000, 'a'), ProfileId::cqhttp_4_0).empty());
    // Not a key that the profile would ignore.
    CHECK(meant("enable_heartbeet", ProfileId::cqhttp_4_0).empty());
    CHECK(meant("enable_heartbeet", ProfileId::cqhttp_4_15) == "enable_heartbeat");
}

TEST_CASE("settings: secrets are never printed", "[CFG-036]") {
    for (const Setting& setting : settings()) {
        const bool expected = setting.name == "access_token" || setting.name == "secret";
        CHECK(setting.secret == expected);
    }
    const Setting& token = *find_setting("access_token");
    CHECK(printable(token, std::string("T0ken-for-tests!!")) == "set (17 bytes)");
    CHECK(printable(token, std::string()) == "not set");
    CHECK(printable(*find_setting("host"), std::string("a\"b")) == "\"a\\\"b\"");
    CHECK(printable(*find_setting("port"), std::int64_t{5700}) == "5700");
    CHECK(printable(*find_setting("use_ws"), true) == "true");
}

TEST_CASE("settings: groups of dotted names are known", "[CFG-031][CFG-035]") {
    for (const char* group : {"gateway", "http", "ws", "ws_reverse", "http_post", "auth", "event",
                              "heartbeat", "api"}) {
        CHECK(is_setting_group(group));
    }
    CHECK_FALSE(is_setting_group("access_token"));
    CHECK_FALSE(is_setting_group("gate"));
    CHECK_FALSE(is_setting_group(""));
}

// The text of the documentation's cell for a default.
std::string cell(const Setting& setting, ProfileId profile) {
    const Default& standard = setting.in(profile);
    switch (standard.presence) {
        case Presence::absent: return "·";
        case Presence::optional: return "not set";
        case Presence::fixed: return "always `" + std::string(standard.value) + "`";
        case Presence::settable: break;
    }
    return standard.value.empty() ? "empty" : "`" + std::string(standard.value) + "`";
}

std::string type_cell(const Setting& setting) {
    switch (setting.type) {
        case SettingType::boolean: return "bool";
        case SettingType::integer: return "int";
        case SettingType::text: break;
    }
    return "string";
}

std::string allowed_cell(const Setting& setting) {
    if (!setting.has_effect()) {
        return "";
    }
    if (setting.rule == Rule::words || setting.rule == Rule::words_of_any_case) {
        std::string words = "`";
        for (const char c : setting.words) {
            words += c == ' ' ? std::string("` `") : std::string(1, c);
        }
        return words + "`";
    }
    if (setting.type != SettingType::integer) {
        return "";
    }
    return std::to_string(setting.minimum) + " to " + std::to_string(setting.maximum);
}

TEST_CASE("settings: the documentation has every row with its type and defaults and meaning",
          "[CFG-030]") {
    const std::string document = repository_file("docs/configuration.md");
    std::size_t rows = 0;
    for (std::string_view rest = document; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rows += line.starts_with("| `") ? 1U : 0U;
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    std::string missing;
    for (const Setting& setting : settings()) {
        std::string row = "| `" + std::string(setting.name) + "`";
        if (!setting.alias.empty()) {
            row += "<br>`" + std::string(setting.alias) + "`";
        }
        row += " | " + type_cell(setting);
        for (const ProfileId profile : profiles) {
            row += " | " + cell(setting, profile);
        }
        const std::string allowed = allowed_cell(setting);
        row += " | " + allowed + (allowed.empty() ? "| " : " | ") + std::string(setting.meaning);
        row += " |\n";
        missing += document.find("\n" + row) == std::string::npos ? row : "";
    }
    INFO("rows that are missing or differ:\n" << missing);
    CHECK(missing.empty());
    const auto sinks = {post_sink_settings(), reverse_sink_settings()};
    std::size_t sink_rows = 0;
    for (const auto& table : sinks) {
        for (const SinkSetting& sink : table) {
            const Setting& setting = sink.setting;
            const std::string_view name = setting.name.substr(setting.name.rfind('.') + 1);
            std::string row = "| `" + std::string(name) + "` | " + type_cell(setting) + " | ";
            row += sink.account_key.empty() ? std::string() : "`" + std::string(sink.account_key);
            row += sink.account_key.empty() ? "| " : "` | ";
            const std::string allowed = allowed_cell(setting);
            row += allowed + (allowed.empty() ? "| " : " | ") + std::string(setting.meaning);
            row += " |\n";
            missing += document.find("\n" + row) == std::string::npos ? row : "";
            ++sink_rows;
        }
    }
    INFO("rows of sinks that are missing or differ:\n" << missing);
    CHECK(missing.empty());
    CHECK(rows == settings().size() + sink_rows);
}

}  // namespace
}  // namespace cqhttp::config
