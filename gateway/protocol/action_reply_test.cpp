#include "gateway/protocol/action_reply.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <cstdint>
#include <string>

namespace cqhttp::protocol {

TEST_CASE("action reply: its text is exactly that of the fixtures",
          "[HTTP-062][HTTP-063][HTTP-064][HTTP-065][ECHO-007][ECHO-010][ECHO-013]") {
    for (const test::FixtureCase& c : test::load_fixture("reply/reply.json")) {
        INFO(c.name);
        const ActionReply reply{c.input.at("retcode").get<std::int32_t>(),
                                c.input.at("data").get<std::string>(),
                                c.input.value("wording", "")};
        std::optional<std::string> echo;
        if (c.input.contains("echo")) {
            echo = c.input.at("echo").get<std::string>();
        }
        std::string text;
        append_reply(text, reply, echo);
        CHECK(text == c.expect.get<std::string>());
    }
}

TEST_CASE("action reply: several answers can stand in one text", "[WS-021]") {
    std::string text;
    append_reply(text, {}, "1");
    append_reply(text, ActionReply::failure(retcode::bad_params));
    append_reply(text, ActionReply::asynchronous(), "2");
    CHECK(text == R"({"status":"ok","retcode":0,"data":null,"echo":1})"
                  R"({"status":"failed","retcode":100,"data":null})"
                  R"({"status":"async","retcode":1,"data":null,"echo":2})");
}

TEST_CASE("action reply: what was sent is told by its number", "[ACT-003][ECHO-013]") {
    for (const std::int32_t id : {1, 42, 2147483647}) {
        const std::string data = "{\"message_id\":" + std::to_string(id) + '}';
        const ActionReply reply = ActionReply::sent(id);
        CHECK(reply.ok());
        CHECK(reply.data_text() == data);
        std::string text;
        append_reply(text, reply, "1e2");
        CHECK(text == R"({"status":"ok","retcode":0,"data":)" + data + R"(,"echo":1e2})");
    }
    CHECK(ActionReply{}.data_text() == "null");
    CHECK(ActionReply{retcode::ok, "[1]"}.data_text() == "[1]");
}

TEST_CASE("action reply: the status follows from the code", "[HTTP-064][RET-002]") {
    CHECK(status_of(retcode::ok) == "ok");
    CHECK(status_of(retcode::async) == "async");
    for (const std::int32_t code :
         {retcode::bad_params, retcode::bad_data, retcode::failed, retcode::no_worker,
          retcode::bad_request, retcode::unknown_action, retcode::banned, -1, 2}) {
        CHECK(status_of(code) == "failed");
    }
}

TEST_CASE("action reply: data made of JSON is compact and keeps its text", "[HTTP-067]") {
    const ActionReply reply =
        ActionReply::with({{"nickname", "\xE4\xBD\xA0"}, {"user_id", 9007199254740993}});
    CHECK(reply.ok());
    CHECK(reply.data == "{\"nickname\":\"\xE4\xBD\xA0\",\"user_id\":9007199254740993}");
}

}  // namespace cqhttp::protocol
