#include "gateway/account/effects.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::account {

namespace {

Effect like(std::int64_t time) {
    return {.time = time, .action = "send_like", .params = R"({"user_id":1})"};
}

}  // namespace

TEST_CASE("effects: nothing has happened at the start", "[effects]") {
    CHECK(EffectLog().to_json(0) == "[]");
}

TEST_CASE("effects: each is told with its number and the oldest first", "[effects]") {
    EffectLog log;
    log.add({.time = 5, .action = "send_msg", .params = R"({"message":"你好"})", .message_id = 7});
    log.add(like(6));
    CHECK(
        log.to_json(0) ==
        R"([{"number":1,"time":5,"action":"send_msg","params":{"message":"你好"},"message_id":7},)"
        R"({"number":2,"time":6,"action":"send_like","params":{"user_id":1}}])");
}

TEST_CASE("effects: parameters are told as the caller gave them", "[effects]") {
    protocol::Params given;
    given.add_last({"message", protocol::ParamKind::text, "a\"b"});
    given.add_last({"user_id", protocol::ParamKind::integer, "7"});
    EffectLog log;
    log.add({.time = 5, .action = "send_msg", .given = given});
    log.add({.time = 6, .action = "set_restart_plugin", .given = {}});
    CHECK(log.to_json(0) ==
          R"([{"number":1,"time":5,"action":"send_msg","params":{"message":"a\"b","user_id":7}},)"
          R"({"number":2,"time":6,"action":"set_restart_plugin","params":{}}])");
}

TEST_CASE("effects: a reader asks for what is new", "[effects]") {
    EffectLog log;
    log.add(like(5));
    log.add(like(6));
    CHECK(log.to_json(1) ==
          R"([{"number":2,"time":6,"action":"send_like","params":{"user_id":1}}])");
    CHECK(log.to_json(2) == "[]");
    CHECK(log.to_json(99) == "[]");
    CHECK(log.to_json(-5).starts_with(R"([{"number":1,)"));
}

TEST_CASE("effects: the oldest are forgotten and numbers go on", "[effects]") {
    EffectLog log(2);
    log.add(like(5));
    log.add(like(6));
    log.add(like(7));
    CHECK(log.to_json(0) ==
          R"([{"number":2,"time":6,"action":"send_like","params":{"user_id":1}},)"
          R"({"number":3,"time":7,"action":"send_like","params":{"user_id":1}}])");
}

TEST_CASE("effects: large parameters push older ones out and the newest stays", "[effects]") {
    EffectLog log(10, 100);
    log.add(like(5));
    log.add({.time = 6, .action = "send_msg", .params = '"' + std::string(200, 'x') + '"'});
    CHECK(log.to_json(0).starts_with(R"([{"number":2,"time":6,)"));
    log.add(like(7));
    CHECK(log.to_json(0) ==
          R"([{"number":3,"time":7,"action":"send_like","params":{"user_id":1}}])");
}

}  // namespace cqhttp::account
