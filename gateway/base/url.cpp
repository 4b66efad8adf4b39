#include "gateway/base/url.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

namespace cqhttp {
namespace {

struct SchemeRow {
    std::string_view name;
    Scheme scheme;
    std::uint16_t port;
};

constexpr std::array<SchemeRow, 4> schemes{{
    {"http", Scheme::http, 80},
    {"https", Scheme::https, 443},
    {"ws", Scheme::ws, 80},
    {"wss", Scheme::wss, 443},
}};

const SchemeRow& row_of(Scheme scheme) noexcept {
    return *std::find_if(schemes.begin(), schemes.end(),
                         [scheme](const SchemeRow& row) { return row.scheme == scheme; });
}

bool is_ipv6(std::string_view text) {
    in6_addr parsed{};
    return ::inet_pton(AF_INET6, std::string(text).c_str(), &parsed) == 1;
}

bool is_host_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto number = digits ? parse_int64(text) : std::nullopt;
    if (!number || *number < 1 || *number > 65535) {
        return std::nullopt;
    }
    return static_cast<std::uint16_t>(*number);
}

// Reads "host", "host:port", "[v6]" or "[v6]:port" into `url`. No error text quotes the address:
// its query or user information may be secret.
Result<void> read_authority(Url& url, std::string_view authority) {
    if (authority.find('@') != std::string_view::npos) {
        return failure("an address must not contain user information");
    }
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || !is_ipv6(authority.substr(1, close - 1))) {
            return failure("the host in brackets is not an IPv6 address");
        }
        url.host = authority.substr(1, close - 1);
        port = authority.substr(close + 1);
        has_port = !port.empty();
        if (has_port && !port.starts_with(':')) {
            return failure("only a port may follow the IPv6 address");
        }
    } else {
        const std::size_t colon = authority.find(':');
        url.host = authority.substr(0, colon);
        has_port = colon != std::string_view::npos;
        port = has_port ? authority.substr(colon) : std::string_view();
        if (!is_host_name(url.host)) {
            return failure("the address has no valid host name");
        }
    }
    if (has_port) {
        const auto number = parse_port(port.substr(1));
        if (!number) {
            return failure("the port of the address is not a number from 1 to 65535");
        }
        url.port = *number;
    }
    return {};
}

}  // namespace

std::string Url::host_header() const {
    std::string header = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != row_of(scheme).port) {
        header += ':';
        header += std::to_string(port);
    }
    return header;
}

std::string Url::printable() const {
    std::string text(row_of(scheme).name);
    text += "://";
    text += host_header();
    text.append(target, 0, target.find('?'));
    return text;
}

Result<Url> parse_url(std::string_view text) {
    // A blank or control character in the target would end the request line early.
    const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7F;
    });
    if (!clean) {
        return failure("the address contains a blank or a control character");
    }
    const std::size_t colon = text.find("://");
    const auto* const row =
        std::find_if(schemes.begin(), schemes.end(), [&](const SchemeRow& known) {
            return colon != std::string_view::npos && iequals(known.name, text.substr(0, colon));
        });
    if (row == schemes.end()) {
        return failure("the address does not start with http://, https://, ws:// or wss://");
    }
    if (text.find('#') != std::string_view::npos) {
        return failure("an address must not contain a fragment");
    }
    const std::string_view rest = text.substr(colon + 3);
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    Url url{row->scheme, {}, row->port, {}};
    if (const auto read = read_authority(url, rest.substr(0, authority_end)); !read) {
        return read.error();
    }
    const std::string_view target = rest.substr(authority_end);
    if (!target.starts_with('/')) {
        url.target = '/';
    }
    url.target += target;
    return url;
}

}  // namespace cqhttp
