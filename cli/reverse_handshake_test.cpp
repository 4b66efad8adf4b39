#include "cli/reverse_handshake.hpp"

#include "gateway/tests/support/catch.hpp"

#include <vector>

using cqhttp::Secret;
using cqhttp::cli::ClientRole;
using cqhttp::cli::describe_token;
using cqhttp::cli::read_handshake;
using cqhttp::cli::ReverseHandshake;
using cqhttp::cli::Schemes;
using cqhttp::cli::TokenVerdict;
using cqhttp::net::HeaderView;
using cqhttp::protocol::ProfileId;

namespace {

struct Came {
    std::vector<HeaderView> headers = {};
    std::string_view path = "/api/";
    std::string_view query = {};
};

ReverseHandshake handshake(const Came& came, const std::string& token = "",
                           Schemes schemes = ProfileId::cqhttp_4_0) {
    cqhttp::net::HttpRequest request;
    request.path = came.path;
    request.query = came.query;
    request.headers = came.headers;
    request.peer = "127.0.0.1:40000";
    return read_handshake(request, Secret(token), schemes);
}

std::string words(const Came& came, const std::string& token,
                  Schemes schemes = ProfileId::cqhttp_4_0) {
    return describe_token(handshake(came, token, schemes), schemes);
}

}  // namespace

TEST_CASE("reverse handshake: the headers of interest are read in any case",
          "[cli][WSR-012][WSR-016]") {
    const ReverseHandshake seen = handshake(
        {.headers = {{"x-self-id", "10086001"}, {"USER-AGENT", "CQHttp/4.0.5"}}, .path = "/api/"});
    REQUIRE(seen.path == "/api/");
    REQUIRE(seen.self_id == "10086001");
    REQUIRE(seen.user_agent == "CQHttp/4.0.5");
    REQUIRE(seen.peer == "127.0.0.1:40000");
}

TEST_CASE("reverse handshake: the role stands in a header or in the path", "[cli][WSR-015]") {
    const auto role = [](std::string_view path, std::string_view header = {}) {
        Came came{.path = path};
        if (!header.empty()) {
            came.headers = {{"X-Client-Role", header}};
        }
        return handshake(came).role;
    };
    REQUIRE(role("/api/") == ClientRole::api);
    REQUIRE(role("/bot/api") == ClientRole::api);
    REQUIRE(role("/event/") == ClientRole::event);
    REQUIRE(role("/") == ClientRole::unknown);
    REQUIRE(role("/ws/") == ClientRole::unknown);
    REQUIRE(role("/event/", "API") == ClientRole::api);
    REQUIRE(role("/", "Universal") == ClientRole::universal);
    REQUIRE(role("/api/", "nonsense") == ClientRole::unknown);
}

TEST_CASE("reverse handshake: the token is judged and never shown",
          "[cli][AUTH-040][AUTH-005][AUTH-013]") {
    const Came none;
    const Came right{.headers = {{"Authorization", "Token tok"}}};
    const Came wrong{.headers = {{"Authorization", "Token bad"}}};
    const Came bearer{.headers = {{"Authorization", "Bearer tok"}}};
    const Came bare{.headers = {{"Authorization", "tok"}}};
    const Came query{.query = "access_token=tok"};
    REQUIRE(words(none, "") == "no token");
    REQUIRE(words(right, "") == "token not checked (Token)");
    REQUIRE(words(none, "tok") == "token missing");
    REQUIRE(words(right, "tok") == "token right (Token)");
    REQUIRE(words(wrong, "tok") == "token wrong (Token)");
    REQUIRE(words(query, "tok") == "token right (query)");
    REQUIRE(words(bearer, "tok") == "token missing: Bearer is no scheme of cqhttp-4.0");
    REQUIRE(words(bare, "tok") == "token missing: (no scheme) is no scheme of cqhttp-4.0");
    REQUIRE(handshake(bearer, "tok", ProfileId::onebot_11).token == TokenVerdict::right);
}

TEST_CASE("reverse handshake: without a profile the schemes of all of them are taken",
          "[cli][AUTH-040][AUTH-041][WSR-013][WSR-014]") {
    for (const std::string_view scheme : {"Token", "token", "Bearer", "bearer"}) {
        const std::string value = std::string(scheme) + " tok";
        INFO(value);
        const Came came{.headers = {{"Authorization", value}}};
        REQUIRE(words(came, "tok", std::nullopt) == "token right (" + std::string(scheme) + ")");
        REQUIRE(handshake(came, "no", std::nullopt).token == TokenVerdict::wrong);
    }
    const Came basic{.headers = {{"Authorization", "Basic tok"}}};
    REQUIRE(words(basic, "tok", std::nullopt) ==
            "token missing: Basic is no scheme of any profile");
}
