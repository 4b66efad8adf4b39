#pragma once

#include "gateway/account/fake_store.hpp"
#include "gateway/account/sandbox.hpp"
#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_clock.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::account::test {

using protocol::ActionReply;

// Where events arrive; `places` are free until the test frees more.
struct Events final : EventSink {
    void submit(protocol::Event event) override {
        seen.push_back(describe(event));
        --places;
    }
    std::size_t room() const override { return places; }
    protocol::EventForm form() const override { return written; }

    std::vector<std::string> seen;
    std::size_t places = std::numeric_limits<std::size_t>::max();
    protocol::EventForm written;
};

// A sandbox over the built-in world, its store, and somebody who calls it from this machine.
struct Bench {
    enum class Kind { ephemeral, fake_store };

    explicit Bench(Kind kind = Kind::ephemeral) : Bench(kind, SandboxOptions{}) {}
    Bench(Kind kind, SandboxOptions wanted) : options(std::move(wanted)) {
        options.self_id = options.self_id == 0 ? 10086001 : options.self_id;
        options.media.data_directory = folder.path() / "data";
        std::unique_ptr<Store> store;
        if (kind == Kind::fake_store) {
            store = std::make_unique<FakeStore>(kept);
        }
        auto opened = Sandbox::open(context.get_executor(), options, std::move(store), clock,
                                    fetcher, limits, Log(log, "sandbox"));
        INFO((opened ? std::string() : opened.error().detail));
        REQUIRE(opened.has_value());
        sandbox = std::move(*opened);
    }

    Answer call(const char* action, const char* params, bool loopback = true) {
        const auto* spec = protocol::find_action(action, options.profile);
        REQUIRE(spec != nullptr);
        protocol::Params raw;
        protocol::RequestParser parser;
        REQUIRE(parser.add_json_params(raw, params));
        auto arguments =
            protocol::bind_arguments(*spec, std::move(raw), protocol::profile(options.profile));
        REQUIRE(arguments.has_value());
        return sandbox->call({*spec, std::move(*arguments), {.loopback = loopback}});
    }
    ActionReply wait(Answer answer) {
        return answer.ready() ? answer.take() : cqhttp::test::run_coro(context, answer.later());
    }
    ActionReply reply(const char* action, const char* params, bool loopback = true) {
        return wait(call(action, params, loopback));
    }
    protocol::Json data(const char* action, const char* params) {
        const ActionReply answered = reply(action, params);
        REQUIRE(answered.ok());
        return *protocol::parse_json(answered.data_text());
    }
    std::string effects() { return reply(".sandbox_effects", "{}").data; }

    // run() of the sandbox until stop().
    void start() {
        auto ended = [this](std::exception_ptr) { running = false; };
        running = true;
        asio::co_spawn(context, sandbox->run(events), ended);
        turn();
    }
    void turn() {
        context.restart();
        context.poll();
    }

    TemporaryFolder folder;
    asio::io_context context;
    SandboxOptions options;
    cqhttp::test::FakeClock clock;
    cqhttp::test::RecordingLog log;
    FakeFetcher fetcher;
    Limits limits;
    FakeStore::Kept kept;
    Events events;
    bool running = false;
    std::unique_ptr<Sandbox> sandbox;
};

}  // namespace cqhttp::account::test
