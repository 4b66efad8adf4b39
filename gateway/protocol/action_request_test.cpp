#include "gateway/protocol/action_request.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <chrono>

namespace cqhttp::protocol {
namespace {

constexpr const char* refused_files[] = {"not_an_object",    "empty",      "trailing_garbage",
                                         "broken_structure", "bad_scalar", "bad_string",
                                         "not_utf8"};

const char* name_of(ParamKind kind) {
    switch (kind) {
        case ParamKind::text: return "text";
        case ParamKind::integer: return "integer";
        case ParamKind::real: return "real";
        case ParamKind::boolean: return "boolean";
        case ParamKind::null: return "null";
        case ParamKind::array: return "array";
        case ParamKind::object: return "object";
        case ParamKind::invalid: return "invalid";
    }
    return "";
}

// Parameters in the form of the fixtures.
Json listed(const Params& params) {
    Json list = Json::array();
    for (const Param& param : params) {
        const std::string_view name = is_valid_utf8(param.name) ? param.name : "not UTF-8";
        list.push_back({name, name_of(param.kind), param.text});
    }
    return list;
}

std::string input_of(const test::FixtureCase& c) {
    if (c.whole.contains("input_base64")) {
        return base64_decode(c.whole.at("input_base64").get<std::string>()).value();
    }
    return c.input.get<std::string>();
}

// A frame's reading in the form of the fixtures.
Json outcome_of(const FrameRequest& request) {
    Json outcome = Json::object();
    if (request.call) {
        outcome["action"] = request.call->action;
        outcome["params"] = listed(request.call->params);
    }
    if (request.echo) {
        outcome["echo"] = *request.echo;
    }
    return outcome;
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

std::string nested_array(std::size_t depth) {
    return repeated("[", depth) + repeated("]", depth);
}

std::string frame_with_echo(const std::string& echo) {
    return "{\"action\":\"x\",\"echo\":" + echo + "}";
}

}  // namespace

TEST_CASE("action request: a query is read as the fixtures say",
          "[HTTP-030][HTTP-044][HTTP-045][HTTP-046][HTTP-047][HTTP-048][HTTP-050][HTTP-052]") {
    for (const test::FixtureCase& c : test::load_fixture("request/query.json")) {
        INFO(c.name);
        Params params;
        add_form_params(params, input_of(c));
        CHECK(listed(params) == c.expect);
    }
}

TEST_CASE("action request: a form is read as the fixtures say", "[HTTP-032][HTTP-042][HTTP-047]") {
    for (const test::FixtureCase& c : test::load_fixture("request/form.json")) {
        INFO(c.name);
        Params params;
        add_form_params(params, c.input.at("query").get<std::string>());
        add_form_params(params, c.input.at("body").get<std::string>());
        CHECK(listed(params) == c.expect);
    }
}

TEST_CASE("action request: a name that is not UTF-8 is kept as an invalid parameter",
          "[HTTP-050]") {
    Params params;
    add_form_params(params, "%ff=1&a=2");
    CHECK(listed(params) == Json::parse(R"([["not UTF-8","invalid",""],["a","text","2"]])"));
}

TEST_CASE("action request: a value of the query is found", "[AUTH-013]") {
    CHECK(find_query_value("a=1&access_token=t%2B+x&access_token=y", "access_token") == "t+ x");
    CHECK(find_query_value("access%5Ftoken=t", "access_token") == "t");
    CHECK(find_query_value("access_token", "access_token") == "");
    CHECK_FALSE(find_query_value("Access_Token=t&x_access_token=t", "access_token").has_value());
    CHECK_FALSE(find_query_value("", "access_token").has_value());
    CHECK_FALSE(find_query_value("=1&&", "").has_value());
}

TEST_CASE("action request: a JSON body is read as the fixtures say",
          "[HTTP-033][HTTP-041][HTTP-042][HTTP-051][HTTP-052]") {
    RequestParser parser;
    for (const test::FixtureCase& c : test::load_fixture("request/json.json")) {
        INFO(c.name);
        Params params;
        add_form_params(params, c.whole.value("query", ""));
        CHECK(parser.add_json_params(params, input_of(c)));
        CHECK(listed(params) == c.expect);
    }
}

TEST_CASE("action request: a frame is read as the fixtures say",
          "[WS-020][WS-023][WS-027][WS-029][WS-030][ECHO-001][ECHO-002][ECHO-003][ECHO-004]"
          "[ECHO-005][ECHO-006][ECHO-007][ECHO-008][ECHO-011][ECHO-013]") {
    RequestParser parser;
    for (const test::FixtureCase& c : test::load_fixture("request/frame.json")) {
        INFO(c.name);
        CHECK(outcome_of(parser.read_frame(input_of(c))) == c.expect);
    }
}

TEST_CASE("action request: an object without a call is a bad request that keeps its echo",
          "[WS-024][ECHO-009]") {
    RequestParser parser;
    for (const test::FixtureCase& c :
         test::load_fixture("request/invalid/frame_without_action.json")) {
        INFO(c.name);
        CHECK(outcome_of(parser.read_frame(input_of(c))) == c.expect);
        Params params;
        CHECK(parser.add_json_params(params, input_of(c)));
    }
}

TEST_CASE("action request: what is not one JSON object is refused whole",
          "[HTTP-038][HTTP-039][HTTP-040][WS-024][WS-027]") {
    RequestParser parser;
    for (const char* file : refused_files) {
        const std::string path = std::string("request/invalid/") + file + ".json";
        for (const test::FixtureCase& c : test::load_fixture(path)) {
            INFO(path << ": " << c.name);
            Params params;
            params.add_first({"query", ParamKind::text, "stays"});
            CHECK_FALSE(parser.add_json_params(params, input_of(c)));
            CHECK(listed(params) == Json::parse(R"([["query","text","stays"]])"));
            CHECK(outcome_of(parser.read_frame(input_of(c))) == Json::object());
        }
    }
}

TEST_CASE("action request: no beginning of a frame is accepted", "[HTTP-038][WS-024]") {
    const std::string frame =
        R"({"action":"a\n","params":{"m":[{"a":[1.5e3,null,"\u4f60"]}]},"echo":[true,{}]})";
    RequestParser parser;
    for (std::size_t size = 0; size < frame.size(); ++size) {
        INFO(frame.substr(0, size));
        const FrameRequest request = parser.read_frame(frame.substr(0, size));
        CHECK_FALSE(request.call.has_value());
        CHECK_FALSE(request.echo.has_value());
    }
    CHECK(parser.read_frame(frame).call.has_value());
}

TEST_CASE("action request: nothing of an earlier frame completes a later one", "[WS-024]") {
    RequestParser parser;
    for (const std::string_view params : {R"({})", R"({"a":1})", R"({"a":[[1]]})", R"({"a":{}})"}) {
        const std::string frame = R"({"action":"x","params":)" + std::string(params) + "}";
        INFO(frame);
        REQUIRE(parser.read_frame(frame).call.has_value());
        CHECK_FALSE(parser.read_frame(frame.substr(0, frame.size() - 1)).call.has_value());
    }
}

TEST_CASE("action request: nesting is accepted up to its bound", "[ECHO-012]") {
    RequestParser parser;
    const std::string deepest = nested_array(max_json_depth - 1);
    CHECK(parser.read_frame(frame_with_echo(nested_array(100))).echo == nested_array(100));
    CHECK(parser.read_frame(frame_with_echo(deepest)).echo == deepest);
    CHECK_FALSE(parser.read_frame(frame_with_echo("[" + deepest + "]")).call.has_value());
    Params params;
    CHECK(parser.add_json_params(params, "{\"a\":" + deepest + "}"));
    CHECK_FALSE(parser.add_json_params(params, "{\"a\":[" + deepest + "]}"));
    const std::string in_params = nested_array(max_json_depth - 2);
    CHECK(parser.read_frame("{\"action\":\"x\",\"params\":{\"a\":" + in_params + "}}").call);
    CHECK_FALSE(
        parser.read_frame("{\"action\":\"x\",\"params\":{\"a\":[" + in_params + "]}}").call);
}

TEST_CASE("action request: half a million brackets are refused without descending",
          "[HTTP-038][WS-024]") {
    RequestParser parser;
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(parser.read_frame(repeated("[", 500'000)).call.has_value());
    CHECK_FALSE(parser.read_frame("{\"a\":" + repeated("[", 500'000)).call.has_value());
    CHECK_FALSE(parser.read_frame(repeated("{\"a\":", 500'000)).call.has_value());
    CHECK_FALSE(parser.read_frame(frame_with_echo(nested_array(500'000))).echo.has_value());
    Params params;
    CHECK_FALSE(parser.add_json_params(params, "{\"a\":" + nested_array(500'000) + "}"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("action request: a large echo comes back unchanged", "[ECHO-012]") {
    RequestParser parser;
    const std::string plain = "\"" + repeated("0123456789abcdef", 4096) + "\"";
    CHECK(parser.read_frame(frame_with_echo(plain)).echo == plain);
    const std::string escaped = "\"" + repeated("\\u4f60\\\"\\\\", 8192) + "\"";
    CHECK(parser.read_frame(frame_with_echo(escaped)).echo == escaped);
}

TEST_CASE("action request: documents of all sizes can follow each other", "[WS-026]") {
    RequestParser parser;
    for (const std::size_t size : {0U, 1U, 5000U, 63U, 64U, 65U, 4U << 20U, 100U, 2U << 20U}) {
        const std::string text = repeated("x", size) + repeated("\\n", size / 2);
        const auto request =
            parser.read_frame("{\"action\":\"a\",\"params\":{\"m\":\"" + text + "\"}}");
        REQUIRE(request.call.has_value());
        CHECK(request.call->params.find("m")->text ==
              repeated("x", size) + repeated("\n", size / 2));
        CHECK_FALSE(parser.read_frame("{\"action\":").call.has_value());
    }
}

TEST_CASE("action request: every escaped string of a document is decoded", "[HTTP-033]") {
    std::string body = "{";
    for (int i = 0; i < 1000; ++i) {
        const std::string number = std::to_string(i);
        body += (i == 0 ? "\"\\u006b" : ",\"\\u006b") + number + "\":\"\\u0076\\\\" + number + "\"";
    }
    RequestParser parser;
    Params params;
    REQUIRE(parser.add_json_params(params, body + "}"));
    REQUIRE(params.size() == 1000);
    CHECK(params.find("k0")->text == "v\\0");
    CHECK(params.find("k999")->text == "v\\999");
}

TEST_CASE("action request: more parameters than the bound are no request", "[HTTP-038]") {
    const auto members = [](std::size_t count) {
        std::string body = "{";
        for (std::size_t i = 0; i < count; ++i) {
            body += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + "\":1";
        }
        return body + "}";
    };
    RequestParser parser;
    Params params;
    CHECK_FALSE(parser.add_json_params(params, members(max_params + 1)));
    CHECK(params.size() == 0);
    CHECK(parser.add_json_params(params, members(max_params)));
    CHECK(params.size() == max_params);
    const FrameRequest request = parser.read_frame(
        "{\"action\":\"x\",\"echo\":1,\"params\":" + members(max_params + 1) + "}");
    CHECK_FALSE(request.call.has_value());
    CHECK(request.echo == "1");
    CHECK(parser
              .read_frame("{\"params\":" + members(max_params + 1) +
                          ",\"action\":\"x\",\"params\":{}}")
              .call.has_value());
}

TEST_CASE("action request: pairs beyond the bound are ignored", "[HTTP-052]") {
    Params params;
    add_form_params(params, "user_id=1&" + repeated("a&", 1'000'000) + "late=1");
    CHECK(params.size() == 2);
    CHECK(params.find("late") == nullptr);
}

TEST_CASE("action request: a parser that was moved goes on", "[WS-026]") {
    RequestParser first;
    REQUIRE(first.read_frame(R"({"action":"a"})").call.has_value());
    RequestParser second = std::move(first);
    CHECK(second.read_frame(R"({"action":"b"})").call->action == "b");
}

TEST_CASE("action request: nothing of one frame is left in the next", "[WS-020]") {
    RequestParser parser;
    const std::string full = R"({"action":"a","params":{"x":"1"},"echo":7})";
    for (const char* bad : {"", "[]", "{\"action\":", R"({"action":1,"params":{"x":"1"}})"}) {
        INFO(bad);
        parser.read_frame(full).call->caller.loopback = true;
        const FrameRequest& bare = parser.read_frame(R"({"action":"b"})");
        REQUIRE(bare.call.has_value());
        CHECK(bare.call->action == "b");
        CHECK(bare.call->params.size() == 0);
        CHECK_FALSE(bare.call->caller.loopback);
        CHECK_FALSE(bare.echo.has_value());
        CHECK(parser.read_frame(full).echo == "7");
        CHECK_FALSE(parser.read_frame(bad).call.has_value());
        CHECK_FALSE(parser.read_frame(bad).echo.has_value());
        CHECK(parser.read_frame(full).call->params.find("x")->text == "1");
    }
}

}  // namespace cqhttp::protocol
