#include "cli/action_examples.hpp"
#include "cli/catalogue_view.hpp"
#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/page.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {
namespace {

using protocol::ActionOwner;
using protocol::ActionSpec;
using protocol::JsonWriter;
using protocol::ParamSpec;
using protocol::ParamType;
using protocol::ProfileId;

constexpr std::size_t name_column = 2;
constexpr std::size_t list_column = 27;
constexpr std::size_t detail_column = 17;
constexpr std::size_t parameter_column = 19;
constexpr std::size_t longest_listed_data = 70;

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";

constexpr std::array<std::string_view, 7> group_titles{
    "Messages", "Groups", "People and requests", "The account", "Files and media",
    "Gateway",  "Sandbox"};
enum Group : std::size_t { messages, groups, people, account, media, gateway, sandbox };

struct GroupRule {
    std::string_view part;
    Group group;
};

// The first part that a name contains decides.
constexpr std::array group_rules{
    GroupRule{"_add_request", people}, GroupRule{"group_notice", groups},
    GroupRule{"_msg", messages},       GroupRule{"group", groups},
    GroupRule{"discuss", groups},      GroupRule{"friend", people},
    GroupRule{"stranger", people},     GroupRule{"send_like", people},
    GroupRule{"vip", people},          GroupRule{"image", media},
    GroupRule{"record", media},        GroupRule{"clean_", media},
};

Group group_of(const ActionSpec& spec) {
    if (spec.owner != ActionOwner::account) {
        return spec.owner == ActionOwner::sandbox ? sandbox : gateway;
    }
    // A friend group is a list of friends.
    if (spec.name.find("friend_list") != std::string_view::npos) {
        return people;
    }
    for (const GroupRule& rule : group_rules) {
        if (spec.name.find(rule.part) != std::string_view::npos) {
            return rule.group;
        }
    }
    return account;
}

std::string title(std::string_view text, const Layout& layout) {
    return layout.color ? fmt::format("{}{}{}\n", bold, text, plain) : fmt::format("{}\n", text);
}

// ---- the list
// -------------------------------------------------------------------------------------

std::vector<std::string> data_words(const ActionSpec& spec, const Layout& layout) {
    std::string data = spec.data.empty() ? "null" : std::string(spec.data);
    if (layout.columns > 0 && data.size() > longest_listed_data) {
        data.resize(data.rfind(' ', longest_listed_data));
        data += " ...";
    }
    return split_words("-> " + data);
}

std::string list_entry(const ActionSpec& spec, ProfileId profile, const Layout& layout) {
    const std::string head = fmt::format("{:{}}{}", "", name_column, spec.name);
    std::vector<std::string> words = signature_words(spec, profile);
    const std::vector<std::string> data = data_words(spec, layout);
    words.insert(words.end(), data.begin(), data.end());
    return lay_out({head, list_column, layout.columns}, words);
}

std::string list_page(ProfileId profile, const Layout& layout) {
    std::array<std::string, group_titles.size()> entries;
    for (const ActionSpec& spec : protocol::action_catalogue()) {
        if (spec.profiles.contains(profile)) {
            entries[group_of(spec)] += list_entry(spec, profile, layout);
        }
    }
    std::string page;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].empty()) {
            page += title(group_titles[i], layout) + entries[i] + "\n";
        }
    }
    std::string end = fmt::format(
        "These are the actions of {}. cqhttp-cli actions NAME explains one. With _async after its "
        "name an action is carried out later and answered at once",
        protocol::profile(profile).name);
    if (protocol::profile(profile).rate_limited_suffix) {
        end += "; with _rate_limited it waits for its turn";
    }
    return page + lay_out({"", 0, layout.columns}, split_words(end + "."));
}

// ---- one action
// -----------------------------------------------------------------------------------

std::vector<std::string> parameter_words(const ParamSpec& param) {
    std::string text(type_word(param.type));
    const std::string value = default_word(param);
    if (param.required) {
        text += ", required";
    } else if (value.empty()) {
        text += ", optional";
    } else {
        text += ", default " + value;
    }
    if (!param.allowed.empty()) {
        std::string allowed(param.allowed);
        std::replace(allowed.begin(), allowed.end(), '|', ' ');
        text += "; one of " + fmt::format("{}", fmt::join(split_words(allowed), ", "));
    }
    if (param.min != std::numeric_limits<std::int64_t>::min()) {
        text += fmt::format("; at least {}", param.min);
    }
    if (!param.about.empty()) {
        text += fmt::format("; {}", param.about);
    }
    if (!param.alias.empty()) {
        text += fmt::format("; also called {}", param.alias);
    }
    return split_words(text);
}

std::string parameter_section(const ActionSpec& spec, ProfileId profile, const Layout& layout) {
    const auto params = params_of(spec, profile);
    if (params.empty()) {
        return lay_out({"Parameters", detail_column, layout.columns}, split_words("none"));
    }
    std::string section = title("Parameters", layout);
    for (const ParamSpec& param : params) {
        const std::string head = fmt::format("{:{}}{}", "", name_column, param.name);
        section += lay_out({head, parameter_column, layout.columns}, parameter_words(param));
    }
    return section + "\n";
}

std::string_view owner_words(ActionOwner owner) {
    switch (owner) {
        case ActionOwner::account: return "the account";
        case ActionOwner::gateway: return "the gateway itself";
        case ActionOwner::sandbox: return "the sandbox, where gateway.sandbox_control allows it";
    }
    return "";
}

