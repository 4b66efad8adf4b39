#include "gateway/transport/http_post.hpp"

#include "gateway/tests/support/catch.hpp"

#include <string_view>

namespace cqhttp::transport {

TEST_CASE("http post: a location is read against the address that gave it", "[POST-017]") {
    struct Row {
        const char* from;
        const char* location;
        const char* host;
        const char* target;
        bool tls;
    };
    const Row table[] = {
        {"http://a:8080/x/y?k=v", "/z?q=1", "a", "/z?q=1", false},
        {"http://a:8080/x/y?k=v", "z", "a", "/x/z", false},
        {"http://a:8080/x/y?k=v", "?q=2", "a", "/x/y?q=2", false},
        {"http://a:8080/x/y", "/z#part", "a", "/z", false},
        {"http://a/", "//b/z", "b", "/z", false},
        {"https://a/", "//b/z", "b", "/z", true},
        {"http://a/", "https://b/z", "b", "/z", true},
        {"http://a/", "HTTP://b", "b", "/", false},
        {"https://a/", "https://b:444/z", "b", "/z", true},
    };
    for (const Row& row : table) {
        INFO(row.from << " -> " << row.location);
        const auto from = parse_url(row.from);
        REQUIRE(from.has_value());
        const auto to = follow_location(*from, row.location);
        REQUIRE(to.has_value());
        CHECK(to->host == row.host);
        CHECK(to->target == row.target);
        CHECK(to->tls() == row.tls);
    }
}

TEST_CASE("http post: a location that leaves TLS or HTTP is not followed", "[POST-017][POST-019]") {
    const auto from = parse_url("https://a/x");
    REQUIRE(from.has_value());
    for (const char* location : {"http://a/x", "HTTP://a/", "ws://a/", "wss://a/", "file:///x",
                                 "ftp://a/", "", "#part", "https://", "http:\\\\a"}) {
        INFO(location);
        const auto to = follow_location(*from, location);
        CHECK((!to || (to->tls() && to->host == "a")));
        if (std::string_view(location).find("://") != std::string_view::npos) {
            CHECK_FALSE(to.has_value());
        }
    }
}

}  // namespace cqhttp::transport
