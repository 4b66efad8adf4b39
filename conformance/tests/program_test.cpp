// `cqhttp-cli conformance` as a program, against an implementation by somebody else and against
// targets that are down or die.
#include "conformance/json.hpp"
#include "conformance/registry.hpp"
#include "conformance/tests/suite_program.hpp"
#include "gateway/tests/support/catch.hpp"

#include <chrono>
#include <string>

namespace cqhttp::conformance::test {

TEST_CASE("conformance run: a foreign program is started and judged", "[foreign]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json";
    const Finished run = suite(spawned() + Words{"http-api", "http-params", "auth", "auth-table",
                                                 "auth-ws", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    auto seen = verdicts(file);
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["http-params/json-body"] == Verdict::pass);
    CHECK(seen["http-api/calls-are-served-while-a-post-is-open"] == Verdict::pass);
    CHECK(seen["auth/header-name-in-any-case"] == Verdict::pass);
    CHECK(seen["auth-ws/token-opens-both-endpoints"] == Verdict::pass);
    // What it gets wrong.
    CHECK(seen["http-api/trailing-slash-is-allowed"] == Verdict::fail);
    CHECK(seen["http-params/plus-and-percent-in-the-query"] == Verdict::fail);
    CHECK(seen["auth/missing-401-wrong-403-right-served"] == Verdict::fail);
    // Settled by the original's source only: a warning for others.
    CHECK(seen["auth-table/empty-query-token-is-none"] == Verdict::warn);
    // What it does not have, and what binds nobody else.
    CHECK(seen["auth-ws/reverse-handshake-carries-the-token"] == Verdict::unsupported);
    CHECK(seen["auth-ws/data-files-need-the-token"] == Verdict::unsupported);
    CHECK(seen["http-api/body-over-the-limit-gets-413"] == Verdict::skip);
    // A failure shows requirement, expectation and bytes, and no token.
    CHECK(run.output.find("HTTP-011 must: One trailing slash is allowed") != std::string::npos);
    CHECK(run.output.find("GET /get_login_info/ HTTP/1.1") != std::string::npos);
    CHECK(run.output.find("< http 2") != std::string::npos);
    CHECK(run.output.find("k7Token") == std::string::npos);
    CHECK(content(file).find("k7Token") == std::string::npos);
}

// Verdicts follow from what a case finds and whom its requirement binds, in every chapter.
TEST_CASE("conformance run: a foreign program gets no verdict that it cannot get", "[foreign]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json", known = folder.path() / "known.txt";
    Words words = spawned();
    words.back() = "2";  // the timeout factor
    const Finished run = suite(words + Words{"--report", file.string(), "--known",
                                             CQHTTP_CONFORMANCE_TESTS "/foreign_known.txt",
                                             "--write-known", known.string()});
    INFO(run.output << run.errors);
    for (const CaseResult& result : report_in(file).results) {
        INFO(result.id << " " << to_text(result.verdict));
        const Case& which = *find_case(result.id);
        const bool binds = which.level() == Level::must && which.scope() == Scope::wire;
        CHECK(result.verdict != Verdict::error);
        CHECK((result.verdict != Verdict::fail || binds));
        CHECK((result.verdict != Verdict::warn || !binds));
        CHECK((result.verdict == Verdict::skip) == (which.scope() == Scope::ours));
        CHECK((result.verdict != Verdict::unsupported || !result.text.empty()));
        CHECK_FALSE(result.unexpected_pass);
    }
    // What a run wrote down is no failure for the next.
    CHECK(suite(spawned() + Words{"http-*", "auth*", "--known", known.string()}).code == 0);
}

TEST_CASE("conformance run: known failures do not count until they pass", "[foreign]") {
    const TempDir folder;
    const std::string known = (folder.path() / "known.txt").string();
    const Words chosen{"HTTP-010", "HTTP-011"};
    const Finished first = suite(spawned() + chosen + Words{"--write-known", known});
    INFO(first.output << first.errors);
    CHECK(first.code == 1);
    CHECK(content(known).find("\nhttp-api/trailing-slash-is-allowed | ") != std::string::npos);
    const Finished second = suite(spawned() + chosen + Words{"--known", known});
    INFO(second.output);
    CHECK(second.code == 0);

    write(known,
          "http-api/get-and-post-call-an-action | it was broken | issue 7\n"
          "http-api/trailing-slash-is-allowed | never mind\n");
    CHECK(suite(spawned() + chosen + Words{"--known", known}).code == 0);
    CHECK(suite(spawned() + chosen + Words{"--known", known, "--strict"}).code == 1);
    write(known, "http-api/no-such-case | why\n");
    const Finished wrong = suite(spawned() + chosen + Words{"--known", known});
    CHECK(wrong.code == 2);
    CHECK(wrong.errors.find("line 1: there is no case \"http-api/no-such-case\"") !=
          std::string::npos);
}

TEST_CASE("conformance run: a program that runs already is judged where it stands", "[foreign]") {
    const RunningForeign running("my-token");
    const auto file = running.folder() / "run.json";
    const Finished run = suite(running.attached() + Words{"http-api", "http-params", "auth",
                                                          "auth-table", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    auto seen = verdicts(file);
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["auth/header-name-in-any-case"] == Verdict::pass);
    CHECK(seen["auth-table/nothing-is-checked-without-a-token"] == Verdict::unsupported);
    CHECK(seen["http-api/trailing-slash-is-allowed"] == Verdict::fail);
    CHECK(run.output.find("my-token") == std::string::npos);
}

TEST_CASE("conformance run: a target that is down is told at once", "[foreign]") {
    const auto start = std::chrono::steady_clock::now();
    const std::string port = std::to_string(free_port());
    const Finished run = suite({"run", "--http", "http://127.0.0.1:" + port});
    CHECK(run.code == 3);
    CHECK(run.output.find("cannot be reached") != std::string::npos);
    CHECK(run.output.find(port) != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("conformance run: a program that does not start shows its log", "[foreign]") {
    const Finished run =
        suite({"run", "--exec", "sh -c 'echo no licence found; exit 9' #", "--template",
               CQHTTP_CONFORMANCE_TESTS "/foreign.json.template", "http-api/api-is-served"});
    INFO(run.output << run.errors);
    CHECK(run.code == 3);
    CHECK(run.output.find("exit code 9") != std::string::npos);
    CHECK(run.output.find("no licence found") != std::string::npos);
}

// It would keep a server of the suite open that is closed, and take connections nobody answers.
TEST_CASE("conformance run: a program gets no socket of the suite", "[foreign]") {
    const Finished run =
        suite({"run", "--exec", "sh -c 'ls -l /proc/self/fd; exit 9' #", "--template",
               CQHTTP_CONFORMANCE_TESTS "/foreign.json.template", "http-api/api-is-served"});
    INFO(run.output << run.errors);
    CHECK(run.code == 3);
    CHECK(run.output.find(" 2 -> /") != std::string::npos);
    CHECK(run.output.find("socket:") == std::string::npos);
}

// The target ends while the first case talks to it; the others get a start of their own.
TEST_CASE("conformance run: a target that dies gives errors and a report", "[foreign]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json";
    const std::string script = changed_foreign(
        folder.path(), {{"do_get_group_list", "do_old_list"}, {"do__crash", "do_get_group_list"}});
    const Finished run =
        suite(spawned(script) + Words{"http-api", "http-replies", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 4);
    auto seen = verdicts(file);
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["http-api/every-action-by-both-methods"] == Verdict::error);
    CHECK(seen["http-replies/body-is-whole-utf-8"] == Verdict::error);
    CHECK(seen["http-replies/failed-calls-are-200"] == Verdict::pass);
    CHECK(run.output.find("the target is gone: it ended with exit code 7") != std::string::npos);
}

TEST_CASE("conformance run: JUnit reports follow the schema that others check with", "[foreign]") {
    const TempDir folder;
    const auto file = folder.path() / "run.xml";
    if (cqhttp::test::run({"/bin/sh", "-c", "command -v xmllint"}).code != 0) {
        WARN("xmllint is not installed (package libxml2-utils): JUnit reports are not checked");
        return;
    }
    const auto fault = [](const std::string& report) {
        const Finished checked =
            cqhttp::test::run({"/usr/bin/env", "xmllint", "--noout", "--schema",
                               CQHTTP_CONFORMANCE_GOLDEN "/../junit.xsd", report});
        return checked.code == 0 ? std::string() : checked.errors;
    };
    CHECK(fault(CQHTTP_CONFORMANCE_GOLDEN "/sample.xml") == "");
    suite(spawned() + Words{"http-api", "auth", "auth-ws", "--report", file.string()});
    CHECK(fault(file) == "");
    // What the schema would not let pass.
    const std::string good = content(file);
    for (const auto& [from, to] :
         {std::pair(" tests=\"", " count=\""), std::pair("<testcase ", "<case "),
          std::pair("time=\"", "time=\"-"), std::pair("name=\"api-is-served\"", "")}) {
        std::string bad = good;
        bad.replace(bad.find(from), std::string(from).size(), to);
        write(file, bad);
        INFO(from);
        CHECK_FALSE(fault(file).empty());
    }
}

TEST_CASE("conformance run: wrong command lines are usage errors", "[foreign]") {
    const auto fault = [](const Words& words) {
        const Finished run = suite(words);
        CHECK(run.code == 2);
        CHECK(run.output.empty());
        return run.errors;
    };
    CHECK(fault({"run"}).find("name one target") != std::string::npos);
    CHECK(fault({"run", "--self", "--http", "http://127.0.0.1:1"}).find("name one target") !=
          std::string::npos);
    CHECK(fault({"run", "--self", "no-such-case"}).find("no case matches") != std::string::npos);
    CHECK(fault({"run", "--self", "--level", "loud"}).find("--level takes") != std::string::npos);
    CHECK(fault({"run", "--self", "--report", "x.pdf"}).find("x.pdf") != std::string::npos);
    CHECK(fault({"explain", "http-api/trailing-slash"}).find("did you mean") != std::string::npos);
}

TEST_CASE("conformance: list and explain and coverage need no target", "[foreign]") {
    const Finished list = suite({"list", "--json", "HTTP-011"});
    CHECK(list.code == 0);
    const auto json = parse_json(list.output);
    REQUIRE(json);
    CHECK(json->at(0).at("id") == "http-api/trailing-slash-is-allowed");
    CHECK(json->at(0).at("requirements").at(0) == "HTTP-011");
    const Finished explain = suite({"explain", "http-api/trailing-slash-is-allowed"});
    CHECK(explain.code == 0);
    CHECK(explain.output.find("HTTP-011") != std::string::npos);
    CHECK(explain.output.find("s4.0 web/http.cpp; ob11 communication/http") != std::string::npos);
    const Finished coverage = suite({"coverage"});
    CHECK(coverage.code == 0);
    CHECK(coverage.output.find("01-http-api") != std::string::npos);
}

}  // namespace cqhttp::conformance::test
