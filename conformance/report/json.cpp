#include "conformance/report/json.hpp"

#include "conformance/json.hpp"
#include "conformance/registry.hpp"

#include <array>
#include <optional>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view schema = "cqhttp-conformance/1";
constexpr std::array<std::string_view, 3> kinds{"note", "sent", "received"};

Json transcript_json(const std::vector<Transcript::Entry>& entries) {
    Json list = Json::array();
    for (const auto& entry : entries) {
        Json one;
        one["kind"] = kinds[static_cast<std::size_t>(entry.kind)];
        one["at_us"] = entry.at.count();
        one["where"] = entry.where;
        one["text"] = printable(entry.text);
        one["bytes"] = entry.size;
        list.push_back(std::move(one));
    }
    return list;
}

void describe(const Case& which, Json& json) {
    json["chapter"] = which.chapter();
    json["sentence"] = which.sentence;
    json["level"] = to_text(which.level());
    json["scope"] = std::string(1, static_cast<char>(which.scope()));
    json["requirements"] = Json::array();
    for (const std::string_view id : which.requirement_ids()) {
        json["requirements"].push_back(id);
    }
}

Json result_json(const CaseResult& result) {
    Json json;
    json["id"] = result.id;
    json["verdict"] = to_text(result.verdict);
    if (const Case* which = find_case(result.id)) {
        describe(*which, json);
    }
    json["duration_us"] = result.duration.count();
    const auto add = [&json](const char* name, const std::string& text) {
        if (!text.empty()) {
            json[name] = printable(text);
        }
    };
    add("expected", result.expected);
    add("actual", result.actual);
    add("text", result.text);
    add("log", result.log);
    json["runs"] = result.runs;
    json["not_held"] = result.not_held;
    if (result.known || result.unexpected_pass) {
        json["known"]["reason"] = result.known_reason;
        json["known"]["link"] = result.known_link;
        json["known"]["unexpected_pass"] = result.unexpected_pass;
    }
    json["transcript"] = transcript_json(result.transcript);
    return json;
}

std::string text_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::int64_t number_of(const Json& object, std::string_view name) {
    const Json& value = member(object, name);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

bool flag_of(const Json& object, std::string_view name) {
    return member(object, name) == true;
}

Transcript::Entry read_entry(const Json& json) {
    Transcript::Entry entry;
    const std::string kind = text_of(json, "kind");
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (kinds[i] == kind) {
            entry.kind = static_cast<Transcript::Kind>(i);
        }
    }
    entry.at = std::chrono::microseconds(number_of(json, "at_us"));
    entry.where = text_of(json, "where");
    entry.text = text_of(json, "text");
    entry.size = static_cast<std::size_t>(number_of(json, "bytes"));
    return entry;
}

std::optional<CaseResult> read_result(const Json& json) {
    CaseResult result;
    result.id = text_of(json, "id");
    const auto verdict = verdict_of(text_of(json, "verdict"));
    if (result.id.empty() || !verdict) {
        return std::nullopt;
    }
    result.verdict = *verdict;
    result.expected = text_of(json, "expected");
    result.actual = text_of(json, "actual");
    result.text = text_of(json, "text");
    result.log = text_of(json, "log");
    result.duration = std::chrono::microseconds(number_of(json, "duration_us"));
    result.runs = static_cast<int>(number_of(json, "runs"));
    result.not_held = static_cast<int>(number_of(json, "not_held"));
    const Json& known = member(json, "known");
    result.unexpected_pass = flag_of(known, "unexpected_pass");
    result.known = known.is_object() && !result.unexpected_pass;
    result.known_reason = text_of(known, "reason");
    result.known_link = text_of(known, "link");
    for (const Json& entry : member(json, "transcript")) {
        result.transcript.push_back(read_entry(entry));
    }
    return result;
}

}  // namespace

std::string to_json(const RunReport& report) {
    Json json;
    json["schema"] = schema;
    json["suite_version"] = report.suite_version;
    json["target"] = report.target;
    json["profile"] = to_text(report.profile);
    json["started"] = report.started;
    json["duration_ms"] = report.duration.count();
    json["interrupted"] = report.interrupted;
    if (!report.unreachable.empty()) {
        json["unreachable"] = report.unreachable;
    }
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        json["counts"][std::string(to_text(verdict))] = report.count(verdict);
    }
    json["results"] = Json::array();
    for (const CaseResult& result : report.results) {
        json["results"].push_back(result_json(result));
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunReport> read_report(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) {
        return failure("it is no JSON");
    }
    if (text_of(*json, "schema") != schema) {
        return failure("it is no report of this suite (\"schema\" is not " + std::string(schema) +
                       ")");
    }
    RunReport report;
    const auto profile = profile_of(text_of(*json, "profile"));
    if (!profile || !member(*json, "results").is_array()) {
        return failure("\"profile\" or \"results\" is missing");
    }
    report.profile = *profile;
    report.suite_version = text_of(*json, "suite_version");
    report.target = text_of(*json, "target");
    report.started = number_of(*json, "started");
    report.duration = std::chrono::milliseconds(number_of(*json, "duration_ms"));
    report.interrupted = flag_of(*json, "interrupted");
    report.unreachable = text_of(*json, "unreachable");
    for (const Json& one : json->at("results")) {
        auto result = read_result(one);
        if (!result) {
            return failure("a result without \"id\" or with an unknown \"verdict\"");
        }
        report.results.push_back(std::move(*result));
    }
    return report;
}

}  // namespace cqhttp::conformance
