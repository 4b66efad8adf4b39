#pragma once

#include "gateway/account/media.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/account/store.hpp"
#include "gateway/account/world.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/fake_clock.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What the tests of the handlers share: a small world and a desk that calls are put on.
namespace cqhttp::account::test {

using cqhttp::test::FakeClock;
using cqhttp::test::RecordingLog;
using protocol::ProfileId;

// A folder of its own for one test, gone with it.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    // Writes a file, with the folders above it.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const;
    std::string read(const std::filesystem::path& name) const;
    // Names in a folder below, in ascending order.
    std::vector<std::string> list(const std::filesystem::path& folder) const;

private:
    std::filesystem::path path_;
};

// Answers downloads out of a table; other addresses fail. Each takes a few turns of the loop.
class FakeFetcher final : public Fetcher {
public:
    asio::awaitable<Result<std::string>> fetch(FetchRequest request) override;

    std::map<std::string, std::string> bodies;
    std::vector<FetchRequest> requests;
};

// The account 10001 with
//   friend     10002 Ann, category 1
//   group      20001: admin here; 10003 Bob is owner, 10004 Carl admin, 10002 and 10005 Dora
//   members group      20002: owner here; 10004 is admin, 10005 member group      20003: member
//   here, no anonymity; 10003 is owner, 10005 member group      20004: not in it; 10003 is owner
//   discuss    30001 with 10005; 30002 without the account
//   strangers  10009 Eve; 10008 is nobody
//   requests   f-1 by 10009; g-1: 10009 into 20001; g-2: 10003 invites to 20004;
//              g-3: 10002 invites to 20005, a group nobody has heard of; g-4: 10009 into 20003
//   anonymous  anon-1 in 20001, anon-3 in 20003
WorldData small_world();

// A store that only knows old messages.
class OldMessages final : public Store {
public:
    Result<std::optional<WorldData>> load(std::size_t) override;
    Result<void> reset(const WorldData&) override;
    Result<void> commit(const std::vector<Change>&) override;
    Result<std::optional<StoredMessage>> find_message(std::int32_t id) override;
    void checkpoint() override {}

    std::map<std::int32_t, StoredMessage> rows;
    bool broken = false;
};

// Calls handlers as the sandbox does: parameters are bound by the catalogue, then the row decides.
class Desk {
public:
    explicit Desk(ProfileId profile = ProfileId::cqhttp_4_0, bool allow_file_urls = true);

    // `params` is a JSON object. An action that the profile or the tables lack fails the test.
    protocol::ActionReply call(std::string_view action, std::string_view params = "{}");
    std::int32_t code(std::string_view action, std::string_view params = "{}");
    // `data` of a call that must succeed.
    protocol::Json data(std::string_view action, std::string_view params = "{}");
    // Whether the call would take the slow way.
    bool is_slow(std::string_view action, std::string_view params);

    // The only event there is, of the expected kind.
    template <class Kind>
    Kind only_event() {
        if (events.size() != 1) {
            throw std::runtime_error("there are " + std::to_string(events.size()) + " events");
        }
        return std::get<Kind>(events.front().what);
    }

    TemporaryFolder folder;
    FakeClock clock;
    RecordingLog sink;
    Limits limits;
    FakeFetcher fetcher;
    OldMessages store;
    World world{small_world(), 100};
    std::vector<protocol::Event> events;
    asio::io_context loop;
    Log log;
    const protocol::Profile& profile;
    MediaFolder media;
    ActionContext context;

private:
    protocol::ActionReply run(const SandboxAction& row, protocol::Arguments arguments);
    protocol::RequestParser parser_;
};

// All rows of the five tables.
std::vector<SandboxAction> all_rows();

}  // namespace cqhttp::account::test
