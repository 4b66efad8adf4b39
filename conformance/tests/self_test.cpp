// The cases against the gateway that was just built, and against gateways that are wrong in one
// way.
#include "conformance/registry.hpp"
#include "conformance/report/console.hpp"
#include "conformance/runner.hpp"
#include "conformance/target/spawned.hpp"
#include "conformance/tests/deviant.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace cqhttp::conformance::test {
namespace {

// The machine may be busy with other tests.
constexpr double patient = 6;
// A deviant that does not answer is waited for, so this is shorter; what is slow is caught as well.
constexpr double brisk = 2;

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

void expect_all_hold(Profile profile) {
    Selection selection;
    selection.profile = profile;
    const RunReport report = run_against(gateway(profile), selection);
    INFO(trouble_of(report));
    CHECK(report.results.size() == select(selection).value().size());
    for (const Verdict bad : {Verdict::fail, Verdict::warn, Verdict::unsupported, Verdict::error}) {
        CHECK(report.count(bad) == 0);
    }
    CHECK(exit_code_of(report, true) == run_exit::ok);
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

void expect_caught(std::span<const Deviation> deviations) {
    for (const Deviation& deviation : deviations) {
        INFO(deviation.name << " breaks " << deviation.requirement);
        Selection selection;
        selection.words.emplace_back(deviation.requirement);
        selection.profile = deviation.profile;
        const RunReport report =
            run_against(make_deviant(gateway(deviation.profile), deviation), selection, brisk);
        INFO(trouble_of(report));
        CHECK(report.unreachable.empty());
        CHECK(report.count(Verdict::error) == 0);
        CHECK(report.count(Verdict::unsupported) == 0);
        CHECK_FALSE(noticed(report).empty());
    }
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

TEST_CASE("deviants: behind a relay that changes nothing all cases hold", "[deviants]") {
    Selection selection;
    // The relay passes whole frames on, and this is about one that never comes whole.
    selection.without.emplace_back("ws-frames/more-than-32-mib-get-1009");
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

TEST_CASE("deviants: everybody who is wrong about messages in one way is caught", "[deviants]") {
    expect_caught(message_deviations());
}

TEST_CASE("deviants: everybody who is wrong about files in one way is caught", "[deviants]") {
    expect_caught(file_deviations());
}

// Not part of the usual run: CQHTTP_SWEEP names a file that gets, for every deviant, the cases that
// noticed, and at the end the cases that no deviant has ever failed.
TEST_CASE("deviants: the cases that no deviant fails are written down", "[.][sweep]") {
    const char* const file = std::getenv("CQHTTP_SWEEP");
    REQUIRE(file != nullptr);
    std::ofstream out(file);
    std::set<std::string> never;
    for (const Case* which : all_cases()) {
        never.emplace(which->id);
    }
    for (const auto& group : deviation_groups()) {
        for (const Deviation& deviation : group) {
            const RunReport report =
                run_against(make_deviant(gateway(), deviation), Selection(), brisk);
            out << deviation.name << " (" << deviation.requirement << " " << deviation.like << "):";
            for (const std::string& id : noticed(report)) {
                out << " " << id;
                never.erase(id);
            }
            out << std::endl;
        }
    }
    out << "never failed by any deviant:\n";
    for (const std::string& id : never) {
        out << "  " << id << "\n";
    }
    CHECK(out.good());
}

}  // namespace cqhttp::conformance::test
