#include "gateway/config/load.hpp"

#include "gateway/base/text.hpp"
#include "gateway/config/check.hpp"
#include "gateway/config/conflicts.hpp"
#include "gateway/config/default_file.hpp"
#include "gateway/config/search.hpp"
#include "gateway/config/settings.hpp"
#include "gateway/config/sink_lists.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace cqhttp::config {
namespace {

namespace fs = std::filesystem;
using protocol::ProfileId;

// CQHTTP_PORT for port, CQHTTP_GATEWAY_PROFILE for gateway.profile (CFG-010).
std::string variable_name(std::string_view setting) {
    std::string name = "CQHTTP_";
    for (const char c : setting) {
        const bool letter = c >= 'a' && c <= 'z';
        name += letter ? static_cast<char>(c - 'a' + 'A') : c == '.' ? '_' : c;
    }
    return name;
}

class Loader {
public:
    explicit Loader(const LoadOptions& options) : options_(options) { read_environment(); }

    LoadOutcome run() {
        if (options_.config_file) {
            use_file(*options_.config_file);
        } else {
            search();
        }
        // A port that is itself a mistake stands at its default, which would only be a second one.
        check_conflicts(loaded_.accounts, servers_in_doubt_ ? Servers::skip : Servers::compare,
                        report_);
        if (report_.mistakes().empty() && options_.write_default) {
            write_defaults();
        }
        loaded_.warnings = report_.warnings();
        if (!report_.mistakes().empty()) {
            return {std::nullopt, report_.mistakes()};
        }
        return {std::move(loaded_), {}};
    }

private:
    // An account on its way from sections to settings.
    struct Draft {
        std::int64_t self_id = 0;
        fs::path app_directory;  // where the files were found; empty: that of the profile
        ProfileId profile = ProfileId::cqhttp_4_0;  // where nothing says otherwise
        std::vector<const Section*> layers;
        bool found = false;
    };

    void read_environment() {
        if (!options_.environment) {
            return;
        }
        for (const Setting& setting : settings()) {
            read_variable(std::string(setting.name));
        }
        for (const SinkSetting& sink : post_sink_settings()) {
            read_variables_of(sink.setting.name);
        }
        for (const SinkSetting& sink : reverse_sink_settings()) {
            read_variables_of(sink.setting.name);
        }
        const std::string force = options_.environment("FORCE_ENV").value_or("");
        environment_wins_ = parse_bool(force).value_or(iequals(force, "on"));
    }

    void read_variable(std::string key) {
        const std::string name = variable_name(key);
        if (auto value = options_.environment(name)) {
            Place place{"environment", "environment", 0, {}, name};
            environment_.entries.push_back(
                {std::move(key), std::move(*value), std::move(place), false});
        }
    }

    // Of "gateway.post.url": gateway.post.1.url and so on.
    void read_variables_of(std::string_view sink_key) {
        const std::size_t dot = sink_key.rfind('.');
        for (std::size_t number = 1; number <= most_sinks; ++number) {
            std::string key(sink_key.substr(0, dot + 1));
            key += std::to_string(number);
            key += sink_key.substr(dot);
            read_variable(std::move(key));
        }
    }

    std::vector<std::int64_t> accounts_or(std::vector<std::int64_t> named) const {
        std::vector<std::int64_t> chosen;
        for (const std::int64_t account : options_.accounts.empty() ? named : options_.accounts) {
            if (std::find(chosen.begin(), chosen.end(), account) == chosen.end()) {
                chosen.push_back(account);
            }
        }
        return chosen.empty() ? std::vector<std::int64_t>{default_self_id} : chosen;
    }

    // Each file is read, and its faults reported, once.
    const Source* source_of(const FileRef& file) {
        const auto [known, added] = sources_.try_emplace(file.path, nullptr);
        if (added) {
            loaded_.files.push_back(file.path);
            if (auto source = read_source(file.path, file.short_name, file.layout, report_)) {
                known->second = std::make_unique<Source>(std::move(*source));
            }
        }
        return known->second.get();
    }

