#include "gateway/config/sink_lists.hpp"

#include "gateway/base/text.hpp"
#include "gateway/config/check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace cqhttp::config {
namespace {

using protocol::Json;

constexpr std::string_view post_prefix = "gateway.post.";
constexpr std::string_view reverse_prefix = "gateway.ws_reverse.";

std::string_view without_dot(std::string_view prefix) {
    return prefix.substr(0, prefix.size() - 1);
}

// A number as it is written in keys: no sign, no zeros in front.
std::optional<std::size_t> entry_number(std::string_view text) {
    const auto parsed = parse_account(text);
    if (!parsed || *parsed > std::int64_t{most_sinks}) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(*parsed);
}

// The row a key without the number means.
const SinkSetting* find_row(std::span<const SinkSetting> rows, std::string_view prefix,
                            std::string_view name) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const SinkSetting& row) {
        return row.setting.name.substr(prefix.size()) == name;
    });
    return found == rows.end() ? nullptr : &*found;
}

// One list of one account.
class ListReader {
public:
    struct Kind {
        std::string_view prefix;
        std::span<const SinkSetting> rows;
        std::string_view heading;
        // Appends what the account says; names it; says what is wrong with what was read, if
        // anything; takes it away again where it is switched off.
        void (*begin)(AccountConfig&, std::string name);
        std::string (*fault)(const AccountConfig&, const std::set<std::string_view>& given);
        void (*end)(AccountConfig&);
    };

    ListReader(const Kind& kind, AccountConfig& config, Report& report)
        : kind_(kind), config_(config), report_(report) {}

    // False: the layers do not have the list.
    bool run(std::span<const Section* const> layers) {
        for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
            if (collect(**layer)) {
                for (auto& [number, entries] : entries_) {
                    read_entry(number, entries);
                }
                return true;
            }
        }
        return false;
    }

    const Place& place() const { return place_; }

private:
    using Entries = std::vector<Entry>;

    void mistake(const Place& place, std::string_view sentence) {
        report_.mistake(place.text() + ": " + std::string(sentence));
    }

    bool collect(const Section& layer) {
        bool found = false;
        for (const Entry& entry : layer.entries) {
            const bool whole = entry.key == without_dot(kind_.prefix);
            if (!whole && !entry.key.starts_with(kind_.prefix)) {
                continue;
            }
            if (!found) {
                place_ = entry.place;
            }
            found = true;
            if (whole) {
                take_list(entry);
            } else {
                take_key(entry);
            }
        }
        return found;
    }

    // "gateway.post": [{"url": ...}, ...]
    void take_list(const Entry& entry) {
        const bool none =
            entry.value.is_string() && trim(entry.value.get_ref<const std::string&>()).empty();
        if (none) {
            return;  // `gateway.post =`: an account without those of [general]
        }
        const auto fits = [](const Json& item) { return item.is_object(); };
        if (!entry.value.is_array() || !std::all_of(entry.value.begin(), entry.value.end(), fits)) {
            mistake(entry.place, R"(must be a list of objects, [{"url": "..."}, ...])");
            return;
        }
        if (entry.value.size() > most_sinks) {
            mistake(entry.place, "has more than " + std::to_string(most_sinks) + " entries");
            return;
        }
        std::size_t number = 0;
        for (const Json& item : entry.value) {
            Entries& entries = entries_[++number];
            for (const auto& [name, value] : item.items()) {
                Place place = entry.place;
                place.key = std::string(kind_.prefix) + std::to_string(number) + "." + name;
                entries.push_back({name, value, std::move(place), false});
            }
        }
    }

    // gateway.post.2.url = ...
    void take_key(const Entry& entry) {
        const std::string_view rest = std::string_view(entry.key).substr(kind_.prefix.size());
        const std::size_t dot = rest.find('.');
        const auto number = entry_number(rest.substr(0, dot));
        if (!number || dot == std::string_view::npos) {
            mistake(entry.place, "there is no such key; entries are " + std::string(kind_.prefix) +
                                     "<number>.<key>, numbers from 1 to " +
                                     std::to_string(most_sinks));
            return;
        }
        entries_[*number].push_back(
            {std::string(rest.substr(dot + 1)), entry.value, entry.place, entry.only_comment});
    }

    void read_entry(std::size_t number, const Entries& entries) {
        const std::string prefix = std::string(kind_.prefix) + std::to_string(number);
        kind_.begin(config_, prefix.substr(prefix.find('.') + 1));
        std::map<const SinkSetting*, const Entry*> given;
        for (const Entry& entry : entries) {
            const SinkSetting* row = resolve(entry);
            if (row != nullptr && !given.emplace(row, &entry).second) {
                mistake(entry.place, "is given twice");
            }
        }
        EffectiveSink effective{std::string(kind_.heading) + ", " + prefix, {}};
        std::set<std::string_view> names;
        for (const SinkSetting& row : kind_.rows) {
            const auto found = given.find(&row);
            effective.settings.push_back(
                settle(row, prefix, found == given.end() ? nullptr : found->second));
            if (found != given.end()) {
                names.insert(row.setting.name.substr(kind_.prefix.size()));
            }
        }
        config_.effective_sinks.push_back(std::move(effective));
        const std::string fault = kind_.fault(config_, names);
        if (!fault.empty()) {
            Place place = entries.empty() ? place_ : entries.front().place;
            if (place.file != "environment") {
                place.key = prefix;
            }
            mistake(place, fault);
        }
        kind_.end(config_);
    }

    const SinkSetting* resolve(const Entry& entry) {
        const SinkSetting* row = find_row(kind_.rows, kind_.prefix, entry.key);
        if (row == nullptr) {
            std::vector<std::string_view> names;
            for (const SinkSetting& known : kind_.rows) {
                names.push_back(known.setting.name.substr(kind_.prefix.size()));
            }
            const auto meant = closest(entry.key, names);
            mistake(entry.place, "there is no such key" +
                                     (meant ? "; did you mean \"" + std::string(*meant) + "\"?"
                                            : std::string()));
            return nullptr;
        }
        const Default& standard = row->setting.in(config_.profile);
        if (standard.presence == Presence::fixed) {
            report_.warning(entry.place.text() + ": ignored: always " +
                            std::string(standard.value) + " under " +
                            std::string(protocol::profile(config_.profile).name));
            return nullptr;
        }
        return row;
    }

    EffectiveSetting settle(const SinkSetting& row, const std::string& prefix, const Entry* entry) {
        const std::string key(row.setting.name.substr(kind_.prefix.size()));
        EffectiveSetting effective{prefix + "." + key, std::string(row.otherwise), "default",
                                   false};
        if (entry != nullptr) {
            const Value value = checked(row.setting, *entry, config_.profile, report_);
            apply(row.setting, config_, value);
            effective.value = printable(row.setting, value);
            effective.origin = entry->place.origin();
            effective.changed = true;
            return effective;
        }
        if (key == "name") {
            effective.value = protocol::dump_json(prefix.substr(prefix.find('.') + 1));
            return effective;
        }
        if (key == "timeout") {  // of two keys of the account
            effective.value = std::to_string(config_.post.timeout.count());
            effective.origin = "post_timeout";
            return effective;
        }
        const auto same = std::find_if(
            config_.effective.begin(), config_.effective.end(),
            [&](const EffectiveSetting& setting) { return setting.name == row.account_key; });
        if (same != config_.effective.end()) {
            effective.value = same->value;
            effective.origin = same->name;
        }
        return effective;
    }

    const Kind& kind_;
    AccountConfig& config_;
    Report& report_;
    Place place_;
    std::map<std::size_t, Entries> entries_;
};

