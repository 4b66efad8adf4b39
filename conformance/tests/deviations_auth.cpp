// Gateways whose authorization is wrong in one way.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <optional>
#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

HttpReply refusal(int status) {
    HttpReply reply;
    reply.status = status;
    reply.headers.emplace_back("Content-Length", "0");
    return reply;
}

void let_in(const Place& place, Message& m) {
    if (!place.token.empty()) {
        m.set_header("Authorization", "Token " + place.token);
    }
}

bool has_scheme(const Message& m, std::string_view scheme) {
    return m.header("Authorization").starts_with(std::string(scheme) + " ");
}

std::string query_token(const Message& m) {
    const std::string query = m.query();
    const std::size_t at = query.find("access_token=");
    return at == std::string::npos ? "" : percent_decode(query.substr(at + 13));
}

template <char first>
void forget_scheme(const Place&, Message& m) {
    if (m.header("Authorization").starts_with(first)) {
        m.remove_header("Authorization");
    }
}

void only_known_schemes(const Place&, Message& m) {
    if (!has_scheme(m, "Token") && !has_scheme(m, "Bearer")) {
        m.remove_header("Authorization");
    }
}

// Whoever is refused is told so in the body as well.
void tell_retcode(const Place&, const Message&, HttpReply& reply) {
    if (reply.status == 401 || reply.status == 403) {
        reply.body =
            "{\"status\":\"failed\",\"retcode\":" + std::to_string(1000 + reply.status) + "}";
        std::erase_if(reply.headers,
                      [](const auto& h) { return iequals(h.first, "Content-Length"); });
        reply.headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
    }
}

