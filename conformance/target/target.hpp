#pragma once

#include "conformance/case.hpp"
#include "conformance/json.hpp"
#include "gateway/base/result.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/base/url.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace cqhttp::conformance {

// Where a started target can be reached, and what is known about its account.
struct Endpoints {
    std::optional<Url> http, ws;
    std::string token, secret;  // as configured; empty: none
    std::int64_t self_id = 0;   // 0: not known yet, the runner asks
    std::int64_t user = 0;      // a person the account may write to
    std::int64_t group = 0;     // a group the account is in
    std::int64_t discuss = 0;
    std::filesystem::path data_root;  // folder whose data/image/x is served as /data/image/x
    std::uint16_t unused_port = 0;    // of a server that the setup has switched off
};

// Where the suite's own servers wait for the target.
struct PeerAddresses {
    std::string post_url;         // "http://127.0.0.1:40001/"
    std::string reverse_api_url;  // "ws://127.0.0.1:40002/api/"
    std::string reverse_event_url;
    std::string reverse_url;
    std::string certificate;  // of these servers, as PEM text; empty: they do not speak TLS
};

// Ports the suite's servers must use and the address they listen on; 0: any.
struct PeerPorts {
    std::string host = "127.0.0.1";
    std::uint16_t post = 0;
    std::uint16_t reverse = 0;
};

// An implementation under test. Lives on one executor, with at most one start at a time.
class Target {
public:
    virtual ~Target() = default;

    // What reports call it: "cqhttp-gateway 0.1.0", "http://127.0.0.1:5700".
    virtual std::string name() const = 0;
    // Whether it is our gateway, which is held to every requirement.
    virtual bool own() const { return false; }
    // What it can do in general.
    virtual Needs offers() const = 0;
    // Why it cannot be run with a setup; empty if it can.
    virtual std::string objection(const Setup& setup) const = 0;
    virtual PeerPorts peer_ports() const { return {}; }
    // Whether cases may run against another instance at the same time.
    virtual std::unique_ptr<Target> another() const { return nullptr; }

    // Starts it, or makes sure that it runs, and returns once it answers.
    virtual asio::awaitable<Result<Endpoints>> start(const Setup& setup, PeerAddresses peers) = 0;
    virtual asio::awaitable<void> stop() = 0;
    // Causes an event. The error says why that was not possible.
    virtual asio::awaitable<Result<void>> inject(Json event) = 0;
    // Whether a person has been asked for an event, who may take longer than a case.
    virtual bool waits_for_somebody() const { return false; }
    // How it ended without being told to; nothing while it runs.
    virtual asio::awaitable<std::optional<std::string>> death() = 0;
    // What it has written since the last call, for a case that failed; secrets may be in it.
    virtual std::string log() { return {}; }
};

}  // namespace cqhttp::conformance
