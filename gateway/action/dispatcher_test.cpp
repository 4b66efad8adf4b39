#include "gateway/action/dispatcher.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_system.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp {
using protocol::ActionReply;
using protocol::ProfileId;

namespace {

struct Fixture {
    explicit Fixture(ProfileId id = ProfileId::cqhttp_4_0, action::BackgroundLimits limits = {})
        : profile(protocol::profile(id)),
          system(backend, status, restarter, profile, "/srv/bot"),
          dispatcher(
              backend, system, profile, limits,
              [this](std::string, boost::asio::awaitable<void> task) {
                  tasks.push_back(std::move(task));
              },
              Log(log, "action")) {}

    ActionReply call(const std::string& action, protocol::Params params = {}) {
        protocol::ActionRequest request;
        request.action = action;
        request.params = std::move(params);
        account::Answer answer = dispatcher.call(std::move(request));
        return answer.ready() ? answer.take() : test::run_coro(context, answer.later());
    }

    void run_tasks() {
        for (auto& task : std::exchange(tasks, {})) {
            test::run_coro(context, std::move(task));
        }
    }

    boost::asio::io_context context;
    test::RecordingLog log;
    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    const protocol::Profile& profile;
    action::SystemActions system;
    std::vector<boost::asio::awaitable<void>> tasks;
    action::Dispatcher dispatcher;
};

protocol::Params quick_operation(const std::string& context, const std::string& operation) {
    protocol::Params params;
    params.add_first({"context", protocol::ParamKind::object, context});
    params.add_first({"operation", protocol::ParamKind::object, operation});
    return params;
}

action::BackgroundLimits rate_limited() {
    action::BackgroundLimits limits;
    limits.rate_limited = true;
    limits.rate_limit_interval = std::chrono::milliseconds(0);
    return limits;
}

protocol::Params private_message() {
    protocol::Params params;
    params.add_first({"user_id", protocol::ParamKind::text, "10001"});
    params.add_first({"message", protocol::ParamKind::text, "hi"});
    return params;
}

}  // namespace

TEST_CASE("dispatcher: a call reaches the account with its parameters", "[ACT-101]") {
    Fixture fixture;
    fixture.backend.answer.data = R"({"message_id":7})";
    const auto reply = fixture.call("send_private_msg", private_message());
    CHECK(reply.ok());
    CHECK(reply.data == R"({"message_id":7})");
    REQUIRE(fixture.backend.calls.size() == 1);
    CHECK(fixture.backend.calls[0].action == "send_private_msg");
    CHECK(fixture.backend.calls[0].params.find("user_id")->text == "10001");
}

TEST_CASE("dispatcher: an answer that takes time is awaited", "[ACT-101]") {
    Fixture fixture;
    fixture.backend.later = true;
    fixture.backend.answer = ActionReply::failure(-23);
    CHECK(fixture.call("send_private_msg", private_message()).retcode == -23);
}

TEST_CASE("dispatcher: an unknown action answers 1404", "[HTTP-013][ACT-001]") {
    Fixture fixture;
    for (const char* name : {"no_such_action", "Get_Login_Info", "get_friend_list", ""}) {
        INFO(name);
        CHECK(fixture.call(name).retcode == protocol::retcode::unknown_action);
    }
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: a control action that is not offered is unknown whatever its parameters",
          "[HTTP-013][ACT-001]") {
    Fixture fixture;
    protocol::ActionRequest request;
    request.action = ".sandbox_inject";
    CHECK(fixture.call(request.action).retcode == 1404);
    request.caller.loopback = true;  // FakeBackend offers it to them
    CHECK(fixture.dispatcher.call(std::move(request)).take().retcode == 100);
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: a bad parameter answers 100 and nothing is done",
          "[PAR-016][RET-001][RET-003]") {
    Fixture fixture;
    CHECK(fixture.call("send_private_msg").retcode == protocol::retcode::bad_params);
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: actions of the gateway itself do not reach the account", "[ACT-127]") {
    Fixture fixture;
    CHECK(fixture.call("get_status").ok());
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: an async call answers at once and is carried out once",
          "[ASYNC-001][ASYNC-002][ASYNC-003]") {
    Fixture fixture;
    const auto reply = fixture.call("send_private_msg_async", private_message());
    CHECK(reply.retcode == protocol::retcode::async);
    CHECK(reply.data == "null");
    CHECK(fixture.backend.calls.empty());
    fixture.run_tasks();
    REQUIRE(fixture.backend.calls.size() == 1);
    CHECK(fixture.backend.calls[0].action == "send_private_msg");
    CHECK(fixture.dispatcher.background_calls() == 0);
}

