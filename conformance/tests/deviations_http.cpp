// Gateways whose HTTP API is wrong in one way.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

HttpReply answer(int status, std::string body = {}) {
    HttpReply reply;
    reply.status = status;
    if (!body.empty()) {
        reply.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    }
    reply.headers.emplace_back("Content-Length", std::to_string(body.size()));
    reply.body = std::move(body);
    return reply;
}

void set_body(HttpReply& reply, std::string body) {
    std::erase_if(reply.headers, [](const auto& h) { return iequals(h.first, "Content-Length"); });
    reply.headers.emplace_back("Content-Length", std::to_string(body.size()));
    reply.body = std::move(body);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

bool is_json(const Message& m) {
    return m.header("Content-Type").starts_with("application/json");
}
bool is_form(const Message& m) {
    return m.header("Content-Type").starts_with("application/x-www-form-urlencoded");
}
bool is_refusal(const HttpReply& reply) {
    return reply.status >= 400;
}

// Changes the reply object of an answer, if it has one.
template <class Change>
void change_reply(HttpReply& reply, Change change) {
    Json body = reply.json();
    if (reply.status == 200 && body.is_object()) {
        change(body);
        set_body(reply, dump(body));
    }
}

// Changes the JSON body of a request, if it has one.
template <class Change>
void change_body(Message& m, Change change) {
    auto body = parse_json(m.body);
    if (body && body->is_object()) {
        change(*body);
        m.body = dump(*body);
    }
}

constexpr Deviation table[] = {
    {.name = "listens though it is switched off",
     .requirement = "HTTP-002",
     .trick = Trick::listens_always},
    {.name = "answers 500 to a plain call",
     .requirement = "HTTP-001",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = m.method == "GET" ? 500 : r.status; }},
    {.name = "ends the connection after every answer",
     .requirement = "HTTP-003",
     .trick = Trick::close_after_reply},
    {.name = "does not end the connection where the client asks for it",
     .requirement = "HTTP-003",
     .trick = Trick::never_close},
    {.name = "serves one connection at a time",
     .requirement = "HTTP-004",
     .trick = Trick::one_at_a_time},
    {.name = "serves no call while an event POST is open",
     .requirement = "HTTP-005",
     .trick = Trick::wait_for_posts},
    {.name = "takes what came with the first segment for the body",
     .requirement = "HTTP-006",
     .trick = Trick::first_segment_only},
    {.name = "refuses chunked bodies",
     .requirement = "HTTP-007",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.header("Transfer-Encoding").empty()) {
             return std::nullopt;
         }
         return answer(411);
     }},
    {.name = "refuses bodies over one megabyte",
     .requirement = "HTTP-008",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body.size() < 1'000'000) {
             return std::nullopt;
         }
         return answer(413);
     }},
    {.name = "answers too large a body with 400",
     .requirement = "HTTP-008",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = r.status == 413 ? 400 : r.status; }},
    {.name = "knows only POST",
     .requirement = "HTTP-010",
     .like = "D20",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.method != "GET") {
             return std::nullopt;
         }
         return answer(404);
     }},
    {.name = "knows no action behind whose name a slash stands",
     .requirement = "HTTP-011",
     .like = "D7",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!m.path().ends_with('/') || m.path() == "/") {
             return std::nullopt;
         }
         return answer(404);
     }},
    {.name = "takes several slashes for one",
     .requirement = "HTTP-012",
     .request = [](const Place&, Message& m) { replace_all(m.target, "//", "/"); }},
    {.name = "ignores the case of names",
     .requirement = "HTTP-013",
     .request =
         [](const Place&, Message& m) {
             const std::string query = m.query();
             m.target = to_lower(m.path()) + (query.empty() ? "" : "?" + query);
         }},
    {.name = "answers 500 to an encoded name",
     .requirement = "HTTP-014",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.path().find('%') == std::string::npos) {
             return std::nullopt;
         }
         return answer(500);
     }},
    {.name = "splits the address at the last question mark",
     .requirement = "HTTP-015",
     .request =
         [](const Place&, Message& m) {
             const std::size_t last = m.target.rfind('?');
             const std::size_t first = m.target.find('?');
             if (first != last) {
                 m.target = m.target.substr(0, first) + m.target.substr(last);
             }
         }},
    {.name = "allows only POST for actions that send",
     .requirement = "HTTP-016",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.method != "GET" || !m.path().starts_with("/send")) {
             return std::nullopt;
         }
         return answer(405);
     }},
    {.name = "carries out calls by any method",
     .requirement = "HTTP-017",
     .like = "D25",
     .request =
         [](const Place&, Message& m) {
             if (m.method != "HEAD") {
                 m.method = "POST";
             }
         }},
    {.name = "answers other methods with 404",
     .requirement = "HTTP-018",
     .like = "D25",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = r.status == 405 ? 404 : r.status; }},
    {.name = "answers an unknown action with 200 and retcode 404",
     .requirement = "HTTP-019",
     .like = "D4",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (r.status == 404 && m.path().starts_with("/no_such")) {
                 r = answer(200, R"({"status":"failed","retcode":404,"data":null})");
             }
         }},
    {.name = "looks at the action before it looks at the token",
     .requirement = "HTTP-020",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!m.path().starts_with("/no_such")) {
             return std::nullopt;
         }
         return answer(404);
     }},
    {.name = "answers every single fault with 400",
     .requirement = "HTTP-021",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = is_refusal(r) ? 400 : r.status; }},
    {.name = "ignores the query of a GET",
     .requirement = "HTTP-030",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "GET") {
                 m.target = m.path();
             }
         }},
    {.name = "ignores the query of a POST",
     .requirement = "HTTP-030",
     .like = "D20",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "POST") {
                 m.target = m.path();
             }
         }},
    {.name = "reads the body of a GET",
     .requirement = "HTTP-031",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "GET" && !m.body.empty()) {
                 m.method = "POST";
                 m.target = m.path();
             }
         }},
    {.name = "ignores form bodies",
     .requirement = "HTTP-032",
     .like = "D20",
     .request =
         [](const Place&, Message& m) {
             if (is_form(m)) {
                 m.body.clear();
             }
         }},
    {.name = "reads no text out of JSON bodies",
     .requirement = "HTTP-033",
     .request =
         [](const Place&, Message& m) {
             if (is_json(m) && m.path() == "/set_group_card") {
                 change_body(m, [](Json& body) { body["card"] = 1; });
             }
         }},
    {.name = "refuses a POST without a content type",
     .requirement = "HTTP-034",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.method != "POST" || !m.header("Content-Type").empty()) {
             return std::nullopt;
         }
         return answer(406);
     }},
    {.name = "reads every content type as JSON",
     .requirement = "HTTP-035",
     .like = "D5",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "POST" && !is_form(m) && !m.body.empty()) {
                 m.set_header("Content-Type", "application/json");
             }
         }},
    {.name = "ignores bodies of other content types",
     .requirement = "HTTP-035",
     .like = "D5",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "POST" && !is_form(m) && !is_json(m)) {
                 m.remove_header("Content-Type");
             }
         }},
    {.name = "answers other content types with 400",
     .requirement = "HTTP-035",
     .like = "D5",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { r.status = r.status == 406 ? 400 : r.status; }},
    {.name = "does not expect parameters of a content type",
     .requirement = "HTTP-036",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.header("Content-Type").find(';') == std::string::npos) {
             return std::nullopt;
         }
         return answer(406);
     }},
    {.name = "compares content types with regard to case",
     .requirement = "HTTP-037",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         const std::string type = m.header("Content-Type");
         if (type == to_lower(type)) {
             return std::nullopt;
         }
         return answer(406);
     }},
    {.name = "closes the connection on broken JSON without an answer",
     .requirement = "HTTP-038",
     .like = "D6",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (r.status == 400) {
                 r = HttpReply();
                 r.status = 0;
             }
         }},
    {.name = "answers broken JSON with 200 and retcode 400",
     .requirement = "HTTP-038",
     .like = "D6",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (r.status == 400) {
                 r = answer(200, R"({"status":"failed","retcode":400,"data":null})");
             }
         }},
    {.name = "reads bodies as JSON5",
     .requirement = "HTTP-038",
     .like = "D6",
     .request =
         [](const Place&, Message& m) {
             if (is_json(m)) {
                 std::replace(m.body.begin(), m.body.end(), '\'', '"');
                 replace_all(m.body, "/**/", "");
                 replace_all(m.body, ",}", "}");
             }
         }},
    {.name = "lets what stands behind the object override the path",
     .requirement = "HTTP-038",
     .like = "D26",
     .request =
         [](const Place&, Message& m) {
             if (is_json(m) && m.body.starts_with("{},")) {
                 m.body = "{}";
             }
         }},
    {.name = "accepts JSON that is no object",
     .requirement = "HTTP-039",
     .request =
         [](const Place&, Message& m) {
             if (is_json(m) && parse_json(m.body) && m.body[0] != '{') {
                 m.body = "{}";
             }
         }},
    {.name = "accepts an empty JSON body",
     .requirement = "HTTP-040",
     .request =
         [](const Place&, Message& m) {
             if (is_json(m) && m.body.empty()) {
                 m.body = "{}";
             }
         }},
    {.name = "refuses an empty object",
     .requirement = "HTTP-041",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body != "{}") {
             return std::nullopt;
         }
         return answer(400);
     }},
    {.name = "prefers the body to the query",
     .requirement = "HTTP-042",
     .request =
         [](const Place&, Message& m) {
             if (m.method == "POST" && m.query().starts_with("card=query")) {
                 m.target = m.path();
             }
         }},
    {.name = "leaves the plus sign in queries as it is",
     .requirement = "HTTP-044",
     .like = "D20",
     .request = [](const Place&, Message& m) { replace_all(m.target, "+", "%2B"); }},
    {.name = "leaves the plus sign in forms as it is",
     .requirement = "HTTP-044",
     .like = "D20",
     .request =
         [](const Place&, Message& m) {
             if (is_form(m)) {
                 replace_all(m.body, "+", "%2B");
             }
         }},
    {.name = "does not decode percent signs",
     .requirement = "HTTP-044",
     .request = [](const Place&, Message& m) { replace_all(m.target, "%", "%25"); }},
    {.name = "splits a pair at its last equals sign",
     .requirement = "HTTP-045",
     .request = [](const Place&, Message& m) { replace_all(m.target, "card=a=b", "card%3Da=b"); }},
    {.name = "does not know names without a value",
     .requirement = "HTTP-046",
     .request = [](const Place&, Message& m) { replace_all(m.target, "?card&", "?card=none&"); }},
    {.name = "lets the last of repeated names count",
     .requirement = "HTTP-047",
     .request = [](const Place&, Message& m) { replace_all(m.target, "card=one&", ""); }},
    {.name = "reads no numbers out of queries",
     .requirement = "HTTP-048",
     .request = [](const Place&, Message& m) { replace_all(m.target, "group_id=", "group_id=n"); }},
    {.name = "makes numbers of texts",
     .requirement = "HTTP-048",
     .like = "D20",
     .request = [](const Place&, Message& m) { replace_all(m.target, "card=0123", "card=123"); }},
    {.name = "reads a message that looks like JSON as JSON",
     .requirement = "HTTP-049",
     .request = [](const Place&,
                   Message& m) { replace_all(m.target, "message=%5B%7B", "message=x%5B%7B"); }},
    {.name = "drops the connection on bytes that are no UTF-8",
     .requirement = "HTTP-050",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.target.find("%FF") == std::string::npos) {
             return std::nullopt;
         }
         return HttpReply();
     }},
    {.name = "lets the first of repeated members count",
     .requirement = "HTTP-051",
     .request = [](const Place&, Message& m) { replace_all(m.body, R"(,"card":"two")", ""); }},
    {.name = "refuses unknown parameters",
     .requirement = "HTTP-052",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body.find("no_such_parameter") == std::string::npos) {
             return std::nullopt;
         }
         return answer(200, R"({"status":"failed","retcode":100,"data":null})");
     }},
    {.name = "answers a failed call with 400",
     .requirement = "HTTP-060",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (r.json().is_object() && r.json()["status"] == "failed") {
                 r.status = 400;
             }
         }},
    {.name = "says text/html",
     .requirement = "HTTP-061",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             for (auto& [name, value] : r.headers) {
                 value = iequals(name, "Content-Type") ? "text/html" : value;
             }
         }},
    {.name = "sends the retcode as a text",
     .requirement = "HTTP-062",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             change_reply(r, [](Json& body) { body["retcode"] = dump(body["retcode"]); });
         }},
    {.name = "adds members of its own",
     .requirement = "HTTP-063",
     .like = "D9",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             change_reply(r, [](Json& body) { body["message"] = body["wording"] = ""; });
         }},
    {.name = "says ok whatever the retcode is",
     .requirement = "HTTP-064",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { change_reply(r, [](Json& body) { body["status"] = "ok"; }); }},
    {.name = "has data where a call failed",
     .requirement = "HTTP-065",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             change_reply(r, [](Json& body) {
                 if (body["data"].is_null()) {
                     body["data"] = Json::object();
                 }
             });
         }},
    {.name = "explains refusals in a body",
     .requirement = "HTTP-066",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (is_refusal(r)) {
                 set_body(r, R"({"error":"no"})");
             }
         }},
    {.name = "counts characters for Content-Length",
     .requirement = "HTTP-067",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (m.path() == "/get_group_list") {
                 const std::string body = r.body;
                 set_body(r, body.substr(0, count_code_points(body)));
                 r.body = body;
             }
         }},
    {.name = "echoes over HTTP",
     .requirement = "HTTP-068",
     .like = "D9",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { change_reply(r, [](Json& body) { body["echo"] = 7; }); }},
};

}  // namespace

const Deviation& correct() {
    static constexpr Deviation right{.name = "does nothing wrong", .requirement = ""};
    return right;
}

std::span<const Deviation> http_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
