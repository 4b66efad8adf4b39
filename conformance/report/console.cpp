#include "conformance/report/console.hpp"

#include "conformance/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view color_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass: return "\x1b[32m";
        case Verdict::fail: return "\x1b[1;31m";
        case Verdict::error: return "\x1b[1;35m";
        case Verdict::warn: return "\x1b[33m";
        case Verdict::info: return "\x1b[36m";
        case Verdict::skip:
        case Verdict::unsupported: break;
    }
    return "\x1b[2m";
}

std::string indented(std::string_view text, std::string_view indent) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += fmt::format("{}{}\n", indent, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace

std::string details(const CaseResult& result) {
    std::string text;
    if (const Case* which = find_case(result.id)) {
        text += fmt::format("    {}\n", which->sentence);
        for (const std::string_view id : which->requirement_ids()) {
            const Requirement* requirement = find_requirement(id);
            text += fmt::format("    {} {}: {}\n", id, to_text(requirement->level),
                                requirement->statement);
        }
    }
    if (!result.expected.empty()) {
        text += fmt::format("    expected  {}\n    actual    {}\n", result.expected, result.actual);
    }
    text += indented(result.text, "    ");
    if (result.known) {
        text += fmt::format("    known     {} {}\n", result.known_reason, result.known_link);
    }
    if (result.runs > 1) {
        text += fmt::format("    {} of {} runs did not hold\n", result.not_held, result.runs);
    }
    if (!result.transcript.empty()) {
        text += "    on the wire\n" + to_text(result.transcript, "      ");
    }
    if (!result.log.empty()) {
        text += "    log of the target\n" + indented(printable(result.log), "      ");
    }
    return text;
}

std::string ConsoleReport::coloured(Verdict verdict, std::string_view text) const {
    return look_.color ? fmt::format("{}{}\x1b[0m", color_of(verdict), text) : std::string(text);
}

void ConsoleReport::progress(std::string_view text) {
    if (look_.live) {
        const std::size_t room = look_.columns > 1 ? look_.columns - 1 : 79;
        write_(fmt::format("\r\x1b[K{}", text.substr(0, room)));
    }
}

void ConsoleReport::begun(const Case& which) {
    progress(fmt::format("{}/{} {} failed  {}", done_, total_, failed_, which.id));
}

void ConsoleReport::ended(const CaseResult& result, std::size_t done, std::size_t total) {
    done_ = done;
    total_ = total;
    failed_ += result.verdict == Verdict::fail ? 1U : 0U;
    const bool not_run = result.verdict == Verdict::skip || result.verdict == Verdict::unsupported;
    const bool quiet = result.verdict == Verdict::pass || not_run;
    if (quiet && !look_.verbose) {
        return;
    }
    // A target that is down gives the same words for every case; once is enough.
    const bool again = result.verdict == Verdict::error && result.text == last_error_;
    last_error_ = result.verdict == Verdict::error ? result.text : std::string();
    if (again && !look_.verbose) {
        return;
    }
    progress("");
    const std::string word = fmt::format("{:<11}", to_text(result.verdict));
    std::string line = fmt::format("{} {}", coloured(result.verdict, word), result.id);
    if (not_run) {
        line += ": " + result.text;
    } else if (quiet) {
        line += fmt::format("  {} ms", result.duration.count() / 1000);
    }
    write_(line + "\n");
    if (!quiet) {
        write_(details(result) + "\n");
    }
}

void ConsoleReport::finish(const RunReport& report) {
    progress("");
    std::map<std::string, std::size_t> lacks;
    for (const CaseResult& result : report.results) {
        if (result.verdict == Verdict::unsupported) {
            ++lacks[result.text];
        }
    }
    for (const auto& [reason, count] : lacks) {
        write_(fmt::format("{:>5} unsupported: {}\n", count, reason));
    }
    if (!report.unreachable.empty()) {
        write_(fmt::format("{} cannot be reached: {}\n", report.target, report.unreachable));
    }
    std::string counts;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        const std::size_t count = report.count(verdict);
        if (count > 0 || verdict <= Verdict::fail) {
            counts += counts.empty() ? "" : ", ";
            counts += coloured(verdict, fmt::format("{} {}", count, to_text(verdict)));
        }
    }
    write_(fmt::format("{}, {}: {}; {:.1f} s\n", report.target, to_text(report.profile), counts,
                       static_cast<double>(report.duration.count()) / 1000));
}

}  // namespace cqhttp::conformance
