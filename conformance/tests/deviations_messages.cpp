// Gateways that read or write messages wrong in one way.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
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

// Changes the message of a call, if it is one that sends.
template <class Change>
void change_sent(Message& m, Change change) {
    auto body = parse_json(m.body);
    if (m.path().starts_with("/send") && body && has_member(*body, "message")) {
        change((*body)["message"]);
        m.body = dump(*body);
    }
}

// Changes each segment of a message that is sent as an array or as one segment.
template <class Change>
void change_segments(Message& m, Change change) {
    change_sent(m, [change](Json& message) {
        if (message.is_object()) {
            change(message);
        }
        if (message.is_array()) {
            for (Json& one : message) {
                change(one);
            }
        }
    });
}

// Changes the event that is posted.
template <class Change>
void change_event(Message& m, Change change) {
    auto body = parse_json(m.body);
    if (body && has_member(*body, "message")) {
        change(*body);
        m.body = dump(*body);
    }
}

// Changes its message where it is a string.
template <class Change>
void change_text(Message& m, Change change) {
    change_event(m, [change](Json& event) {
        if (event["message"].is_string()) {
            change(event["message"].get_ref<std::string&>());
        }
    });
}

void write_otherwise(Message& m, std::string_view what, std::string_view with) {
    change_text(m, [what, with](std::string& text) { replace_all(text, what, with); });
}

// Changes its message where it is an array.
template <class Change>
void change_array(Message& m, Change change) {
    change_event(m, [change](Json& event) {
        if (event["message"].is_array()) {
            change(event["message"]);
        }
    });
}

// Changes the values of its segments.
template <class Change>
void change_values(Message& m, Change change) {
    change_array(m, [change](Json& message) {
        for (Json& one : message) {
            for (auto& [name, value] : one["data"].items()) {
                if (value.is_string()) {
                    change(value.template get_ref<std::string&>());
                }
            }
        }
    });
}

void read_otherwise(Message& m, std::string_view what, std::string_view with) {
    change_values(m, [what, with](std::string& text) { replace_all(text, what, with); });
}

// A text that is all of a message is taken for something else.
void take_text_for(Message& m, std::string_view text, std::string_view segments) {
    change_array(m, [text, segments](Json& message) {
        if (message.size() == 1 && member(message[0]["data"], "text") == text) {
            message = *parse_json(segments);
        }
    });
}

HttpReply reply_with(std::string body) {
    HttpReply reply;
    reply.status = 200;
    reply.headers = {{"Content-Type", "application/json; charset=UTF-8"},
                     {"Content-Length", std::to_string(body.size())}};
    reply.body = std::move(body);
    return reply;
}

// Answers 100 where the body of a call that sends has `text` in it.
std::optional<HttpReply> refuse(const Message& m, std::string_view text) {
    if (!m.path().starts_with("/send") || m.body.find(text) == std::string::npos) {
        return std::nullopt;
    }
    return reply_with(R"({"status":"failed","retcode":100,"data":null})");
}

