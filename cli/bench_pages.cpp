#include "cli/bench_pages.hpp"

namespace cqhttp::cli::bench {
namespace {

constexpr const char* http_footer = R"(Examples:
  cqhttp-cli bench http get_login_info
  cqhttp-cli bench http get_login_info --get --connections 1
  cqhttp-cli bench http send_private_msg user_id=10001 message='hello {n}'
  cqhttp-cli bench http get_status --rate 2000 --seconds 20 --json

send_private_msg really sends: use it on a sandbox only.)";

constexpr const char* ws_footer = R"(Examples:
  cqhttp-cli bench ws get_login_info
  cqhttp-cli bench ws get_login_info --connections 16 --in-flight 32
  taskset -c 1 cqhttp-cli bench ws get_status --rate 10000 --pid 4711

The last one keeps the load on core 1; start the gateway with taskset -c 0, too,
and the two do not disturb each other.)";

constexpr const char* events_footer =
    R"(Without ACTION each event is a private message caused with .sandbox_inject,
which a cqhttp-gateway offers to callers of its own machine.

Examples:
  cqhttp-cli bench events --subscribers 1000
  cqhttp-cli bench events --subscribers 1000 --burst 16
  cqhttp-cli bench events --subscribers 100 --rate 200
  cqhttp-cli bench events send_group_msg group_id=20001 message='event {n}'

The last one suits an implementation that reports what it sends itself.)";

constexpr const char* report_footer =
    R"(The post_url of the target must be http://127.0.0.1:PORT/ when --listen is PORT.

Examples:
  cqhttp-cli bench report --listen 8080
  cqhttp-cli bench report --listen 8080 --secret-file secret.txt
  cqhttp-cli bench report --listen 8080 --url ws://127.0.0.1:6700 --burst 16
  cqhttp-cli bench report --listen 8080 --only-receive --pid 4711

The last one measures any program that posts to http://127.0.0.1:8080/ by
itself.)";

constexpr const char* connections_footer = R"(Examples:
  cqhttp-cli bench connections --connections 10000
  cqhttp-cli bench connections --connections 1000 --path api --hold 60)";

constexpr const char* mixed_footer = R"(Examples:
  cqhttp-cli bench mixed
  cqhttp-cli bench mixed --rate 1000 --event-rate 50 --seconds 30
  cqhttp-cli bench mixed send_private_msg user_id=10001 message='hello {n}')";

}  // namespace

const std::string_view about =
    R"(Measures a gateway: speed, latency, CPU, memory.
)";

const std::string_view footer =
    R"(Every answer is checked: a wrong one, a refusal, a lost connection or silence
ends the run without a number. The target is on this machine unless you say
otherwise.

Exit codes:
  0  measured; compare: printed, and within --at-most
  1  a call failed, an answer or event was wrong; compare: beyond --at-most
  2  the command line is wrong
  3  cannot connect, connection lost, no answer or event in time
  4  refused: the access token is missing (401) or wrong (403)
  5  answered with something that is no reply
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli bench http get_login_info
  cqhttp-cli bench ws get_login_info --connections 16 --in-flight 32
  cqhttp-cli bench events --subscribers 1000
  cqhttp-cli bench ws get_status --rate 5000 --seconds 30 --json >> new.json
  cqhttp-cli bench compare old.json new.json

cqhttp-cli bench SCENARIO --help explains one of them.)";

const char* const compare_footer =
    R"(A file holds what bench --json has printed, one result per line. Results of one
name are compared by their medians, so append the rounds of one side to one file
and take turns: what disturbs the machine then disturbs both.

Examples:
  cqhttp-cli bench http get_status --json >> a.json
  cqhttp-cli bench http get_status --json --url http://127.0.0.1:5701 >> b.json
  cqhttp-cli bench compare a.json b.json --at-most 0.9)";

const std::array<ScenarioPage, 6> scenario_pages{{
    {BenchScenario::http, "http", "calls over HTTP, kept connections", http_footer},
    {BenchScenario::ws, "ws", "calls over WebSocket, one or many in flight", ws_footer},
    {BenchScenario::events, "events", "events to many WebSocket subscribers", events_footer},
    {BenchScenario::report, "report", "events posted to this tool", report_footer},
    {BenchScenario::connections, "connections", "opens many connections and keeps them idle",
     connections_footer},
    {BenchScenario::mixed, "mixed", "GET, POST, WebSocket calls and events at once", mixed_footer},
}};

}  // namespace cqhttp::cli::bench
