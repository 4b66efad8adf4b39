#include "cli/verdict.hpp"

#include "cli/console.hpp"
#include "gateway/tests/support/catch.hpp"

#include <utility>

namespace cli = cqhttp::cli;
namespace protocol = cqhttp::protocol;
using cqhttp::cli::ApiAnswer;
using cqhttp::cli::CallFacts;
using cqhttp::cli::judge;
using cqhttp::cli::Verdict;
using cqhttp::protocol::ProfileId;

namespace {

ApiAnswer answer(unsigned status, std::string body = "") {
    return {status, {}, std::move(body)};
}

std::string reply(std::string_view status, int retcode) {
    return R"({"status":")" + std::string(status) + R"(","retcode":)" + std::to_string(retcode) +
           R"(,"data":null})";
}

Verdict judge_call(std::string_view action, const ApiAnswer& got,
                   ProfileId profile = ProfileId::cqhttp_4_0) {
    const protocol::Params none;
    CallFacts facts;
    facts.action = action;
    facts.profile = profile;
    facts.params = &none;
    return judge(got, facts);
}

std::string notes(const Verdict& verdict) {
    std::string all;
    for (const std::string& note : verdict.notes) {
        all += note + "\n";
    }
    return all;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("verdict: ok and async are success and need no words", "[cli][HTTP-064]") {
    for (const auto& body : {reply("ok", 0), reply("async", 1)}) {
        const Verdict verdict = judge_call("get_status", answer(200, body));
        REQUIRE(verdict.exit_code == cli::exit_code::ok);
        REQUIRE(verdict.is_reply);
        REQUIRE(verdict.notes.empty());
    }
}

TEST_CASE("verdict: a missing parameter is explained with what the action takes",
          "[cli][RET-001]") {
    protocol::Params params;
    params.add_last({"user", protocol::ParamKind::text, "10001"});
    params.add_last({"message", protocol::ParamKind::text, "hi"});
    CallFacts facts;
    facts.action = "send_private_msg";
    facts.params = &params;
    const Verdict verdict = judge(answer(200, reply("failed", 100)), facts);
    REQUIRE(verdict.exit_code == cli::exit_code::failed);
    REQUIRE(
        verdict.notes ==
        std::vector<std::string>{
            "retcode 100: a parameter is missing or not allowed; send_private_msg takes user_id "
            "(int), message (message), auto_escape (bool, default false)",
            "missing: user_id; not a parameter of it: user"});
}

TEST_CASE("verdict: with a whole body nothing is said about single parameters", "[cli]") {
    CallFacts facts;
    facts.action = "send_private_msg";
    const Verdict verdict = judge(answer(200, reply("failed", 100)), facts);
    REQUIRE(verdict.notes.size() == 1);
}

TEST_CASE("verdict: an alias counts as the parameter it stands for", "[cli][ACT-010]") {
    protocol::Params params;
    params.add_last({"flag", protocol::ParamKind::text, "f"});
    params.add_last({"type", protocol::ParamKind::text, "x"});
    CallFacts facts;
    facts.action = "set_group_add_request_async";
    facts.profile = ProfileId::onebot_11;
    facts.params = &params;
    const Verdict verdict = judge(answer(200, reply("failed", 100)), facts);
    REQUIRE(verdict.notes.size() == 1);
    REQUIRE(contains(verdict.notes[0], "sub_type (add|invite)"));
}

TEST_CASE("verdict: every code of the specification has its own words", "[cli][RET-002][SBX-001]") {
    const std::pair<int, std::string_view> rows[] = {{100, "parameter is missing"},
                                                     {102, "no access"},
                                                     {103, "not enough rights"},
                                                     {104, "credentials"},
                                                     {201, "worker pool"},
                                                     {1400, "could not read the call"},
                                                     {1404, "no such action"},
                                                     {-3, "longer"},
                                                     {-10, "not in that group"},
                                                     {-11, "image or record"},
                                                     {-12, "0 seconds"},
                                                     {-13, "flag"},
                                                     {-16, "cannot leave"},
                                                     {-17, "is_dismiss=true"},
                                                     {-18, "only the owner"},
                                                     {-20, "already handled"},
                                                     {-23, "no relation"},
                                                     {-34, "banned"},
                                                     {-38, "not in that group or"},
                                                     {-39, "role in the group"},
                                                     {-999, "chat platform"},
                                                     {1200, "not a code of CQHTTP"}};
    for (const auto& [code, words] : rows) {
        INFO(code);
        const Verdict verdict = judge_call("get_status", answer(200, reply("failed", code)));
        REQUIRE(verdict.exit_code == cli::exit_code::failed);
        REQUIRE(contains(verdict.notes.at(0), "retcode " + std::to_string(code) + ": "));
        REQUIRE(contains(verdict.notes.at(0), words));
    }
}

TEST_CASE("verdict: a reply that contradicts itself has failed", "[cli][HTTP-064]") {
    for (const auto& body : {reply("failed", 0), reply("ok", 100)}) {
        const Verdict verdict = judge_call("get_status", answer(200, body));
        REQUIRE(verdict.exit_code == cli::exit_code::failed);
        REQUIRE(contains(verdict.notes.at(0), "contradicts itself"));
    }
}

TEST_CASE("verdict: 401 asks for a token and 403 calls it wrong", "[cli][AUTH-002]") {
    const Verdict missing = judge_call("get_status", answer(401));
    REQUIRE(missing.exit_code == cli::exit_code::refused);
    REQUIRE(missing.notes == std::vector<std::string>{"401: the gateway wants an access token: "
                                                      "--token-file FILE or CQHTTP_TOKEN"});
    CallFacts facts;
    facts.action = "get_status";
    facts.token_given = true;
    const Verdict wrong = judge(answer(403), facts);
    REQUIRE(wrong.exit_code == cli::exit_code::refused);
    REQUIRE(wrong.notes == std::vector<std::string>{"403: the access token is wrong"});
}

TEST_CASE("verdict: 401 in spite of a token points to the scheme", "[cli][AUTH-009]") {
    CallFacts facts;
    facts.action = "get_status";
    facts.token_given = true;
    facts.scheme = "Bearer";
    REQUIRE(contains(notes(judge(answer(401), facts)), "try --scheme Token"));
    facts.scheme = "Token";
    REQUIRE(contains(notes(judge(answer(401), facts)), "try --scheme Bearer"));
}

TEST_CASE("verdict: a refusal stays one whatever its body says", "[cli]") {
    REQUIRE(judge_call("get_status", answer(403, reply("ok", 0))).exit_code ==
            cli::exit_code::refused);
}

TEST_CASE("verdict: 404 asks which action was meant", "[cli][HTTP-019]") {
    const Verdict verdict = judge_call("send_privat_msg", answer(404));
    REQUIRE(verdict.exit_code == cli::exit_code::not_a_reply);
    REQUIRE(verdict.notes.at(0) == "404: no such action, see cqhttp-cli actions");
    REQUIRE(contains(verdict.notes.at(1), "did you mean send_private_msg"));
}

TEST_CASE("verdict: 404 for an action of another profile names the profile", "[cli][ACT-001]") {
    const std::string said = notes(judge_call("get_friend_list", answer(404)));
    REQUIRE(contains(said, "get_friend_list is part of cqhttp-4.15, onebot-11 only"));
}

TEST_CASE("verdict: 404 for an action that should be there doubts the address", "[cli]") {
    REQUIRE(contains(notes(judge_call("get_status", answer(404))), "another profile or --url"));
}

TEST_CASE("verdict: 404 for something like nothing adds nothing", "[cli]") {
    REQUIRE(judge_call("frobnicate", answer(404)).notes.size() == 1);
}

TEST_CASE("verdict: retcode 1404 is an unknown action too", "[cli][RET-002]") {
    const Verdict verdict = judge_call("send_privat_msg", answer(200, reply("failed", 1404)));
    REQUIRE(verdict.exit_code == cli::exit_code::failed);
    REQUIRE(contains(notes(verdict), "did you mean send_private_msg"));
}

TEST_CASE("verdict: 400 says what is wrong with a body given whole", "[cli][HTTP-038][HTTP-039]") {
    CallFacts facts;
    facts.action = "send_msg";
    facts.body = "{\"a\":\n oops}";
    const Verdict broken = judge(answer(400), facts);
    REQUIRE(broken.exit_code == cli::exit_code::not_a_reply);
    REQUIRE(contains(notes(broken), "--data is not JSON: line 2"));
    facts.body = "[1]";
    REQUIRE(contains(notes(judge(answer(400), facts)), "--data wants one object"));
}

TEST_CASE("verdict: other statuses are no replies and say what to try", "[cli][HTTP-021]") {
    const std::pair<unsigned, std::string_view> rows[] = {
        {405, "--get"},  {406, "--form or --get"}, {413, "larger"}, {426, "WebSocket"},
        {500, "failed"}, {502, "proxy"},           {204, "empty"},  {418, "not a CQHTTP reply"}};
    for (const auto& [status, words] : rows) {
        INFO(status);
        const Verdict verdict = judge_call("get_status", answer(status));
        REQUIRE(verdict.exit_code == cli::exit_code::not_a_reply);
        REQUIRE_FALSE(verdict.is_reply);
        REQUIRE(contains(notes(verdict), words));
    }
}

TEST_CASE("verdict: a redirect names its place", "[cli]") {
    ApiAnswer got = answer(301);
    got.headers.emplace_back("Location", "https://h/");
    REQUIRE(contains(notes(judge_call("get_status", got)), "redirected to \"https://h/\""));
}

TEST_CASE("verdict: what is not JSON with status and retcode is no reply", "[cli][HTTP-062]") {
    for (const char* body :
         {"<html>hello</html>", "{", "[]", "null", R"({"status":"ok"})", R"({"retcode":0})",
          R"({"status":0,"retcode":0})", R"({"status":"ok","retcode":"0"})",
          R"({"status":"ok","retcode":0.5})"}) {
        INFO(body);
        const Verdict verdict = judge_call("get_status", answer(200, body));
        REQUIRE(verdict.exit_code == cli::exit_code::not_a_reply);
        REQUIRE_FALSE(verdict.is_reply);
        REQUIRE(contains(notes(verdict), std::string("it says: ") + body));
    }
}

TEST_CASE("verdict: a long page is quoted by its beginning", "[cli]") {
    const Verdict verdict = judge_call("get_status", answer(200, std::string(10'000, 'x')));
    REQUIRE(verdict.notes.back().size() < 200);
    REQUIRE(verdict.notes.back().ends_with("..."));
}

TEST_CASE("verdict: a failing status with a reply keeps the reply", "[cli]") {
    const Verdict verdict = judge_call("nothing", answer(404, reply("failed", 1404)));
    REQUIRE(verdict.exit_code == cli::exit_code::not_a_reply);
    REQUIRE(verdict.is_reply);
}
