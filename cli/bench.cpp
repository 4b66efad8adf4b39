#include "cli/bench_calls.hpp"
#include "cli/bench_events.hpp"
#include "cli/bench_options.hpp"
#include "cli/bench_report.hpp"
#include "cli/bench_run.hpp"
#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/parameters.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

namespace cqhttp::cli {
namespace bench {
namespace {

constexpr std::size_t spare_files = 64;

// Does not say anything by itself; what comes (meta events) is read and not looked at.
class IdleConnection final : public Connection {
public:
    using Connection::Connection;

private:
    void received(std::string_view, std::string_view) override {}
};

std::string utc_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::string_view scenario_name(BenchScenario scenario) {
    switch (scenario) {
        case BenchScenario::http: return "http";
        case BenchScenario::ws: return "ws";
        case BenchScenario::events: return "events";
        case BenchScenario::report: return "report";
        case BenchScenario::connections: return "connections";
        case BenchScenario::mixed: return "mixed";
    }
    return {};
}

std::string_view encoding_name(Encoding encoding) {
    switch (encoding) {
        case Encoding::query: return "GET";
        case Encoding::form: return "POST form";
        case Encoding::json: return "POST JSON";
    }
    return {};
}

// One run of the command. Steps return false where the stage has a fault.
class Bench {
public:
    Bench(Stage& stage, BenchOptions options) : stage_(stage), options_(std::move(options)) {}

    // Nothing where the stage has a fault.
    std::optional<Report> run() {
        if (!find_target() || !find_server()) {
            return {};
        }
        const bool done =
            options_.scenario == BenchScenario::connections ? run_ramp() : run_parts();
        return done ? std::optional(report()) : std::nullopt;
    }

private:
    bool fail(const Error& error, int code = exit_code::usage) {
        stage_.fail(code, error.detail);
        return false;
    }

    // Load is put on this machine only, unless the user says otherwise.
    Result<Endpoint> find_endpoint(const Url& url) const {
        auto endpoint = resolve(url.host, url.port);
        if (endpoint.has_value() && !endpoint->loopback() && !options_.another_host) {
            return failure(
                fmt::format("{} is not an address of this machine. bench loads its "
                            "target as hard as it can; --load-another-host says that "
                            "you may do that there",
                            url.host));
        }
        return endpoint;
    }

    bool find_target() {
        const auto endpoint = find_endpoint(options_.target.url);
        if (endpoint.has_error()) {
            return fail(endpoint.error());
        }
        endpoint_ = endpoint_of_ws_ = endpoint.value();
        std::size_t files = options_.connections + options_.ws_connections + spare_files;
        files += options_.subscribers;
        if (const auto raised = raise_file_limit(files); raised.has_error()) {
            return fail(raised.error());
        }
        return true;
    }

    bool find_server() {
        if (options_.pids.empty() && options_.only_receive) {
            meter_ = Meter("--pid names the process that posts");
            return true;
        }
        if (options_.pids.empty()) {
            meter_ = Meter::of_listener(endpoint_);
            return true;
        }
        auto meter = Meter::of(options_.pids);
        if (meter.has_error()) {
            return fail(meter.error());
        }
        meter_ = meter.value();
        return true;
    }

    Timing timing() const { return {options_.warm_up, options_.duration, options_.target.timeout}; }

    Pace pace() const { return {options_.rate, options_.requests}; }

    Result<ApiCall> read_call() const {
        std::vector<std::string> pairs;
        for (const std::string& pair : options_.pairs) {
            pairs.push_back(with_running_number(pair));
        }
        auto params = read_parameters({pairs, {}}, options_.encoding);
        if (params.has_error()) {
            return params.error();
        }
        return ApiCall{options_.action, std::move(params.value()), {}, options_.encoding};
    }

    // Kept until the end of the run: connections refer to it.
    const Approach* approach(const ApiTarget& target, const Endpoint& endpoint,
                             std::string_view path) {
        const bool ws = target.url.scheme == Scheme::ws;
        auto made = ws ? Approach::ws(target, endpoint, path) : Approach::http(target, endpoint);
        if (made.has_error()) {
            fail(made.error());
            return nullptr;
        }
        approaches_.push_back(std::make_unique<Approach>(std::move(made.value())));
        return approaches_.back().get();
    }

    bool run_parts() {
        run_ = std::make_unique<Run>(stage_, meter_, timing());
        return add_parts() && run_->measure(options_.requests > 0);
    }

