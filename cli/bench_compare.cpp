#include "cli/bench_compare.hpp"

#include "cli/bench_options.hpp"
#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace cqhttp::cli {
namespace bench {
namespace {

using protocol::Json;

constexpr std::size_t longest_file = 256 * 1024 * 1024;
constexpr std::string_view cpu_metric = "server CPU, us per operation";

void add(std::vector<Metric>& metrics, std::string name, const Json& object, const char* member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    if (object.is_object() && found != object.end() && found->is_number()) {
        metrics.push_back({std::move(name), found->get<double>()});
    }
}

Json member(const Json& object, const char* name) {
    return object.is_object() && object.contains(name) ? object[name] : Json();
}

void add_part(std::vector<Metric>& metrics, const Json& part, bool alone) {
    const Json name = member(part, "name");
    const std::string prefix =
        alone || !name.is_string() ? std::string() : name.get<std::string>() + " ";
    if (!alone) {
        add(metrics, prefix + "per second", part, "per_second");
    }
    const Json latency = member(part, "latency_us");
    for (const char* percentile : {"p50", "p90", "p99", "p99.9", "max"}) {
        add(metrics, fmt::format("{}latency {}, us", prefix, percentile), latency, percentile);
    }
}

// Own memory that came with the connections, for each of them.
void add_memory_per_connection(std::vector<Metric>& metrics, const Json& result) {
    const Json server = member(result, "server");
    std::vector<Metric> found;
    add(found, "before", member(server, "memory_before"), "own");
    add(found, "after", member(server, "memory_after"), "own");
    add(found, "operations", result, "operations");
    if (found.size() == 3 && found[2].value > 0) {
        metrics.push_back({"own memory, bytes per connection",
                           (found[1].value - found[0].value) / found[2].value});
    }
}

NamedResult read_result(const Json& json) {
    NamedResult result;
    result.name = json["name"].get<std::string>();
    const Json server = member(json, "server");
    add(result.metrics, std::string(cpu_metric), server, "cpu_us");
    add(result.metrics, "operations per second", json, "per_second");
    const Json parts = member(json, "parts");
    for (const Json& part : parts) {
        add_part(result.metrics, part, parts.size() == 1);
    }
    add(result.metrics, "resident memory, bytes", member(server, "memory_after"), "resident");
    if (member(json, "scenario") == "connections") {
        add_memory_per_connection(result.metrics, json);
    }
    return result;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> values_of(const std::vector<const NamedResult*>& runs,
                              const std::string& metric) {
    std::vector<double> values;
    for (const NamedResult* run : runs) {
        for (const Metric& one : run->metrics) {
            if (one.name == metric) {
                values.push_back(one.value);
            }
        }
    }
    return values;
}

std::vector<std::string> names_of(const std::vector<NamedResult>& results) {
    std::vector<std::string> names;
    for (const NamedResult& result : results) {
        if (std::find(names.begin(), names.end(), result.name) == names.end()) {
            names.push_back(result.name);
        }
    }
    return names;
}

std::vector<const NamedResult*> runs_of(const std::vector<NamedResult>& results,
                                        const std::string& name) {
    std::vector<const NamedResult*> runs;
    for (const NamedResult& result : results) {
        if (result.name == name) {
            runs.push_back(&result);
        }
    }
    return runs;
}

Comparison compare_runs(std::string name, const std::vector<const NamedResult*>& first,
                        const std::vector<const NamedResult*>& second) {
    Comparison comparison{std::move(name), first.size(), second.size(), {}};
    for (const Metric& metric : first.front()->metrics) {
        const auto ours = values_of(first, metric.name);
        const auto theirs = values_of(second, metric.name);
        if (!theirs.empty()) {
            const double one = median(ours), other = median(theirs);
            comparison.rows.push_back(
                {metric.name, one, other, std::abs(one) > 0 ? other / one : 0});
        }
    }
    return comparison;
}

}  // namespace

Result<std::vector<NamedResult>> read_results(const std::string& file, std::string_view text) {
    std::vector<NamedResult> results;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (one.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        const auto json = protocol::parse_json(one);
        if (json.has_error() || !member(*json, "name").is_string() ||
            !member(*json, "parts").is_array()) {
            return failure(fmt::format("{}:{}: this is no result of cqhttp-cli bench --json{}",
                                       file, line,
                                       json.has_error() ? ": " + json.error().detail : ""));
        }
        results.push_back(read_result(*json));
    }
    if (results.empty()) {
        return failure(file + " holds no result");
    }
    return results;
}

std::optional<double> Comparison::cpu_ratio() const {
    for (const MetricRatio& row : rows) {
        if (row.name == cpu_metric) {
            return row.ratio;
        }
    }
    return {};
}

std::vector<Comparison> compare(const std::vector<NamedResult>& first,
                                const std::vector<NamedResult>& second) {
    const auto first_names = names_of(first);
    const auto second_names = names_of(second);
    if (first_names.size() == 1 && second_names.size() == 1 && first_names != second_names) {
        return {compare_runs(first_names.front() + " -> " + second_names.front(),
                             runs_of(first, first_names.front()),
                             runs_of(second, second_names.front()))};
    }
    std::vector<Comparison> comparisons;
    for (const std::string& name : first_names) {
        const auto theirs = runs_of(second, name);
        if (!theirs.empty()) {
            comparisons.push_back(compare_runs(name, runs_of(first, name), theirs));
        }
    }
    return comparisons;
}

std::string json_text(const std::vector<Comparison>& comparisons) {
    Json list = Json::array();
    for (const Comparison& comparison : comparisons) {
        Json rows = Json::array();
        for (const MetricRatio& row : comparison.rows) {
            rows.push_back({{"name", row.name},
                            {"first", row.first},
                            {"second", row.second},
                            {"ratio", row.ratio}});
        }
        list.push_back({{"name", comparison.name},
                        {"first_runs", comparison.first_runs},
                        {"second_runs", comparison.second_runs},
                        {"metrics", std::move(rows)}});
    }
    return protocol::dump_json(list);
}

std::string plain_text(const std::vector<Comparison>& comparisons) {
    std::string text;
    for (const Comparison& comparison : comparisons) {
        text += fmt::format("{}{} (median of {} and {})\n", text.empty() ? "" : "\n",
                            comparison.name, comparison.first_runs, comparison.second_runs);
        text += fmt::format("  {:<34} {:>14} {:>14} {:>7}\n", "", "first", "second", "ratio");
        for (const MetricRatio& row : comparison.rows) {
            text += fmt::format("  {:<34} {:>14.2f} {:>14.2f} {:>7.3f}\n", row.name, row.first,
                                row.second, row.ratio);
        }
    }
    return text;
}

}  // namespace bench

int run(const BenchCompareOptions& options, Context& context) {
    Console& console = context.console;
    std::vector<std::vector<bench::NamedResult>> sides;
    for (const std::string& file : {options.first, options.second}) {
        const auto text = read_file(file, bench::longest_file);
        auto results = text.has_error() ? Result<std::vector<bench::NamedResult>>(text.error())
                                        : bench::read_results(file, *text);
        if (results.has_error()) {
            console.note(results.error().detail);
            return exit_code::usage;
        }
        sides.push_back(std::move(results.value()));
    }
    const auto comparisons = bench::compare(sides[0], sides[1]);
    if (comparisons.empty()) {
        console.note("the two files have no result of the same name; --name gives one");
        return exit_code::usage;
    }
    console.write(options.json ? bench::json_text(comparisons) + "\n"
                               : bench::plain_text(comparisons));
    if (!console.flush()) {
        console.note("the comparison could not be written to standard output");
        return exit_code::no_answer;
    }
    int code = exit_code::ok;
    for (const bench::Comparison& comparison : comparisons) {
        const auto ratio = comparison.cpu_ratio();
        if (options.at_most > 0 && (!ratio || *ratio > options.at_most)) {
            console.note(ratio ? fmt::format("{}: {:.3f} is more than {}", comparison.name, *ratio,
                                             options.at_most)
                               : comparison.name + ": the server CPU is not known on both sides");
            code = exit_code::failed;
        }
    }
    return code;
}

}  // namespace cqhttp::cli
