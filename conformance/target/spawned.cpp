#include "conformance/target/spawned.hpp"

#include "conformance/target/probe.hpp"
#include "conformance/target/process.hpp"
#include "conformance/target/template.hpp"
#include "conformance/target/work_folder.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::conformance {
namespace {

// Made up for tests; masked in every report all the same.
constexpr std::string_view test_token = "k7Token.of-the~Suite";
constexpr std::string_view test_secret = "s3cret of the suite";
constexpr int start_attempts = 3;  // a free port may be taken before the program gets there

constexpr std::array<TemplateName, 23> vocabulary{{
    {"http_port", "port for the HTTP API; empty: it must be off"},
    {"ws_port", "port for the WebSocket server; empty: it must be off"},
    {"unused_port", "port that must stay closed, for a server that is off"},
    {"account", "number of the account"},
    {"token", "access token; empty: none"},
    {"secret", "secret for X-Signature; empty: none"},
    {"post_url", "address for event POSTs; empty: none"},
    {"reverse", "not empty: reverse WebSocket is on"},
    {"reverse_api_url", "address for the reverse API client"},
    {"reverse_event_url", "address for the reverse Event client"},
    {"reverse_url", "address for the reverse Universal client"},
    {"universal", "not empty: the Universal client takes the place of both"},
    {"reverse_defaults", "not empty: the next two must be left at their defaults"},
    {"reconnect_interval", "milliseconds"},
    {"reconnect_on_code_1000", "true or empty"},
    {"array", "not empty: events carry messages as arrays"},
    {"data_files", "not empty: data files are served"},
    {"compatibility", "not empty: events in the 3.x form"},
    {"no_emoji", "not empty: emoji codes are not converted"},
    {"heartbeat", "milliseconds between heartbeats; empty: none"},
    {"event_filter", "path of the event filter file; empty: none"},
    {"certificate_file", "path of a certificate to trust; empty: none"},
    {"dir", "folder for everything the program writes"},
}};

constexpr std::string_view own_template = R"([general]
host = 127.0.0.1
ws_host = 127.0.0.1
{{#http_port}}
port = 0
{{/http_port}}
{{^http_port}}
use_http = no
port = {{unused_port}}
{{/http_port}}
{{#ws_port}}
use_ws = yes
ws_port = 0
{{/ws_port}}
{{^ws_port}}
ws_port = {{unused_port}}
{{/ws_port}}
{{#token}}
access_token = {{token}}
{{/token}}
{{#secret}}
secret = {{secret}}
{{/secret}}
{{#post_url}}
post_url = {{post_url}}
{{/post_url}}
{{#reverse_api_url}}
ws_reverse_api_url = {{reverse_api_url}}
{{/reverse_api_url}}
{{#reverse_event_url}}
ws_reverse_event_url = {{reverse_event_url}}
{{/reverse_event_url}}
{{#reverse_url}}
ws_reverse_url = {{reverse_url}}
{{/reverse_url}}
{{#universal}}
ws_reverse_use_universal_client = yes
{{/universal}}
{{#reverse}}
use_ws_reverse = yes
{{^reverse_defaults}}
ws_reverse_reconnect_interval = {{reconnect_interval}}
{{#reconnect_on_code_1000}}
ws_reverse_reconnect_on_code_1000 = yes
{{/reconnect_on_code_1000}}
{{^reconnect_on_code_1000}}
ws_reverse_reconnect_on_code_1000 = no
{{/reconnect_on_code_1000}}
{{/reverse_defaults}}
{{/reverse}}
{{^reverse}}
use_ws_reverse = no
{{/reverse}}
{{#array}}
post_message_format = array
{{/array}}
{{#data_files}}
serve_data_files = yes
{{/data_files}}
{{#compatibility}}
enable_backward_compatibility = yes
{{/compatibility}}
{{#no_emoji}}
convert_unicode_emoji = no
{{/no_emoji}}
{{#certificate_file}}
gateway.tls_ca_file = {{certificate_file}}
{{/certificate_file}}
{{#heartbeat}}
enable_heartbeat = yes
heartbeat_interval = {{heartbeat}}
{{/heartbeat}}
{{#event_filter}}
event_filter = {{event_filter}}
{{/event_filter}}
gateway.ephemeral = yes
)";

// A port that was free a moment ago.
std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool found =
        ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
    ::close(probe);
    return found ? ntohs(address.sin_port) : std::uint16_t{0};
}

std::string replaced(std::string text, const TemplateValues& values) {
    for (const auto& [name, value] : values) {
        const std::string mark = "{" + name + "}";
        for (std::size_t at = text.find(mark); at != std::string::npos;
             at = text.find(mark, at + value.size())) {
            text.replace(at, mark.size(), value);
        }
    }
    return text;
}

Url local(Scheme scheme, std::uint16_t port) {
    Url url;
    url.scheme = scheme;
    url.host = "127.0.0.1";
    url.port = port;
    return url;
}

class Spawned final : public Target {
public:
    explicit Spawned(SpawnOptions options)
        : options_(std::move(options)), mentioned_(template_names(options_.config_template)) {}

    std::string name() const override {
        return options_.name.empty() ? options_.command : options_.name;
    }
    bool own() const override { return options_.own; }
    Needs offers() const override;
    std::string objection(const Setup& setup) const override;
    std::unique_ptr<Target> another() const override { return make_spawned(options_); }
    asio::awaitable<Result<Endpoints>> start(const Setup& setup, PeerAddresses peers) override;
    asio::awaitable<void> stop() override;
    asio::awaitable<Result<void>> inject(Json event) override;
    bool waits_for_somebody() const override { return *options_.hook.asking; }
    asio::awaitable<std::optional<std::string>> death() override;
    std::string log() override;

private:
    TemplateValues values(const Setup& setup, const PeerAddresses& peers) const;
    Result<void> launch(const Setup& setup, const PeerAddresses& peers,
                        const TemplateValues& values);
    asio::awaitable<Result<void>> become_ready();
    Result<void> read_ready_file();

    SpawnOptions options_;
    std::set<std::string, std::less<>> mentioned_;
    std::optional<WorkFolder> folder_;
    std::optional<Process> process_;
    Endpoints endpoints_;
    std::size_t log_shown_ = 0;
};

Needs Spawned::offers() const {
    Needs needs = Need::restart;
    const auto add = [&needs](bool there, Need need) { needs = there ? needs | need : needs; };
    const auto mentions = [this](std::string_view name) { return mentioned_.contains(name); };
    add(mentions("http_port"), Need::http);
    add(mentions("ws_port"), Need::ws);
    add(mentions("reverse_api_url") || mentions("reverse_url"), Need::reverse);
    add(mentions("post_url"), Need::post);
    add(options_.user != 0, Need::user);
    add(options_.group != 0, Need::group);
    add(!options_.data_root.empty(), Need::data_root);
    add(options_.disposable, Need::disposable);
    add(options_.sandbox_control, Need::effects);
    add(options_.sandbox_control || !options_.hook.empty(), Need::inject);
    return needs;
}

std::string Spawned::objection(const Setup& setup) const {
    const std::array<std::pair<bool, std::string_view>, 17> wanted{{
        {setup.token == Setup::Token::set, "token"},
        {setup.secret, "secret"},
        {setup.post, "post_url"},
        {setup.reverse_api, "reverse_api_url"},
        {setup.reverse_event, "reverse_event_url"},
        {setup.universal || setup.fallback, "reverse_url"},
        {setup.universal, "universal"},
        {setup.reverse != Setup::Switch::by_address, "reverse"},
        {setup.reverse_defaults, "reverse_defaults"},
        {setup.array, "array"},
        {setup.data_files, "data_files"},
        {setup.compatibility, "compatibility"},
        {!setup.emoji, "no_emoji"},
        {!setup.filter.empty(), "event_filter"},
        {setup.tls != Setup::Tls::none, "certificate_file"},
        {setup.heartbeat != 0, "heartbeat"},
        {setup.reconnect_on_code_1000, "reconnect_on_code_1000"},
    }};
    for (const auto& [is_wanted, name] : wanted) {
        if (is_wanted && !mentioned_.contains(name)) {
            return fmt::format("the template does not use {{{{{}}}}} ({})", name, setup.about);
        }
    }
    return !setup.own_lines.empty() && !options_.own ? "needs settings of cqhttp-gateway" : "";
}

TemplateValues Spawned::values(const Setup& setup, const PeerAddresses& peers) const {
    const auto yes = [](bool there) { return there ? std::string("true") : std::string(); };
    TemplateValues values;
    values["http_port"] = setup.http ? std::to_string(free_port()) : "";
    values["ws_port"] = setup.ws ? std::to_string(free_port()) : "";
    values["unused_port"] = setup.http && setup.ws ? "" : std::to_string(free_port());
    values["account"] = std::to_string(options_.account);
    values["token"] = setup.token == Setup::Token::set ? test_token : "";
    values["secret"] = setup.secret ? test_secret : "";
    values["post_url"] = setup.post ? peers.post_url : "";
    const bool has_address =
        setup.reverse_api || setup.reverse_event || setup.universal || setup.fallback;
    values["reverse"] =
        yes(setup.reverse == Setup::Switch::by_address ? has_address
                                                       : setup.reverse == Setup::Switch::on);
    values["reverse_api_url"] = setup.reverse_api ? peers.reverse_api_url : "";
    values["reverse_event_url"] = setup.reverse_event ? peers.reverse_event_url : "";
    values["reverse_url"] = setup.universal || setup.fallback ? peers.reverse_url : "";
    values["universal"] = yes(setup.universal);
    values["reverse_defaults"] = yes(setup.reverse_defaults);
    values["reconnect_interval"] = std::to_string(setup.reconnect_interval);
    values["reconnect_on_code_1000"] = yes(setup.reconnect_on_code_1000);
    values["array"] = yes(setup.array);
    values["data_files"] = yes(setup.data_files);
    values["compatibility"] = yes(setup.compatibility);
    values["no_emoji"] = yes(!setup.emoji);
    values["heartbeat"] = setup.heartbeat == 0 ? "" : std::to_string(setup.heartbeat);
    values["dir"] = folder_->path().string();
    const bool trusts = setup.tls != Setup::Tls::none && setup.tls != Setup::Tls::unknown;
    values["certificate_file"] = trusts ? (folder_->path() / "peer.pem").string() : "";
    values["event_filter"] = setup.filter.empty() ? "" : (folder_->path() / "filter.json").string();
    return values;
}

Result<void> Spawned::launch(const Setup& setup, const PeerAddresses& peers,
                             const TemplateValues& values) {
    auto text = render_template(options_.config_template, values);
    if (text.has_error()) {
        return failure("template, " + text.error().detail);
    }
    const auto config = folder_->path() / options_.config_name;
    if (options_.own) {
        text->append(setup.own_lines).append("\n");
    }
    for (const auto& [file, content] :
         {std::pair(config, std::string_view(*text)),
          std::pair(folder_->path() / "filter.json", setup.filter),
          std::pair(folder_->path() / "peer.pem", std::string_view(peers.certificate))}) {
        if (auto written = write_text(file, content); written.has_error()) {
            return written.error();
        }
    }
    TemplateValues words;
    for (const char* name : {"dir", "http_port", "ws_port"}) {
        words[name] = values.at(name);
    }
    words["config"] = config.string();
    Process::Command command;
    command.words = {"/bin/sh", "-c", "exec " + replaced(options_.command, words)};
    command.log = folder_->path() / "log";
    auto process = Process::start(command);
    if (process.has_error()) {
        return process.error();
    }
    process_ = std::move(process.value());
    const auto port = [&values](const char* name) {
        const std::string& text_of = values.at(name);
        return static_cast<std::uint16_t>(text_of.empty() ? 0 : std::stoi(text_of));
    };
    endpoints_ = Endpoints();
    if (setup.http) {
        endpoints_.http = local(Scheme::http, port("http_port"));
    }
    if (setup.ws) {
        endpoints_.ws = local(Scheme::ws, port("ws_port"));
    }
    endpoints_.token = values.at("token");
    endpoints_.secret = values.at("secret");
    endpoints_.user = options_.user;
    endpoints_.group = options_.group;
    endpoints_.discuss = options_.discuss;
    endpoints_.unused_port = port("unused_port");
    if (!options_.data_root.empty()) {
        endpoints_.data_root = replaced(options_.data_root, words);
    }
    return {};
}

Result<void> Spawned::read_ready_file() {
    const auto ready = parse_json(read_text(folder_->path() / "ready.json"));
    const Json account = ready ? member(*ready, "accounts").at(0) : Json();
    for (const auto& [name, url] :
         {std::pair("http", &endpoints_.http), std::pair("ws", &endpoints_.ws)}) {
        if (*url && has_member(account, name)) {
            auto read = parse_url(account.at(name).get<std::string>());
            if (read.has_error()) {
                return read.error();
            }
            *url = std::move(read.value());
        }
    }
    return {};
}

asio::awaitable<Result<void>> Spawned::become_ready() {
    const auto deadline = std::chrono::steady_clock::now() + options_.start_limit;
    constexpr std::chrono::milliseconds between(3);
    std::string last = "it does not answer";
    while (std::chrono::steady_clock::now() < deadline) {
        if (const auto end = process_->ended()) {
            co_return failure("it ended with " + *end + " before it was ready");
        }
        bool ready = true;
        if (options_.own) {
            ready = std::filesystem::exists(folder_->path() / "ready.json");
            if (ready) {
                co_return read_ready_file();
            }
        }
        for (const auto* url : {&endpoints_.http, &endpoints_.ws}) {
            if (options_.own || !*url) {
                continue;
            }
            const auto there = co_await probe(**url, options_.patience);
            if (there.has_error()) {
                ready = false;
                last = there.error().detail;
            }
        }
        if (ready) {
            co_return Result<void>();
        }
        co_await pause(between);
    }
    co_return failure(fmt::format(
        "it was not ready within {} s: {}",
        std::chrono::duration_cast<std::chrono::seconds>(options_.start_limit).count(), last));
}

asio::awaitable<Result<Endpoints>> Spawned::start(const Setup& setup, PeerAddresses peers) {
    Error last;
    for (int attempt = 0; attempt < start_attempts; ++attempt) {
        co_await stop();
        auto folder = WorkFolder::make("target");
        if (folder.has_error()) {
            co_return folder.error();
        }
        folder_ = std::move(folder.value());
        log_shown_ = 0;
        const auto launched = launch(setup, peers, values(setup, peers));
        if (launched.has_error()) {
            co_return launched.error();
        }
        const auto ready = co_await become_ready();
        if (ready.has_value()) {
            co_return endpoints_;
        }
        last = ready.error();
        // Only a port that somebody else took is worth another attempt.
        if (options_.own || !process_->ended()) {
            break;
        }
    }
    co_return last;
}

asio::awaitable<void> Spawned::stop() {
    if (process_) {
        constexpr std::chrono::seconds limit(10);
        co_await process_->stop(limit);
        process_.reset();
    }
}

asio::awaitable<Result<void>> Spawned::inject(Json event) {
    if (options_.sandbox_control) {
        return inject_by_action(endpoints_, std::move(event), options_.patience);
    }
    return use_hook(options_.hook, std::move(event), endpoints_, options_.patience);
}

asio::awaitable<std::optional<std::string>> Spawned::death() {
    // A program that is about to end has cut its connections, and a moment later its ports, but may
    // not have ended yet.
    constexpr std::chrono::milliseconds moment(100);
    if (process_) {
        co_await process_->wait(moment);
    }
    for (const auto* url : {&endpoints_.http, &endpoints_.ws}) {
        if (!process_ || process_->ended() || !*url) {
            continue;
        }
        const auto there = co_await probe(**url, options_.patience);
        if (there.has_error()) {
            co_await process_->wait(options_.patience);
        }
    }
    std::optional<std::string> how;
    if (!process_) {
        how = "it is not running";
    } else if (const auto end = process_->ended()) {
        how = "it ended with " + *end;
    }
    co_return how;
}

std::string Spawned::log() {
    if (!folder_) {
        return {};
    }
    std::string text = read_text(folder_->path() / "log");
    const std::size_t shown = std::min(log_shown_, text.size());
    log_shown_ = text.size();
    return text.substr(shown);
}

}  // namespace

std::unique_ptr<Target> make_spawned(SpawnOptions options) {
    return std::make_unique<Spawned>(std::move(options));
}

std::unique_ptr<Target> make_self(const std::string& gateway_program, Profile profile,
                                  std::chrono::milliseconds patience) {
    SpawnOptions options;
    options.command = fmt::format(
        "'{}' --root {{dir}} --config {{config}} --ready-file {{dir}}/ready.json --profile {}",
        gateway_program, to_text(profile));
    options.config_template = own_template;
    options.config_name = "gateway.ini";
    options.name = "cqhttp-gateway";
    options.user = 1234567;
    options.group = 20001;
    options.discuss = 30001;
    options.data_root = "{dir}";
    options.disposable = true;
    options.sandbox_control = true;
    options.patience = patience;
    options.start_limit = 3 * patience;
    options.own = true;
    options.profile = profile;
    return make_spawned(std::move(options));
}

std::span<const TemplateName> template_vocabulary() {
    return vocabulary;
}

}  // namespace cqhttp::conformance
