// Gateways that are wrong in one way about pictures of messages, the event filter, data files and
// CORS.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

void set_body(HttpReply& reply, std::string body) {
    std::erase_if(reply.headers, [](const auto& h) { return iequals(h.first, "Content-Length"); });
    reply.headers.emplace_back("Content-Length", std::to_string(body.size()));
    reply.body = std::move(body);
}

HttpReply answer(int status, std::string body = {}) {
    HttpReply reply;
    reply.status = status;
    set_body(reply, std::move(body));
    return reply;
}

// Answers requests whose target has `text` in it.
std::optional<HttpReply> answer_to(const Message& m, std::string_view text, int status,
                                   std::string body = {}) {
    if (m.target.find(text) == std::string::npos) {
        return std::nullopt;
    }
    return answer(status, std::move(body));
}

bool is_data(const Message& m) {
    return m.path().starts_with("/data/");
}

void change_header(HttpReply& reply, std::string_view name, std::string_view value) {
    for (auto& [key, old] : reply.headers) {
        old = iequals(key, name) ? std::string(value) : old;
    }
}

void drop_header(HttpReply& reply, std::string_view name) {
    std::erase_if(reply.headers, [name](const auto& h) { return iequals(h.first, name); });
}

// Changes what the sandbox tells of the messages it was handed.
void told_otherwise(const Message& m, HttpReply& reply, std::string_view what,
                    std::string_view with) {
    if (m.path() == "/.sandbox_state") {
        std::string body = reply.body;
        replace_all(body, what, with);
        set_body(reply, std::move(body));
    }
}

// A gateway without the filter it was configured with.
void forget_filter(Setup& setup) {
    setup.filter = {};
    setup.own_lines = {};
}

