#include "gateway/config/check.hpp"

#include "gateway/base/text.hpp"
#include "gateway/base/url.hpp"
#include "gateway/config/sink_lists.hpp"
#include "gateway/protocol/json.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace cqhttp::config {
namespace {

using protocol::Json;
using protocol::ProfileId;

std::string_view name_of(ProfileId profile) {
    return protocol::profile(profile).name;
}

std::string quoted(std::string_view name) {
    return "\"" + std::string(name) + "\"";
}

// Which setting of the profile an entry means; null, with a report, if none.
class Resolver {
public:
    Resolver(ProfileId profile, Report& report) : profile_(profile), report_(report) {}

    const Setting* resolve(const Entry& entry) const {
        const Setting* setting = find_setting(entry.key);
        if (setting == nullptr) {
            report_unknown(entry);
            return nullptr;
        }
        const auto warn = [&](std::string sentence) {
            report_.warning(entry.place.text() + ": " + std::move(sentence));
        };
        const Presence presence = setting->in(profile_).presence;
        if (presence == Presence::absent) {
            const Setting* ours = find_setting("gateway." + std::string(setting->name));
            warn("ignored: " + std::string(name_of(profile_)) + " does not have this key" +
                 (ours == nullptr ? std::string() : "; use " + quoted(ours->name)));
            return nullptr;
        }
        if (presence == Presence::fixed) {
            warn("ignored: always " + std::string(setting->in(profile_).value) + " under " +
                 std::string(name_of(profile_)));
            return nullptr;
        }
        if (entry.key != setting->name && profile_ != ProfileId::onebot_11) {
            warn("ignored: a name of onebot-11; use " + quoted(setting->name));
            return nullptr;
        }
        return setting;
    }

private:
    void report_unknown(const Entry& entry) const {
        const bool ours = entry.key == "gateway" || entry.key.starts_with("gateway.");
        if (!(ours ? report_.takes_mistakes() : report_.takes_warnings())) {
            return;
        }
        std::string sentence = entry.place.text() + ": ";
        sentence += ours ? "there is no such key" : "ignored: there is no such key";
        if (const auto meant = near_miss(entry.key, profile_)) {
            sentence += "; did you mean " + quoted(*meant) + "?";
        }
        if (ours) {
            report_.mistake(std::move(sentence));
        } else {
            report_.warning(std::move(sentence));
        }
    }

    ProfileId profile_;
    Report& report_;
};

// Checks one value. The first thing that is wrong ends it.
class Checker {
public:
    Checker(const Setting& setting, const Entry& entry, ProfileId profile, Report& report)
        : setting_(setting), entry_(entry), report_(report) {
        const Default& given = setting.in(profile);
        if (given.presence == Presence::settable) {
            default_ = default_value(setting, given.value);
        }
    }

    Value run() {
        if (!setting_.has_effect()) {
            return as_written();
        }
        switch (setting_.type) {
            case SettingType::boolean: return boolean();
            case SettingType::integer: return integer();
            case SettingType::text: break;
        }
        return text();
    }

private:
    void mistake(std::string_view sentence) {
        report_.mistake(entry_.place.text() + ": " + std::string(sentence));
    }
    void warning(std::string_view sentence) {
        report_.warning(entry_.place.text() + ": " + std::string(sentence));
    }

    // A wrong value of a key of the original is replaced by the default; ours must be right.
    Value refuse(std::string sentence) {
        if (setting_.is_ours()) {
            mistake(sentence);
        } else {
            warning(sentence + "; the default " + printable(setting_, default_) + " is used");
        }
        return default_;
    }

    // Nothing depends on it, so nothing is checked (CFG-033).
    Value as_written() const {
        if (const auto flag = as_bool(); flag && setting_.type == SettingType::boolean) {
            return *flag;
        }
        if (const auto number = as_number();
            number && number->fits && setting_.type == SettingType::integer) {
            return number->value;
        }
        const auto* const words = entry_.value.get_ptr<const std::string*>();
        return words != nullptr ? *words : protocol::dump_json(entry_.value);
    }

    // The wrong value, for the operator to recognise; not of text settings, which may be secret.
    std::string shown() const {
        constexpr std::size_t most = 40;
        std::string text = protocol::dump_json(entry_.value);
        return text.size() <= most ? text : "a value of " + std::to_string(text.size()) + " bytes";
    }

    std::optional<bool> as_bool() const {
        if (const bool* flag = entry_.value.get_ptr<const bool*>()) {
            return *flag;
        }
        const auto* const words = entry_.value.get_ptr<const std::string*>();
        return words == nullptr ? std::nullopt : parse_bool(*words);
    }

    struct Number {
        std::int64_t value = 0;
        bool fits = true;  // 64 bits
    };

    std::optional<Number> as_number() const {
        if (const auto* const natural = entry_.value.get_ptr<const std::uint64_t*>()) {
            return *natural <= std::uint64_t{INT64_MAX}
                       ? Number{static_cast<std::int64_t>(*natural), true}
                       : Number{0, false};
        }
        if (const auto* const whole = entry_.value.get_ptr<const std::int64_t*>()) {
            return Number{*whole, true};
        }
        const auto* const digits = entry_.value.get_ptr<const std::string*>();
        if (digits == nullptr || !is_number(*digits)) {
            return std::nullopt;
        }
        const auto parsed = parse_int64(*digits);
        return Number{parsed.value_or(0), parsed.has_value()};
    }

    Value boolean() {
        if (const auto flag = as_bool()) {
            return *flag;
        }
        return refuse("must be yes or no (or true, false, 1, 0), not " + shown());
    }

