#include "gateway/net/listener.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

std::string_view without_brackets(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        return host.substr(1, host.size() - 2);
    }
    return host;
}

asio::ip::address unmapped(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

std::vector<tcp::endpoint> endpoints_of(asio::io_context& context, std::string_view host,
                                        std::uint16_t port, error_code& error) {
    const std::string name(without_brackets(host));
    const auto address = asio::ip::make_address(name, error);
    if (!error) {
        return {tcp::endpoint(address, port)};
    }
    if (name.empty()) {
        error = asio::error::host_not_found;
        return {};
    }
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(name, std::to_string(port), tcp::resolver::passive, error);
    std::vector<tcp::endpoint> endpoints(found.begin(), found.end());
    std::stable_partition(endpoints.begin(), endpoints.end(),
                          [](const tcp::endpoint& each) { return each.address().is_v4(); });
    return endpoints;
}

void start(Acceptor& acceptor, const tcp::endpoint& endpoint, error_code& error) {
    acceptor.open(endpoint.protocol(), error);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        acceptor.bind(endpoint, error);
    }
    if (!error) {
        acceptor.listen(tcp::acceptor::max_listen_connections, error);
    }
}

}  // namespace

Result<Acceptor> listen_on(asio::io_context& context, const std::string& host, std::uint16_t port) {
    error_code error;
    for (const tcp::endpoint& endpoint : endpoints_of(context, host, port, error)) {
        Acceptor acceptor(context.get_executor());
        start(acceptor, endpoint, error);
        if (!error) {
            return acceptor;
        }
    }
    const std::string_view name = without_brackets(host);
    const bool literal = name.find(':') != std::string_view::npos;
    return failure(error, literal ? fmt::format("cannot listen on [{}]:{}", name, port)
                                  : fmt::format("cannot listen on {}:{}", name, port));
}

std::string to_text(const tcp::endpoint& endpoint) {
    const asio::ip::address address = unmapped(endpoint.address());
    return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), endpoint.port())
                           : fmt::format("{}:{}", address.to_string(), endpoint.port());
}

bool is_loopback(const asio::ip::address& address) {
    return unmapped(address).is_loopback();
}

bool is_shortage(const error_code& error) {
    const int code = error.value();
    return error.category() == boost::system::system_category() &&
           (code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM);
}

}  // namespace cqhttp::net