PostSink account_post(const AccountConfig& config) {
    PostSink sink;
    sink.timeout = config.post.timeout;
    sink.secret = config.post.secret;
    sink.message_format = config.events.message_format;
    sink.filter = config.events.filter;
    return sink;
}

ReverseSink account_reverse(const AccountConfig& config) {
    ReverseSink sink;
    sink.access_token = config.access_token;
    sink.reconnect_interval = config.reverse.reconnect_interval;
    sink.reconnect_on_code_1000 = config.reverse.reconnect_on_code_1000;
    sink.message_format = config.events.message_format;
    sink.filter = config.events.filter;
    return sink;
}

const ListReader::Kind post_kind{
    post_prefix,
    post_sink_settings(),
    "HTTP POST",
    [](AccountConfig& c, std::string name) {
        c.post_sinks.push_back(account_post(c));
        c.post_sinks.back().name = std::move(name);
        c.post_sinks.back().listed = true;
    },
    [](const AccountConfig&, const std::set<std::string_view>& given) {
        return std::string(given.contains("url") ? "" : "needs a \"url\", http:// or https://");
    },
    [](AccountConfig& c) {
        if (!c.post_sinks.back().enabled || !c.post.enabled) {
            c.post_sinks.pop_back();
        }
    }};

const ListReader::Kind reverse_kind{
    reverse_prefix,
    reverse_sink_settings(),
    "Reverse WebSocket",
    [](AccountConfig& c, std::string name) {
        c.reverse_sinks.push_back(account_reverse(c));
        c.reverse_sinks.back().name = std::move(name);
        c.reverse_sinks.back().listed = true;
    },
    [](const AccountConfig& c, const std::set<std::string_view>& given) {
        const ReverseSink& sink = c.reverse_sinks.back();
        if (!given.contains("url")) {
            return std::string("needs a \"url\", ws:// or wss://");
        }
        const protocol::Profile& profile = protocol::profile(c.profile);
        if (sink.role == SinkRole::universal && !profile.universal_role) {
            return std::string(given.contains("role") ? "\"role\" must be" : "needs a \"role\",") +
                   " api or event under " + std::string(profile.name);
        }
        return std::string();
    },
    [](AccountConfig& c) {
        if (!c.reverse_sinks.back().enabled || !c.reverse.enabled) {
            c.reverse_sinks.pop_back();
        }
    }};

