#include "cli/call_ledger.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::CallLedger;
using Kind = cqhttp::cli::CallLedger::Finding::Kind;

namespace {

std::string reply(const std::string& echo) {
    return R"({"status":"ok","retcode":0,"data":null)" + (echo.empty() ? "" : ",\"echo\":" + echo) +
           "}";
}

}  // namespace

TEST_CASE("call ledger: answers find their calls in any order", "[cli][WS-040][WS-041]") {
    CallLedger ledger;
    ledger.sent(0, "1");
    ledger.sent(1, R"({"a":[1]})");
    ledger.sent(2, "\"1\"");
    REQUIRE(ledger.take(reply("\"1\"")).number == 2);
    REQUIRE(ledger.take(reply("1")).number == 0);
    const auto last = ledger.take(reply(R"({"a":[1]})"));
    REQUIRE(last.kind == Kind::answer);
    REQUIRE(last.number == 1);
    REQUIRE(last.words.empty());
    REQUIRE(ledger.waiting() == 0);
}

TEST_CASE("call ledger: without echoes answers come one after another", "[cli]") {
    CallLedger ledger;
    ledger.sent(0, std::nullopt);
    REQUIRE(ledger.take(reply("")).kind == Kind::answer);
    ledger.sent(1, std::nullopt);
    REQUIRE(ledger.take(reply("")).number == 1);
}

TEST_CASE("call ledger: calls with equal echoes are answered in their order", "[cli]") {
    CallLedger ledger;
    ledger.sent(0, "1");
    ledger.sent(1, "1");
    REQUIRE(ledger.take(reply("1")).number == 0);
    REQUIRE(ledger.take(reply("1")).number == 1);
}

TEST_CASE("call ledger: an echo in another spelling is taken with a remark", "[cli][ECHO-001]") {
    struct Spelling {
        const char *sent, *came;
    };
    for (const Spelling& echo :
         {Spelling{"1.0", "1"}, Spelling{"1e2", "100.0"}, Spelling{R"("\u0041")", R"("A")"},
          Spelling{R"({"b":1,"a":2})", R"({"a":2,"b":1})"}}) {
        INFO(echo.sent);
        CallLedger ledger;
        ledger.sent(4, echo.sent);
        const auto found = ledger.take(reply(echo.came));
        REQUIRE(found.kind == Kind::answer);
        REQUIRE(found.number == 4);
        REQUIRE(found.words == std::string("the echo was sent as ") + echo.sent +
                                   " and came back as " + echo.came);
    }
}

TEST_CASE("call ledger: a mangled or missing echo is no answer", "[cli][ECHO-001][ECHO-008]") {
    const auto words = [](std::optional<std::string> sent, const std::string& came) {
        CallLedger ledger;
        ledger.sent(0, std::move(sent));
        const auto found = ledger.take(reply(came));
        REQUIRE(found.kind == Kind::stray);
        REQUIRE(ledger.waiting() == 1);
        return found.words;
    };
    REQUIRE(words("1", "2") == "the answer has the echo 2, but 1 was sent");
    REQUIRE(words("1", "\"1\"") == "the answer has the echo \"1\", but 1 was sent");
    REQUIRE(words("9007199254740993", "9007199254740992").find("was sent") != std::string::npos);
    REQUIRE(words("1", "") == "the answer has no echo, but 1 was sent");
    REQUIRE(words(std::nullopt, "1") == "the answer has the echo 1, but none was sent");
    REQUIRE(words("1", "\"" + std::string(1000, 'x') + "\"").size() < 250);
}

TEST_CASE("call ledger: an answer too many is found", "[cli][WS-021]") {
    CallLedger ledger;
    ledger.sent(0, "1");
    ledger.sent(1, "2");
    REQUIRE(ledger.take(reply("1")).kind == Kind::answer);
    REQUIRE(ledger.take(reply("1")).kind == Kind::stray);
    REQUIRE(ledger.take(reply("2")).kind == Kind::answer);
    REQUIRE(ledger.take(reply("2")).words == "a message that answers no call");
}

TEST_CASE("call ledger: an event is no answer", "[cli][WS-062]") {
    CallLedger ledger;
    ledger.sent(0, std::nullopt);
    REQUIRE(ledger.take(R"({"post_type":"meta_event","meta_event_type":"lifecycle"})").kind ==
            Kind::event);
    REQUIRE(ledger.waiting() == 1);
}

TEST_CASE("call ledger: what is no object is left to the reader of the answer", "[cli]") {
    for (const char* message : {"", "hello", "[1]", "\"a\"", "{"}) {
        INFO(message);
        CallLedger ledger;
        ledger.sent(3, "1");
        const auto found = ledger.take(message);
        REQUIRE(found.kind == Kind::answer);
        REQUIRE(found.number == 3);
    }
}

TEST_CASE("call ledger: what others may leave out is remarked only", "[cli][ECHO-007][ECHO-009]") {
    CallLedger ledger;
    ledger.sent(0, "null");
    REQUIRE(ledger.take(reply("")).words == "the echo null did not come back");
    ledger.sent(1, "5");
    const auto bad = ledger.take(R"({"status":"failed","retcode":1400,"data":null})");
    REQUIRE(bad.kind == Kind::answer);
    REQUIRE(bad.words == "the echo did not come back");
}
