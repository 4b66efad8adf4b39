#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/account/fetcher.hpp"
#include "gateway/account/media.hpp"
#include "gateway/account/store.hpp"
#include "gateway/base/clock.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/protocol/profile.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace cqhttp::account {

// Who may use the control actions (`.sandbox_inject`, ...); for others they are unknown actions.
enum class SandboxControl { off, loopback, all };

struct SandboxOptions {
    std::int64_t self_id = 0;
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    std::filesystem::path database = {};  // empty: in memory only (--ephemeral)
    std::filesystem::path seed = {};  // a world file for a new database; empty: the built-in world
    bool convert_unicode_emoji = true;
    SandboxControl control = SandboxControl::loopback;
    MediaOptions media = {};
};

// The simulated account: actions change a World, the changes of one turn of the loop are kept by
// one transaction, and an `ok` is answered only when its transaction is safe. If the store fails,
// the calls of that turn answer 103 and the world is as it was before them (RET-003). The events of
// a call are submitted after its commit.
class Sandbox final : public Backend {
public:
    // Opens or creates the database. Errors name the file and the way out.
    static Result<std::unique_ptr<Sandbox>> open(asio::any_io_executor executor,
                                                 SandboxOptions options, const Clock& clock,
                                                 Fetcher& fetcher, const Limits& limits, Log log);
    // The same over a given store; null: in memory only. `options.database` is not looked at.
    static Result<std::unique_ptr<Sandbox>> open(asio::any_io_executor executor,
                                                 SandboxOptions options,
                                                 std::unique_ptr<Store> store, const Clock& clock,
                                                 Fetcher& fetcher, const Limits& limits, Log log);
    // Every answer must have been awaited or dropped before.
    ~Sandbox() override;

    SelfInfo self() const override;
    bool online() const override;
    Answer call(Call&& call) override;
    bool offers(const protocol::ActionSpec& spec, const protocol::Caller& caller) const override;
    void block(const protocol::Event& event) override;
    asio::awaitable<void> run(EventSink& events) override;
    void stop() override;
    protocol::ActionReply restart(bool clean_cache) override;

private:
    class Impl;
    explicit Sandbox(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::account
