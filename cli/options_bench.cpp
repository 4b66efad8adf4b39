#include "cli/bench_options.hpp"
#include "cli/bench_pages.hpp"
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view default_ws_url = "ws://127.0.0.1:6700";
constexpr std::size_t most_connections = 60'000;
constexpr std::size_t most_in_flight = 1'024;
constexpr std::uint64_t most_requests = 80'000'000;
constexpr double most_per_second = 10'000'000;
constexpr double most_seconds = 3'600;

Fault check_count(std::string_view option, std::size_t value, std::size_t most) {
    if (value == 0 || value > most) {
        return fmt::format("{} takes a number from 1 to {}", option, most);
    }
    return {};
}

Fault check_rate(std::string_view option, double value) {
    if (!(value >= 0) || value > most_per_second) {
        return fmt::format("{} takes a number from 0 to {:.0f}", option, most_per_second);
    }
    return {};
}

// "8080", "0.0.0.0:8080", "[::1]:8080".
Fault read_listen(const std::string& typed, BenchOptions& options) {
    const std::string text = typed.find(':') == std::string::npos ? "127.0.0.1:" + typed : typed;
    const auto url = parse_url("http://" + text + "/");
    if (typed.empty() || url.has_error() || url->target != "/") {
        return "--listen takes PORT or ADDRESS:PORT";
    }
    options.listen_host = url->host;
    options.listen_port = url->port;
    return {};
}

// The options of one scenario.
class ScenarioLine {
public:
    void declare(CLI::App& parent, const bench::ScenarioPage& text) {
        options_.scenario = text.scenario;
        app_ = parent.add_subcommand(text.name, text.about);
        app_->group("Scenarios");
        app_->footer(text.footer);
        set_defaults();
        if (text.scenario != BenchScenario::connections) {
            declare_call();
        }
        declare_load();
        declare_events();
        declare_measuring();
        declare_target();
    }

    bool chosen() const { return app_->parsed(); }

    Command finish(const Surroundings& surroundings) {
        options_.encoding = get_ ? Encoding::query : form_ ? Encoding::form : Encoding::json;
        options_.requests = requests_;
        if (seconds_ == 0) {
            seconds_ = requests_ > 0 ? 60 : 5;
        }
        const Fault fault = first_fault({
            check_counts(),
            check_call(),
            read_seconds("--seconds", seconds_, options_.duration),
            read_seconds("--warm-up", warm_up_, options_.warm_up),
            read_seconds("--hold", hold_, options_.hold),
            read_seconds("--timeout", timeout_, options_.target.timeout),
            check_times(),
            read_urls(surroundings),
            read_scheme(),
            token_.read(surroundings, options_.target.token, options_.token_file),
            read_receiver(),
            color_.read(options_.color),
        });
        if (fault) {
            return usage_error(fmt::format("bench {}", app_->get_name()), *fault);
        }
        return std::move(options_);
    }

private:
    bool is(BenchScenario scenario) const { return options_.scenario == scenario; }
    bool has_events() const {
        return is(BenchScenario::events) || is(BenchScenario::report) || is(BenchScenario::mixed);
    }
    bool by_ws() const {
        return is(BenchScenario::ws) || is(BenchScenario::events) || is(BenchScenario::connections);
    }

    void set_defaults() {
        switch (options_.scenario) {
            case BenchScenario::http:
            case BenchScenario::ws: options_.connections = 64; break;
            case BenchScenario::events:
                options_.connections = 1;
                options_.subscribers = 100;
                break;
            case BenchScenario::report: options_.connections = 1; break;
            case BenchScenario::connections: options_.connections = 1'000; break;
            case BenchScenario::mixed:
                options_.action = "get_status";
                options_.connections = 8;
                options_.ws_connections = 8;
                options_.subscribers = 50;
                options_.event_rate = 20;
                break;
        }
    }