TEST_CASE("dispatcher: async parameters are not checked before the answer",
          "[ASYNC-004][ASYNC-005]") {
    Fixture fixture;
    CHECK(fixture.call("send_private_msg_async").retcode == protocol::retcode::async);
    CHECK(fixture.call("no_such_action_async").retcode == protocol::retcode::async);
    fixture.run_tasks();
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: a doubled async suffix is an unknown action", "[ASYNC-006]") {
    Fixture fixture;
    CHECK(fixture.call("get_status_async_async").retcode == protocol::retcode::unknown_action);
    CHECK(fixture.call("_async").retcode == protocol::retcode::unknown_action);
    CHECK(fixture.tasks.empty());
}

TEST_CASE("dispatcher: async calls after the stop answer 201", "[ASYNC-008]") {
    Fixture fixture;
    fixture.dispatcher.stop();
    CHECK(fixture.call("get_status_async").retcode == protocol::retcode::no_worker);
}

TEST_CASE("dispatcher: async calls beyond the bound answer 201 and the others are carried out",
          "[ASYNC-008]") {
    Fixture fixture(ProfileId::cqhttp_4_0, {1, 3});
    for (int i = 0; i < 3; ++i) {
        CHECK(fixture.call("send_private_msg_async", private_message()).retcode ==
              protocol::retcode::async);
    }
    CHECK(fixture.tasks.size() == 1);
    CHECK(fixture.call("send_private_msg_async", private_message()).retcode ==
          protocol::retcode::no_worker);
    CHECK(fixture.log.count(LogLevel::warn, "async call refused") == 1);
    fixture.run_tasks();
    CHECK(fixture.backend.calls.size() == 3);
}

TEST_CASE("dispatcher: the rate limited suffix is unknown in the oldest profile", "[RATE-006]") {
    Fixture fixture;
    CHECK(fixture.call("send_private_msg_rate_limited", private_message()).retcode ==
          protocol::retcode::unknown_action);
}

TEST_CASE("dispatcher: rate limited calls share one queue whatever their action",
          "[RATE-002][RATE-004]") {
    for (const ProfileId id : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Fixture fixture(id, rate_limited());
        for (const char* action : {"send_private_msg_rate_limited", "send_msg_rate_limited",
                                   "get_group_list_rate_limited"}) {
            const auto reply = fixture.call(action, private_message());
            CHECK(reply.retcode == protocol::retcode::async);
            CHECK(reply.data == "null");
        }
        CHECK(fixture.backend.calls.empty());
        CHECK(fixture.tasks.size() == 1);
        CHECK(fixture.dispatcher.background_calls() == 3);
        fixture.run_tasks();
        REQUIRE(fixture.backend.calls.size() == 3);
        CHECK(fixture.backend.calls[0].action == "send_private_msg");
        CHECK(fixture.backend.calls[1].action == "send_msg");
        CHECK(fixture.backend.calls[2].action == "get_group_list");
    }
}

TEST_CASE("dispatcher: rate limited calls are unknown where the setting is off", "[RATE-001]") {
    for (const ProfileId id : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Fixture fixture(id);
        CHECK(fixture.call("get_status_rate_limited").retcode == protocol::retcode::unknown_action);
    }
    Fixture oldest(ProfileId::cqhttp_4_0, rate_limited());
    CHECK(oldest.call("get_status_rate_limited").retcode == protocol::retcode::unknown_action);
}

TEST_CASE("dispatcher: a doubled rate limited suffix is an unknown action", "[RATE-005]") {
    Fixture fixture(ProfileId::cqhttp_4_15, rate_limited());
    CHECK(fixture.call("get_status_rate_limited_rate_limited").retcode ==
          protocol::retcode::unknown_action);
    CHECK(fixture.call("_rate_limited").retcode == protocol::retcode::unknown_action);
    CHECK(fixture.tasks.empty());
}