constexpr Deviation table[] = {
    {.name = "does not download",
     .requirement = "ENH-001",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("file":"http:)", R"("file":"xttp:)"); }},
    {.name = "downloads for arrays only",
     .requirement = "ENH-001",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, ",file=http:", ",file=xttp:"); }},
    {.name = "gives local names an ending of its own",
     .requirement = "ENH-002",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { told_otherwise(m, r, ".tmp", ".img"); }},
    {.name = "downloads every time",
     .requirement = "ENH-003",
     .request =
         [](const Place&, Message& m) {
             replace_all(m.body, R"("data":{"file")", R"("data":{"cache":"0","file")");
         }},
    {.name = "does not know cache",
     .requirement = "ENH-004",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("cache":"0")", R"("cache":"1")"); }},
    {.name = "takes no for 0 in 4.0",
     .requirement = "ENH-004",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("cache":"no")", R"("cache":"0")"); }},
    {.name = "takes no timeout",
     .requirement = "ENH-005",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("timeout":"1")", R"("timeout":"0")"); }},
    {.name = "takes every timeout for one second",
     .requirement = "ENH-005",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("timeout":"1")", R"("timeout":"x")"); }},
    {.name = "refuses a timeout that is no number",
     .requirement = "ENH-005",
     .profile = Profile::cqhttp_4_15,
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body.find(R"("timeout":"soon")") == std::string::npos) {
             return std::nullopt;
         }
         return answer(200, R"({"status":"failed","retcode":100,"data":null})");
     }},
    {.name = "fails where a download fails",
     .requirement = "ENH-006",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (m.body.find("/failed-") != std::string::npos) {
                 set_body(r, R"({"status":"failed","retcode":103,"data":null})");
             }
         }},
    {.name = "copies no files",
     .requirement = "ENH-007",
     .request = [](const Place&, Message& m) { replace_all(m.body, "file://", "xile://"); }},
    {.name = "does not decode paths",
     .requirement = "ENH-008",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, "with%20blank", "with%2520blank"); }},
    {.name = "decodes paths first",
     .requirement = "ENH-008",
     .request = [](const Place&, Message& m) { replace_all(m.body, "100%25", "100%"); }},
    {.name = "wants padding",
     .requirement = "ENH-009",
     .request =
         [](const Place&, Message& m) {
             if (m.body.find("base64://") != std::string::npos &&
                 m.body.find('=') == std::string::npos) {
                 replace_all(m.body, "base64://", "base64://?");
             }
         }},
    {.name = "takes every file for an address",
     .requirement = "ENH-010",
     .request = [](const Place&, Message& m) { replace_all(m.body, "cat.jpg", "cat.tmp"); }},
    {.name = "takes cache and timeout out of the segment",
     .requirement = "ENH-011",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { told_otherwise(m, r, "cache=0,", ""); }},
    {.name = "does not enhance videos",
     .requirement = "ENH-012",
     .profile = Profile::onebot_11,
     .request =
         [](const Place&, Message& m) {
             if (m.body.find(R"("type":"video")") != std::string::npos) {
                 replace_all(m.body, "file://", "xile://");
             }
         }},
    {.name = "finds records outside their folder",
     .requirement = "ENH-013",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, "../outside.mp3", "inside.mp3"); }},
    {.name = "allows paths though they are forbidden",
     .requirement = "ENH-014",
     .configured = [](Setup& setup) { setup.own_lines = {}; }},
    {.name = "does not look into .cqimg files",
     .requirement = "ENH-020",
     .post = [](const Place&,
                Message& m) { replace_all(m.body, ",url=http://127.0.0.1/1?a=1&amp;b=2", ""); }},
    {.name = "looks into every section of them",
     .requirement = "ENH-020",
     .post =
         [](const Place&, Message& m) {
             replace_all(m.body, "info-3.jpg]", "info-3.jpg,url=http://127.0.0.1/3]");
         }},
    {.name = "keeps the url an image came with in 4.0",
     .requirement = "ENH-020",
     .post = [](const Place&, Message& m) { replace_all(m.body, "/known]", "/own]"); }},
    {.name = "replaces the url an image came with",
     .requirement = "ENH-021",
     .profile = Profile::cqhttp_4_15,
     .post = [](const Place&, Message& m) { replace_all(m.body, "/own]", "/known]"); }},
    {.name = "enhances raw_message",
     .requirement = "ENH-022",
     .post =
         [](const Place&, Message& m) {
             auto event = parse_json(m.body);
             (*event)["raw_message"] = (*event)["message"];
             m.body = dump(*event);
         }},
    {.name = "writes no .cqimg files",
     .requirement = "ENH-023",
     .instead = [](const Place&, const Message& m) { return answer_to(m, ".cqimg", 404); }},
    {.name = "holds everything back without a filter",
     .requirement = "FLT-001",
     .configured = [](Setup& setup) { setup.filter = R"({".not":{}})"; }},
    {.name = "passes everything with any filter",
     .requirement = "FLT-006",
     .configured = forget_filter},
    {.name = "shows the filter strings", .requirement = "FLT-013", .configured = forget_filter},
    {.name = "greets past the filter",
     .requirement = "FLT-014",
     .profile = Profile::cqhttp_4_15,
     .from_gateway = [](const Place&, Frame frame) -> Frames {
         Frames frames(1, frame);
         if (frame.payload.find("post_type") != std::string::npos) {
             Frame greeting = frame;
             greeting.payload = R"({"post_type":"meta_event","meta_event_type":"lifecycle"})";
             frames.insert(frames.begin(), std::move(greeting));
         }
         return frames;
     }},
    {.name = "has no event filter", .requirement = "FLT-010", .configured = forget_filter},
    {.name = "posts what the filter rejects",
     .requirement = "FLT-011",
     .configured = forget_filter},
    {.name = "passes everything where the filter is broken",
     .requirement = "FLT-004",
     .configured = forget_filter},
    {.name = "takes an expression that is none for no filter",
     .requirement = "FLT-005",
     .configured = forget_filter},
    {.name = "takes wrong arguments for no filter",
     .requirement = "FLT-031",
     .configured = forget_filter},
    {.name = "looks for the filter elsewhere",
     .requirement = "FLT-002",
     .configured = [](Setup& setup) { setup.own_lines = "event_filter = none.json"; }},
    {.name = "reads no filter after a restart",
     .requirement = "FLT-003",
     .configured = forget_filter},
    {.name = "passes no event of a group",
     .requirement = "FLT-040",
     .from_gateway = [](const Place&, Frame frame) -> Frames {
         const bool group = frame.payload.find(R"("message_type":"group")") != std::string::npos;
         return group ? Frames() : Frames(1, std::move(frame));
     }},
    {.name = "knows no rules", .requirement = "FLT-030", .configured = forget_filter},
    {.name = "serves half of a file",
     .requirement = "DATA-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (is_data(m)) {
                 set_body(r, r.body.substr(0, r.body.size() / 2));
             }
         }},
    {.name = "serves files as text",
     .requirement = "DATA-001",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (is_data(m) && !is_valid_utf8(r.body)) {
                 set_body(r, replace_invalid_utf8(r.body));
             }
         }},
    {.name = "serves all of the data folder",
     .requirement = "DATA-002",
     .instead = [](const Place&,
                   const Message& m) { return answer_to(m, "/data/conformance.db", 200, "x"); }},
    {.name = "serves images only",
     .requirement = "DATA-002",
     .instead = [](const Place&, const Message& m) { return answer_to(m, "/data/record/", 404); }},
    {.name = "serves data files though that is off",
     .requirement = "DATA-003",
     .configured = [](Setup& setup) { setup.data_files = true; }},
    {.name = "serves data files without the token",
     .requirement = "DATA-004",
     .request =
         [](const Place& place, Message& m) {
             if (is_data(m)) {
                 m.set_header("Authorization", "Token " + place.token);
             }
         }},
    {.name = "serves what lies above the folder",
     .requirement = "DATA-005",
     .instead = [](const Place&, const Message& m) { return answer_to(m, "/../", 200, "secret"); }},
    {.name = "looks for dots between slashes only",
     .requirement = "DATA-005",
     .instead = [](const Place&,
                   const Message& m) { return answer_to(m, "/data/image/a..b", 200, "dots"); }},
    {.name = "answers 404 where there are dots",
     .requirement = "DATA-005",
     .reply = [](const Place&, const Message& m,
                 HttpReply& r) { r.status = is_data(m) && r.status == 403 ? 404 : r.status; }},
    {.name = "looks for dots before it decodes",
     .requirement = "DATA-006",
     .instead = [](const Place&,
                   const Message& m) { return answer_to(m, "%2e%2e", 200, "secret"); }},
    {.name = "follows links",
     .requirement = "DATA-007",
     .instead = [](const Place&,
                   const Message& m) { return answer_to(m, "conformance-bad", 200, "secret"); }},
    {.name = "lists folders",
     .requirement = "DATA-008",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (!m.path().ends_with("/conformance-folder")) {
             return std::nullopt;
         }
         return answer(200, "x\n");
     }},
    {.name = "says the type of a file by its name",
     .requirement = "DATA-010",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { change_header(r, "Content-Type", "image/png"); }},
    {.name = "serves files to be shown",
     .requirement = "DATA-010",
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { drop_header(r, "Content-Disposition"); }},
    {.name = "serves files by POST",
     .requirement = "DATA-011",
     .request =
         [](const Place&, Message& m) {
             if (is_data(m)) {
                 m.method = "GET";
             }
         }},
    {.name = "does not decode names",
     .requirement = "DATA-012",
     .request =
         [](const Place&, Message& m) {
             if (is_data(m)) {
                 replace_all(m.target, "%", "%25");
             }
         }},
    {.name = "takes /data for a folder",
     .requirement = "DATA-013",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.target != "/data") {
             return std::nullopt;
         }
         return answer(404);
     }},
    {.name = "knows ranges",
     .requirement = "DATA-014",
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (!m.header("Range").empty()) {
                 r.status = 206;
                 set_body(r, r.body.substr(2, 3));
             }
         }},
    {.name = "serves data files in OneBot 11",
     .requirement = "DATA-015",
     .profile = Profile::onebot_11,
     .instead = [](const Place&,
                   const Message& m) { return answer_to(m, "/data/image/", 200, "x"); }},
    {.name = "looks for dots before the token",
     .requirement = "DATA-016",
     .instead = [](const Place&, const Message& m) { return answer_to(m, "/../x", 403); }},
    {.name = "allows pages though that is off",
     .requirement = "CORS-001",
     .profile = Profile::cqhttp_4_15,
     .configured = [](Setup& setup) { setup.own_lines = "enable_cors = yes"; }},
    {.name = "wants a token of a preflight",
     .requirement = "CORS-002",
     .profile = Profile::cqhttp_4_15,
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.method != "OPTIONS") {
             return std::nullopt;
         }
         return answer(401);
     }},
    {.name = "allows no headers",
     .requirement = "CORS-002",
     .profile = Profile::cqhttp_4_15,
     .reply = [](const Place&, const Message&,
                 HttpReply& r) { drop_header(r, "Access-Control-Allow-Headers"); }},
    {.name = "allows origins in preflights only",
     .requirement = "CORS-003",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (m.method != "OPTIONS") {
                 drop_header(r, "Access-Control-Allow-Origin");
             }
         }},
    {.name = "allows one origin in refusals",
     .requirement = "CORS-004",
     .profile = Profile::cqhttp_4_15,
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (r.status >= 400) {
                 r.headers.emplace_back("Access-Control-Allow-Origin", "http://page.example");
             }
         }},
};

}  // namespace

std::span<const Deviation> file_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