constexpr Deviation table[] = {
    {.name = "takes messages as texts only",
     .requirement = "MSG-001",
     .instead = [](const Place&, const Message& m) { return refuse(m, R"("message":[)"); }},
    {.name = "refuses a message that is one segment",
     .requirement = "MSG-001",
     .instead = [](const Place&, const Message& m) { return refuse(m, R"("message":{)"); }},
    {.name = "replies to texts only",
     .requirement = "MSG-001",
     .post_answer =
         [](const Place&, HttpReply& r) {
             auto body = parse_json(r.body);
             if (body && has_member(*body, "reply") && !(*body)["reply"].is_string()) {
                 r.body = "{}";
                 std::erase_if(r.headers,
                               [](const auto& h) { return iequals(h.first, "Content-Length"); });
                 r.headers.emplace_back("Content-Length", "2");
             }
         }},
    {.name = "sends only the first segment of an array",
     .requirement = "MSG-001",
     .request =
         [](const Place&, Message& m) {
             change_sent(m, [](Json& message) {
                 if (message.is_array() && !message.empty()) {
                     message = Json(message[0]);
                 }
             });
         }},
    {.name = "writes parameters beside the type",
     .requirement = "MSG-002",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 for (Json& one : message) {
                     const Json data = one["data"];
                     one.erase("data");
                     one.update(data);
                 }
             });
         }},
    {.name = "refuses null as data",
     .requirement = "MSG-003",
     .instead = [](const Place&, const Message& m) { return refuse(m, R"("data":null)"); }},
    {.name = "refuses segments without data",
     .requirement = "MSG-004",
     .instead = [](const Place&, const Message& m) { return refuse(m, R"({"type":"shake"})"); }},
    {.name = "passes over elements that are no segments",
     .requirement = "MSG-005",
     .request =
         [](const Place&, Message& m) {
             change_sent(m, [](Json& message) {
                 Json kept = Json::array();
                 for (const Json& one : message) {
                     if (one.is_object()) {
                         kept.push_back(one);
                     }
                 }
                 message = message.is_array() ? kept : message;
             });
         }},
    {.name = "refuses values that are no strings",
     .requirement = "MSG-006",
     .profile = Profile::cqhttp_4_15,
     .instead = [](const Place&, const Message& m) { return refuse(m, R"("text":123)"); }},
    {.name = "writes numbers with a fraction",
     .requirement = "MSG-006",
     .profile = Profile::onebot_11,
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("text":123)", R"("text":123.0)"); }},
    {.name = "makes a text of what a node contains",
     .requirement = "MSG-006",
     .profile = Profile::onebot_11,
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 for (Json& one : message) {
                     for (auto& [name, value] : one["data"].items()) {
                         value = value.is_string() ? value : Json(dump(value));
                     }
                 }
             });
         }},
    {.name = "converts values that are no strings",
     .requirement = "MSG-007",
     .request =
         [](const Place&, Message& m) {
             change_segments(m, [](Json& one) {
                 for (auto& [name, value] : one["data"].items()) {
                     value = value.is_string() ? value : Json(dump(value));
                 }
             });
         }},
    {.name = "unescapes the values of segments",
     .requirement = "MSG-008",
     .request =
         [](const Place&, Message& m) {
             change_segments(m, [](Json& one) {
                 for (auto& [name, value] : one["data"].items()) {
                     if (value.is_string()) {
                         replace_all(value.get_ref<std::string&>(), "&#91;", "[");
                     }
                 }
             });
         }},
    {.name = "reads CQ codes in the text of segments",
     .requirement = "MSG-008",
     .request =
         [](const Place&, Message& m) {
             change_sent(m, [](Json& message) {
                 const Json& text = member(member(message, "data"), "text");
                 message = text.is_string() ? Json(text) : message;
             });
         }},
    {.name = "adds parameters to texts",
     .requirement = "MSG-009",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 for (Json& one : message) {
                     if (one["type"] == "text") {
                         one["data"]["length"] = "1";
                     }
                 }
             });
         }},
    {.name = "does not join texts",
     .requirement = "MSG-010",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 if (member(message[0]["data"], "text") == "ab") {
                     message[0]["data"]["text"] = "a";
                     message.insert(message.begin() + 1,
                                    Json{{"type", "text"}, {"data", {{"text", "b"}}}});
                 }
             });
         }},
    {.name = "sends empty texts",
     .requirement = "MSG-010",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body.find(R"("text":"")") == std::string::npos) {
             return std::nullopt;
         }
         return reply_with(R"({"status":"ok","retcode":0,"data":{"message_id":5}})");
     }},
    {.name = "ignores auto_escape",
     .requirement = "MSG-011",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("auto_escape":true)", R"("x":true)"); }},
    {.name = "ignores auto_escape in queries",
     .requirement = "MSG-011",
     .request = [](const Place&, Message& m) { replace_all(m.target, "auto_escape=true", "x=1"); }},
    {.name = "takes every string as plain text",
     .requirement = "MSG-011",
     .request =
         [](const Place&, Message& m) {
             replace_all(m.body, R"("message":"x[CQ)", R"("auto_escape":true,"message":"x[CQ)");
             replace_all(m.body, R"("auto_escape":false)", R"("x":1)");
         }},
    {.name = "drops codes of unknown types",
     .requirement = "MSG-012",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 if (message[0]["type"] == "nosuchtype") {
                     message.erase(0);
                 }
             });
         }},
    {.name = "drops unknown parameters",
     .requirement = "MSG-012",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 for (Json& one : message) {
                     one["data"].erase("unheard");
                 }
             });
         }},
    {.name = "escapes the ampersand last",
     .requirement = "MSG-020",
     .post = [](const Place&, Message& m) { write_otherwise(m, "&#91;", "&amp;#91;"); }},
    {.name = "does not escape the ampersand",
     .requirement = "MSG-020",
     .post = [](const Place&, Message& m) { write_otherwise(m, "&amp;", "&"); }},
    {.name = "does not escape commas in values",
     .requirement = "MSG-020",
     .post = [](const Place&, Message& m) { write_otherwise(m, "&#44;", ","); }},
    {.name = "escapes commas in texts",
     .requirement = "MSG-020",
     .post = [](const Place&, Message& m) { write_otherwise(m, "1,2", "1&#44;2"); }},
    {.name = "escapes like HTML",
     .requirement = "MSG-020",
     .post = [](const Place&, Message& m) { write_otherwise(m, "<", "&lt;"); }},
    {.name = "reads the ampersand first",
     .requirement = "MSG-021",
     .post = [](const Place&, Message& m) { read_otherwise(m, "&#91;", "["); }},
    {.name = "does not read the comma in texts",
     .requirement = "MSG-021",
     .post = [](const Place&, Message& m) { read_otherwise(m, "1,2", "1&#44;2"); }},
    {.name = "reads entities of HTML",
     .requirement = "MSG-022",
     .post = [](const Place&, Message& m) { read_otherwise(m, "&lt;", "<"); }},
    {.name = "ignores the case of CQ:",
     .requirement = "MSG-030",
     .post =
         [](const Place&, Message& m) {
             take_text_for(m, "[cq:face,id=1]", R"([{"type":"face","data":{"id":"1"}}])");
         }},
    {.name = "goes on behind a broken code where it should go back",
     .requirement = "MSG-031",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 if (member(message[0]["data"], "text") == "[CQ:fa") {
                     message =
                         *parse_json(R"([{"type":"text","data":{"text":"[CQ:fa[CQ:face,id=1]"}}])");
                 }
             });
         }},
    {.name = "drops a code that does not end",
     .requirement = "MSG-036",
     .post = [](const Place&, Message& m) { take_text_for(m, "[CQ:face,id=1", "[]"); }},
    {.name = "drops parameters without an equals sign",
     .requirement = "MSG-032",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 if (member(message[0]["data"], "a") == "") {
                     message[0]["data"].erase("a");
                 }
             });
         }},
    {.name = "knows only letters and digits in names",
     .requirement = "MSG-033",
     .profile = Profile::onebot_11,
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 if (message[0]["type"] == "my_seg-2.x") {
                     message =
                         *parse_json(R"([{"type":"text","data":{"text":"[CQ:my_seg-2.x,a=1]"}}])");
                 }
             });
         }},
    {.name = "trims values",
     .requirement = "MSG-034",
     .post =
         [](const Place&, Message& m) {
             change_values(m, [](std::string& value) { value = std::string(trim(value)); });
         }},
    {.name = "ends a value at the second equals sign",
     .requirement = "MSG-034",
     .post =
         [](const Place&, Message& m) {
             change_values(m, [](std::string& value) {
                 value.resize(std::min(value.size(), value.find('=')));
             });
         }},
    {.name = "sends empty messages",
     .requirement = "MSG-035",
     .instead = [](const Place&, const Message& m) -> std::optional<HttpReply> {
         if (m.body.find(R"("message":"")") == std::string::npos) {
             return std::nullopt;
         }
         return reply_with(R"({"status":"ok","retcode":0,"data":{"message_id":5}})");
     }},
    {.name = "drops blanks between codes",
     .requirement = "MSG-037",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 for (std::size_t i = message.size(); i-- > 0;) {
                     if (member(message[i]["data"], "text") == " ") {
                         message.erase(i);
                     }
                 }
             });
         }},
    {.name = "does not unescape values",
     .requirement = "MSG-037",
     .post = [](const Place&, Message& m) { read_otherwise(m, "&b=2", "&amp;b=2"); }},
    {.name = "drops a lone ampersand",
     .requirement = "MSG-037",
     .post = [](const Place&, Message& m) { read_otherwise(m, "a&b", "ab"); }},
    {.name = "writes blanks behind commas",
     .requirement = "MSG-040",
     .post = [](const Place&, Message& m) { write_otherwise(m, ",id=", ", id="); }},
    {.name = "writes a comma where there is no parameter",
     .requirement = "MSG-040",
     .post = [](const Place&, Message& m) { write_otherwise(m, "[CQ:shake]", "[CQ:shake,]"); }},
    {.name = "writes parameters as they came",
     .requirement = "MSG-041",
     .post = [](const Place&,
                Message& m) { write_otherwise(m, "title=t,url=u", "url=u,title=t"); }},
    {.name = "writes segments without a type",
     .requirement = "MSG-042",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, R"("type":"")", R"("type":"x")"); }},
    {.name = "escapes values twice",
     .requirement = "MSG-043",
     .post = [](const Place&, Message& m) { write_otherwise(m, "&amp;b=2", "&amp;amp;b=2"); }},
    {.name = "knows no arrays in events",
     .requirement = "MSG-060",
     .post =
         [](const Place&, Message& m) {
             change_event(m, [](Json& event) { event["message"] = event["raw_message"]; });
         }},
    {.name = "pushes strings where it posts arrays",
     .requirement = "MSG-060",
     .from_gateway = [](const Place&, Frame frame) -> Frames {
         auto event = parse_json(frame.payload);
         if (event && has_member(*event, "raw_message")) {
             (*event)["message"] = (*event)["raw_message"];
             frame.payload = dump(*event);
         }
         return Frames(1, std::move(frame));
     }},
    {.name = "always sends arrays",
     .requirement = "MSG-060",
     .post =
         [](const Place&, Message& m) {
             change_event(m, [](Json& event) {
                 event["message"] = Json::array({{{"type", "text"}, {"data", Json::object()}}});
             });
         }},
    {.name = "sends raw_message as an array",
     .requirement = "MSG-061",
     .post =
         [](const Place&, Message& m) {
             change_event(m, [](Json& event) { event["raw_message"] = event["message"]; });
         }},
    {.name = "sends no raw_message",
     .requirement = "MSG-061",
     .post = [](const Place&,
                Message& m) { change_event(m, [](Json& event) { event.erase("raw_message"); }); }},
    {.name = "leaves empty texts in arrays",
     .requirement = "MSG-062",
     .post =
         [](const Place&, Message& m) {
             change_array(m, [](Json& message) {
                 message.push_back({{"type", "text"}, {"data", {{"text", ""}}}});
             });
         }},
    {.name = "sends numbers as numbers in arrays",
     .requirement = "MSG-062",
     .post = [](const Place&, Message& m) { replace_all(m.body, R"({"id":"1"})", R"({"id":1})"); }},
    {.name = "writes what a user typed unescaped",
     .requirement = "MSG-063",
     .post = [](const Place&, Message& m) { write_otherwise(m, "a&amp;b", "a&b"); }},
    {.name = "does not know contacts",
     .requirement = "MSG-070",
     .request = [](const Place&, Message& m) { replace_all(m.body, "[CQ:contact", "[CQ:share"); }},
    {.name = "refuses to address everybody",
     .requirement = "MSG-071",
     .instead = [](const Place&, const Message& m) { return refuse(m, "all"); }},
    {.name = "drops anonymity without a word",
     .requirement = "MSG-072",
     .request =
         [](const Place&, Message& m) {
             replace_all(m.body, "[CQ:anonymous]", "[CQ:anonymous,ignore=1]");
         }},
    {.name = "loses emoji outside the BMP in events",
     .requirement = "EMO-007",
     .post = [](const Place&, Message& m) { replace_all(m.body, "🙂", "??"); }},
    {.name = "loses emoji outside the BMP when sending",
     .requirement = "EMO-007",
     .request = [](const Place&, Message& m) { replace_all(m.body, "🙂", "??"); }},
    {.name = "leaves emoji codes in events",
     .requirement = "EMO-001",
     .post = [](const Place&, Message& m) { replace_all(m.body, "😂", "[CQ:emoji,id=128514]"); }},
    {.name = "knows no keycaps",
     .requirement = "EMO-002",
     .post = [](const Place&,
                Message& m) { replace_all(m.body, "1\xEF\xB8\x8F\xE2\x83\xA3", "1"); }},
    {.name = "leaves half a keycap",
     .requirement = "EMO-003",
     .post = [](const Place&, Message& m) { replace_all(m.body, "\xE2\x83\xA3", ""); }},
    {.name = "converts emoji codes though that is off",
     .requirement = "EMO-004",
     .post = [](const Place&, Message& m) { replace_all(m.body, "[CQ:emoji,id=128514]", "😂"); }},
    {.name = "sends emoji outside the set as codes",
     .requirement = "EMO-005",
     .request = [](const Place&,
                   Message& m) { replace_all(m.body, "🤖", "[CQ:emoji,id=129302]"); }},
    {.name = "sends emoji as codes in 4.15",
     .requirement = "EMO-006",
     .profile = Profile::cqhttp_4_15,
     .request = [](const Place&, Message& m) { replace_all(m.body, "😂", "[CQ:emoji,id=128514]"); }},
};

}  // namespace

std::span<const Deviation> message_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