constexpr Deviation table[] = {
    {.name = "refuses credentials where no token is configured",
     .requirement = "AUTH-001",
     .instead = [](const Place& place, const Message& m) -> std::optional<HttpReply> {
         if (!place.token.empty() || m.header("Authorization").empty()) {
             return std::nullopt;
         }
         return refusal(403);
     }},
    {.name = "answers 403 where there is no token",
     .requirement = "AUTH-002",
     .like = "D2",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = r.status == 401 ? 403 : r.status; }},
    {.name = "answers 401 where the token is wrong",
     .requirement = "AUTH-002",
     .like = "D2",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = r.status == 403 ? 401 : r.status; }},
    {.name = "carries a call out and then refuses it",
     .requirement = "AUTH-003",
     .request = let_in,
     .reply =
         [](const Place& place, const Message& m, HttpReply& r) {
             if (m.header("Authorization") != "Token " + place.token) {
                 r = refusal(401);
             }
         }},
    {.name = "sends a page with 401",
     .requirement = "AUTH-004",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (r.status == 401) {
                 r.headers = {{"Content-Type", "text/html"}, {"Content-Length", "2"}};
                 r.body = "no";
             }
         }},
    {.name = "does not know the scheme Token",
     .requirement = "AUTH-005",
     .request =
         [](const Place&, Message& m) {
             if (has_scheme(m, "Token")) {
                 m.remove_header("Authorization");
             }
         }},
    {.name = "does not know token in small letters",
     .requirement = "AUTH-006",
     .request =
         [](const Place&, Message& m) {
             if (has_scheme(m, "token")) {
                 m.remove_header("Authorization");
             }
         }},
    {.name = "knows the scheme Bearer",
     .requirement = "AUTH-009",
     .request =
         [](const Place&, Message& m) {
             if (has_scheme(m, "Bearer")) {
                 m.set_header("Authorization", "Token " + m.header("Authorization").substr(7));
             }
         }},
    {.name = "answers 403 to TOKEN",
     .requirement = "AUTH-010",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!has_scheme(m, "TOKEN")) {
             return std::nullopt;
         }
         return refusal(403);
     }},
    {.name = "skips blanks before the token",
     .requirement = "AUTH-012",
     .request =
         [](const Place&, Message& m) {
             if (has_scheme(m, "Token")) {
                 const std::string value = m.header("Authorization").substr(6);
                 m.set_header("Authorization", "Token " + std::string(trim(value)));
             }
         }},
    {.name = "does not look at the query",
     .requirement = "AUTH-013",
     .request =
         [](const Place&, Message& m) {
             if (!query_token(m).empty()) {
                 m.target = m.path();
             }
         }},
    {.name = "does not decode the token of the query",
     .requirement = "AUTH-013",
     .request =
         [](const Place& place, Message& m) {
             if (query_token(m) == place.token && m.query().find("%") != std::string::npos) {
                 m.set_query("access_token=no");
             }
         }},
    {.name = "takes an empty token of the query for a wrong one",
     .requirement = "AUTH-014",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.query() != "access_token=" || !m.header("Authorization").empty()) {
             return std::nullopt;
         }
         return refusal(403);
     }},
    {.name = "takes a token out of the body",
     .requirement = "AUTH-015",
     .request =
         [](const Place& place, Message& m) {
             if (m.body.find("access_token") != std::string::npos) {
                 let_in(place, m);
             }
         }},
    {.name = "lets the query win over the header",
     .requirement = "AUTH-016",
     .request =
         [](const Place&, Message& m) {
             if (!query_token(m).empty()) {
                 m.remove_header("Authorization");
             }
         }},
    {.name = "does not look at the query beside an unknown scheme",
     .requirement = "AUTH-017",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!has_scheme(m, "Basic")) {
             return std::nullopt;
         }
         return refusal(401);
     }},
    {.name = "compares only the beginning of the token",
     .requirement = "AUTH-020",
     .request =
         [](const Place& place, Message& m) {
             if (m.header("Authorization").starts_with("Token " + place.token)) {
                 let_in(place, m);
             }
         }},
    {.name = "compares tokens without regard to case",
     .requirement = "AUTH-020",
     .request =
         [](const Place& place, Message& m) {
             if (iequals(m.header("Authorization"), "Token " + place.token)) {
                 let_in(place, m);
             }
         }},
    {.name = "knows the header in one spelling only",
     .requirement = "AUTH-022",
     .request =
         [](const Place&, Message& m) {
             std::erase_if(m.headers, [](const auto& header) {
                 return iequals(header.first, "Authorization") && header.first != "Authorization";
             });
         }},
    {.name = "asks for the token before it looks for a route",
     .requirement = "AUTH-023",
     .instead = [](const Place& place, const Message& m) -> std::optional<HttpReply> {
         if (place.token.empty() || !m.header("Authorization").empty() || !m.query().empty()) {
             return std::nullopt;
         }
         return refusal(401);
     }},
    {.name = "lets everybody in", .requirement = "AUTH-025", .request = let_in},
    {.name = "accepts a bare token",
     .requirement = "AUTH-026",
     .request =
         [](const Place& place, Message& m) {
             if (m.header("Authorization") == place.token) {
                 let_in(place, m);
             }
         }},
    {.name = "does not look at the query of a handshake",
     .requirement = "AUTH-030",
     .handshake = [](const Place&, Message& m) { m.target = m.path(); }},
    {.name = "carries out what a stranger sends behind the handshake",
     .requirement = "AUTH-031",
     .like = "D1",
     .trick = Trick::upgrade_and_obey},
    {.name = "lets strangers open a WebSocket", .requirement = "AUTH-032", .handshake = let_in},
    {.name = "answers a handshake without a token with 403",
     .requirement = "AUTH-034",
     .like = "D2",
     .handshake_reply = [](const Place&, const Message&,
                           HttpReply& r) { r.status = r.status == 401 ? 403 : r.status; }},
    {.name = "upgrades first and closes then",
     .requirement = "AUTH-034",
     .like = "D3",
     .trick = Trick::upgrade_everybody},
    {.name = "sends Bearer in reverse handshakes",
     .requirement = "AUTH-040",
     .like = "D14",
     .reverse_handshake =
         [](const Place&, Message& m) {
             if (has_scheme(m, "Token")) {
                 m.set_header("Authorization", "Bearer " + m.header("Authorization").substr(6));
             }
         }},
    {.name = "sends Authorization without a token in reverse handshakes",
     .requirement = "AUTH-040",
     .like = "D14",
     .reverse_handshake =
         [](const Place&, Message& m) {
             if (m.header("Authorization").empty()) {
                 m.set_header("Authorization", "Token ");
             }
         }},
    {.name = "puts the token into the address of reverse handshakes",
     .requirement = "AUTH-040",
     .like = "D14",
     .reverse_handshake =
         [](const Place& place, Message& m) {
             if (!m.header("Authorization").empty()) {
                 m.remove_header("Authorization");
                 m.set_query("access_token=" + place.token);
             }
         }},
    {.name = "sends the token with event posts", .requirement = "AUTH-042", .post = let_in},
    // In later profiles.
    {.name = "does not know the scheme Bearer",
     .requirement = "AUTH-007",
     .profile = Profile::cqhttp_4_15,
     .request = forget_scheme<'B'>},
    {.name = "does not know the scheme of older bots",
     .requirement = "AUTH-008",
     .profile = Profile::onebot_11,
     .request = forget_scheme<'T'>},
    {.name = "knows one blank before the token and no more",
     .requirement = "AUTH-011",
     .profile = Profile::cqhttp_4_15,
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         const std::string value = m.header("Authorization");
         const bool more =
             value.find("  ") != std::string::npos || value.find('\t') != std::string::npos;
         return more ? std::optional(refusal(403)) : std::nullopt;
     }},
    {.name = "looks at the query beside any header that it does not know",
     .requirement = "AUTH-018",
     .profile = Profile::cqhttp_4_15,
     .request = only_known_schemes},
    {.name = "looks at the query beside what is no scheme of OneBot",
     .requirement = "AUTH-019",
     .profile = Profile::onebot_11,
     .request = only_known_schemes},
    {.name = "answers handshakes of strangers with 400 in OneBot",
     .requirement = "AUTH-034",
     .profile = Profile::onebot_11,
     .handshake_reply =
         [](const Place&, const Message&, HttpReply& r) {
             r.status = r.status == 401 || r.status == 403 ? 400 : r.status;
         }},
    {.name = "gives data files to everybody",
     .requirement = "AUTH-050",
     .request =
         [](const Place& place, Message& m) {
             if (m.target.starts_with("/data/")) {
                 let_in(place, m);
             }
         }},
    {.name = "tells strangers retcodes",
     .requirement = "AUTH-035",
     .reply = tell_retcode,
     .handshake_reply = tell_retcode},
    {.name = "takes a token in the query of a data file for a wrong one",
     .requirement = "AUTH-051",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         const bool told = m.path().starts_with("/data/") && !query_token(m).empty();
         return told ? std::optional(refusal(403)) : std::nullopt;
     }},
};

}  // namespace

std::span<const Deviation> auth_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
