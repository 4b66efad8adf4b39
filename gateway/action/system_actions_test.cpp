#include "gateway/action/system_actions.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_system.hpp"

#include <string>

namespace cqhttp {
using protocol::Json;
using protocol::ProfileId;

namespace {

struct Fixture {
    explicit Fixture(ProfileId id = ProfileId::cqhttp_4_0)
        : profile(protocol::profile(id)), system(backend, status, restarter, profile, "/srv/bot") {}

    protocol::ActionReply call(const std::string& name, protocol::Params params = {}) {
        const auto* spec = protocol::find_action(name, profile.id);
        REQUIRE(spec != nullptr);
        auto arguments = protocol::bind_arguments(*spec, std::move(params), profile);
        REQUIRE(arguments);
        return system.call(*spec, *arguments);
    }

    Json data(const std::string& name) { return Json::parse(call(name).data); }

    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    const protocol::Profile& profile;
    action::SystemActions system;
};

protocol::Params with(const char* name, const char* number) {
    protocol::Params params;
    params.add_first({name, protocol::ParamKind::integer, number});
    return params;
}

}  // namespace

TEST_CASE("system actions: the status of the oldest profile has its members",
          "[ACT-030][ACT-127]") {
    Fixture fixture;
    const Json data = fixture.data("get_status");
    CHECK(data == Json({{"app_initialized", true},
                        {"app_enabled", true},
                        {"plugins_good", true},
                        {"app_good", true},
                        {"online", true},
                        {"good", true}}));
}

TEST_CASE("system actions: a part that is not good makes status not good", "[ACT-031][ACT-032]") {
    Fixture fixture;
    fixture.status.list = {{"http", true}, {"ws", false}};
    const Json data = fixture.data("get_status");
    CHECK(data["plugins_good"] == false);
    CHECK(data["app_good"] == false);
    CHECK(data["online"] == true);
    CHECK(data["good"] == false);
}

TEST_CASE("system actions: an account that is offline is not good", "[ACT-031]") {
    Fixture fixture;
    fixture.backend.is_online = false;
    const Json data = fixture.data("get_status");
    CHECK(data["app_good"] == true);
    CHECK(data["online"] == false);
    CHECK(data["good"] == false);
}

TEST_CASE("system actions: the status of the later profiles has their members", "[ACT-030]") {
    CHECK(Fixture(ProfileId::cqhttp_4_15).data("get_status")["plugins_good"] ==
          Json({{"http", true}}));
    CHECK(Fixture(ProfileId::onebot_11).data("get_status") ==
          Json({{"online", true}, {"good", true}}));
}

TEST_CASE("system actions: the version info names the version of the profile",
          "[ACT-033][ACT-034][ACT-128]") {
    Fixture fixture;
    const Json data = fixture.data("get_version_info");
    CHECK(data["coolq_directory"] == "/srv/bot");
    CHECK(data["coolq_edition"] == "pro");
    CHECK(data["plugin_version"] == "4.0.5");
    CHECK(data["plugin_build_number"] == 410);
    CHECK(data["plugin_build_configuration"] == "release");
}

TEST_CASE("system actions: the version info of onebot names the protocol", "[ACT-033]") {
    const Json data = Fixture(ProfileId::onebot_11).data("get_version_info");
    CHECK(data["app_name"] == "cqhttp-gateway");
    CHECK(data["protocol_version"] == "v11");
    CHECK(data["app_version"].is_string());
}

TEST_CASE("system actions: a plugin restart answers async and is asked for", "[ACT-040][ACT-130]") {
    Fixture fixture;
    const auto reply = fixture.call("set_restart_plugin", with("delay", "250"));
    CHECK(reply.retcode == protocol::retcode::async);
    CHECK(reply.data == "null");
    CHECK(fixture.restarter.delays ==
          std::vector<std::chrono::milliseconds>{std::chrono::milliseconds(250)});
}

TEST_CASE("system actions: a negative delay is none", "[ACT-043]") {
    Fixture fixture;
    fixture.call("set_restart_plugin", with("delay", "-5"));
    REQUIRE(fixture.restarter.delays.size() == 1);
    CHECK(fixture.restarter.delays[0].count() == 0);
}

TEST_CASE("system actions: an account restart restarts the account and then the gateway",
          "[ACT-044][ACT-129]") {
    Fixture fixture;
    protocol::Params params;
    params.add_first({"clean_cache", protocol::ParamKind::boolean, "true"});
    const auto reply = fixture.call("set_restart", params);
    CHECK(reply.ok());
    CHECK(fixture.backend.restarts == std::vector<bool>{true});
    CHECK(fixture.restarter.delays.size() == 1);
}

TEST_CASE("system actions: a restart the account cannot make does not restart the gateway",
          "[ACT-044]") {
    Fixture fixture;
    fixture.backend.restart_reply = protocol::ActionReply::failure(103);
    CHECK(fixture.call("set_restart").retcode == 103);
    CHECK(fixture.restarter.delays.empty());
}

TEST_CASE("system actions: the update check answers async", "[ACT-021][ACT-134]") {
    Fixture fixture;
    CHECK(fixture.call(".check_update").retcode == protocol::retcode::async);
}

TEST_CASE("system actions: every action the gateway owns is carried out here", "[ACT-001]") {
    for (const ProfileId id :
         {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        for (const auto& spec : protocol::action_catalogue()) {
            const bool later_profile_only = !spec.profiles.contains(ProfileId::cqhttp_4_0);
            if (spec.owner != protocol::ActionOwner::gateway || !spec.profiles.contains(id) ||
                later_profile_only) {
                continue;
            }
            INFO(spec.name);
            Fixture fixture(id);
            CHECK(fixture.call(std::string(spec.name)).retcode !=
                  protocol::retcode::unknown_action);
        }
    }
}

TEST_CASE("system actions: the log of the gateway can always be cleaned", "[ACT-156]") {
    Fixture fixture(ProfileId::cqhttp_4_15);
    CHECK(fixture.call("clean_plugin_log").ok());
    CHECK(fixture.call("clean_plugin_log").data == "null");
}

TEST_CASE("system actions: onebot-11 restarts like the plugin did", "[ACT-046]") {
    Fixture fixture(ProfileId::onebot_11);
    const auto reply = fixture.call("set_restart", with("delay", "50"));
    CHECK(reply.retcode == protocol::retcode::async);
    CHECK(reply.data == "null");
    CHECK(fixture.restarter.delays == std::vector{std::chrono::milliseconds(50)});
    CHECK(fixture.backend.restarts.empty());
}

}  // namespace cqhttp