    void add_layers(Draft& draft, const FileRef& file) {
        const Source* source = source_of(file);
        if (source == nullptr) {
            return;
        }
        const auto add = [&](std::string_view name) {
            if (const Section* section = source->find(name)) {
                draft.layers.push_back(section);
            }
        };
        if (source->flat) {
            add("");
            return;
        }
        if (file.general) {
            add("general");
        }
        if (file.account) {
            add(std::to_string(draft.self_id));
        } else if (!source->accounts().empty()) {
            report_.warning(file.path.string() +
                            ": only [general] of this file is read; settings of an account belong "
                            "into config/<account number>.ini");
        }
    }

    // --config (CFG-009).
    void use_file(const fs::path& path) {
        const FileRef file{path, path.filename().string(), Layout::any, true, true};
        const Source* source = source_of(file);
        if (source == nullptr) {
            return;
        }
        for (const std::int64_t account : accounts_or(source->accounts())) {
            Draft draft{account, {}, ProfileId::cqhttp_4_0, {}, true};
            add_layers(draft, file);
            finish(std::move(draft));
        }
    }

    static fs::path directory_of(const fs::path& root, ProfileId profile) {
        return root / protocol::profile(profile).app_directory;
    }

    bool has_configuration(const fs::path& directory) const {
        if (options_.accounts.empty()) {
            return find_accounts(directory).found;
        }
        return std::any_of(options_.accounts.begin(), options_.accounts.end(),
                           [&](std::int64_t account) {
                               return !find_candidate(directory, account).files.empty();
                           });
    }

    // CFG-002: in the app directory of the profile; where none was asked for, in that of 4.0, then
    // in that of 4.15, and the place tells the profile.
    void search() {
        std::vector<ProfileId> order{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15};
        if (options_.profile) {
            order.assign(1, *options_.profile);
        }
        const auto found = std::find_if(order.begin(), order.end(), [this](ProfileId profile) {
            return has_configuration(directory_of(options_.root, profile));
        });
        if (found != order.end()) {
            use_directory(directory_of(options_.root, *found), *found);
        } else {
            for (const std::int64_t account : accounts_or({})) {
                finish({account, {}, order.front(), {}, false});
            }
        }
        if (!options_.profile || found == order.end()) {
            warn_of_others(
                directory_of(options_.root, found == order.end() ? order.front() : *found));
        }
    }

    // A token in the app directory of the other version would be missed without a word.
    void warn_of_others(const fs::path& used) {
        for (const ProfileId profile : {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15}) {
            const fs::path directory = directory_of(options_.root, profile);
            if (directory != used && has_configuration(directory)) {
                report_.warning(directory.string() + ": not read; it is the app directory of " +
                                std::string(protocol::profile(profile).name) + ", see --profile");
            }
        }
    }

    void use_directory(const fs::path& directory, ProfileId profile) {
        std::vector<std::int64_t> named;
        if (options_.accounts.empty()) {
            Accounts found = find_accounts(directory);
            named = std::move(found.numbers);
            for (const FileRef& file : found.sections) {
                const Source* source = source_of(file);
                named = source == nullptr ? std::vector<std::int64_t>{} : source->accounts();
            }
        }
        for (const std::int64_t account : accounts_or(std::move(named))) {
            Draft draft{account, directory, profile, {}, false};
            const Candidate candidate = find_candidate(directory, account);
            draft.found = !candidate.files.empty();
            for (const FileRef& file : candidate.files) {
                add_layers(draft, file);
            }
            for (const std::string& name : candidate.shadowed) {
                report_.warning((directory / name).string() + ": not read, because " +
                                candidate.files.front().short_name + " comes before it");
            }
            finish(std::move(draft));
        }
    }