TEST_CASE("dispatcher: rate limited calls after the stop answer 201", "[ASYNC-008]") {
    Fixture fixture(ProfileId::cqhttp_4_15, rate_limited());
    fixture.dispatcher.stop();
    CHECK(fixture.call("get_status_rate_limited").retcode == protocol::retcode::no_worker);
}

TEST_CASE("dispatcher: a quick operation is carried out on the context that is given",
          "[ACT-018][ACT-161]") {
    for (const ProfileId id : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Fixture fixture(id);
        fixture.backend.answer = ActionReply::failure(-34);  // an inner failure does not show
        const auto reply = fixture.call(
            ".handle_quick_operation",
            quick_operation(R"({"post_type":"message","message_type":"group","group_id":20001,)"
                            R"("user_id":10001,"message_id":7,"time":1,"self_id":10086001})",
                            R"({"reply":"hi","at_sender":false,"delete":true})"));
        CHECK(reply.ok());
        CHECK(reply.data == "null");
        REQUIRE(fixture.backend.calls.size() == 2);
        CHECK(fixture.backend.calls[0].action == "send_group_msg");
        CHECK(fixture.backend.calls[0].params.find("group_id")->text == "20001");
        CHECK(fixture.backend.calls[1].action == "delete_msg");
        CHECK(fixture.backend.calls[1].params.find("message_id")->text == "7");
        CHECK(fixture.backend.blocked.empty());
    }
}

TEST_CASE("dispatcher: the context of a quick operation may have the shape of 3-x", "[ACT-019]") {
    const struct {
        const char *context, *operation, *action, *param, *value;
    } rows[] = {
        {R"({"post_type":"request","request_type":"friend","user_id":1,"message":"hi","flag":"f1"})",
         R"({"approve":true,"remark":"r"})", "set_friend_add_request", "flag", "f1"},
        {R"({"post_type":"message","message_type":"group","sub_type":"anonymous","group_id":2,)"
         R"("user_id":80000000,"anonymous":"Ghost","anonymous_flag":"f2"})",
         R"({"ban":true})", "set_group_anonymous_ban", "flag", "f2"},
    };
    for (const auto& row : rows) {
        INFO(row.context);
        Fixture fixture(ProfileId::cqhttp_4_15);
        CHECK(fixture.call(".handle_quick_operation", quick_operation(row.context, row.operation))
                  .ok());
        REQUIRE(fixture.backend.calls.size() == 1);
        CHECK(fixture.backend.calls[0].action == row.action);
        CHECK(fixture.backend.calls[0].params.find(row.param)->text == row.value);
    }
    Fixture fixture(ProfileId::cqhttp_4_15);
    CHECK(fixture
              .call(".handle_quick_operation",
                    quick_operation(R"({"post_type":"event","event":"friend_add","user_id":1})",
                                    R"({"reply":"hi"})"))
              .ok());
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: a quick operation without a usable context answers 100", "[ACT-018]") {
    Fixture fixture(ProfileId::cqhttp_4_15);
    protocol::Params no_object = quick_operation("{}", "{}");
    no_object.add_last({"context", protocol::ParamKind::array, "[]"});
    CHECK(fixture.call(".handle_quick_operation", no_object).retcode == 100);
    no_object = quick_operation(R"({"post_type":"message","message_type":"private"})", "{}");
    no_object.add_last({"operation", protocol::ParamKind::text, "{}"});
    CHECK(fixture.call(".handle_quick_operation", no_object).retcode == 100);
    CHECK(fixture.call(".handle_quick_operation", quick_operation("{}", "{}")).retcode == 100);
    CHECK(fixture.call(".handle_quick_operation").retcode == 100);
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("dispatcher: a meta event as context asks for nothing", "[ACT-018]") {
    Fixture fixture(ProfileId::onebot_11);
    CHECK(fixture
              .call(".handle_quick_operation",
                    quick_operation(R"({"post_type":"meta_event","meta_event_type":"heartbeat"})",
                                    R"({"reply":"hi"})"))
              .ok());
    CHECK(fixture.backend.calls.empty());
}

}  // namespace cqhttp
