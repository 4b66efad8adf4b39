#include "conformance/report/text_formats.hpp"

#include "conformance/registry.hpp"
#include "conformance/report/console.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

std::string_view chapter_of(const CaseResult& result) {
    return std::string_view(result.id).substr(0, result.id.find('/'));
}

// The results of each chapter, in the order in which they came.
std::vector<std::pair<std::string_view, std::vector<const CaseResult*>>> by_chapter(
    const RunReport& report) {
    std::vector<std::pair<std::string_view, std::vector<const CaseResult*>>> groups;
    for (const CaseResult& result : report.results) {
        if (groups.empty() || groups.back().first != chapter_of(result)) {
            groups.push_back({chapter_of(result), {}});
        }
        groups.back().second.push_back(&result);
    }
    return groups;
}

bool counts_as_failure(const CaseResult& result) {
    return result.verdict == Verdict::fail && !result.known;
}

double seconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1e6;
}

std::string junit_case(const CaseResult& result) {
    const std::string_view name = std::string_view(result.id).substr(chapter_of(result).size() + 1);
    std::string text =
        fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.6f}")",
                    xml_escaped(chapter_of(result)), xml_escaped(name), seconds(result.duration));
    const std::string more = xml_escaped(details(result));
    const std::string summary =
        xml_escaped(result.expected.empty() ? result.text : "expected " + result.expected);
    if (counts_as_failure(result)) {
        text += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                            summary, more);
    } else if (result.verdict == Verdict::error) {
        text += fmt::format(">\n      <error message=\"{}\">{}</error>\n    </testcase>\n", summary,
                            more);
    } else if (result.verdict == Verdict::skip || result.verdict == Verdict::unsupported) {
        text += fmt::format(">\n      <skipped message=\"{}: {}\"/>\n    </testcase>\n",
                            to_text(result.verdict), summary);
    } else if (result.verdict != Verdict::pass) {
        text += fmt::format(">\n      <system-out>{}{}\n{}</system-out>\n    </testcase>\n",
                            to_text(result.verdict), result.known ? " (known)" : "", more);
    } else {
        text += "/>\n";
    }
    return text;
}

// One line, without what TAP gives a meaning.
std::string tap_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '\n' || c == '#' ? ' ' : c;
    }
    return out;
}

std::string code(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '`' ? '\'' : c == '\n' ? ' ' : c;
    }
    return "`" + out + "`";
}

}  // namespace

std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : replace_invalid_utf8(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
                    out += c;
                }
        }
    }
    return out;
}

std::string to_junit(const RunReport& report) {
    std::string suites;
    std::size_t failures = 0, errors = 0;
    for (const auto& [chapter, results] : by_chapter(report)) {
        std::string cases;
        std::size_t failed = 0, without = 0, not_run = 0;
        std::chrono::microseconds time{};
        for (const CaseResult* result : results) {
            cases += junit_case(*result);
            failed += counts_as_failure(*result) ? 1U : 0U;
            without += result->verdict == Verdict::error ? 1U : 0U;
            not_run += result->verdict == Verdict::skip || result->verdict == Verdict::unsupported
                           ? 1U
                           : 0U;
            time += result->duration;
        }
        failures += failed;
        errors += without;
        suites += fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
            "time=\"{:.6f}\">\n{}  </testsuite>\n",
            xml_escaped(chapter), results.size(), failed, without, not_run, seconds(time), cases);
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{} {}\" tests=\"{}\" "
        "failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n{}</testsuites>\n",
        xml_escaped(report.target), to_text(report.profile), report.results.size(), failures,
        errors, static_cast<double>(report.duration.count()) / 1e3, suites);
}

std::string to_tap(const RunReport& report) {
    std::string text = fmt::format("TAP version 13\n1..{}\n", report.results.size());
    std::size_t number = 0;
    for (const CaseResult& result : report.results) {
        const bool bad = result.verdict == Verdict::fail || result.verdict == Verdict::error;
        text += fmt::format("{} {} - {}", bad ? "not ok" : "ok", ++number, result.id);
        if (result.verdict == Verdict::skip || result.verdict == Verdict::unsupported) {
            text += " # SKIP " + tap_text(result.text);
        } else if (result.known) {
            text +=
                " # TO"
                "DO known: " +
                tap_text(result.known_reason);
        }
        text += "\n";
        if (result.verdict != Verdict::pass && !result.expected.empty()) {
            text += fmt::format("# {}: expected {}; actual {}\n", to_text(result.verdict),
                                tap_text(result.expected), tap_text(result.actual));
        }
    }
    return text;
}

std::string to_markdown(const RunReport& report) {
    std::string text = fmt::format("## {} against {}\n\n", report.target, to_text(report.profile));
    if (!report.unreachable.empty()) {
        return text + "The target could not be reached: " + report.unreachable + "\n";
    }
    text += "| chapter | cases |";
    std::string line = "| --- | ---: |";
    for (std::size_t i = 0; i < verdict_count; ++i) {
        text += fmt::format(" {} |", to_text(static_cast<Verdict>(i)));
        line += " ---: |";
    }
    text += "\n" + line + "\n";
    for (const auto& [chapter, results] : by_chapter(report)) {
        std::array<std::size_t, verdict_count> counts{};
        for (const CaseResult* result : results) {
            ++counts[static_cast<std::size_t>(result->verdict)];
        }
        text += fmt::format("| {} | {} |", chapter, results.size());
        for (const std::size_t count : counts) {
            text += count == 0 ? std::string(" |") : fmt::format(" {} |", count);
        }
        text += "\n";
    }
    text += fmt::format("\n{} cases in {:.1f} s, suite {}.\n", report.results.size(),
                        static_cast<double>(report.duration.count()) / 1e3, report.suite_version);
    for (const Verdict verdict : {Verdict::fail, Verdict::error, Verdict::warn}) {
        if (report.count(verdict) == 0) {
            continue;
        }
        text += fmt::format("\n### {}\n\n", to_text(verdict));
        for (const CaseResult& result : report.results) {
            if (result.verdict != verdict) {
                continue;
            }
            const Case* which = find_case(result.id);
            text += fmt::format("- **{}** ({}) {}", result.id,
                                which == nullptr ? "" : which->requirements,
                                which == nullptr ? "" : which->sentence);
            if (!result.expected.empty()) {
                text += fmt::format("\n  expected {}, actual {}", code(result.expected),
                                    code(result.actual));
            } else if (!result.text.empty()) {
                text += "\n  " + code(result.text);
            }
            if (result.known) {
                text += fmt::format("\n  known: {} {}", result.known_reason, result.known_link);
            }
            text += "\n";
        }
    }
    return text;
}

}  // namespace cqhttp::conformance