std::string detail_page(const ActionSpec& spec, ProfileId profile, const Layout& layout) {
    const auto line = [&layout](std::string_view head, std::string_view text) {
        return lay_out({head, detail_column, layout.columns}, split_words(text));
    };
    std::string page = title(spec.name, layout);
    page += lay_out({"", 0, layout.columns}, split_words(spec.about)) + "\n";
    page += parameter_section(spec, profile, layout);
    page += line("Data", spec.data.empty() ? "null" : spec.data);
    page += line("Requirement", spec.id.empty() ? "none, an addition of this gateway" : spec.id);
    page += line("Lasting effect", spec.lasting ? "yes, it leaves a mark on a real account" : "no");
    page += line("Carried out by", owner_words(spec.owner));
    page += line("Profiles", profile_names(spec.profiles));
    const std::string needs = example_needs(spec);
    page += "\n" + title("Example", layout);
    // Not wrapped, so that it can be pasted.
    page += fmt::format("{:{}}{}\n", "", name_column, example_of(spec, profile));
    if (!needs.empty()) {
        page += lay_out({"", name_column, layout.columns}, split_words("It needs " + needs + "."));
    }
    return page;
}

// ---- for programs
// ---------------------------------------------------------------------------------

void write_default(JsonWriter& json, const ParamSpec& param) {
    json.key("default");
    if (default_word(param).empty()) {
        json.null();
        return;
    }
    switch (param.type) {
        case ParamType::integer: json.value(param.integer_default); break;
        case ParamType::boolean: json.value(param.boolean_default); break;
        case ParamType::text: json.value(param.text_default); break;
        case ParamType::message:
        case ParamType::object: json.null(); break;
    }
}

void write_parameter(JsonWriter& json, const ParamSpec& param) {
    json.object();
    json.member("name", param.name).member("type", type_word(param.type));
    json.member("required", param.required);
    write_default(json, param);
    json.key("min");
    if (param.min == std::numeric_limits<std::int64_t>::min()) {
        json.null();
    } else {
        json.value(param.min);
    }
    json.key("allowed").array();
    std::string allowed(param.allowed);
    std::replace(allowed.begin(), allowed.end(), '|', ' ');
    for (const std::string& word : split_words(allowed)) {
        json.value(std::string_view(word));
    }
    json.end_array();
    json.member("alias", param.alias).member("about", param.about);
    json.end_object();
}

void write_action(JsonWriter& json, const ActionSpec& spec, ProfileId profile) {
    constexpr std::array<std::string_view, 3> owners{"account", "gateway", "sandbox"};
    json.object();
    json.member("name", spec.name).member("group", group_titles[group_of(spec)]);
    json.member("about", spec.about).key("params").array();
    for (const ParamSpec& param : params_of(spec, profile)) {
        write_parameter(json, param);
    }
    json.end_array().member("data", spec.data).member("requirement", spec.id);
    json.member("lasting", spec.lasting);
    json.member("owner", owners.at(static_cast<std::size_t>(spec.owner)));
    json.key("profiles").array();
    for (const std::string_view name : profile_list(spec.profiles)) {
        json.value(name);
    }
    json.end_array();
    const std::string example = example_of(spec, profile);
    json.member("example", std::string_view(example)).end_object();
}

std::string json_page(const ActionSpec* only, ProfileId profile, const Layout& layout) {
    std::string text;
    JsonWriter json(text);
    json.array();
    for (const ActionSpec& spec : protocol::action_catalogue()) {
        if (only == nullptr ? spec.profiles.contains(profile) : only == &spec) {
            write_action(json, spec, profile);
        }
    }
    json.end_array();
    return format_json(text, {.pretty = layout.terminal, .color = layout.color}) + "\n";
}

int explain_missing(const ActionsOptions& options, Console& console) {
    const std::string_view wanted = protocol::profile(options.profile).name;
    const ActionSpec* spec = find_described(options.name, options.profile);
    console.note(fmt::format("{} has no action {}", wanted, options.name));
    if (spec != nullptr && !spec->profiles.contains(options.profile)) {
        console.note(fmt::format("it is part of {}: add --profile {}",
                                 profile_names(spec->profiles),
                                 profile_list(spec->profiles).front()));
    } else if (spec != nullptr) {
        console.note(
            fmt::format("a suffix only says when it is done: cqhttp-cli actions {}", spec->name));
    } else if (const auto question = suggest_action(options.name, options.profile);
               !question.empty()) {
        console.note(question);
    } else {
        console.note("cqhttp-cli actions lists them all");
    }
    return exit_code::usage;
}

}  // namespace

int run(const ActionsOptions& options, Context& context) {
    Console& console = context.console;
    const ActionSpec* spec = nullptr;
    if (!options.name.empty()) {
        spec = protocol::find_action(options.name, options.profile);
        if (spec == nullptr) {
            return explain_missing(options, console);
        }
    }
    if (options.json) {
        console.write(json_page(spec, options.profile, console.layout()));
    } else if (spec != nullptr) {
        console.write(detail_page(*spec, options.profile, console.layout()));
    } else {
        console.write(list_page(options.profile, console.layout()));
    }
    if (!console.flush()) {
        console.note("the page could not be written to standard output");
        return exit_code::no_answer;
    }
    return exit_code::ok;
}

}  // namespace cqhttp::cli