// WSR-002 ... WSR-007: ws_reverse_url and the universal client exist in the profiles that have
// these settings.
void add_single_reverse(AccountConfig& config) {
    const ReverseSettings& settings = config.reverse;
    const auto add = [&](SinkRole role, std::string_view name, const std::string& url) {
        if (!url.empty()) {
            ReverseSink sink = account_reverse(config);
            sink.name = name;
            sink.url = url;
            sink.role = role;
            config.reverse_sinks.push_back(std::move(sink));
        }
    };
    if (!settings.enabled) {
        return;
    }
    if (settings.universal) {
        add(SinkRole::universal, "ws_reverse_universal", settings.url);
        return;
    }
    add(SinkRole::api, "ws_reverse_api",
        settings.api_url.empty() ? settings.url : settings.api_url);
    add(SinkRole::event, "ws_reverse_event",
        settings.event_url.empty() ? settings.url : settings.event_url);
}

// Names tell sinks apart in the log and in get_status; one POST at most comes before the pushes.
void check_together(const AccountConfig& config, const Place& posts, const Place& reverses,
                    Report& report) {
    std::set<std::string> names;
    std::size_t before_push = 0;
    for (const PostSink& sink : config.post_sinks) {
        if (!names.insert(sink.name).second) {
            report.mistake(posts.text() + ": two sinks have the name \"" + sink.name + "\"");
        }
        before_push += sink.before_push ? 1U : 0U;
    }
    for (const ReverseSink& sink : config.reverse_sinks) {
        if (!names.insert(sink.name).second) {
            report.mistake(reverses.text() + ": two sinks have the name \"" + sink.name + "\"");
        }
    }
    if (before_push > 1) {
        report.mistake(posts.text() +
                       ": \"before_push\" is yes in more than one entry; pushes can wait for one "
                       "address only");
    }
}

bool gives(const AccountConfig& config, std::string_view key) {
    return std::any_of(config.effective_sinks.begin(), config.effective_sinks.end(),
                       [&](const EffectiveSink& sink) {
                           return std::any_of(sink.settings.begin(), sink.settings.end(),
                                              [&](const EffectiveSetting& setting) {
                                                  return setting.changed &&
                                                         setting.name.ends_with(key);
                                              });
                       });
}

}  // namespace

bool is_sink_key(std::string_view key) {
    const auto of = [key](std::string_view prefix) {
        return key == without_dot(prefix) || key.starts_with(prefix);
    };
    return of(post_prefix) || of(reverse_prefix);
}

std::optional<SinkSection> sink_section(std::string_view name) {
    std::string owner = "general";
    std::string_view rest = name;
    if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
        const std::string_view head = name.substr(0, dot);
        if (head == "general" || parse_account(head)) {
            owner = head;
            rest.remove_prefix(dot + 1);
        }
    }
    for (const std::string_view prefix : {post_prefix, reverse_prefix}) {
        if (rest.starts_with(prefix) && entry_number(rest.substr(prefix.size()))) {
            return SinkSection{std::move(owner), std::string(rest) + "."};
        }
    }
    return std::nullopt;
}

bool resembles_sink_section(std::string_view name) {
    const std::string lower = to_lower(name);
    return lower.find("gateway.") != std::string::npos || lower.starts_with("post.") ||
           lower.starts_with("ws_reverse.");
}

void settle_sinks(AccountConfig& config, std::span<const Section* const> layers, Report& report) {
    if (!config.post.url.empty()) {
        PostSink sink = account_post(config);
        sink.name = "post_url";
        sink.url = config.post.url;
        config.post_sinks.push_back(std::move(sink));
    }
    add_single_reverse(config);
    ListReader posts(post_kind, config, report);
    ListReader reverses(reverse_kind, config, report);
    posts.run(layers);
    if (reverses.run(layers) && !config.reverse.enabled) {
        report.warning(reverses.place().text() + ": not used, because use_ws_reverse is no");
    }
    // The specification's order, POST before push, is that of a single address.
    if (config.post_sinks.size() == 1 && !gives(config, ".before_push")) {
        config.post_sinks.front().before_push = true;
        for (EffectiveSink& sink : config.effective_sinks) {
            for (EffectiveSetting& setting : sink.settings) {
                if (setting.name.ends_with(".before_push")) {
                    setting.value = "true";
                    setting.origin = "default, the only address";
                }
            }
        }
    }
    check_together(config, posts.place(), reverses.place(), report);
}

}  // namespace cqhttp::config
