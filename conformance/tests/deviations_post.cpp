// Gateways whose event POSTs are wrong in one way: what is posted, its signature, quick operations.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

void answer_with(HttpReply& reply, std::string body) {
    reply.status = 200;
    reply.body = std::move(body);
    std::erase_if(reply.headers, [](const auto& h) { return iequals(h.first, "Content-Length"); });
    reply.headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
}

// Changes the answer of the backend, if it is an object; an empty one becomes no answer.
template <class Change>
void change_answer(HttpReply& reply, Change change) {
    auto body = parse_json(reply.body);
    if (!body || !body->is_object()) {
        return;
    }
    change(*body);
    const int status = reply.status;
    answer_with(reply, body->empty() ? "" : dump(*body));
    reply.status = status;
}

void nothing(HttpReply& reply) {
    reply.status = 204;
    reply.body.clear();
    reply.headers.clear();
}

// A mention that the sender is not asked for: of the person the suite was told of.
void mention_by_hand(Json& answer) {
    if (member(answer, "reply").is_string() && answer["reply"] != "") {
        answer["reply"] = "[CQ:at,qq=1234567]" + answer["reply"].get<std::string>();
        answer["at_sender"] = false;
    }
}

void mention_if_asked(Json& answer) {
    if (has_member(answer, "reply")) {
        answer.emplace("at_sender", false);
    }
}

