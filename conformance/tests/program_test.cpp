// `cqhttp-cli conformance` as a program, against an implementation by somebody else and against
// targets that are down or die.
#include "conformance/json.hpp"
#include "conformance/report/json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <fstream>
#include <map>
#include <netinet/in.h>
#include <signal.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace cqhttp::conformance::test {
namespace {

using cqhttp::test::Finished;
using cqhttp::test::Process;
using cqhttp::test::TempDir;
using Words = std::vector<std::string>;

Finished suite(const Words& words) {
    Words all{cqhttp::test::cli_program(), "conformance"};
    all.insert(all.end(), words.begin(), words.end());
    return cqhttp::test::run(all);
}

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::map<std::string, Verdict> verdicts(const std::filesystem::path& file) {
    std::map<std::string, Verdict> found;
    const RunReport report = read_report(content(file)).value();
    for (const CaseResult& result : report.results) {
        found[result.id] = result.verdict;
    }
    return found;
}

std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(probe, generic, size) == 0);
    REQUIRE(::getsockname(probe, generic, &size) == 0);
    ::close(probe);
    return ntohs(address.sin_port);
}

const std::string foreign = CQHTTP_CONFORMANCE_TESTS "/foreign.py";

Words spawned() {
    return {"run",
            "--exec",
            "python3 " + foreign + " {config}",
            "--template",
            CQHTTP_CONFORMANCE_TESTS "/foreign.json.template",
            "--inject-cmd",
            "python3 " + foreign + " inject",
            "--user",
            "1",
            "--group",
            "5",
            "--timeout-factor",
            "6"};
}

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

}  // namespace

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

    std::ofstream(known) << "http-api/get-and-post-call-an-action | it was broken | issue 7\n"
                            "http-api/trailing-slash-is-allowed | never mind\n";
    CHECK(suite(spawned() + chosen + Words{"--known", known}).code == 0);
    CHECK(suite(spawned() + chosen + Words{"--known", known, "--strict"}).code == 1);
    std::ofstream(known) << "http-api/no-such-case | why\n";
    const Finished wrong = suite(spawned() + chosen + Words{"--known", known});
    CHECK(wrong.code == 2);
    CHECK(wrong.errors.find("line 1: there is no case \"http-api/no-such-case\"") !=
          std::string::npos);
}

TEST_CASE("conformance run: a program that runs already is judged where it stands", "[foreign]") {
    const TempDir folder;
    const auto config = folder.path() / "foreign.json";
    const std::string http = std::to_string(free_port()), ws = std::to_string(free_port());
    std::ofstream(config) << R"({"http_port":)" << http << R"(,"ws_port":)" << ws
                          << R"(,"token":"my-token"})";
    Process process({{"/usr/bin/env", "python3", foreign, config.string()}, {}, {}, folder.path()});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (process.output().find("serving") == std::string::npos) {
        REQUIRE(process.running());
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        ::usleep(5000);
    }
    const auto file = folder.path() / "run.json";
    const auto token = folder.path() / "token";
    std::ofstream(token) << "my-token\n";
    const Words attached{"run",
                         "--http",
                         "http://127.0.0.1:" + http,
                         "--ws",
                         "ws://127.0.0.1:" + ws,
                         "--token-file",
                         token.string(),
                         "--group",
                         "5",
                         "--timeout-factor",
                         "6",
                         "--report",
                         file.string()};
    const Finished run = suite(attached + Words{"http-api", "http-params", "auth", "auth-table"});
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
    const std::string script = (folder.path() / "mortal.py").string();
    std::ofstream(script) << "import os, re, runpy, sys\n"
                             "text = open('" +
                                 foreign +
                                 "').read()\n"
                                 "text = text.replace('do_get_group_list', 'do_old_list')\n"
                                 "text = text.replace('do__crash', 'do_get_group_list')\n"
                                 "exec(compile(text, 'mortal', 'exec'))\n";
    Words words = spawned();
    words[2] = "python3 " + script + " {config}";
    const Finished run =
        suite(words + Words{"http-api", "http-replies", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 4);
    auto seen = verdicts(file);
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["http-api/every-action-by-both-methods"] == Verdict::error);
    CHECK(seen["http-replies/body-is-whole-utf-8"] == Verdict::error);
    CHECK(seen["http-replies/failed-calls-are-200"] == Verdict::pass);
    CHECK(run.output.find("the target is gone: it ended with exit code 7") != std::string::npos);
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
