// An address that is accepted can be written into a request and into a log, and read again.
#include "gateway/base/url.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/targets.hpp"

#include <algorithm>
#include <string>

namespace cqhttp::fuzz {
namespace {

bool splits_a_header(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

std::string_view name_of(Scheme scheme) {
    switch (scheme) {
        case Scheme::http: return "http";
        case Scheme::https: return "https";
        case Scheme::ws: return "ws";
        case Scheme::wss: return "wss";
    }
    return {};
}

}  // namespace

void url(std::string_view bytes) {
    const auto read = parse_url(bytes);
    if (!read) {
        ensure(!read.error().detail.empty(), "a refusal has a reason");
        return;
    }
    ensure(!read->host.empty(), "an address has a host");
    ensure(read->target.starts_with('/'), "a target begins with a slash");
    ensure(!splits_a_header(read->host_header()), "a host fits into a header");
    ensure(read->printable().find('?') == std::string::npos, "no query in a log");
    const std::string text =
        std::string(name_of(read->scheme)) + "://" + read->host_header() + read->target;
    const auto again = parse_url(text);
    ensure(again.has_value(), "what was read can be written and read");
    ensure(again->scheme == read->scheme && again->host == read->host &&
               again->port == read->port && again->target == read->target,
           "and is the same then");
}

}  // namespace cqhttp::fuzz