    void declare_call() {
        const bool needed = is(BenchScenario::http) || is(BenchScenario::ws);
        const char* what = has_events() && !is(BenchScenario::mixed)
                               ? "action that causes one event"
                               : "action that is called, see cqhttp-cli actions";
        CLI::Option* action = app_->add_option("ACTION", options_.action, what)->option_text(" ");
        action->required(needed);
        app_->add_option("PARAMETER", options_.pairs,
                         "name=value or name:=JSON; {n} in a value is a\nnumber of eight digits "
                         "that counts up")
            ->option_text(" ");
        if (is(BenchScenario::http)) {
            app_->add_flag("--get", get_, "GET, parameters in the query (default: POST, JSON)");
            app_->add_flag("--form", form_, "POST, parameters as a urlencoded form");
        }
    }

    void declare_load() {
        if (!is(BenchScenario::events) && !is(BenchScenario::report)) {
            app_->add_option("--connections", options_.connections,
                             fmt::format("open at once (default {}){}", options_.connections,
                                         is(BenchScenario::mixed) ? ";\nGET and POST each" : ""))
                ->option_text("N");
        }
        if (is(BenchScenario::ws) || is(BenchScenario::mixed)) {
            app_->add_option("--in-flight", options_.in_flight,
                             "calls under way on each WebSocket (default 1:\nlock-step)")
                ->option_text("M");
        }
        if (is(BenchScenario::ws)) {
            app_->add_flag("--in-order", options_.in_order,
                           "an answer in another order than the calls is a\nfault (default: it "
                           "is counted)");
        }
        if (is(BenchScenario::mixed)) {
            app_->add_option("--ws-connections", options_.ws_connections,
                             "WebSockets that call (default 8)")
                ->option_text("N");
            app_->add_option("--event-rate", options_.event_rate,
                             "events per second (default 20; 0: the next\nfollows the last)")
                ->option_text("PER-SECOND");
        }
        if (!is(BenchScenario::connections)) {
            app_->add_option("--rate", options_.rate,
                             is(BenchScenario::mixed)
                                 ? "open loop: calls per second of each kind\n(default: closed "
                                   "loop)"
                                 : "open loop: that many per second, latency from\nwhen each was "
                                   "due (default: closed loop)")
                ->option_text("PER-SECOND");
        }
    }

    void declare_events() {
        if (is(BenchScenario::events) || is(BenchScenario::mixed)) {
            app_->add_option("--subscribers", options_.subscribers,
                             fmt::format("WebSockets that get the events (default {})",
                                         options_.subscribers))
                ->option_text("N");
        }
        if (is(BenchScenario::events) || is(BenchScenario::report)) {
            app_->add_option("--burst", options_.burst,
                             "events caused together before the next ones\n(default 1; more "
                             "need a ws:// address)")
                ->option_text("N");
        }
        if (has_events()) {
            app_->add_option("--event-bytes", options_.event_bytes,
                             "size of our events (default 350)")
                ->option_text("N");
        }
        if (is(BenchScenario::report)) {
            app_->add_option("--listen", listen_, "where the target posts to: PORT, ADDRESS:PORT")
                ->option_text("PORT")
                ->required();
            app_->add_option(
                    "--addresses", options_.addresses,
                    "the target posts each event to that many addresses,\n/1, /2 and so on "
                    "of this port (default 1)")
                ->option_text("N");
            app_->add_flag(
                "--only-receive", options_.only_receive,
                "cause nothing: measure what is posted by itself,\nwith --pid of who posts");
            app_->add_option("--secret-file", options_.secret_file,
                             "file with the secret; every signature is checked\nthen")
                ->option_text("FILE");
        }
    }

    void declare_measuring() {
        if (is(BenchScenario::connections)) {
            app_->add_option("--path", options_.path, "event (default) or api")->option_text("P");
            app_->add_option("--hold", hold_, "keep them idle that long (default 1)")
                ->option_text("SECONDS");
        } else {
            app_->add_option("--seconds", seconds_,
                             "measure that long (default 5; with --requests: at\nmost 60)")
                ->option_text("SECONDS");
            app_->add_option("--warm-up", warm_up_, "not measured before it (default 1)")
                ->option_text("SECONDS");
        }
        if (!is(BenchScenario::connections) && !is(BenchScenario::mixed)) {
            app_->add_option("--requests", requests_,
                             has_events() ? "measure that many events" : "measure that many calls")
                ->option_text("N");
        }
        app_->add_option("--pid", options_.pids,
                         "process of the target, several if it has more\n(default: who listens on "
                         "the port)")
            ->option_text("PID")
            ->expected(1)
            ->take_all();
        app_->add_option("--name", options_.name, "of the result, for compare")
            ->option_text("NAME");
        app_->add_flag("--json", options_.json, "one line of JSON, for compare and programs");
        color_.declare_color(*app_);
    }