    Value integer() {
        const auto number = as_number();
        if (!number) {
            return refuse("must be a whole number, not " + shown());
        }
        if (!number->fits || number->value < setting_.minimum || number->value > setting_.maximum) {
            mistake("must be from " + std::to_string(setting_.minimum) + " to " +
                    std::to_string(setting_.maximum) + ", not " + shown());
            return default_;
        }
        return adjusted(number->value);
    }

    static bool is_number(std::string_view text) {
        const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
        return !digits.empty() && std::all_of(digits.begin(), digits.end(),
                                              [](char c) { return c >= '0' && c <= '9'; });
    }

    Value adjusted(std::int64_t number) {
        if (setting_.rule == Rule::reconnect && number <= 0) {
            warning("0 or less counts as 100 milliseconds");
            return std::int64_t{100};
        }
        if (setting_.rule == Rule::workers && number == 0) {
            return std::int64_t{std::thread::hardware_concurrency()} * 2 + 1;
        }
        return number;
    }

    Value text() {
        if (entry_.value.is_null()) {
            return refuse("must be a string, not null");
        }
        const auto* const words = entry_.value.get_ptr<const std::string*>();
        if (words == nullptr) {
            mistake(
                "must be a string in quotes");  // a token given as a number is not dropped
            return default_;
        }
        const std::string& value = *words;
        const bool control = std::any_of(value.begin(), value.end(), [](char c) {
            return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        });
        if (control || !is_valid_utf8(value)) {
            mistake(control ? "must not contain control characters" : "must be valid UTF-8");
            return default_;
        }
        if (setting_.secret && entry_.only_comment) {
            warning("is empty: what follows the = is a comment");
        }
        switch (setting_.rule) {
            case Rule::host: return host(value);
            case Rule::http_url: return url(value, {Scheme::http, Scheme::https});
            case Rule::ws_url: return url(value, {Scheme::ws, Scheme::wss});
            case Rule::words:
            case Rule::words_of_any_case: return word(value);
            case Rule::label: return label(value);
            case Rule::none:
            case Rule::reconnect:
            case Rule::workers: break;
        }
        return value;
    }

    Value host(std::string_view value) {
        if (value.empty()) {
            return refuse("must not be empty");
        }
        const bool brackets = value.size() > 2 && value.starts_with('[') && value.ends_with(']');
        const std::string_view inner = brackets ? value.substr(1, value.size() - 2) : value;
        const auto colons = std::count(inner.begin(), inner.end(), ':');
        const bool clean = std::all_of(inner.begin(), inner.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
        });
        if (!clean || colons == 1 || (brackets && colons == 0)) {
            mistake("must be an address or host name, without scheme, port or blanks");
            return default_;
        }
        return std::string(inner);
    }

    // POST-004, WSR-008. The address is not repeated: its query may carry a token.
    Value url(const std::string& value, std::pair<Scheme, Scheme> allowed) {
        if (value.empty()) {
            if (setting_.is_ours()) {
                mistake("must not be empty");
            }
            return value;
        }
        const bool http = allowed.first == Scheme::http;
        const auto parsed = parse_url(value);
        if (parsed && (parsed->scheme == allowed.first || parsed->scheme == allowed.second)) {
            return value;
        }
        const std::string_view start = http ? "http:// or https://" : "ws:// or wss://";
        const std::string why = parsed || !has_scheme(value, http)
                                    ? "the address must start with " + std::string(start)
                                    : parsed.error().detail;
        if (setting_.is_ours()) {
            mistake(why);
        } else {
            warning("ignored: " + why);
        }
        return std::string();
    }

    static bool has_scheme(std::string_view value, bool http) {
        const std::string_view scheme = value.substr(0, value.find("://"));
        return http ? iequals(scheme, "http") || iequals(scheme, "https")
                    : iequals(scheme, "ws") || iequals(scheme, "wss");
    }

    Value label(const std::string& value) {
        constexpr std::size_t longest = 32;
        const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '.' || c == '-' || c == '_';
        });
        if (!plain || value.empty() || value.size() > longest) {
            mistake("must be 1 to 32 letters, digits or - _ .");
            return default_;
        }
        return value;
    }

    Value word(const std::string& value) {
        std::string allowed;
        std::string_view rest = setting_.words;
        while (!rest.empty()) {
            const std::string_view known = rest.substr(0, rest.find(' '));
            if (value == known ||
                (setting_.rule == Rule::words_of_any_case && iequals(value, known))) {
                return std::string(known);
            }
            rest.remove_prefix(std::min(rest.size(), known.size() + 1));
            allowed += allowed.empty() ? "" : rest.empty() ? " or " : ", ";
            allowed += known;
        }
        return refuse("must be " + allowed);
    }

    const Setting& setting_;
    const Entry& entry_;
    Report& report_;
    Value default_ = std::string();
};

}  // namespace

Given merge(std::span<const Section* const> layers, ProfileId profile, Report& report) {
    const Resolver resolver(profile, report);
    Given given;
    for (const Section* section : layers) {
        std::set<const Setting*> here;
        for (const Entry& entry : section->entries) {
            const Setting* setting = is_sink_key(entry.key) ? nullptr : resolver.resolve(entry);
            if (setting == nullptr) {
                continue;
            }
            if (!here.insert(setting).second) {
                report.mistake(entry.place.text() + ": " + quoted(setting->name) +
                               " is given twice in this section");
                continue;
            }
            given[setting] = &entry;
        }
    }
    return given;
}

Value checked(const Setting& setting, const Entry& entry, ProfileId profile, Report& report) {
    return Checker(setting, entry, profile, report).run();
}

}  // namespace cqhttp::config
