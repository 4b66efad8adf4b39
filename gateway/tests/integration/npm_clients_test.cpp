// Bots of others from the npm registry, in gateway/tests/clients, against the real gateway. `./dev
// test` installs their packages; without Node or the packages the tests say so and pass.
#include "gateway/tests/integration/client_programs.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto patience = std::chrono::seconds(60);

// Where `./dev test` has installed the packages.
fs::path packages() {
    const char* folder = std::getenv("CQHTTP_CLIENT_PACKAGES");
    return folder != nullptr ? folder : CQHTTP_CLIENT_PACKAGES;
}

// Whether the bots can run here; says so if not.
bool can_run_bots() {
    const auto node = find_program("node");
    if (!node ||
        !works({*node, "-e", "process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)"})) {
        WARN("skipped: there is no node whose version is 18 or later (package nodejs)");
        return false;
    }
    if (!fs::exists(packages() / "node_modules/installed-lock.json")) {
        WARN("skipped: the packages of gateway/tests/clients are not installed in "
             << packages().string() << "; ./dev test does it where npm reaches its registry");
        return false;
    }
    return true;
}

// A bot that runs, and the JSON lines it prints.
class Bot {
public:
    Bot(const std::string& script, std::vector<std::string> arguments) {
        fs::copy_file(fs::path(CQHTTP_NPM_CLIENTS) / script, folder_.path() / script);
        fs::create_directory_symlink(packages() / "node_modules", folder_.path() / "node_modules");
        Command command{*find_program("node"), (folder_.path() / script).string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        process_ =
            std::make_unique<Process>(Process::Options{command, no_proxy, {}, folder_.path()});
    }

    // The next line that tells this; throws when it does not come in time.
    Json next(const std::string& what) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < deadline) {
            const bool running = process_->running();
            const std::string output = process_->output();
            for (auto end = output.find('\n', read_); end != std::string::npos;
                 end = output.find('\n', read_)) {
                const std::string text = output.substr(read_, end - read_);
                read_ = end + 1;
                if (!text.starts_with('{')) {
                    continue;  // the log of Koishi
                }
                const Json line = Json::parse(text);
                if (line.at("what") == "failed") {
                    throw std::runtime_error("the bot says: " + line.dump());
                }
                if (line.at("what") == what) {
                    return line;
                }
            }
            if (!running) {
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        throw std::runtime_error("the bot did not tell \"" + what + "\":\n" + process_->output() +
                                 process_->errors());
    }

private:
    TempDir folder_;
    std::unique_ptr<Process> process_;
    std::size_t read_ = 0;
};

// The gateway with its sandbox: its people talk to the bot, and what it does to them is seen.
class World {
public:
    explicit World(const std::string& profile = "onebot-11")
        : general_("gateway.profile = " + profile +
                   "\n"
                   "access_token = tok\npost_message_format = array\n"
                   "enable_heartbeat = yes\nheartbeat_interval = 500\n") {}

    std::string ready_file() const { return (gateway_.root() / "ready.json").string(); }
    void start(const std::string& settings) {
        gateway_.write_config(general_ + settings);
        gateway_.start();
    }
    GatewayUnderTest& gateway() { return gateway_; }

    Json call(const std::string& action, const Json& parameters = Json::object()) {
        const auto answer =
            http_json(gateway_.port(), "/" + action + "?access_token=tok", parameters.dump());
        INFO(action << " " << answer.body);
        const Json reply = Json::parse(answer.body);
        if (reply.at("status") == "failed") {
            throw std::runtime_error(action + ": " + answer.body);
        }
        return reply.at("data");
    }
    Json inject(const Json& event) { return call(".sandbox_inject", {{"event", event}}); }
    Json say(const std::string& text) {
        return inject({{"post_type", "message"},
                       {"message_type", "private"},
                       {"user_id", 10001},
                       {"message", text}});
    }
    Json say_in_group(const std::string& text) {
        return inject({{"post_type", "message"},
                       {"message_type", "group"},
                       {"group_id", 20001},
                       {"user_id", 10005},
                       {"message", text}});
    }