    void declare_target() {
        app_->add_option(
                "--url", url_,
                fmt::format("address (default {})", by_ws() ? default_ws_url : default_url))
            ->option_text("URL");
        if (is(BenchScenario::mixed)) {
            app_->add_option("--ws-url", ws_url_,
                             fmt::format("address of the WebSockets\n(default {})", default_ws_url))
                ->option_text("URL");
        }
        token_.declare(*app_, "access token");
        app_->add_option("--scheme", scheme_, "word before the token: Token (default) or Bearer")
            ->option_text("WORD");
        app_->add_option("--timeout", timeout_,
                         "for each connection, answer and event (default 10)")
            ->option_text("SECONDS");
        app_->add_flag("--load-another-host", options_.another_host,
                       "puts load on a host that is not this machine; you\nmust be allowed to");
    }

    Fault check_counts() const {
        if (options_.burst > 1 && options_.rate > 0) {
            return "--burst is for a closed loop, --rate for an open one: leave one out";
        }
        if (requests_ > most_requests) {
            return fmt::format("--requests takes a number from 1 to {}", most_requests);
        }
        // What is under way when the warm-up ends counts as measured.
        const std::size_t under_way =
            std::max(options_.connections * options_.in_flight, options_.burst);
        if (requests_ > 0 && warm_up_ > 0 && requests_ < 2 * under_way) {
            return fmt::format(
                "--requests {} is too few after a warm-up with {} under way at once: "
                "take more, or --warm-up 0",
                requests_, under_way);
        }
        const bool mixed = is(BenchScenario::mixed);
        if (mixed && options_.connections + options_.ws_connections + options_.subscribers == 0) {
            return "nothing is left to do: --connections, --ws-connections and --subscribers are 0";
        }
        const auto least = [mixed](std::size_t value) { return mixed && value == 0 ? 1 : value; };
        const std::size_t subscribers =
            is(BenchScenario::events) || mixed ? least(options_.subscribers) : 1;
        return first_fault({
            check_count("--connections", least(options_.connections), most_connections),
            check_count("--ws-connections", mixed ? least(options_.ws_connections) : 1,
                        most_connections),
            check_count("--subscribers", subscribers, most_connections),
            check_count("--in-flight", options_.in_flight, most_in_flight),
            check_count("--burst", options_.burst, most_in_flight),
            check_count("--addresses", options_.addresses, most_in_flight),
            check_count("--event-bytes", options_.event_bytes, 1'000'000),
            check_rate("--rate", options_.rate),
            check_rate("--event-rate", options_.event_rate),
        });
    }

    Fault check_call() const {
        if (options_.only_receive && (options_.burst > 1 || options_.rate > 0 || !url_.empty() ||
                                      !options_.action.empty())) {
            return "--only-receive causes no events: leave ACTION, --burst, --rate and --url out";
        }
        if (get_ && form_) {
            return "--get and --form are two ways to send parameters: leave one out";
        }
        if (options_.action.find_first_of("/ =\t\r\n") != std::string::npos) {
            return "the action's name comes first and holds no slash and no blank: "
                   "cqhttp-cli bench http get_status";
        }
        if (is(BenchScenario::connections) && options_.path != "event" && options_.path != "api") {
            return "--path takes event or api";
        }
        return {};
    }

    Fault check_times() const {
        if (seconds_ <= 0 || seconds_ > most_seconds || warm_up_ > most_seconds ||
            hold_ > most_seconds) {
            return fmt::format("--seconds, --warm-up and --hold take at most {:.0f}", most_seconds);
        }
        if (timeout_ <= 0) {
            return "--timeout must be more than 0";
        }
        return {};
    }

