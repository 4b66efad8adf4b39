#include "conformance/report/formats.hpp"

#include "conformance/report/html.hpp"
#include "conformance/report/json.hpp"
#include "conformance/report/text_formats.hpp"

#include <fmt/format.h>

#include <array>

namespace cqhttp::conformance {
namespace {

struct Format {
    std::string_view name, ending;
};
constexpr std::array<Format, 5> formats{{{"json", ".json"},
                                         {"junit", ".xml"},
                                         {"tap", ".tap"},
                                         {"markdown", ".md"},
                                         {"html", ".html"}}};

}  // namespace

Result<ReportFile> parse_report_file(std::string_view text) {
    for (const Format& format : formats) {
        if (text.starts_with(format.name) && text.substr(format.name.size()).starts_with('=') &&
            text.size() > format.name.size() + 1) {
            return ReportFile{std::string(format.name),
                              std::string(text.substr(format.name.size() + 1))};
        }
    }
    for (const Format& format : formats) {
        if (text.ends_with(format.ending)) {
            return ReportFile{std::string(format.name), std::string(text)};
        }
    }
    return failure(
        fmt::format("\"{}\" has none of the endings .json .xml .tap .md .html; "
                    "or write FORMAT=FILE with json, junit, tap, markdown or html",
                    text));
}

Result<std::string> render_report(std::string_view format, std::span<const RunReport> reports) {
    if (format == "html") {
        return to_html(reports);
    }
    if (format == "markdown") {
        std::string text;
        for (const RunReport& report : reports) {
            text += text.empty() ? "" : "\n";
            text += to_markdown(report);
        }
        return text;
    }
    if (reports.size() != 1) {
        return failure(
            fmt::format("{} tells of one run only; html and markdown can tell of several", format));
    }
    if (format == "json") {
        return to_json(reports[0]);
    }
    return format == "junit" ? to_junit(reports[0]) : to_tap(reports[0]);
}

}  // namespace cqhttp::conformance