    bool add_parts() {
        switch (options_.scenario) {
            case BenchScenario::http:
            case BenchScenario::ws: return add_calls();
            case BenchScenario::events: return add_events();
            case BenchScenario::report: return options_.only_receive ? add_posts() : add_events();
            case BenchScenario::mixed: return add_mixed();
            case BenchScenario::connections: break;
        }
        return false;
    }

    bool add_calls() {
        const auto call = read_call();
        if (call.has_error()) {
            return fail(call.error());
        }
        const Approach* way = approach(options_.target, endpoint_, "api");
        if (way == nullptr) {
            return false;
        }
        const bool ws = options_.scenario == BenchScenario::ws;
        CallPlan plan;
        plan.name = ws ? "ws" : "http";
        plan.call = ws ? PreparedCall::ws(*call) : PreparedCall::http(options_.target, *call);
        plan.connections = options_.connections;
        plan.in_flight = options_.in_flight;
        plan.in_order = options_.in_order;
        plan.pace = pace();
        run_->add(std::make_unique<Calls>(stage_, *way, std::move(plan)));
        what_ = options_.action;
        what_ += ws ? std::string() : fmt::format(" by {}", encoding_name(options_.encoding));
        return true;
    }

    EventPlan event_plan() const {
        EventPlan plan;
        plan.name = "events";
        plan.own = options_.action.empty();
        plan.bytes = options_.event_bytes;
        plan.subscribers = options_.subscribers;
        plan.burst = options_.burst;
        plan.pace = pace();
        plan.target = options_.target;
        return plan;
    }

    bool add_events() {
        EventPlan plan = event_plan();
        if (!plan.own) {
            auto call = read_call();
            if (call.has_error()) {
                return fail(call.error());
            }
            plan.stimulus = std::move(call.value());
        }
        const bool posts = options_.scenario == BenchScenario::report;
        plan.name = posts ? "posts" : "events";
        plan.unit = posts ? "post" : "delivery";
        const Approach* stimuli = approach(options_.target, endpoint_, "api");
        if (stimuli == nullptr) {
            return false;
        }
        what_ = plan.own ? own_stimulus(0).action : options_.action;
        auto events = std::make_unique<Events>(stage_, *stimuli, std::move(plan));
        if (!(posts ? add_receiver(*events) : add_subscribers(*events, options_.target))) {
            return false;
        }
        run_->add(std::move(events));
        return true;
    }

    bool add_subscribers(Events& events, const ApiTarget& target) {
        const Approach* way = approach(target, endpoint_of_ws_, "event");
        if (way != nullptr) {
            events.subscribe(*way);
        }
        return way != nullptr;
    }

    bool add_receiver(Events& events) {
        auto plan = post_plan();
        if (plan) {
            events.receive_posts(std::move(*plan));
        }
        return plan.has_value();
    }

    std::optional<PostPlan> post_plan() {
        const auto here = resolve(options_.listen_host, options_.listen_port);
        if (here.has_error()) {
            fail(here.error());
            return {};
        }
        auto listener = listen_on(*here);
        if (listener.has_error()) {
            fail(listener.error());
            return {};
        }
        PostPlan plan;
        plan.listener = std::move(listener.value());
        plan.addresses = options_.addresses;
        if (!options_.secret.empty()) {
            plan.signer.emplace(options_.secret);
        }
        return plan;
    }

    // Posts that somebody else causes.
    bool add_posts() {
        auto plan = post_plan();
        if (!plan) {
            return false;
        }
        what_ = "what comes by itself";
        run_->add(std::make_unique<Posts>(stage_, std::move(*plan), pace()));
        return true;
    }

    bool add_mixed_calls(std::string name, Encoding encoding, const ApiTarget& target) {
        ApiCall call;
        call.action = options_.action;
        call.encoding = encoding;
        const bool ws = target.url.scheme == Scheme::ws;
        auto read = read_call();
        if (read.has_error()) {
            return fail(read.error());
        }
        call.params = std::move(read->params);
        const Approach* way = approach(target, ws ? endpoint_of_ws_ : endpoint_, "api");
        if (way == nullptr) {
            return false;
        }
        CallPlan plan;
        plan.name = std::move(name);
        plan.call = ws ? PreparedCall::ws(call) : PreparedCall::http(target, call);
        plan.connections = ws ? options_.ws_connections : options_.connections;
        plan.in_flight = ws ? options_.in_flight : 1;
        plan.pace.per_second = options_.rate;
        run_->add(std::make_unique<Calls>(stage_, *way, std::move(plan)));
        return true;
    }