    // The next effect of this action; throws when it does not come in time.
    Json effect(const std::string& action) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        Json effects;
        while (std::chrono::steady_clock::now() < deadline) {
            effects = call(".sandbox_effects", {{"since", seen_}});
            for (const Json& effect : effects) {
                seen_ = effect.at("number");
                if (effect.at("action") == action) {
                    return effect;
                }
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        throw std::runtime_error("no effect " + action + "; the log:\n" + gateway_.log());
    }

private:
    GatewayUnderTest gateway_;
    std::string general_;
    std::uint64_t seen_ = 0;
};

Json text(const std::string& content) {
    return {{"type", "text"}, {"data", {{"text", content}}}};
}

// Somebody says hello in private and in a group; the bot, named in its greeting, answers there.
void check_greetings(Bot& bot, World& world, const std::string& name) {
    world.say("hello");
    const Json heard = bot.next("heard");
    CHECK(heard.at("content") == "hello");
    CHECK(heard.at("userId") == "10001");
    CHECK(heard.at("isDirect") == true);
    const Json reply = world.effect("send_private_msg");
    CHECK(reply.at("params").at("user_id") == 10001);
    const std::string greeting = ", [this] is & stays, " + name + " ☀";
    CHECK(reply.at("params").at("message") == Json::array({text("hello 安然 Ann" + greeting)}));
    CHECK(bot.next("sent").at("ids").at(0) == reply.at("message_id").dump());

    world.say_in_group("hello");
    CHECK(bot.next("heard").at("guildId") == "20001");
    const Json answer = world.effect("send_group_msg");
    CHECK(answer.at("params").at("group_id") == 20001);
    const Json mention{{"type", "at"}, {"data", {{"qq", "10005"}}}};
    const std::string called = name == "Koishi" ? "牛哥" : "大牛 Niu";  // Koishi: the card
    CHECK(answer.at("params").at("message") ==
          Json::array({mention, text(" hello " + called + greeting)}));
    CHECK(bot.next("sent").at("ids").at(0) == answer.at("message_id").dump());
}

// What the bot asks, many questions at once, is answered to the question.
void check_calls(Bot& bot, World& world) {
    world.say_in_group("order");
    const Json order = bot.next("order");
    CHECK(order.at("members") == 8);
    CHECK(order.at("calls") == 40);
    CHECK(order.at("right") == 40);

    world.say_in_group("around");
    const Json around = bot.next("around");
    CHECK(around.at("login") == "小测 Testa");
    CHECK(around.at("user") == "大牛 Niu");
    CHECK(around.at("card") == "牛哥");
    CHECK(around.at("friends") == 6);
    CHECK(around.at("guilds") == 6);
    CHECK(around.at("guild") == "网关测试群 Gateway Lab");

    world.say_in_group("stranger");
    bot.next("refused");

    world.say_in_group("picture");
    const Json picture = world.effect("send_group_msg").at("params").at("message").at(0);
    CHECK(picture.at("type") == "image");
    CHECK(picture.at("data").at("file").get<std::string>().size() > 2'000'000);
}

// Requests and notices arrive, and a request is decided.
void check_events(Bot& bot, World& world) {
    const Json request = world.inject({{"post_type", "request"},
                                       {"request_type", "friend"},
                                       {"user_id", 10009},
                                       {"comment", "let me in"}});
    const Json decision = world.effect("set_friend_add_request").at("params");
    CHECK(decision.at("flag") == request.at("flag"));
    CHECK(decision.at("approve") == true);

    world.inject({{"post_type", "notice"},
                  {"notice_type", "group_decrease"},
                  {"sub_type", "leave"},
                  {"group_id", 20001},
                  {"user_id", 10004}});
    const Json left = bot.next("left");
    CHECK(left.at("guildId") == "20001");
    CHECK(left.at("userId") == "10004");
}

// What only OneBot 11 has: a message is read again, recalls are told.
void check_moderation(Bot& bot, World& world) {
    const Json question = world.say_in_group("moderate");
    CHECK(bot.next("read again").at("content") == "moderate");
    const Json answer = world.effect("send_group_msg");
    const Json quote = answer.at("params").at("message").at(0);
    CHECK(quote.at("type") == "reply");
    CHECK(quote.at("data").at("id") == question.at("message_id").dump());
    CHECK(world.effect("delete_msg").at("params").at("message_id") == answer.at("message_id"));
    const Json ban = world.effect("set_group_ban").at("params");
    CHECK(ban.at("user_id") == 10005);
    CHECK(ban.at("duration") == 60);
    CHECK(bot.next("deleted").at("messageId") == answer.at("message_id").dump());
}

// The bot notices that the gateway restarts, connects again and works as before.
void check_return(Bot& bot, World& world, const std::string& ended) {
    world.call("set_restart");
    bot.next(ended);
    bot.next("online");
    world.say("hello");
    bot.next("heard");
    CHECK(world.effect("send_private_msg").at("params").at("user_id") == 10001);
}

void check_everything(Bot& bot, World& world, const std::string& name) {
    const Json online = bot.next("online");
    CHECK(online.at("self") == "10086001");
    CHECK(online.at("name") == "小测 Testa");
    check_greetings(bot, world, name);
    check_calls(bot, world);
    check_events(bot, world);
}

const std::string forward = "use_ws = yes\n";

std::string address(Bot& bot, const std::string& scheme) {
    return fmt::format("{}://127.0.0.1:{}/onebot", scheme,
                       bot.next("listening").at("port").get<int>());
}

std::string posted(Bot& bot) {
    return "secret = shh\npost_url = " + address(bot, "http") + "\n";
}

std::string reverse(Bot& bot) {
    return "use_ws_reverse = yes\nws_reverse_use_universal_client = yes\n"
           "ws_reverse_reconnect_interval = 200\nws_reverse_url = " +
           address(bot, "ws") + "\n";
}

}  // namespace

TEST_CASE("npm clients: Koishi talks over the WebSocket server", "[WS-004][ECHO-002][AUTH-005]") {
    if (!can_run_bots()) {
        return;
    }
    for (const char* profile : {"onebot-11", "cqhttp-4.15"}) {
        INFO(profile);
        World world(profile);
        Bot bot("koishi_bot.cjs", {"ws", world.ready_file(), "tok"});
        world.start(forward);
        check_everything(bot, world, "Koishi");
    }
}

TEST_CASE("npm clients: Koishi talks over a reverse WebSocket", "[WSR-007][WSR-012][WSR-015]") {
    if (!can_run_bots()) {
        return;
    }
    for (const char* profile : {"onebot-11", "cqhttp-4.15"}) {
        INFO(profile);
        World world(profile);
        Bot bot("koishi_bot.cjs", {"ws-reverse", "10086001"});
        world.start(reverse(bot));
        check_everything(bot, world, "Koishi");
    }
}

TEST_CASE("npm clients: Koishi talks over HTTP and takes signed events",
          "[HTTP-030][POST-001][POST-008][SIG-001]") {
    if (!can_run_bots()) {
        return;
    }
    for (const char* profile : {"onebot-11", "cqhttp-4.15"}) {
        INFO(profile);
        World world(profile);
        Bot bot("koishi_bot.cjs", {"http", world.ready_file(), "tok", "shh"});
        world.start(posted(bot));
        check_everything(bot, world, "Koishi");
    }
}

TEST_CASE("npm clients: Koishi moderates over all of its transports", "[ACT-170][EVT-029]") {
    if (!can_run_bots()) {
        return;
    }
    World world;
    SECTION("WebSocket server") {
        Bot bot("koishi_bot.cjs", {"ws", world.ready_file(), "tok"});
        world.start(forward);
        bot.next("online");
        check_moderation(bot, world);
    }
    SECTION("reverse WebSocket") {
        Bot bot("koishi_bot.cjs", {"ws-reverse", "10086001"});
        world.start(reverse(bot));
        bot.next("online");
        check_moderation(bot, world);
    }
    SECTION("HTTP") {
        Bot bot("koishi_bot.cjs", {"http", world.ready_file(), "tok", "shh"});
        world.start(posted(bot));
        bot.next("online");
        check_moderation(bot, world);
    }
}

// Over the WebSocket server it does not: the adapter declares the bot offline, which ends Koishi's
// attempts.
TEST_CASE("npm clients: Koishi takes a restarted gateway back over a reverse WebSocket",
          "[WSR-006][WS-034]") {
    if (!can_run_bots()) {
        return;
    }
    World world;
    Bot bot("koishi_bot.cjs", {"ws-reverse", "10086001"});
    world.start(reverse(bot));
    bot.next("online");
    check_return(bot, world, "offline");
}

TEST_CASE("npm clients: the log says why Koishi is not let in or lets nobody in",
          "[AUTH-030][WSR-012]") {
    if (!can_run_bots()) {
        return;
    }
    World world;
    const std::string wrong_token = "status=403 reason=\"the token is not the access_token\"";
    SECTION("WebSocket server") {
        Bot bot("koishi_bot.cjs", {"ws", world.ready_file(), "wrong"});
        world.start(forward);
        CHECK(world.gateway().logs(wrong_token + " path=/ peer=127.0.0.1:"));
        bot.next("reconnect");
    }
    SECTION("HTTP") {
        Bot bot("koishi_bot.cjs", {"http", world.ready_file(), "wrong", "shh"});
        world.start(posted(bot));
        CHECK(world.gateway().logs(wrong_token + " path=/get_"));
        CHECK(bot.next("offline").at("error") == "Forbidden");
    }
    SECTION("another account at its reverse WebSocket") {
        Bot bot("koishi_bot.cjs", {"ws-reverse", "12345"});
        world.start(reverse(bot));
        CHECK(world.gateway().logs(
            "code=1008 by_peer=true reason=\"closed by the peer: invalid x-self-id\""));
    }
}

TEST_CASE("npm clients: node-napcat-ts talks over the WebSocket server",
          "[WS-004][WS-063][META-003][META-007][ECHO-003][AUTH-013]") {
    if (!can_run_bots()) {
        return;
    }
    for (const char* profile : {"onebot-11", "cqhttp-4.15"}) {
        INFO(profile);
        World world(profile);
        world.start(forward);
        Bot bot("napcat_bot.mjs", {"ws", world.ready_file(), "tok"});
        check_everything(bot, world, "NapCat");
        const Json heartbeat = bot.next("heartbeat");
        CHECK(heartbeat.at("interval") == 500);
        CHECK(heartbeat.at("online") == true);
    }
}

TEST_CASE("npm clients: node-napcat-ts moderates and answers quickly and comes back",
          "[ACT-161][ACT-170][EVT-029][WS-034]") {
    if (!can_run_bots()) {
        return;
    }
    World world;
    world.start(forward);
    Bot bot("napcat_bot.mjs", {"ws", world.ready_file(), "tok"});
    bot.next("online");
    world.say_in_group("quick");
    const Json quick = world.effect("send_group_msg").at("params");
    CHECK(quick.at("group_id") == 20001);
    CHECK(quick.at("message").dump().find("10005") != std::string::npos);  // a mention
    CHECK(quick.at("message").dump().find("quickly") != std::string::npos);
    bot.next("quick");
    check_return(bot, world, "closed");
    check_moderation(bot, world);
}

TEST_CASE("npm clients: the log says why node-napcat-ts is not let in", "[AUTH-013][AUTH-030]") {
    if (!can_run_bots()) {
        return;
    }
    World world;
    world.start(forward);
    Bot bot("napcat_bot.mjs", {"ws", world.ready_file(), "wrong"});
    CHECK(world.gateway().logs("status=403 reason=\"the token is not the access_token\" path=/ "));
    CHECK(bot.next("error").at("message") == "Unexpected server response: 403");
}

}  // namespace cqhttp::test
