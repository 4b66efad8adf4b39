#include "cli/bench_compare.hpp"

#include "cli/bench_report.hpp"
#include "gateway/tests/support/catch.hpp"

namespace bench = cqhttp::cli::bench;
using std::chrono::microseconds;

namespace {

// A result of that name whose server has used that much CPU for 100 calls.
std::string result(std::string name, microseconds cpu, microseconds latency) {
    bench::Report report;
    report.name = std::move(name);
    report.scenario = "ws";
    report.seconds = std::chrono::duration<double>(2);
    bench::Tally tally;
    tally.name = "ws";
    tally.operations = 100;
    tally.latency.record(latency, 100);
    report.parts.push_back(tally);
    bench::ServerCost cost;
    cost.cpu.total = cpu;
    report.server = cost;
    return bench::json_text(report) + "\n";
}

std::vector<bench::NamedResult> results_in(const std::string& text) {
    const auto results = bench::read_results("file", text);
    REQUIRE(results.has_value());
    return results.value();
}

const bench::MetricRatio& row(const bench::Comparison& comparison, std::string_view name) {
    for (const bench::MetricRatio& one : comparison.rows) {
        if (one.name == name) {
            return one;
        }
    }
    FAIL("no row " << name);
    return comparison.rows.front();
}

}  // namespace

TEST_CASE("bench compare: what bench prints is compared by its medians", "[cli][bench]") {
    const auto first = results_in(result("a", microseconds(1000), microseconds(10)) +
                                  result("a", microseconds(9000), microseconds(90)) +
                                  result("a", microseconds(2000), microseconds(20)));
    const auto second = results_in(result("a", microseconds(1000), microseconds(40)) + "\n" +
                                   result("other", microseconds(1), microseconds(1)));
    const auto comparisons = bench::compare(first, second);
    REQUIRE(comparisons.size() == 1);
    REQUIRE(comparisons[0].name == "a");
    REQUIRE(comparisons[0].first_runs == 3);
    REQUIRE(comparisons[0].second_runs == 1);
    REQUIRE(row(comparisons[0], "server CPU, us per operation").first == Approx(20));
    REQUIRE(row(comparisons[0], "server CPU, us per operation").second == Approx(10));
    REQUIRE(comparisons[0].cpu_ratio().value() == Approx(0.5));
    REQUIRE(row(comparisons[0], "operations per second").ratio == Approx(1));
    REQUIRE(row(comparisons[0], "latency p99, us").ratio == Approx(2).epsilon(0.01));
}

TEST_CASE("bench compare: an even number of rounds has a median", "[cli][bench]") {
    const auto first = results_in(result("a", microseconds(1000), microseconds(10)) +
                                  result("a", microseconds(3000), microseconds(10)));
    REQUIRE(row(bench::compare(first, first)[0], "server CPU, us per operation").first ==
            Approx(20));
}

TEST_CASE("bench compare: two single results may have two names", "[cli][bench]") {
    const auto one = results_in(result("a", microseconds(1000), microseconds(10)));
    const auto other = results_in(result("b", microseconds(500), microseconds(10)));
    const auto comparisons = bench::compare(one, other);
    REQUIRE(comparisons.size() == 1);
    REQUIRE(comparisons[0].name == "a -> b");
    REQUIRE(comparisons[0].cpu_ratio().value() == Approx(0.5));
    auto both = one;
    both.push_back(other[0]);
    both[0].name = "c";
    REQUIRE(bench::compare(one, both).empty());
}

TEST_CASE("bench compare: a result without server CPU has no ratio of it", "[cli][bench]") {
    const std::string blind = R"({"name":"a","parts":[{"name":"ws","latency_us":{"p50":4}}],)"
                              R"("server":null,"per_second":10})";
    const auto comparisons = bench::compare(results_in(blind), results_in(blind));
    REQUIRE_FALSE(comparisons[0].cpu_ratio().has_value());
    REQUIRE(row(comparisons[0], "latency p50, us").ratio == Approx(1));
}

TEST_CASE("bench compare: a line that is no result is named", "[cli][bench]") {
    const std::string good = result("a", microseconds(1), microseconds(1));
    for (const std::string& bad :
         {std::string("{"), std::string("[]"), std::string("1"), std::string("{}"),
          std::string(R"({"name":1,"parts":[]})"), std::string(R"({"name":"a","parts":{}})")}) {
        INFO(bad);
        const auto read = bench::read_results("new.json", good + "\n" + bad + "\n");
        REQUIRE(read.has_error());
        REQUIRE(read.error().detail.find("new.json:3") != std::string::npos);
    }
    REQUIRE(bench::read_results("new.json", "\n \n").has_error());
}