    // The environment counts where its address is of the kind that is needed.
    Fault read_urls(const Surroundings& surroundings) {
        const bool ws = by_ws();
        std::string text(ws ? default_ws_url : default_url);
        if (surroundings.url.starts_with(ws ? "ws://" : "http://")) {
            text = surroundings.url;
        }
        if (Fault fault = read_url("--url", url_.empty() ? text : url_, options_.target.url)) {
            return fault;
        }
        const bool is_ws = options_.target.url.scheme == Scheme::ws;
        if (is(BenchScenario::report)) {
            if (options_.burst > 1 && !is_ws) {
                return "--burst needs a WebSocket: --url ws://HOST:PORT";
            }
        } else if (is_ws != ws) {
            return fmt::format("--url: {} takes {}, for example {}", app_->get_name(),
                               ws ? "a ws:// address" : "an http:// address",
                               ws ? default_ws_url : default_url);
        }
        if (!is(BenchScenario::mixed)) {
            return {};
        }
        const std::string other = ws_url_.empty() ? std::string(default_ws_url) : ws_url_;
        Fault fault = read_url("--ws-url", other, options_.ws_url);
        if (!fault && options_.ws_url.scheme != Scheme::ws) {
            return "--ws-url takes a ws:// address";
        }
        return fault;
    }

    static Fault read_url(std::string_view option, const std::string& text, Url& url) {
        const auto parsed = parse_url(text);
        if (parsed.has_error()) {
            return fmt::format("{}: {}", option, parsed.error().detail);
        }
        if (parsed->tls()) {
            return fmt::format("{}: bench speaks http and ws: what TLS costs is not the gateway's",
                               option);
        }
        if (parsed->target.find('?') != std::string::npos) {
            return fmt::format(
                "{}: give the address without its query; a token is --token-file "
                "FILE or CQHTTP_TOKEN",
                option);
        }
        url = *parsed;
        return {};
    }

    Fault read_scheme() {
        if (scheme_ != "Token" && scheme_ != "Bearer") {
            return "--scheme takes Token or Bearer";
        }
        options_.target.scheme = scheme_;
        return {};
    }

    Fault read_receiver() {
        return is(BenchScenario::report) ? read_listen(listen_, options_) : Fault{};
    }

    CLI::App* app_ = nullptr;
    BenchOptions options_;
    TokenLine token_;
    LookLine color_;
    std::string url_, ws_url_, scheme_ = "Token", listen_;
    double seconds_ = 0, warm_up_ = 1, hold_ = 1, timeout_ = 10;
    std::uint64_t requests_ = 0;
    bool get_ = false, form_ = false;
};

class BenchLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.require_subcommand(0, 1);
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            lines_[i].declare(app, bench::scenario_pages[i]);
        }
        compare_ = app.add_subcommand("compare", "ratios between two files of results");
        compare_->group("Results");
        compare_->footer(bench::compare_footer);
        compare_->add_option("FIRST", files_.first, "file of results to compare with")
            ->option_text(" ")
            ->required();
        compare_->add_option("SECOND", files_.second, "file of results")
            ->option_text(" ")
            ->required();
        compare_
            ->add_option("--at-most", files_.at_most,
                         "exit code 1 if a result's server CPU per operation\nis more than that "
                         "share of the first's")
            ->option_text("RATIO");
        compare_->add_flag("--json", files_.json, "one line of JSON");
        color_.declare_color(*compare_);
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        for (ScenarioLine& line : lines_) {
            if (line.chosen()) {
                return line.finish(surroundings);
            }
        }
        if (!compare_->parsed()) {
            return usage_error("bench", "what? for example: cqhttp-cli bench http get_status");
        }
        if (const Fault fault = color_.read(files_.color)) {
            return usage_error("bench compare", *fault);
        }
        if (files_.at_most < 0) {
            return usage_error("bench compare", "--at-most takes a ratio, for example 0.9");
        }
        return std::move(files_);
    }

    std::string missing_argument() const override {
        return "something is missing; for example: cqhttp-cli bench http get_status, "
               "bench report --listen 8080, bench compare old.json new.json";
    }

private:
    std::array<ScenarioLine, bench::scenario_pages.size()> lines_;
    CLI::App* compare_ = nullptr;
    BenchCompareOptions files_;
    LookLine color_;
};

}  // namespace

CommandRow bench_row() {
    return {"bench", bench::about, bench::footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<BenchLine>(); }};
}

}  // namespace cqhttp::cli
