#include "cli/bench_options.hpp"
#include "cli/options.hpp"
#include "gateway/tests/support/catch.hpp"

namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::BenchCompareOptions;
using cqhttp::cli::BenchOptions;
using cqhttp::cli::BenchScenario;
using cqhttp::cli::Encoding;
using cqhttp::cli::Printed;
using cqhttp::cli::Surroundings;
using std::chrono::milliseconds;
using Arguments = std::vector<std::string>;

namespace {

cli::Command parse(Arguments arguments, const Surroundings& surroundings) {
    arguments.insert(arguments.begin(), "bench");
    return cli::parse_options(arguments, surroundings);
}

BenchOptions bench_of(const Arguments& arguments, const Surroundings& surroundings = {}) {
    auto command = parse(arguments, surroundings);
    if (const auto* printed = std::get_if<Printed>(&command)) {
        FAIL(printed->err);
    }
    return std::get<BenchOptions>(std::move(command));
}

std::string fault_of(const Arguments& arguments) {
    auto command = parse(arguments, {});
    REQUIRE(std::holds_alternative<Printed>(command));
    const Printed printed = std::get<Printed>(std::move(command));
    REQUIRE(printed.exit_code == cli::exit_code::usage);
    REQUIRE(printed.out.empty());
    return printed.err;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("bench options: every scenario has its defaults", "[cli][bench]") {
    const BenchOptions http = bench_of({"http", "get_status"});
    REQUIRE(http.scenario == BenchScenario::http);
    REQUIRE(http.action == "get_status");
    REQUIRE(http.connections == 64);
    REQUIRE(http.encoding == Encoding::json);
    REQUIRE(http.target.url.printable() == "http://127.0.0.1:5700/");
    REQUIRE(http.duration == milliseconds(5000));
    REQUIRE(http.warm_up == milliseconds(1000));
    REQUIRE(http.target.timeout == milliseconds(10'000));
    REQUIRE_FALSE(http.another_host);
    const BenchOptions ws = bench_of({"ws", "get_status"});
    REQUIRE(ws.in_flight == 1);
    REQUIRE(ws.target.url.printable() == "ws://127.0.0.1:6700/");
    const BenchOptions events = bench_of({"events"});
    REQUIRE(events.subscribers == 100);
    REQUIRE(events.burst == 1);
    REQUIRE(events.event_bytes == 350);
    REQUIRE(events.action.empty());
    const BenchOptions report = bench_of({"report", "--listen", "8080"});
    REQUIRE(report.listen_host == "127.0.0.1");
    REQUIRE(report.listen_port == 8080);
    REQUIRE(report.addresses == 1);
    REQUIRE_FALSE(report.only_receive);
    REQUIRE(bench_of({"connections"}).connections == 1000);
    const BenchOptions mixed = bench_of({"mixed"});
    REQUIRE(mixed.target.url.port == 5700);
    REQUIRE(mixed.ws_url.port == 6700);
}

TEST_CASE("bench options: what is typed is taken", "[cli][bench]") {
    const BenchOptions ws = bench_of({"ws",
                                      "send_private_msg",
                                      "user_id=1",
                                      "message={n}",
                                      "--connections",
                                      "16",
                                      "--in-flight",
                                      "32",
                                      "--rate",
                                      "100.5",
                                      "--seconds",
                                      "0.5",
                                      "--warm-up",
                                      "0",
                                      "--json",
                                      "--in-order",
                                      "--pid",
                                      "12",
                                      "--pid",
                                      "13",
                                      "--name",
                                      "x",
                                      "--url",
                                      "ws://[::1]:1/base/"});
    REQUIRE(ws.pairs == Arguments{"user_id=1", "message={n}"});
    REQUIRE(ws.connections == 16);
    REQUIRE(ws.in_flight == 32);
    REQUIRE(ws.rate == Approx(100.5));
    REQUIRE(ws.duration == milliseconds(500));
    REQUIRE(ws.warm_up == milliseconds(0));
    REQUIRE(ws.json);
    REQUIRE(ws.in_order);
    REQUIRE(ws.pids == std::vector<pid_t>{12, 13});
    REQUIRE(ws.name == "x");
    REQUIRE(ws.target.url.host == "::1");
    REQUIRE(bench_of({"http", "x", "--get"}).encoding == Encoding::query);
    REQUIRE(bench_of({"http", "x", "--form"}).encoding == Encoding::form);
    REQUIRE(bench_of({"http", "x", "--requests", "700"}).requests == 700);
    REQUIRE(bench_of({"http", "x", "--requests", "700"}).duration == milliseconds(60'000));
    REQUIRE(bench_of({"report", "--listen", "[::1]:9"}).listen_host == "::1");
}

TEST_CASE("bench options: the environment names the address of its kind and the token",
          "[cli][bench]") {
    Surroundings around;
    around.url = "http://127.0.0.1:5801";
    around.token = Secret("tok");
    REQUIRE(bench_of({"http", "x"}, around).target.url.port == 5801);
    REQUIRE(bench_of({"http", "x"}, around).target.token.reveal() == "tok");
    REQUIRE(bench_of({"ws", "x"}, around).target.url.port == 6700);
    around.url = "ws://127.0.0.1:5802";
    REQUIRE(bench_of({"ws", "x"}, around).target.url.port == 5802);
}

TEST_CASE("bench options: every page of help fits a terminal and has an example", "[cli][bench]") {
    for (const char* page :
         {"", "http", "ws", "events", "report", "connections", "mixed", "compare"}) {
        Arguments arguments{"help", "bench"};
        if (*page != '\0') {
            arguments.emplace_back(page);
        }
        const auto command = cli::parse_options(arguments, {});
        const std::string text = std::get<Printed>(command).out;
        REQUIRE(contains(text, std::string("\n  cqhttp-cli bench ") + page));
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            const std::string line = text.substr(at, text.find('\n', at) - at);
            INFO(line);
            REQUIRE(line.size() <= 80);
        }
    }
}

TEST_CASE("bench options: two files are compared", "[cli][bench]") {
    auto command = parse({"compare", "a.json", "b.json", "--at-most", "0.9", "--json"}, {});
    REQUIRE(std::holds_alternative<BenchCompareOptions>(command));
    const auto files = std::get<BenchCompareOptions>(command);
    REQUIRE(files.first == "a.json");
    REQUIRE(files.second == "b.json");
    REQUIRE(files.at_most == Approx(0.9));
    REQUIRE(files.json);
    REQUIRE(contains(fault_of({"compare", "a.json"}), "bench compare old.json new.json"));
}

TEST_CASE("bench options: what cannot be measured is told", "[cli][bench]") {
    REQUIRE(contains(fault_of({}), "bench http get_status"));
    REQUIRE(contains(fault_of({"htp"}), "did you mean"));
    REQUIRE(contains(fault_of({"http"}), "bench http get_status"));
    REQUIRE(contains(fault_of({"report"}), "--listen"));
    REQUIRE(contains(fault_of({"report", "--listen", "x"}), "--listen"));
    REQUIRE(contains(fault_of({"ws", "x", "--connections", "0"}), "--connections"));
    REQUIRE(contains(fault_of({"ws", "x", "--connections", "100000"}), "60000"));
    REQUIRE(contains(fault_of({"ws", "x", "--in-flight", "5000"}), "--in-flight"));
    REQUIRE(contains(fault_of({"ws", "x", "--seconds", "-1"}), "--seconds"));
    REQUIRE(contains(fault_of({"ws", "x", "--seconds", "100000"}), "--seconds"));
    REQUIRE(contains(fault_of({"ws", "x", "--timeout", "0"}), "--timeout"));
    REQUIRE(contains(fault_of({"ws", "x", "--rate", "-5"}), "--rate"));
    REQUIRE(contains(fault_of({"ws", "x", "--url", "http://127.0.0.1:1"}), "ws://"));
    REQUIRE(contains(fault_of({"http", "x", "--url", "ws://127.0.0.1:1"}), "http://"));
    REQUIRE(contains(fault_of({"http", "x", "--url", "https://127.0.0.1:1"}), "TLS"));
    REQUIRE(contains(fault_of({"http", "/x"}), "slash"));
    REQUIRE(contains(fault_of({"http", "x", "--get", "--form"}), "--form"));
    REQUIRE(contains(fault_of({"http", "x", "--requests", "7"}), "--warm-up 0"));
    REQUIRE(contains(fault_of({"events", "--burst", "2", "--rate", "3"}), "--burst"));
    REQUIRE(contains(fault_of({"report", "--listen", "80", "--burst", "2"}), "ws://"));
    REQUIRE(contains(fault_of({"report", "--listen", "80", "--addresses", "0"}), "--addresses"));
    REQUIRE(contains(fault_of({"report", "--listen", "80", "--only-receive", "--rate", "2"}),
                     "--only-receive"));
    REQUIRE(contains(fault_of({"connections", "--path", "x"}), "--path"));
    const Arguments nothing{"mixed", "--connections", "0", "--ws-connections",
                            "0",     "--subscribers", "0"};
    REQUIRE(contains(fault_of(nothing), "nothing is left"));
}
