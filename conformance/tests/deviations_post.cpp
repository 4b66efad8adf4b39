// Gateways whose event POSTs are wrong in one way: what is posted, its signature, quick operations.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

// Changes the answer of the backend, if it is an object; an empty one becomes no answer.
template <class Change>
void change_answer(HttpReply& reply, Change change) {
    auto body = parse_json(reply.body);
    if (!body || !body->is_object()) {
        return;
    }
    change(*body);
    reply.body = body->empty() ? "" : dump(*body);
    std::erase_if(reply.headers, [](const auto& h) { return iequals(h.first, "Content-Length"); });
    reply.headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
}

template <class Change>
void change_event(Message& m, Change change) {
    auto body = parse_json(m.body);
    if (body && body->is_object()) {
        change(*body);
        m.body = dump(*body);
    }
}

void nothing(HttpReply& reply) {
    reply.status = 204;
    reply.body.clear();
    reply.headers.clear();
}

constexpr Deviation table[] = {
    {.name = "posts to the path without its query",
     .requirement = "POST-005",
     .post = [](const Place&, Message& m) { m.target = "/elsewhere"; }},
    {.name = "begins the body with a byte order mark",
     .requirement = "POST-006",
     .post = [](const Place&, Message& m) { m.body = "\xEF\xBB\xBF" + m.body; }},
    {.name = "posts as text/plain",
     .requirement = "POST-007",
     .post = [](const Place&, Message& m) { m.set_header("Content-Type", "text/plain"); }},
    {.name = "does not say which account posts",
     .requirement = "POST-009",
     .post = [](const Place&, Message& m) { m.remove_header("X-Self-ID"); }},
    {.name = "says another account than the body",
     .requirement = "POST-009",
     .like = "D19",
     .post = [](const Place&, Message& m) { m.set_header("X-Self-ID", "1"); }},
    {.name = "says another program than CQHttp",
     .requirement = "POST-010",
     .post = [](const Place&, Message& m) { m.set_header("User-Agent", "OneBot"); }},
    {.name = "posts again where the answer was not good",
     .requirement = "POST-013",
     .trick = Trick::post_again},
    {.name = "does not sign",
     .requirement = "SIG-001",
     .post = [](const Place&, Message& m) { m.remove_header("X-Signature"); }},
    {.name = "signs in capitals",
     .requirement = "SIG-001",
     .post =
         [](const Place&, Message& m) {
             std::string value = m.header("X-Signature");
             for (std::size_t i = 5; i < value.size(); ++i) {
                 value[i] = value[i] >= 'a' ? static_cast<char>(value[i] - 'a' + 'A') : value[i];
             }
             if (!value.empty()) {
                 m.set_header("X-Signature", value);
             }
         }},
    {.name = "signs another text than it sends",
     .requirement = "SIG-001",
     .post =
         [](const Place&, Message& m) {
             if (const auto body = parse_json(m.body)) {
                 m.body = body->dump(2);
             }
         }},
    {.name = "signs without a secret",
     .requirement = "SIG-002",
     .post =
         [](const Place&, Message& m) {
             if (m.header("X-Signature").empty()) {
                 m.set_header("X-Signature", "sha1=" + std::string(40, '0'));
             }
         }},
    {.name = "sends message ids of more than 32 bits",
     .requirement = "EVT-010",
     .like = "D21",
     .post =
         [](const Place&, Message& m) {
             change_event(m, [](Json& event) {
                 if (has_member(event, "message_id")) {
                     event["message_id"] = 4294967296;
                 }
             });
         }},
    {.name = "sends time in milliseconds",
     .requirement = "EVT-003",
     .post =
         [](const Place&, Message& m) {
             change_event(m, [](Json& event) {
                 event["time"] = member(event, "time").get<std::int64_t>() * 1000;
             });
         }},
    {.name = "knows no quick operations",
     .requirement = "QOP-001",
     .like = "D13",
     .post_answer = [](const Place&, HttpReply& r) { nothing(r); }},
    {.name = "carries out answers of any status",
     .requirement = "QOP-003",
     .post_answer = [](const Place&,
                       HttpReply& r) { r.status = r.status >= 300 ? 200 : r.status; }},
    {.name = "carries out only what says it is JSON",
     .requirement = "QOP-005",
     .post_answer =
         [](const Place&, HttpReply& r) {
             if (r.header("Content-Type").value_or("") != "application/json") {
                 nothing(r);
             }
         }},
    {.name = "replies to texts only",
     .requirement = "QOP-021",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (!member(answer, "reply").is_string()) {
                     answer.erase("reply");
                 }
             });
         }},
    {.name = "does not know auto_escape in an answer",
     .requirement = "QOP-023",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("auto_escape"); });
         }},
    {.name = "mentions the sender only where it is asked to",
     .requirement = "QOP-024",
     .like = "D12",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "reply")) {
                     answer.emplace("at_sender", false);
                 }
             });
         }},
    {.name = "does not delete",
     .requirement = "QOP-030",
     .like = "D13",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("delete"); });
         }},
    {.name = "does not kick",
     .requirement = "QOP-031",
     .like = "D13",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("kick"); });
         }},
    {.name = "does not ban",
     .requirement = "QOP-032",
     .like = "D13",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("ban"); });
         }},
    {.name = "leaves requests undecided",
     .requirement = "QOP-036",
     .like = "D13",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("approve"); });
         }},
    {.name = "forgets remark and reason",
     .requirement = "QOP-037",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 answer.erase("remark");
                 answer.erase("reason");
             });
         }},
    {.name = "carries asynchronous calls out at once",
     .requirement = "ASYNC-001",
     .like = "D10",
     .request =
         [](const Place&, Message& m) {
             const std::size_t at = m.target.find("_async");
             if (at != std::string::npos) {
                 m.target.erase(at, 6);
             }
         }},
    {.name = "takes rate limited calls for ordinary ones",
     .requirement = "RATE-006",
     .like = "D11",
     .request =
         [](const Place&, Message& m) {
             const std::size_t at = m.target.find("_rate_limited");
             if (at != std::string::npos) {
                 m.target.erase(at, 13);
             }
         }},
};

}  // namespace

std::span<const Deviation> post_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