    bool add_mixed() {
        ApiTarget ws = options_.target;
        ws.url = options_.ws_url;
        const auto endpoint = find_endpoint(ws.url);
        if (endpoint.has_error()) {
            return fail(endpoint.error());
        }
        endpoint_of_ws_ = *endpoint;
        what_ = options_.action + " by every transport, with events";
        if (options_.connections > 0 &&
            (!add_mixed_calls("get", Encoding::query, options_.target) ||
             !add_mixed_calls("post", Encoding::json, options_.target))) {
            return false;
        }
        if (options_.ws_connections > 0 && !add_mixed_calls("ws", Encoding::json, ws)) {
            return false;
        }
        if (options_.subscribers == 0) {
            return true;
        }
        EventPlan plan = event_plan();
        plan.own = true;
        plan.unit = "delivery";
        plan.pace = {options_.event_rate, 0};
        plan.target = ws;
        const Approach* stimuli = approach(ws, endpoint_of_ws_, "api");
        if (stimuli == nullptr) {
            return false;
        }
        auto events = std::make_unique<Events>(stage_, *stimuli, std::move(plan));
        if (!add_subscribers(*events, ws)) {
            return false;
        }
        run_->add(std::move(events));
        return true;
    }

    bool run_ramp() {
        const Approach* way = approach(options_.target, endpoint_, options_.path);
        if (way == nullptr) {
            return false;
        }
        std::vector<std::unique_ptr<IdleConnection>> owners;
        std::vector<Connection*> all;
        for (std::size_t i = 0; i < options_.connections; ++i) {
            owners.push_back(std::make_unique<IdleConnection>(stage_, *way));
            all.push_back(owners.back().get());
        }
        run_ = std::make_unique<Run>(stage_, meter_, timing());
        if (!run_->ramp(all, options_.hold)) {
            return false;
        }
        Tally tally;
        tally.name = "connections";
        tally.unit = "connection";
        tally.connections = tally.operations = all.size();
        for (const Connection* connection : all) {
            tally.latency.record(connection->connect_time());
        }
        ramp_ = std::move(tally);
        what_ = fmt::format("of /{}/, then idle", options_.path);
        return true;
    }

    Report report() const {
        Report report;
        report.scenario = scenario_name(options_.scenario);
        report.what = what_;
        report.target = options_.only_receive ? "" : options_.target.url.printable();
        report.started = utc_now();
        report.parts = ramp_ ? std::vector<Tally>{*ramp_} : run_->tallies();
        report.seconds = run_->to().time - run_->from().time;
        report.own_cpu = own_cpu(run_->from(), run_->to());
        if (meter_.known()) {
            report.server = ServerCost{meter_.pids(), server_cpu(run_->from(), run_->to()),
                                       run_->before().memory, run_->to().memory};
        } else {
            report.no_server = meter_.problem();
        }
        report.name = options_.name;
        if (report.name.empty()) {
            report.name = fmt::format("{} {}", report.scenario, report.what);
            for (const Tally& part : report.parts) {
                report.name += fmt::format(", {}x{}", part.connections, part.in_flight);
            }
        }
        return report;
    }

    Stage& stage_;
    BenchOptions options_;
    Endpoint endpoint_, endpoint_of_ws_;
    Meter meter_;
    std::vector<std::unique_ptr<Approach>> approaches_;
    std::unique_ptr<Run> run_;
    std::optional<Tally> ramp_;
    std::string what_;
};

}  // namespace
}  // namespace bench

int run(const BenchOptions& options, Context& context) {
    Console& console = context.console;
    BenchOptions known = options;
    auto target = with_token_file(options.target, options.token_file);
    if (target.has_error()) {
        console.note(target.error().detail);
        return exit_code::usage;
    }
    known.target = std::move(target.value());
    if (!options.secret_file.empty()) {
        auto secret = read_secret_file("--secret-file", options.secret_file);
        if (secret.has_error()) {
            console.note(secret.error().detail);
            return exit_code::usage;
        }
        known.secret = std::move(secret.value());
    }
    const Secret token = known.target.token;
    bench::Stage stage;
    const auto report = bench::Bench(stage, std::move(known)).run();
    if (!report) {
        const bench::Fault fault =
            stage.fault().value_or(bench::Fault{exit_code::no_answer, "internal error"});
        console.note(masked(fault.what, token));
        return fault.exit_code;
    }
    console.write(options.json ? bench::json_text(*report) + "\n" : bench::plain_text(*report));
    if (!console.flush()) {
        console.note("the result could not be written to standard output");
        return exit_code::no_answer;
    }
    return exit_code::ok;
}

}  // namespace cqhttp::cli
