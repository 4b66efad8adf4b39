#pragma once

#include "gateway/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli::bench {

// The numbers of one result that can be compared, in the order of printing.
struct Metric {
    std::string name;
    double value = 0;
};

struct NamedResult {
    std::string name;
    std::vector<Metric> metrics;
};

// The results in a file, one per line; the error names the line.
Result<std::vector<NamedResult>> read_results(const std::string& file, std::string_view text);

struct MetricRatio {
    std::string name;
    double first = 0, second = 0;  // medians
    double ratio = 0;              // second to first; 0 where the first is 0
};

struct Comparison {
    std::string name;
    std::size_t first_runs = 0, second_runs = 0;
    std::vector<MetricRatio> rows;

    // Of the server CPU per operation; nothing where a side does not know it.
    std::optional<double> cpu_ratio() const;
};

// Results of the same name are rounds of one measurement. What only one side has is left out; where
// each side has one name only, these two are compared whatever they are called.
std::vector<Comparison> compare(const std::vector<NamedResult>& first,
                                const std::vector<NamedResult>& second);

std::string json_text(const std::vector<Comparison>& comparisons);
std::string plain_text(const std::vector<Comparison>& comparisons);

}  // namespace cqhttp::cli::bench
