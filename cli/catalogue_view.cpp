#include "cli/catalogue_view.hpp"

#include "cli/near_miss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cqhttp::cli {
namespace {

using protocol::ActionSpec;
using protocol::ParamSpec;
using protocol::ParamType;
using protocol::ProfileId;

constexpr std::array all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11};
constexpr std::size_t longest_listed = 32;
constexpr std::array<std::string_view, 2> suffixes{"_async", "_rate_limited"};

std::string_view without_suffix(std::string_view action) {
    for (const std::string_view suffix : suffixes) {
        if (action.size() > suffix.size() && action.ends_with(suffix)) {
            return action.substr(0, action.size() - suffix.size());
        }
    }
    return action;
}

}  // namespace

std::string_view type_word(ParamType type) {
    switch (type) {
        case ParamType::integer: return "int";
        case ParamType::boolean: return "bool";
        case ParamType::text: return "str";
        case ParamType::message: return "message";
        case ParamType::object: return "object";
    }
    return "";
}

std::string default_word(const ParamSpec& param) {
    if (param.required) {
        return {};
    }
    switch (param.type) {
        case ParamType::integer: {
            const bool no_id = param.integer_default == 0 && param.name.ends_with("_id");
            return no_id ? std::string() : fmt::format("{}", param.integer_default);
        }
        case ParamType::boolean: return param.boolean_default ? "true" : "false";
        case ParamType::text: {
            const bool none = param.text_default.empty() && !param.allowed.empty();
            return none ? std::string() : fmt::format("\"{}\"", param.text_default);
        }
        case ParamType::message:
        case ParamType::object: return {};
    }
    return {};
}

std::vector<ParamSpec> params_of(const ActionSpec& spec, ProfileId profile) {
    std::vector<ParamSpec> found;
    for (const ParamSpec& param : spec.params) {
        if (param.profiles.contains(profile)) {
            found.push_back(param);
        }
    }
    return found;
}

std::string describe_params(const ActionSpec& spec, ProfileId profile) {
    std::string text;
    for (const ParamSpec& param : params_of(spec, profile)) {
        std::string kind(type_word(param.type));
        if (!param.allowed.empty()) {
            kind = param.allowed;
        }
        const std::string value = default_word(param);
        if (!value.empty()) {
            kind += ", default " + value;
        } else if (!param.required) {
            kind += ", optional";
        }
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", param.name, kind);
    }
    return text.empty() ? "no parameters" : text;
}

std::vector<std::string> signature_words(const ActionSpec& spec, ProfileId profile) {
    std::vector<std::string> words;
    for (const ParamSpec& param : params_of(spec, profile)) {
        const bool listed = !param.allowed.empty() && param.allowed.size() <= longest_listed;
        const std::string_view kind = listed ? param.allowed : type_word(param.type);
        std::string word = fmt::format("{}:{}", param.name, kind);
        if (!param.required) {
            const std::string value = default_word(param);
            word = fmt::format("[{}{}{}]", word, value.empty() ? "" : "=", value);
        }
        words.push_back(std::move(word));
    }
    return words;
}

const ActionSpec* find_described(std::string_view action, ProfileId profile) {
    for (const std::string_view name : {action, without_suffix(action)}) {
        if (const ActionSpec* spec = protocol::find_action(name, profile)) {
            return spec;
        }
        for (const ProfileId other : all_ids) {
            if (const ActionSpec* spec = protocol::find_action(name, other)) {
                return spec;
            }
        }
    }
    return nullptr;
}

std::string suggest_action(std::string_view action, ProfileId profile) {
    std::vector<std::string_view> names;
    for (const ActionSpec& spec : protocol::action_catalogue()) {
        if (spec.profiles.contains(profile)) {
            names.push_back(spec.name);
        }
    }
    return did_you_mean(near_misses(without_suffix(action), names));
}

std::vector<std::string_view> profile_list(protocol::ProfileSet profiles) {
    std::vector<std::string_view> names;
    for (const ProfileId id : all_ids) {
        if (profiles.contains(id)) {
            names.push_back(protocol::profile(id).name);
        }
    }
    return names;
}

std::string profile_names(protocol::ProfileSet profiles) {
    return fmt::format("{}", fmt::join(profile_list(profiles), ", "));
}

}  // namespace cqhttp::cli
