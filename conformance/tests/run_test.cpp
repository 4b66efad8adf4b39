// How a run goes: repeated, side by side, ended early, with a person who helps. `cqhttp-cli
// conformance run` as a program against tests/foreign.py.
#include "conformance/registry.hpp"
#include "conformance/tests/suite_program.hpp"
#include "conformance/tests/terminal.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <cerrno>
#include <signal.h>
#include <string>
#include <vector>

namespace cqhttp::conformance::test {
namespace {

// A case of the foreign program's event connection, and what it asks a person for.
const std::string event_case = "ws-event/told-apart-by-post-type";
const std::string event_asked_for =
    R"({"post_type":"message","message_type":"private","user_id":1,"message":"an event"})";

std::size_t count_of(const std::string& chapter) {
    Selection selection;
    selection.words.push_back(chapter);
    return select(selection).value().size();
}

bool is_there(const std::string& process) {
    return ::kill(static_cast<pid_t>(std::stol(process)), 0) == 0 || errno != ESRCH;
}

// Notes its process and never answers get_group_list.
std::string sleepy_script(const std::filesystem::path& folder, const std::filesystem::path& note) {
    const std::string call = "    result = world.call(path[1:], params)\n";
    return changed_foreign(folder, {{call,
                                     "    if path == \"/get_group_list\":\n"
                                     "        open(\"" +
                                         note.string() +
                                         "\", \"w\").write(str(os.getpid()) + \"\\n\")\n"
                                         "        await asyncio.sleep(3600)\n" +
                                         call}});
}

}  // namespace

// Every second start does what is right.
TEST_CASE("conformance run: what does not always hold shows with --repeat", "[run]") {
    const TempDir folder;
    const auto starts = folder.path() / "starts", file = folder.path() / "run.json";
    const std::string script =
        changed_foreign(folder.path(), {{"SELF_ID = 20086001\n",
                                         "SELF_ID = 20086001\n"
                                         "with open(\"" +
                                             starts.string() +
                                             "\", \"a+\") as starts:\n"
                                             "    starts.write(\"x\")\n"
                                             "    starts.flush()\n"
                                             "    RIGHT = starts.tell() % 2 == 1\n"},
                                        {"    if method not in (\"GET\", \"POST\")",
                                         "    path = path.rstrip(\"/\") if RIGHT else path\n"
                                         "    if method not in (\"GET\", \"POST\")"}});
    const Finished run = suite(spawned(script) + Words{"http-api/trailing-slash-is-allowed",
                                                       "--repeat", "3", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    const RunReport report = report_in(file);
    REQUIRE(report.results.size() == 1);
    CHECK(report.results[0].verdict == Verdict::fail);
    CHECK(report.results[0].runs == 3);
    CHECK(report.results[0].not_held == 1);
}

// The first that is started waits until there are two.
TEST_CASE("conformance run: with --jobs several targets run at a time", "[run]") {
    const TempDir folder;
    const auto starts = folder.path() / "starts", file = folder.path() / "run.json";
    std::filesystem::create_directory(starts);
    const std::string script = changed_foreign(
        folder.path(), {{"    stop = asyncio.Event()\n",
                         "    stop = asyncio.Event()\n"
                         "    starts = \"" +
                             starts.string() +
                             "\"\n"
                             "    open(starts + \"/\" + str(os.getpid()), \"w\").close()\n"
                             "    end = time.time() + 60\n"
                             "    while len(os.listdir(starts)) < 2:\n"
                             "        if time.time() > end:\n"
                             "            sys.exit(\"alone\")\n"
                             "        time.sleep(0.01)\n"}});
    const Finished run =
        suite(spawned(script) + Words{"http-api", "--jobs", "2", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    auto seen = verdicts(file);
    CHECK(seen.size() == count_of("http-api"));
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["http-api/trailing-slash-is-allowed"] == Verdict::fail);
    CHECK(report_in(file).count(Verdict::error) == 0);
}

TEST_CASE("conformance run: with --fail-fast the first failure is the last case", "[run]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json", known = folder.path() / "known.txt";
    const Words words =
        spawned() + Words{"http-api", "http-params", "--fail-fast", "--report", file.string()};
    const Finished run = suite(words);
    INFO(run.output << run.errors);
    CHECK(run.code == 1);
    const RunReport report = report_in(file);
    CHECK(report.count(Verdict::fail) == 1);
    CHECK(report.results.size() < count_of("http-api") + count_of("http-params"));
    // A failure that is known is none to stop for.
    const auto failed = std::find_if(report.results.begin(), report.results.end(),
                                     [](const auto& r) { return r.verdict == Verdict::fail; });
    write(known, failed->id + " | on purpose\n");
    CHECK(suite(words + Words{"--known", known.string()}).code == 1);
    CHECK(report_in(file).count(Verdict::fail) == 2);
}

TEST_CASE("conformance run: Ctrl-C ends it with a report and leaves nothing running", "[run]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json", note = folder.path() / "process";
    const std::string script = sleepy_script(folder.path(), note);
    Terminal terminal(
        suite_command(spawned(script) + Words{"http-api", "--report", file.string()}));
    REQUIRE(eventually([&note] { return content(note).ends_with('\n'); }));
    const std::string target = content(note);
    CHECK(is_there(target));
    terminal.type("\x03");
    CHECK(terminal.wait() == 130);
    INFO(terminal.screen());
    CHECK_FALSE(is_there(target));
    const RunReport report = report_in(file);
    CHECK(report.count(Verdict::pass) > 0);
    CHECK(report.results.size() < count_of("http-api"));
}

TEST_CASE("conformance run: SIGTERM ends it like Ctrl-C", "[run]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json", note = folder.path() / "process";
    const std::string script = sleepy_script(folder.path(), note);
    Process::Options options;
    options.arguments =
        suite_command(spawned(script) + Words{"http-api", "--report", file.string()});
    options.output_directory = folder.path();
    Process process(options);
    REQUIRE(eventually([&note] { return content(note).ends_with('\n'); }));
    const std::string target = content(note);
    process.signal(SIGTERM);
    CHECK(process.wait() == 130);
    CHECK_FALSE(is_there(target));
    CHECK(report_in(file).count(Verdict::pass) > 0);
}

TEST_CASE("conformance run: a person is asked for events and has a minute", "[run]") {
    RunningForeign running;
    Terminal terminal(
        suite_command(running.attached() + Words{event_case, "--interactive", "--color", "never"}));
    REQUIRE(terminal.shows("send the bot a private message with this text: \"an event\""));
    REQUIRE(terminal.shows("then press Enter, within 60 s"));
    REQUIRE(terminal.shows("within 59 s"));
    running.inject(event_asked_for);
    terminal.type("\n");
    CHECK(terminal.wait() == 0);
    INFO(terminal.screen());
    CHECK(terminal.screen().find("1 pass") != std::string::npos);
}

TEST_CASE("conformance run: without anybody to ask there is no verdict", "[run]") {
    const RunningForeign running;
    const Finished run = suite(running.attached() + Words{event_case, "--interactive"});
    INFO(run.output << run.errors);
    CHECK(run.code == 4);
    CHECK(run.output.find("nobody caused the event") != std::string::npos);
    const Finished twice = suite(running.attached() + Words{"--interactive", "--jobs", "2"});
    CHECK(twice.code == 2);
    CHECK(twice.errors.find("one question at a time") != std::string::npos);
}

TEST_CASE("conformance run: the inject command gets the event and the addresses", "[run]") {
    const RunningForeign running("my-token");
    const std::string note = (running.folder() / "note").string();
    const std::string command =
        "env >'" + note + "'; tee -a '" + note + "' | python3 '" + foreign_script() + "' inject";
    const Finished run = suite(running.attached() + Words{event_case, "--inject-cmd", command});
    INFO(run.output << run.errors);
    CHECK(run.code == 0);
    const std::string seen = content(note);
    CHECK(seen.find("CQHTTP_TARGET_HTTP=" + running.http() + "\n") != std::string::npos);
    CHECK(seen.find("CQHTTP_TARGET_WS=ws://127.0.0.1:") != std::string::npos);
    CHECK(seen.find("CQHTTP_TARGET_TOKEN=my-token\n") != std::string::npos);
    CHECK(seen.find("\"message\":\"an event\"") != std::string::npos);

    const Finished failed =
        suite(running.attached() + Words{event_case, "--inject-cmd", "echo no such bot; exit 3"});
    CHECK(failed.code == 4);
    CHECK(failed.output.find("exit code 3") != std::string::npos);
    CHECK(failed.output.find("no such bot") != std::string::npos);

    const Finished without = suite(running.attached() + Words{event_case});
    CHECK(without.output.find("give --inject-cmd or --interactive") != std::string::npos);
}

// It cannot be started again, so whatever comes behind its end has no verdict either.
TEST_CASE("conformance run: a running target that dies gives errors and a report", "[run]") {
    const TempDir folder;
    const auto file = folder.path() / "run.json";
    const RunningForeign running(
        {}, changed_foreign(folder.path(), {{"do_get_group_list", "do_old_list"},
                                            {"do__crash", "do_get_group_list"}}));
    const Finished run =
        suite(running.attached() + Words{"http-api", "http-replies", "--report", file.string()});
    INFO(run.output << run.errors);
    CHECK(run.code == 4);
    auto seen = verdicts(file);
    CHECK(seen["http-api/api-is-served"] == Verdict::pass);
    CHECK(seen["http-api/every-action-by-both-methods"] == Verdict::error);
    CHECK(seen["http-replies/failed-calls-are-200"] == Verdict::error);
}

TEST_CASE("conformance run: a choice that nothing matches is an error", "[run]") {
    const Finished run = suite({"run", "--self", "http-api", "--needs", "reverse"});
    CHECK(run.code == 2);
    CHECK(run.output.empty());
    CHECK(run.errors.find("no case matches all of this") != std::string::npos);
}

}  // namespace cqhttp::conformance::test
