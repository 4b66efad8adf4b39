#include "gateway/base/url.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

namespace cqhttp {
namespace {

std::string scheme_name(Scheme scheme) {
    switch (scheme) {
        case Scheme::http: return "http";
        case Scheme::https: return "https";
        case Scheme::ws: return "ws";
        case Scheme::wss: return "wss";
    }
    return "";
}

TEST_CASE("url: addresses are taken apart", "[url][WSR-009][POST-005][WSR-018]") {
    for (const auto& row : test::load_fixture("url/parse.json")) {
        INFO(row.name);
        const auto url = parse_url(row.input.get<std::string>());
        REQUIRE(url.has_value());
        CHECK(scheme_name(url->scheme) == row.expect.at("scheme").get<std::string>());
        CHECK(url->host == row.expect.at("host").get<std::string>());
        CHECK(url->port == row.expect.at("port").get<int>());
        CHECK(url->target == row.expect.at("target").get<std::string>());
        CHECK(url->tls() == row.expect.at("tls").get<bool>());
        CHECK(url->host_header() == row.expect.at("host_header").get<std::string>());
        CHECK(url->printable() == row.expect.at("printable").get<std::string>());
    }
}

TEST_CASE("url: broken addresses are refused with a reason", "[url]") {
    for (const auto& row : test::load_fixture("url/invalid/parse.json")) {
        INFO(row.name);
        const auto url = parse_url(row.input.get<std::string>());
        REQUIRE(url.has_error());
        INFO(url.error().detail);
        CHECK(url.error().detail.find(row.expect.get<std::string>()) != std::string::npos);
    }
}

TEST_CASE("url: an error text never repeats the address", "[url]") {
    for (const char* text : {"http://user:hunter2@127.0.0.1/", "ftp://h/?access_token=hunter2",
                             "ws://h:port/?access_token=hunter2", "ws://h/?access_token=hunter2#x",
                             "ws://h/?access_token=hunter2 x"}) {
        INFO(text);
        const auto url = parse_url(text);
        REQUIRE(url.has_error());
        CHECK(url.error().detail.find("hunter2") == std::string::npos);
    }
}

}  // namespace
}  // namespace cqhttp