    // --profile, else the last gateway.profile, else what the place means. A wrong word is reported
    // when the settings are checked.
    ProfileId profile_of(const Draft& draft) const {
        if (options_.profile) {
            return *options_.profile;
        }
        ProfileId profile = draft.profile;
        for (const Section* layer : draft.layers) {
            for (const Entry& entry : layer->entries) {
                const auto* const word = entry.value.get_ptr<const std::string*>();
                if (entry.key == "gateway.profile" && word != nullptr) {
                    profile = protocol::find_profile(*word).value_or(profile);
                }
            }
        }
        return profile;
    }

    void finish(Draft draft) {
        const bool use_environment = environment_wins_ || !draft.found;
        if (use_environment) {
            draft.layers.push_back(&environment_);
        }
        AccountConfig config;
        config.self_id = draft.self_id;
        config.profile = profile_of(draft);
        config.root = options_.root;
        config.app_directory = draft.app_directory.empty()
                                   ? directory_of(options_.root, config.profile)
                                   : draft.app_directory;
        const Given given = merge(draft.layers, config.profile, report_);
        for (const Setting& setting : settings()) {
            settle(config, setting, given);
        }
        settle_sinks(config, draft.layers, report_);
        // With settings from the environment a file would hide them from the next start.
        if (!draft.found && environment_.entries.empty()) {
            missing_.push_back(loaded_.accounts.size());
        }
        loaded_.accounts.push_back(std::move(config));
    }

    // What the command line says wins over every file.
    std::optional<std::pair<Value, std::string>> from_command_line(std::string_view name) const {
        if (name == "gateway.profile" && options_.profile) {
            return std::pair(Value(std::string(protocol::profile(*options_.profile).name)),
                             std::string("--profile"));
        }
        if (name == "gateway.ephemeral" && options_.ephemeral) {
            return std::pair(Value(true), std::string("--ephemeral"));
        }
        return std::nullopt;
    }

    void settle(AccountConfig& config, const Setting& setting, const Given& given) {
        const Default& standard = setting.in(config.profile);
        if (standard.presence == Presence::absent) {
            return;
        }
        EffectiveSetting effective{std::string(setting.name), "not set", "default", false};
        std::optional<Value> value;
        if (standard.presence != Presence::optional) {
            value = default_value(setting, standard.value);
        }
        const std::optional<Value> usual = value;
        if (standard.presence == Presence::fixed) {
            effective.origin = protocol::profile(config.profile).name;
        }
        if (const auto entry = given.find(&setting); entry != given.end()) {
            const std::size_t before = report_.mistakes().size();
            value = checked(setting, *entry->second, config.profile, report_);
            servers_in_doubt_ |=
                report_.mistakes().size() > before && setting.group.ends_with("server");
            effective.origin = entry->second->place.origin();
        }
        if (auto wins = from_command_line(setting.name)) {
            std::tie(value, effective.origin) = std::move(*wins);
        }
        if (value) {
            apply(setting, config, *value);
            effective.value = printable(setting, *value);
        }
        effective.changed = value != usual;
        config.effective.push_back(std::move(effective));
    }

    // CFG-006.
    void write_defaults() {
        for (const std::size_t index : missing_) {
            const AccountConfig& account = loaded_.accounts[index];
            const fs::path path =
                account.app_directory / "config" / (std::to_string(account.self_id) + ".json");
            if (const auto written = write_default_file(path, account.profile); !written) {
                report_.mistake(written.error().detail +
                                "; give another place with --root or a file with --config");
                return;
            }
            loaded_.files.push_back(path);
            loaded_.wrote_default = true;
        }
    }

    const LoadOptions& options_;
    Report report_;
    Loaded loaded_;
    Section environment_;
    bool environment_wins_ = false;
    bool servers_in_doubt_ = false;  // a host or port is a mistake
    std::map<fs::path, std::unique_ptr<Source>> sources_;
    std::vector<std::size_t> missing_;  // accounts for which nothing was found
};

}  // namespace

LoadOutcome load(const LoadOptions& options) {
    return Loader(options).run();
}

}  // namespace cqhttp::config
