#include "gateway/config/conflicts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::config {
namespace {

// A server that would listen.
struct Endpoint {
    std::int64_t self_id;
    std::string_view key;  // the setting of its port
    std::string host;
    std::uint16_t port;

    std::string text() const {
        const bool ipv6 = host.find(':') != std::string::npos;
        return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
};

// Whether the second bind must fail. An address of the other family, or a name that means the same
// address, shows when the port is bound (CFG-034).
bool collide(const Endpoint& a, const Endpoint& b) {
    const bool a_ipv6 = a.host.find(':') != std::string::npos;
    const bool b_ipv6 = b.host.find(':') != std::string::npos;
    if (a.port != b.port || a_ipv6 != b_ipv6) {
        return false;
    }
    const std::string_view any = a_ipv6 ? "::" : "0.0.0.0";
    return a.host == b.host || a.host == any || b.host == any;
}

std::vector<Endpoint> endpoints_of(std::span<const AccountConfig> accounts) {
    std::vector<Endpoint> endpoints;
    for (const AccountConfig& account : accounts) {
        if (account.http.enabled && account.http.port != 0) {
            endpoints.push_back({account.self_id, "port", account.http.host, account.http.port});
        }
        if (account.ws.enabled && account.ws.port != 0) {
            endpoints.push_back({account.self_id, "ws_port", account.ws.host, account.ws.port});
        }
    }
    return endpoints;
}

std::string sentence(const Endpoint& first, const Endpoint& second) {
    const std::string other = std::to_string(second.self_id);
    std::string text = "account " + std::to_string(first.self_id) + " (\"" +
                       std::string(first.key) + "\") and account " + other + " (\"" +
                       std::string(second.key) + "\") both listen on " + first.text();
    if (first.host != second.host) {
        text += ", which is also " + second.text();
    }
    text += "; set another \"" + std::string(second.key) + "\" for account " + other;
    return text;
}

}  // namespace

void check_conflicts(std::span<const AccountConfig> accounts, Servers servers, Report& report) {
    std::vector<Endpoint> endpoints;
    if (servers == Servers::compare) {
        endpoints = endpoints_of(accounts);
    }
    for (std::size_t second = 0; second < endpoints.size(); ++second) {
        for (std::size_t first = 0; first < second; ++first) {
            if (collide(endpoints[first], endpoints[second])) {
                report.mistake(sentence(endpoints[first], endpoints[second]));
                break;
            }
        }
    }
    for (const AccountConfig& account : accounts) {
        if (account.profile != accounts.front().profile) {
            report.mistake("account " + std::to_string(account.self_id) + " asks for " +
                           std::string(protocol::profile(account.profile).name) + ", account " +
                           std::to_string(accounts.front().self_id) + " for " +
                           std::string(protocol::profile(accounts.front().profile).name) +
                           "; one gateway serves one \"gateway.profile\"");
        }
    }
}

}  // namespace cqhttp::config