std::string base64_of_hex(const std::string& hex) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char digit : hex) {
        bits =
            bits << 4U | static_cast<std::uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
        held += 4;
        if (held >= 6) {
            held -= 6;
            out += letters[bits >> static_cast<unsigned>(held) & 63U];
        }
    }
    out += letters[bits << static_cast<unsigned>(6 - held) & 63U];
    return out + "=";
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
     .post_answer = [](const Place&, HttpReply& r) { change_answer(r, mention_if_asked); }},
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
    {.name = "carries out what says nothing",
     .requirement = "QOP-002",
     .post_answer =
         [](const Place&, HttpReply& r) {
             if (r.body.empty()) {
                 answer_with(r, R"({"reply":"?"})");
             }
         }},
    {.name = "takes the first of an array for an answer",
     .requirement = "QOP-004",
     .post_answer =
         [](const Place&, HttpReply& r) {
             const auto body = parse_json(r.body);
             if (body && body->is_array() && !body->empty()) {
                 answer_with(r, dump(body->front()));
             }
         }},
    {.name = "does not read answers in chunks",
     .requirement = "QOP-006",
     .post_answer =
         [](const Place&, HttpReply& r) {
             if (r.header("Transfer-Encoding")) {
                 nothing(r);
             }
         }},
    {.name = "takes null for false",
     .requirement = "QOP-007",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "at_sender") && !answer["at_sender"].is_boolean()) {
                     answer["at_sender"] = false;
                 }
             });
         }},
    {.name = "replies with message, too",
     .requirement = "QOP-008",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "message")) {
                     answer["reply"] = answer["message"];
                 }
             });
         }},
    {.name = "pushes before quick operations are done",
     .requirement = "QOP-010",
     .trick = Trick::push_before_post},
    {.name = "replies with numbers",
     .requirement = "QOP-022",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (member(answer, "reply").is_number()) {
                     answer["reply"] = dump(answer["reply"]);
                 }
             });
         }},
    {.name = "never mentions the sender",
     .requirement = "QOP-024",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer["at_sender"] = false; });
         }},
    {.name = "mentions the sender whatever it is told",
     .requirement = "QOP-024",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("at_sender"); });
         }},
    {.name = "mentions without a blank",
     .requirement = "QOP-026",
     .post_answer = [](const Place&, HttpReply& r) { change_answer(r, mention_by_hand); }},
    {.name = "mentions in private, too",
     .requirement = "QOP-027",
     .post_answer = [](const Place&, HttpReply& r) { change_answer(r, mention_by_hand); }},
    {.name = "mentions the anonymous",
     .requirement = "QOP-028",
     .post_answer = [](const Place&, HttpReply& r) { change_answer(r, mention_by_hand); }},
    {.name = "bans for ten minutes",
     .requirement = "QOP-033",
     .profile = Profile::cqhttp_4_15,
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "ban")) {
                     answer.emplace("ban_duration", 600);
                 }
             });
         }},
    {.name = "bans for half an hour whatever it is told",
     .requirement = "QOP-033",
     .profile = Profile::onebot_11,
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) { answer.erase("ban_duration"); });
         }},
    {.name = "bans for a duration alone",
     .requirement = "QOP-033",
     .profile = Profile::cqhttp_4_15,
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "ban_duration")) {
                     answer["ban"] = true;
                 }
             });
         }},
    {.name = "approves what is not decided",
     .requirement = "QOP-036",
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (has_member(answer, "remark")) {
                     answer.emplace("approve", true);
                 }
             });
         }},
    {.name = "does not post what happens in groups",
     .requirement = "POST-001",
     .trick = Trick::no_group_posts},
    {.name = "asks before it posts",
     .requirement = "POST-012",
     .post = [](const Place&, Message& m) { m.set_header("Expect", "100-continue"); }},
    {.name = "posts with a transfer encoding",
     .requirement = "POST-011",
     .post =
         [](const Place&, Message& m) {
             // Not chunked, so that the relay can pass it on.
             m.set_header("Transfer-Encoding", "identity");
         }},
    {.name = "waits a second for the answer",
     .requirement = "POST-014",
     .trick = Trick::impatient_posts},
    {.name = "follows redirects", .requirement = "POST-016", .trick = Trick::follow_posts},
    {.name = "does not say which account posts, in OneBot 11",
     .requirement = "POST-008",
     .profile = Profile::onebot_11,
     .post = [](const Place&, Message& m) { m.remove_header("X-Self-ID"); }},
    {.name = "signs in base64",
     .requirement = "SIG-001",
     .post =
         [](const Place&, Message& m) {
             const std::string value = m.header("X-Signature");
             if (!value.empty()) {
                 m.set_header("X-Signature", "sha1=" + base64_of_hex(value.substr(5)));
             }
         }},
    {.name = "signs without saying how",
     .requirement = "SIG-001",
     .post =
         [](const Place&, Message& m) {
             const std::string value = m.header("X-Signature");
             if (!value.empty()) {
                 m.set_header("X-Signature", value.substr(5));
             }
         }},
    {.name = "signs what it pushes",
     .requirement = "SIG-004",
     .from_gateway =
         [](const Place&, Frame frame) {
             Json body = frame.json();
             if (frame.op == opcode::text && has_member(body, "post_type")) {
                 body["signature"] = "sha1=" + std::string(40, '0');
                 frame.payload = dump(body);
             }
             return Frames(1, frame);
         }},
    {.name = "waits for answers however long they take",
     .requirement = "POST-015",
     .profile = Profile::cqhttp_4_15,
     .configured = [](Setup& s) { s.own_lines = {}; }},
    {.name = "repeats the POST whatever the redirect",
     .requirement = "POST-017",
     .profile = Profile::cqhttp_4_15,
     .post_answer =
         [](const Place&, HttpReply& r) {
             r.status = r.status == 302 || r.status == 303 ? 307 : r.status;
         }},
    {.name = "mentions the sender only where it is asked to, in OneBot 11",
     .requirement = "QOP-025",
     .profile = Profile::onebot_11,
     .post_answer = [](const Place&, HttpReply& r) { change_answer(r, mention_if_asked); }},
    {.name = "bans for half an hour where the duration is negative",
     .requirement = "QOP-035",
     .profile = Profile::cqhttp_4_15,
     .post_answer =
         [](const Place&, HttpReply& r) {
             change_answer(r, [](Json& answer) {
                 if (member(answer, "ban_duration") == -1) {
                     answer["ban_duration"] = 1800;
                 }
             });
         }},
    {.name = "posts connect",
     .requirement = "POST-020",
     .profile = Profile::cqhttp_4_15,
     .trick = Trick::post_connects},
};

}  // namespace

std::span<const Deviation> post_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
