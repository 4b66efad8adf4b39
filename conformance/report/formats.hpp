#pragma once

#include "conformance/report.hpp"
#include "gateway/base/result.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

// A report file as asked for: "run.html", or "junit=out/result.xml".
struct ReportFile {
    std::string format;  // json, junit, tap, markdown, html
    std::string path;    // "-": standard output
};

// The format is what stands before "=", or follows from the ending of the name.
Result<ReportFile> parse_report_file(std::string_view text);

// The text of a report about one run or several. Only html and markdown can tell of several.
Result<std::string> render_report(std::string_view format, std::span<const RunReport> reports);

}  // namespace cqhttp::conformance
