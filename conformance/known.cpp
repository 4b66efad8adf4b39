#include "conformance/known.hpp"

#include "conformance/registry.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cqhttp::conformance {

Result<std::vector<KnownFailure>> read_known(std::string_view text) {
    std::vector<KnownFailure> known;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line[0] == '#') {
            continue;
        }
        std::array<std::string, 3> parts;
        for (std::string& part : parts) {
            const std::size_t bar = std::min(line.find('|'), line.size());
            part = trim(line.substr(0, bar));
            line.remove_prefix(std::min(bar + 1, line.size()));
        }
        if (find_case(parts[0]) == nullptr) {
            return failure(fmt::format("line {}: there is no case \"{}\"", number, parts[0]));
        }
        if (parts[1].empty() || !line.empty()) {
            return failure(
                fmt::format("line {}: expected \"id | reason\" or \"id | reason | link\"", number));
        }
        known.push_back({parts[0], parts[1], parts[2]});
    }
    return known;
}

std::string write_known(const RunReport& report) {
    std::string text = fmt::format(
        "# Known failures of {}, {}. One per line: id | reason | link\n"
        "# Used by: cqhttp-cli conformance run --known FILE\n",
        report.target, to_text(report.profile));
    const auto clean = [](std::string reason) {
        std::replace(reason.begin(), reason.end(), '|', '/');
        std::replace(reason.begin(), reason.end(), '\n', ' ');
        return reason;
    };
    for (const CaseResult& result : report.results) {
        if (result.verdict != Verdict::fail && result.verdict != Verdict::warn) {
            continue;
        }
        const std::string reason = result.known_reason.empty()
                                       ? "not explained yet; expected " + result.expected
                                       : result.known_reason;
        text += fmt::format("{} | {}", result.id, clean(reason));
        text += result.known_link.empty() ? "\n" : fmt::format(" | {}\n", clean(result.known_link));
    }
    return text;
}

}  // namespace cqhttp::conformance
