#include "cli/conformance_view.hpp"

#include "cli/near_miss.hpp"
#include "cli/page.hpp"
#include "conformance/json.hpp"
#include "conformance/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace cqhttp::cli {
namespace {

namespace suite = conformance;
using suite::Case;
using suite::Json;

Json case_json(const Case& which) {
    Json json;
    json["id"] = which.id;
    json["requirements"] = Json::array();
    for (const std::string_view id : which.requirement_ids()) {
        json["requirements"].push_back(id);
    }
    json["level"] = suite::to_text(which.level());
    json["scope"] = std::string(1, static_cast<char>(which.scope()));
    json["profiles"] = Json::array();
    for (std::size_t i = 0; i < suite::profile_count; ++i) {
        const auto profile = static_cast<suite::Profile>(i);
        if (which.profiles().contains(profile)) {
            json["profiles"].push_back(suite::to_text(profile));
        }
    }
    json["needs"] = suite::to_text(which.needs);
    json["setup"] = which.setup->name;
    json["sentence"] = which.sentence;
    return json;
}

int list(const ConformanceRequest& options, Console& console) {
    const auto chosen = suite::select(options.selection);
    if (chosen.has_error()) {
        console.note(chosen.error().detail);
        return exit_code::usage;
    }
    if (options.json) {
        Json all = Json::array();
        for (const Case* which : *chosen) {
            all.push_back(case_json(*which));
        }
        console.write(all.dump(2) + "\n");
        return exit_code::ok;
    }
    std::size_t width = 0;
    for (const Case* which : *chosen) {
        width = std::max(width, which->id.size());
    }
    for (const Case* which : *chosen) {
        console.write(fmt::format("{:<{}}  {:<6} {}  {}\n", which->id, width,
                                  suite::to_text(which->level()), static_cast<char>(which->scope()),
                                  which->requirements));
    }
    return exit_code::ok;
}

std::string paragraph(std::string_view head, std::string_view text, std::size_t columns) {
    constexpr std::size_t indent = 13;
    const std::string title = fmt::format("{:<{}}", head, indent);
    return lay_out({title, indent, columns}, split_words(text));
}

int explain(const ConformanceRequest& options, Console& console) {
    const Case* which = suite::find_case(options.case_id);
    if (which == nullptr) {
        std::vector<std::string_view> ids;
        for (const Case* candidate : suite::all_cases()) {
            ids.push_back(candidate->id);
        }
        const std::string question = did_you_mean(near_misses(options.case_id, ids));
        console.note(fmt::format("there is no case \"{}\"{}{}", options.case_id,
                                 question.empty() ? "" : "; ", question));
        return exit_code::usage;
    }
    const std::size_t columns = console.layout().columns == 0 ? 100 : console.layout().columns;
    const auto write = [&](std::string_view head, std::string_view text) {
        if (!text.empty()) {
            console.write(paragraph(head, text, columns));
        }
    };
    console.write(fmt::format("{}\n\n", which->id));
    write("Requirement", which->sentence);
    write("Sent", which->sends);
    write("Expected", which->expects);
    write("Level", suite::to_text(which->level()));
    write("Binds", which->scope() == suite::Scope::ours     ? "cqhttp-gateway only"
                   : which->scope() == suite::Scope::source ? "cqhttp-gateway; others are warned"
                                                            : "everybody");
    write("Profiles", which->profiles().text());
    write("Needs", suite::to_text(which->needs));
    write("Setup", fmt::format("{}: {}", which->setup->name, which->setup->about));
    for (const std::string_view id : which->requirement_ids()) {
        const suite::Requirement& requirement = *suite::find_requirement(id);
        console.write("\n");
        write(id, requirement.statement);
        write("", "source: " + requirement.source);
    }
    return exit_code::ok;
}

// Requirements of the profile, chapter by chapter, and the cases that prove them.
int coverage(const ConformanceRequest& options, Console& console) {
    const suite::Profile profile = options.selection.profile;
    std::map<std::string_view, std::vector<std::string_view>> proven;
    for (const Case* which : suite::all_cases()) {
        if (which->profiles().contains(profile)) {
            for (const std::string_view id : which->requirement_ids()) {
                proven[id].push_back(which->id);
            }
        }
    }
    struct Count {
        std::size_t all[3] = {}, with[3] = {};
        std::vector<std::string_view> without;
    };
    std::map<std::string_view, Count> chapters;
    Json json = Json::array();
    for (const suite::Requirement& requirement : suite::requirements()) {
        if (!requirement.profiles.contains(profile) ||
            requirement.level == suite::Level::withdrawn) {
            continue;
        }
        const std::size_t column = requirement.scope == suite::Scope::wire     ? 0
                                   : requirement.scope == suite::Scope::source ? 1
                                                                               : 2;
        const auto found = proven.find(requirement.id);
        Count& count = chapters[requirement.chapter];
        ++count.all[column];
        if (found != proven.end()) {
            ++count.with[column];
        } else {
            count.without.push_back(requirement.id);
        }
        Json row;
        row["id"] = requirement.id;
        row["chapter"] = requirement.chapter;
        row["level"] = suite::to_text(requirement.level);
        row["scope"] = std::string(1, static_cast<char>(requirement.scope));
        row["cases"] = Json::array();
        for (const std::string_view id :
             found == proven.end() ? std::vector<std::string_view>() : found->second) {
            row["cases"].push_back(id);
        }
        json.push_back(std::move(row));
    }
    if (options.json) {
        Json all;
        all["profile"] = suite::to_text(profile);
        all["requirements"] = std::move(json);
        console.write(all.dump(2) + "\n");
        return exit_code::ok;
    }
    console.write(
        fmt::format("{:<26}  everybody   source      gateway only\n", suite::to_text(profile)));
    const std::size_t columns = console.layout().columns == 0 ? 100 : console.layout().columns;
    for (const auto& [name, count] : chapters) {
        std::string line = fmt::format("{:<26}", name);
        for (std::size_t i = 0; i < 3; ++i) {
            line += fmt::format("  {:>4} of {:<3}", count.with[i], count.all[i]);
        }
        console.write(line + "\n");
        if (!count.without.empty()) {
            const std::vector<std::string> words(count.without.begin(), count.without.end());
            console.write(lay_out({"    without:", 13, columns}, words));
        }
    }
    return exit_code::ok;
}

}  // namespace

int run_view(const ConformanceRequest& options, Console& console) {
    using Deed = ConformanceRequest::Deed;
    int code = exit_code::ok;
    switch (options.deed) {
        case Deed::list: code = list(options, console); break;
        case Deed::explain: code = explain(options, console); break;
        case Deed::coverage: code = coverage(options, console); break;
        case Deed::report:
        case Deed::run: break;
    }
    return console.flush() ? code : exit_code::no_answer;
}

}  // namespace cqhttp::cli
