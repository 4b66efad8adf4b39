#include "conformance/tests/suite_program.hpp"

#include "conformance/report/json.hpp"
#include "gateway/tests/support/gateway_process.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::conformance::test {

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words suite_command(const Words& words) {
    return Words{cqhttp::test::cli_program(), "conformance"} + words;
}

Finished suite(const Words& words) {
    const TempDir folder;
    Process::Options options;
    options.arguments = suite_command(words);
    options.output_directory = folder.path();
    Process process(options);
    const auto code = process.wait(std::chrono::minutes(8));
    if (!code) {
        throw std::runtime_error("the suite does not end: " + process.output());
    }
    return {*code, process.output(), process.errors()};
}

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

RunReport report_in(const std::filesystem::path& file) {
    return read_report(content(file)).value();
}

std::map<std::string, Verdict> verdicts(const std::filesystem::path& file) {
    std::map<std::string, Verdict> found;
    for (const CaseResult& result : report_in(file).results) {
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
    const bool found =
        ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
    ::close(probe);
    if (!found) {
        throw std::runtime_error("no port is free");
    }
    return ntohs(address.sin_port);
}

std::string foreign_script() {
    return CQHTTP_CONFORMANCE_TESTS "/foreign.py";
}

Words spawned(const std::string& script) {
    return {"run", "--exec", "python3 '" + script + "' {config}", "--template",
            CQHTTP_CONFORMANCE_TESTS "/foreign.json.template", "--inject-cmd",
            // As foreign.py inject does, in a twentieth of its time.
            "curl -sf --noproxy '*' --data-binary @- \"$CQHTTP_TARGET_HTTP/_inject\"", "--user",
            "1", "--group", "5", "--timeout-factor", "6"};
}

std::string changed_foreign(const std::filesystem::path& folder,
                            const std::vector<std::pair<std::string, std::string>>& changes) {
    std::string text = content(foreign_script());
    for (const auto& [from, to] : changes) {
        const std::size_t at = text.find(from);
        if (at == std::string::npos) {
            throw std::runtime_error("foreign.py has no " + from);
        }
        text.replace(at, from.size(), to);
    }
    const auto script = folder / "changed.py";
    write(script, text);
    return script.string();
}

RunningForeign::RunningForeign(std::string token, const std::string& script)
    : http_(free_port()), ws_(free_port()), token_(std::move(token)) {
    const auto config = folder() / "foreign.json";
    write(config, "{\"http_port\":" + std::to_string(http_) +
                      ",\"ws_port\":" + std::to_string(ws_) + ",\"token\":\"" + token_ + "\"}");
    write(folder() / "token", token_ + "\n");
    Process::Options options;
    options.arguments = {"/usr/bin/env", "python3", script, config.string()};
    options.output_directory = folder();
    process_ = std::make_unique<Process>(options);
    const bool serving =
        eventually([this] { return process_->output().find("serving") != std::string::npos; });
    if (!serving) {
        throw std::runtime_error("foreign.py does not start: " + process_->errors());
    }
}

std::string RunningForeign::http() const {
    return "http://127.0.0.1:" + std::to_string(http_);
}

Words RunningForeign::attached() const {
    const Words words{
        "run",    "--http", http(),    "--ws", "ws://127.0.0.1:" + std::to_string(ws_),
        "--user", "1",      "--group", "5",    "--timeout-factor",
        "6"};
    return token_.empty() ? words : words + Words{"--token-file", (folder() / "token").string()};
}

void RunningForeign::inject(const std::string& event) {
    const Finished sent = cqhttp::test::run({"/usr/bin/env", "python3", foreign_script(), "inject"},
                                            event, {{"CQHTTP_TARGET_HTTP", http()}});
    if (sent.code != 0) {
        throw std::runtime_error("the event could not be caused: " + sent.errors);
    }
}

bool eventually(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        ::usleep(5000);
    }
    return true;
}

}  // namespace cqhttp::conformance::test
