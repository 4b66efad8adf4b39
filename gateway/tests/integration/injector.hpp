#pragma once

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/http_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cqhttp::test {

// Calls actions over one kept connection; lets the people of the sandbox's world act.
class Injector {
public:
    explicit Injector(std::uint16_t port, const std::string& token = {})
        : peer_(port),
          authorization_(token.empty() ? "" : "Authorization: Token " + token + "\r\n") {}

    // The reply to an action.
    nlohmann::json call(const std::string& action,
                        const nlohmann::json& params = nlohmann::json::object()) {
        peer_.send(request(action, params));
        return reply();
    }

    // The data of an action that must succeed.
    nlohmann::json data(const std::string& action,
                        const nlohmann::json& params = nlohmann::json::object()) {
        nlohmann::json answer = call(action, params);
        INFO(action << " " << params.dump() << " " << answer.dump());
        REQUIRE(answer.at("retcode") == 0);
        return answer.at("data");
    }

    // The event as it is sent.
    nlohmann::json inject(const nlohmann::json& event) {
        return data(".sandbox_inject", {{"event", event}});
    }

    // Many in a row, the requests sent together.
    std::vector<nlohmann::json> inject_all(const std::vector<nlohmann::json>& events) {
        std::string requests;
        for (const nlohmann::json& event : events) {
            requests += request(".sandbox_inject", {{"event", event}});
        }
        peer_.send(requests);
        std::vector<nlohmann::json> sent;
        for (const nlohmann::json& event : events) {
            nlohmann::json answer = reply();
            INFO(event.dump() << " " << answer.dump());
            REQUIRE(answer.at("retcode") == 0);
            sent.push_back(std::move(answer.at("data")));
        }
        return sent;
    }

    // A friend says something to the account.
    nlohmann::json say(const std::string& message) {
        return inject({{"post_type", "message"},
                       {"message_type", "private"},
                       {"user_id", 10001},
                       {"message", message}});
    }

private:
    std::string request(const std::string& action, const nlohmann::json& params) const {
        const std::string body = params.dump();
        return fmt::format(
            "POST /{} HTTP/1.1\r\nHost: x\r\n{}Content-Type: application/json\r\n"
            "Content-Length: {}\r\n\r\n{}",
            action, authorization_, body.size(), body);
    }

    nlohmann::json reply() {
        const PeerResponse response = peer_.receive();
        REQUIRE(response.status == 200);
        return nlohmann::json::parse(response.body);
    }

    HttpPeer peer_;
    std::string authorization_;
};

}  // namespace cqhttp::test
