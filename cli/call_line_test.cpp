#include "cli/call_line.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::echo_fault;
using cqhttp::cli::read_call_line;
using cqhttp::cli::with_echo;

namespace {

std::string frame_of(std::string_view line) {
    const auto call = read_call_line(line);
    return call.has_error() ? "error: " + call.error().detail : call->frame;
}

}  // namespace

TEST_CASE("call line: an action with parameters becomes a frame", "[cli][WS-020]") {
    REQUIRE(frame_of("get_status") == R"({"action":"get_status","params":{}})");
    REQUIRE(frame_of("send_msg user_id=1 n:=2 message=你好") ==
            R"({"action":"send_msg","params":{"user_id":"1","n":2,"message":"你好"}})");
}

TEST_CASE("call line: quotes and backslashes keep blanks together", "[cli]") {
    REQUIRE(frame_of(R"(a m="b c" n='d "e"' o=f\ g p="h \"i\" \j")") ==
            R"({"action":"a","params":{"m":"b c","n":"d \"e\"","o":"f g","p":"h \"i\" \\j"}})");
    REQUIRE(frame_of(R"(a m:='[{"type":"at","data":{"qq":"1"}}]')") ==
            R"({"action":"a","params":{"m":[{"type":"at","data":{"qq":"1"}}]}})");
    REQUIRE(frame_of("  a  m=  \r\n") == R"({"action":"a","params":{"m":""}})");
}

TEST_CASE("call line: a JSON object is sent as it is", "[cli]") {
    const std::string line = R"({ "echo" : 1e2, "action": "a", "extra": -0 })";
    const auto call = read_call_line(" " + line + "\n");
    REQUIRE(call.has_value());
    REQUIRE(call->frame == line);
    REQUIRE(call->action == "a");
    REQUIRE(call->echo == "1e2");
}

TEST_CASE("call line: an echo is added behind what was written", "[cli]") {
    const auto framed = [](std::string_view line) {
        return with_echo(read_call_line(line).value(), "7").frame;
    };
    REQUIRE(framed("a") == R"({"action":"a","params":{},"echo":7})");
    REQUIRE(framed(R"({"action": "a" })") == R"({"action": "a" ,"echo":7})");
    REQUIRE(framed(R"({"action":"a","echo":null})") == R"({"action":"a","echo":null})");
}

TEST_CASE("call line: errors say how to write it", "[cli]") {
    REQUIRE(frame_of("").find("empty") != std::string::npos);
    REQUIRE(frame_of(R"({"params":{}})").find("has no action") != std::string::npos);
    REQUIRE(frame_of("{").find("not JSON") != std::string::npos);
    REQUIRE(frame_of("user_id=1 a").find("comes first") != std::string::npos);
    REQUIRE(frame_of("a b").find("name=value") != std::string::npos);
    REQUIRE(frame_of("a m='b c").find("not closed") != std::string::npos);
    REQUIRE(frame_of("a m:=x").find("not JSON") != std::string::npos);
    REQUIRE(frame_of("a m=\xFF").find("UTF-8") != std::string::npos);
}

TEST_CASE("call line: an echo is any JSON value", "[cli][ECHO-003][ECHO-004][ECHO-005]") {
    for (const char* echo : {"1", "null", "true", R"("a")", "[]", R"({"a":[1e2]})"}) {
        INFO(echo);
        REQUIRE_FALSE(echo_fault(echo));
    }
    REQUIRE(echo_fault("text").value().find(R"('"text"')") != std::string::npos);
    REQUIRE(echo_fault(""));
}
