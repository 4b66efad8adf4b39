#pragma once

#include "gateway/tests/support/process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::test {

struct GatewayOptions {
    std::string settings = {};
    std::string sections = {};  // further sections, as they are
    std::vector<std::string> arguments = {};
    std::vector<std::string> launcher = {};  // a program with arguments that starts the gateway
    std::vector<std::pair<std::string, std::string>> environment = {};
};

// The real program on free loopback ports, in a folder of its own. `settings` are lines of the
// configuration's [general] section; host and port are there already.
class GatewayUnderTest {
public:
    GatewayUnderTest() : GatewayUnderTest(GatewayOptions{}) {}
    explicit GatewayUnderTest(GatewayOptions options);

    // Starts it and waits until calls are answered; throws with its log if that does not happen.
    void start();
    // SIGTERM, and the exit code.
    int stop();
    // Ends it as a power cut would.
    void kill();

    // The address of an account, e.g. address("http"); the first account without a number.
    std::string address(const std::string& kind = "http", std::int64_t self_id = 0) const;
    std::uint16_t port(const std::string& kind = "http", std::int64_t self_id = 0) const;

    Process& process() { return *process_; }
    std::string log() const { return process_ ? process_->errors() : std::string(); }
    // Whether the log holds `piece` within `limit`.
    bool logs(const std::string& piece,
              std::chrono::milliseconds limit = std::chrono::seconds(60)) const;
    const std::filesystem::path& root() const noexcept { return folder_.path(); }
    std::filesystem::path config_file() const { return root() / "gateway.ini"; }
    void write_config(const std::string& settings, const std::string& sections = {});
    std::size_t open_descriptors() const;
    std::size_t resident_bytes() const;

private:
    TempDir folder_;
    GatewayOptions options_;
    nlohmann::json ready_;
    int starts_ = 0;
    std::unique_ptr<Process> process_;
};

// Paths of the programs under test.
std::string gateway_program();
std::string cli_program();

}  // namespace cqhttp::test
