#include "cli/parameters.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::Encoding;
using cqhttp::cli::ParameterTexts;
using cqhttp::cli::read_parameters;

namespace {

std::string json_of(const std::vector<std::string>& pairs,
                    std::optional<std::string> param_json = std::nullopt) {
    const auto params = read_parameters({pairs, std::move(param_json)}, Encoding::json);
    return params.has_error() ? "error: " + params.error().detail : params->to_json();
}

std::string fault_of(const std::vector<std::string>& pairs,
                     std::optional<std::string> param_json = std::nullopt,
                     Encoding encoding = Encoding::json) {
    const auto params = read_parameters({pairs, std::move(param_json)}, encoding);
    return params.has_error() ? params.error().detail : std::string();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("parameters: a plain value is sent as a text that the gateway reads", "[cli][PAR-002]") {
    REQUIRE(json_of({"user_id=10001", "message=你好"}) ==
            R"({"user_id":"10001","message":"你好"})");
}

TEST_CASE("parameters: the first equals sign ends the name", "[cli]") {
    REQUIRE(json_of({"message=a=b:=c", "empty="}) == R"({"message":"a=b:=c","empty":""})");
}

TEST_CASE("parameters: a text that looks like JSON stays a text", "[cli]") {
    REQUIRE(json_of({R"(message=[{"type":"face"}])"}) == R"({"message":"[{\"type\":\"face\"}]"})");
}

TEST_CASE("parameters: a typed value keeps type and spelling", "[cli]") {
    REQUIRE(json_of({"a:=1", "b:=true", "c:=null", "d:=1e2", R"(e:="x")", "f:=[1,2]",
                     R"(g:={"k":[]})"}) ==
            R"({"a":1,"b":true,"c":null,"d":1e2,"e":"x","f":[1,2],"g":{"k":[]}})");
}

TEST_CASE("parameters: the value after a typed equals sign must be one JSON value", "[cli]") {
    REQUIRE(contains(fault_of({"message:=hello"}), "message:= is not JSON"));
    REQUIRE(contains(fault_of({"message:=hello"}), "message=value"));
    REQUIRE(contains(fault_of({R"(a:=1,"b":2)"}), "a:= is not JSON"));
    REQUIRE(contains(fault_of({R"(a:=1}{"b":2)"}), "a:= is not JSON"));
    REQUIRE(contains(fault_of({"a:="}), "a:= is not JSON"));
}

TEST_CASE("parameters: members of an object join and a pair wins over them", "[cli]") {
    REQUIRE(json_of({"message=hi"}, R"({"user_id":10001,"message":"lost","auto_escape":true})") ==
            R"({"message":"hi","user_id":10001,"auto_escape":true})");
    REQUIRE(json_of({}, "{}") == "{}");
    REQUIRE(json_of({}) == "{}");
}

TEST_CASE("parameters: what is no object is refused", "[cli]") {
    REQUIRE(contains(fault_of({}, "[1]"), "wants an object"));
    REQUIRE(contains(fault_of({}, "7"), "wants an object"));
    REQUIRE(contains(fault_of({}, "{"), "--param-json is not JSON: line 1"));
}

TEST_CASE("parameters: an argument without an equals sign is explained", "[cli]") {
    REQUIRE(fault_of({"hello"}) ==
            "\"hello\" is not a parameter: write name=value, or name:=JSON for a typed value");
    REQUIRE(contains(fault_of({"=x"}), "no name"));
    REQUIRE(contains(fault_of({":=1"}), "no name"));
}

TEST_CASE("parameters: a name given twice and bytes that are no text are refused", "[cli]") {
    REQUIRE(fault_of({"a=1", "a:=2"}) == "the parameter a is given twice");
    REQUIRE(fault_of({"a=\xff"}) == "an argument is not UTF-8 text");
}

TEST_CASE("parameters: query and form carry texts only", "[cli][HTTP-048]") {
    for (const Encoding encoding : {Encoding::query, Encoding::form}) {
        REQUIRE(fault_of({"a=1", "b:=2", "c:=true"}, R"({"d":"x"})", encoding).empty());
        REQUIRE(contains(fault_of({"m:=[1]"}, std::nullopt, encoding), "m is an array or object"));
        REQUIRE(contains(fault_of({}, R"({"m":{}})", encoding), "leave them out to send JSON"));
        REQUIRE(contains(fault_of({"m:=null"}, std::nullopt, encoding), "m is null"));
    }
}
