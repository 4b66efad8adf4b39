// The cases against the gateway that was just built, and against gateways that are wrong in one
// way.
#include "conformance/registry.hpp"
#include "conformance/report/console.hpp"
#include "conformance/runner.hpp"
#include "conformance/target/spawned.hpp"
#include "conformance/tests/deviant.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::conformance::test {
namespace {

// The machine may be busy with other tests.
constexpr double patient = 6;
// A deviant that does not answer is waited for, so this is shorter; what is slow is caught as well.
constexpr double brisk = 0.8;

class Silent final : public Observer {
public:
    void begun(const Case&) override {}
    void ended(const CaseResult&, std::size_t, std::size_t) override {}
};

std::unique_ptr<Target> gateway(Profile profile = Profile::cqhttp_4_0) {
    return make_self(cqhttp::test::gateway_program(), profile, patience_for(patient));
}

RunReport run_against(std::unique_ptr<Target> target, const Selection& selection,
                      double timeout_factor = patient) {
    RunOptions options;
    options.profile = selection.profile;
    options.timeout_factor = timeout_factor;
    Silent observer;
    return run(select(selection).value(), std::move(target), options, observer);
}

// Everything that is not a pass, in words.
std::string trouble_of(const RunReport& report) {
    std::string text = report.unreachable;
    for (const CaseResult& result : report.results) {
        if (result.verdict != Verdict::pass && result.verdict != Verdict::info) {
            text += std::string(to_text(result.verdict)) + " " + result.id + "\n" + details(result);
        }
    }
    return text;
}

void expect_all_hold(Profile profile, std::unique_ptr<Target> target) {
    Selection selection;
    selection.profile = profile;
    const RunReport report = run_against(std::move(target), selection);
    INFO(trouble_of(report));
    CHECK(report.results.size() == select(selection).value().size());
    for (const Verdict bad : {Verdict::fail, Verdict::warn, Verdict::unsupported, Verdict::error}) {
        CHECK(report.count(bad) == 0);
    }
    CHECK(exit_code_of(report, true) == run_exit::ok);
}

void expect_all_hold(Profile profile) {
    expect_all_hold(profile, gateway(profile));
}

// The ids of the cases that noticed.
std::vector<std::string> noticed(const RunReport& report) {
    std::vector<std::string> ids;
    for (const CaseResult& result : report.results) {
        const bool note = result.verdict == Verdict::info && result.expected.empty();
        if (result.verdict != Verdict::pass && result.verdict != Verdict::skip &&
            result.verdict != Verdict::unsupported && !note) {
            ids.push_back(result.id);
        }
    }
    return ids;
}

// Runs a step for each index, some at a time: most of what deviants take is waiting.
void side_by_side(std::size_t count, const std::function<void(std::size_t)>& step) {
    constexpr std::size_t lanes = 8;
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(lanes, count); ++i) {
        threads.emplace_back([&next, &step, count] {
            for (std::size_t at = next++; at < count; at = next++) {
                step(at);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

RunReport run_deviant(const Deviation& deviation, std::vector<std::string> words,
                      bool first_is_enough) {
    Selection selection;
    selection.words = std::move(words);
    selection.profile = deviation.profile;
    RunOptions options;
    options.profile = deviation.profile;
    options.timeout_factor = brisk;
    options.strict = options.fail_fast = first_is_enough;
    Silent observer;
    auto chosen = select(selection);
    return run(chosen.has_value() ? chosen.value() : std::vector<const Case*>(),
               make_deviant(gateway(deviation.profile), deviation), options, observer);
}

// Each by a case that names the requirement; the first one that notices is enough.
void expect_caught(std::span<const Deviation> deviations) {
    std::vector<RunReport> reports(deviations.size());
    side_by_side(deviations.size(), [&](std::size_t at) {
        reports[at] = run_deviant(deviations[at], {std::string(deviations[at].requirement)}, true);
    });
    for (std::size_t i = 0; i < deviations.size(); ++i) {
        INFO(deviations[i].name << " breaks " << deviations[i].requirement);
        INFO(trouble_of(reports[i]));
        CHECK(reports[i].unreachable.empty());
        CHECK(reports[i].count(Verdict::error) == 0);
        CHECK(reports[i].count(Verdict::unsupported) == 0);
        CHECK_FALSE(noticed(reports[i]).empty());
    }
}

// The ids of all cases, or of those that CQHTTP_SWEEP_CASES names.
std::set<std::string> cases_of_the_sweep() {
    const char* const wanted = std::getenv("CQHTTP_SWEEP_CASES");
    std::istringstream words(wanted == nullptr ? "*" : wanted);
    std::set<std::string> ids;
    for (std::string word; words >> word;) {
        for (const Case* which : all_cases()) {
            if (which->chapter() == word || matches_glob(word, which->id)) {
                ids.emplace(which->id);
            }
        }
    }
    return ids;
}

std::vector<const Deviation*> deviations_that_break(const std::set<std::string>& ids) {
    std::vector<const Deviation*> found;
    for (const auto& group : deviation_groups()) {
        for (const Deviation& deviation : group) {
            const bool is_near = std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
                return find_case(id)->requirements.find(deviation.requirement) !=
                       std::string_view::npos;
            });
            if (is_near) {
                found.push_back(&deviation);
            }
        }
    }
    return found;
}

}  // namespace

TEST_CASE("conformance: the gateway does everything cqhttp-4-0 asks of it", "[self]") {
    expect_all_hold(Profile::cqhttp_4_0);
}

TEST_CASE("conformance: the gateway does everything cqhttp-4-15 asks of it", "[self]") {
    expect_all_hold(Profile::cqhttp_4_15);
}

TEST_CASE("conformance: the gateway does everything onebot-11 asks of it", "[self]") {
    expect_all_hold(Profile::onebot_11);
}

TEST_CASE("conformance: with connections on three threads it does everything onebot-11 asks of it",
          "[self]") {
    const cqhttp::test::TempDir folder;
    const std::filesystem::path program = folder.path() / "gateway";
    std::ofstream(program) << "#!/bin/sh\nFORCE_ENV=true CQHTTP_GATEWAY_THREADS=3 exec '"
                           << cqhttp::test::gateway_program() << "' \"$@\"\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    expect_all_hold(Profile::onebot_11,
                    make_self(program.string(), Profile::onebot_11, patience_for(patient)));
}

TEST_CASE("deviants: behind a relay that changes nothing all cases hold", "[deviants]") {
    Selection selection;
    // The relay passes whole frames on, and this is about one that never comes whole.
    selection.without.emplace_back("ws-frames/more-than-32-mib-get-1009");
    // It learns that the gateway has ended a kept connection when the next request comes.
    selection.without.emplace_back("action-restart/*");
    // It knows one answer to a request, and this has 100 Continue before it.
    selection.without.emplace_back("quick-operation/any-framing");
    const RunReport report = run_against(make_deviant(gateway(), correct()), selection);
    INFO(trouble_of(report));
    CHECK(noticed(report).empty());
    CHECK(report.unreachable.empty());
}

TEST_CASE("deviants: every HTTP API that is wrong in one way is caught", "[deviants]") {
    expect_caught(http_deviations());
}

TEST_CASE("deviants: every authorization that is wrong in one way is caught", "[deviants]") {
    expect_caught(auth_deviations());
}

TEST_CASE("deviants: every WebSocket server that is wrong in one way is caught", "[deviants]") {
    expect_caught(ws_deviations());
    expect_caught(echo_deviations());
}

TEST_CASE("deviants: every push of events that is wrong in one way is caught", "[deviants]") {
    expect_caught(push_deviations());
}

TEST_CASE("deviants: every reverse WebSocket that is wrong in one way is caught", "[deviants]") {
    expect_caught(reverse_deviations());
}

TEST_CASE("deviants: everybody who is wrong about messages in one way is caught", "[deviants]") {
    expect_caught(message_deviations());
}

TEST_CASE("deviants: everybody who is wrong about files in one way is caught", "[deviants]") {
    expect_caught(file_deviations());
}

TEST_CASE("deviants: every wrong parameter or code or asynchronous call is caught", "[deviants]") {
    expect_caught(action_deviations());
}

TEST_CASE("deviants: every action that is wrong in one way is caught", "[deviants]") {
    expect_caught(action_row_deviations());
}

TEST_CASE("deviants: every wrong action of the later profiles is caught", "[deviants]") {
    expect_caught(later_action_deviations());
}

TEST_CASE("deviants: every event POST that is wrong in one way is caught", "[deviants][post]") {
    expect_caught(post_deviations());
}

TEST_CASE("deviants: every event that is wrong in one way is caught", "[deviants][event]") {
    expect_caught(event_deviations());
}

// Not part of the usual run: CQHTTP_SWEEP names a file that gets, for every deviant, the cases that
// noticed, and at the end the cases that no deviant has failed. CQHTTP_SWEEP_CASES may choose among
// them ("ws-* auth"); deviants that break something else are left out then. First everybody meets
// the cases that name the requirement, then whoever is left of the cases meets everybody.
TEST_CASE("deviants: the cases that no deviant fails are written down", "[.][sweep]") {
    const char* const file = std::getenv("CQHTTP_SWEEP");
    REQUIRE(file != nullptr);
    std::ofstream out(file);
    const std::set<std::string> chosen = cases_of_the_sweep();
    std::set<std::string> never = chosen;
    std::mutex mutex;
    for (const bool by_requirement : {true, false}) {
        const auto all = deviations_that_break(chosen);
        side_by_side(all.size(), [&](std::size_t at) {
            const Deviation& deviation = *all[at];
            std::vector<std::string> words{std::string(deviation.requirement)};
            if (!by_requirement) {
                const std::lock_guard lock(mutex);
                words.assign(never.begin(), never.end());
            }
            if (words.empty()) {
                return;
            }
            const RunReport report = run_deviant(deviation, std::move(words), false);
            const std::lock_guard lock(mutex);
            out << deviation.name << " (" << deviation.requirement << " " << deviation.like << "):";
            for (const std::string& id : noticed(report)) {
                out << " " << id;
                never.erase(id);
            }
            out << std::endl;
        });
    }
    out << "never failed by any deviant:\n";
    for (const std::string& id : never) {
        out << "  " << id << "\n";
    }
    CHECK(out.good());
}

}  // namespace cqhttp::conformance::test
