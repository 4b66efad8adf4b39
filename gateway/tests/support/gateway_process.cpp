#include "gateway/tests/support/gateway_process.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace cqhttp::test {

namespace {

// The program that was built beside the tests, or the one of another preset.
std::string program(const char* name, const char* built) {
    const char* folder = std::getenv("CQHTTP_PROGRAMS");
    return folder != nullptr ? std::string(folder) + "/" + name : built;
}

}  // namespace

std::string gateway_program() {
    return program("cqhttp-gateway", CQHTTP_GATEWAY_PROGRAM);
}

std::string cli_program() {
    return program("cqhttp-cli", CQHTTP_CLI_PROGRAM);
}

GatewayUnderTest::GatewayUnderTest(GatewayOptions options) : options_(std::move(options)) {
    write_config(options_.settings, options_.sections);
}

void GatewayUnderTest::write_config(const std::string& settings, const std::string& sections) {
    std::ofstream(config_file()) << "[general]\nhost = 127.0.0.1\nport = 0\nws_host = 127.0.0.1\n"
                                    "ws_port = 0\n"
                                 << settings << "\n"
                                 << sections << "\n";
}

void GatewayUnderTest::start() {
    const auto ready_file = root() / "ready.json";
    const auto output = root() / ("run-" + std::to_string(++starts_));
    std::filesystem::remove(ready_file);
    std::filesystem::create_directories(output);
    std::vector<std::string> arguments{
        gateway_program(),      "--root",       root().string(),    "--config",
        config_file().string(), "--ready-file", ready_file.string()};
    arguments.insert(arguments.end(), options_.arguments.begin(), options_.arguments.end());
    arguments.insert(arguments.begin(), options_.launcher.begin(), options_.launcher.end());
    process_ =
        std::make_unique<Process>(Process::Options{arguments, options_.environment, {}, output});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!std::filesystem::exists(ready_file)) {
        if (!process_->running() || std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("the gateway did not start:\n" + process_->errors());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    std::ifstream in(ready_file);
    ready_ = nlohmann::json::parse(in);
}

int GatewayUnderTest::stop() {
    process_->signal(SIGTERM);
    const auto code = process_->wait();
    if (!code) {
        throw std::runtime_error("the gateway did not stop:\n" + log());
    }
    return *code;
}

void GatewayUnderTest::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

std::string GatewayUnderTest::address(const std::string& kind, std::int64_t self_id) const {
    for (const auto& account : ready_.at("accounts")) {
        if (self_id == 0 || account.at("self_id") == self_id) {
            return account.at(kind).get<std::string>();
        }
    }
    throw std::runtime_error("no such account");
}

std::uint16_t GatewayUnderTest::port(const std::string& kind, std::int64_t self_id) const {
    const std::string url = address(kind, self_id);
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

bool GatewayUnderTest::logs(const std::string& piece, std::chrono::milliseconds limit) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (log().find(piece) == std::string::npos) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

std::size_t GatewayUnderTest::open_descriptors() const {
    const auto folder = "/proc/" + std::to_string(process_->pid()) + "/fd";
    const std::filesystem::directory_iterator entries(folder);
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::size_t GatewayUnderTest::resident_bytes() const {
    std::ifstream statm("/proc/" + std::to_string(process_->pid()) + "/statm");
    std::size_t total = 0, resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace cqhttp::test
