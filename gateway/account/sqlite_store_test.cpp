#include "gateway/account/sqlite_store.hpp"

#include "gateway/account/default_world.hpp"
#include "gateway/account/world.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <sqlite3.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::account {

namespace {

constexpr std::int64_t self_id = 10086001;

// A folder of its own for each test, gone afterwards.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "cqhttp-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::filesystem::path database() const { return path_ / "data" / "sandbox.db"; }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

cqhttp::test::RecordingLog& log_lines() {
    static cqhttp::test::RecordingLog lines;
    return lines;
}

Result<std::unique_ptr<SqliteStore>> try_open(const Folder& folder, std::int64_t max_pages = 0) {
    return SqliteStore::open({folder.database(), self_id, max_pages}, Log(log_lines(), "store"));
}

std::unique_ptr<SqliteStore> open(const Folder& folder, std::int64_t max_pages = 0) {
    auto store = try_open(folder, max_pages);
    INFO((store ? std::string() : store.error().detail));
    REQUIRE(store.has_value());
    return std::move(*store);
}

std::string error_of(const Folder& folder) {
    const auto store = try_open(folder);
    return store ? std::string() : store.error().detail;
}

WorldData load(SqliteStore& store, std::size_t recent = 1000) {
    auto data = store.load(recent);
    INFO((data ? std::string() : data.error().detail));
    REQUIRE(data.has_value());
    REQUIRE(data->has_value());
    return std::move(**data);
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

// Runs SQL on the file as another program would.
void run_sql(const std::filesystem::path& path, const char* sql) {
    std::filesystem::create_directories(path.parent_path());
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
    sqlite3_close(db);
    REQUIRE(code == SQLITE_OK);
}

Change message(std::int32_t id, std::string content = "hi") {
    return StoredMessage{
        .id = id, .type = "group", .target = 20001, .sender = 10001, .content = std::move(content)};
}

// Makes the n-th write to any database file fail. Stands in front of SQLite's own file layer.
class FailingDisk {
public:
    FailingDisk() {
        real_ = sqlite3_vfs_find(nullptr);
        vfs_ = *real_;
        vfs_.zName = "failing";
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~FailingDisk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

    static void fail_after(int writes, int code) {
        writes_left_ = writes;
        code_ = code;
        failed_ = false;
    }
    static void work() { writes_left_ = -1; }
    static bool has_failed() { return failed_; }

private:
    // A table of file functions whose write is ours. SQLite has several tables, one per way of
    // locking.
    struct Table {
        sqlite3_io_methods patched;  // first: a file points to it
        const sqlite3_io_methods* original;
    };

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        const int code = real_->xOpen(real_, name, file, flags, out);
        if (code == SQLITE_OK) {
            tables_.push_back({*file->pMethods, file->pMethods});
            tables_.back().patched.xWrite = write;
            file->pMethods = &tables_.back().patched;
        }
        return code;
    }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
        if (writes_left_ == 0) {
            failed_ = true;
            return code_;
        }
        writes_left_ -= writes_left_ > 0 ? 1 : 0;
        const auto* table = reinterpret_cast<const Table*>(file->pMethods);
        return table->original->xWrite(file, bytes, size, offset);
    }

    inline static sqlite3_vfs* real_ = nullptr;
    inline static sqlite3_vfs vfs_{};
    inline static std::deque<Table> tables_;
    inline static int writes_left_ = -1;  // -1: all succeed
    inline static int code_ = SQLITE_OK;
    inline static bool failed_ = false;
};

}  // namespace

TEST_CASE("sqlite store: a new file is empty until it gets a world", "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    const auto nothing = store->load(10);
    REQUIRE(nothing.has_value());
    CHECK_FALSE(nothing->has_value());
    const WorldData world = default_world(self_id);
    REQUIRE(store->reset(world).has_value());
    CHECK(load(*store) == world);
}

TEST_CASE("sqlite store: a world survives closing and opening", "[sqlite_store]") {
    const Folder folder;
    const WorldData world = default_world(self_id);
    REQUIRE(open(folder)->reset(world).has_value());
    CHECK(load(*open(folder)) == world);
}

TEST_CASE("sqlite store: a second world replaces the first one", "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->reset(default_world(self_id)).has_value());
    const WorldData other{.self = {.id = self_id, .nickname = "alone"}};
    REQUIRE(store->reset(other).has_value());
    CHECK(load(*store) == other);
}

TEST_CASE("sqlite store: every kind of change is kept", "[sqlite_store][SBX-002]") {
    const Folder folder;
    auto store = open(folder);
    World world(default_world(self_id), 1000);
    REQUIRE(store->reset(world.snapshot()).has_value());

    world.put(User{.id = self_id, .nickname = "renamed ☀ 'quoted'; --"});
    world.put(User{.id = 77, .nickname = std::string("nul\0byte", 8), .sex = "male", .age = 3});
    world.put(FriendCategory{9, "nine"});
    world.put(Friend{.user_id = 77, .remark = "seven", .category = 9});
    world.put(Group{.id = 88, .name = "new", .created = 5, .max_members = 3, .whole_ban = true});
    world.put(Member{.group_id = 88,
                     .user_id = self_id,
                     .card = "c",
                     .role = "owner",
                     .title = "t",
                     .title_expires = 6,
                     .level = "x",
                     .joined = 7,
                     .last_sent = 8,
                     .banned_until = 9,
                     .unfriendly = true});
    world.put(Discuss{.id = 99, .name = "d", .members = {self_id, 77, 10001}});
    world.put(Discuss{.id = 30001, .name = "smaller", .members = {10001}});
    world.put(
        AnonymousMember{.id = 4, .group_id = 20001, .user_id = 10001, .name = "a", .flag = "z"});
    AnonymousMember banned = *world.anonymous(20001, "anonymous-20001-1");
    banned.banned_until = 1234;
    world.put(banned);
    world.put(Request{.flag = "aaa", .type = "friend", .user_id = 10007, .time = 3});
    Request handled = *world.request("friend-10011");
    handled.state = "approved";
    handled.answer = "welcome";
    world.put(handled);
    world.put(Notice{
        .id = 9, .group_id = 20001, .sender = 10001, .time = 5, .title = "t", .content = "c"});
    world.put(LikeCount{10001, 19000, 3});
    world.put(LikeCount{10001, 19000, 4});
    world.put(Rejection{20001, 10008});
    world.put(std::get<StoredMessage>(message(world.next_message_id())));
    StoredMessage recalled = *world.message(1);
    recalled.recalled = true;
    world.put(std::move(recalled));
    world.remove_user(10009);
    world.remove_friend(10002);
    world.remove_member(20001, 10002);
    world.remove_group(20002);
    world.remove_discuss(30002);

    REQUIRE(store->commit(world.take_changes()).has_value());
    CHECK(load(*store) == world.snapshot());
    store.reset();
    CHECK(load(*open(folder)) == world.snapshot());
}

TEST_CASE("sqlite store: only the newest messages are read back and all can be found",
          "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->reset(WorldData{.self = {.id = self_id}}).has_value());
    std::vector<Change> changes;
    for (std::int32_t id = 1; id <= 20; ++id) {
        changes.push_back(message(id));
    }
    REQUIRE(store->commit(changes).has_value());
    const WorldData world = load(*store, 5);
    REQUIRE(world.recent_messages.size() == 5);
    CHECK(world.recent_messages.front().id == 16);
    CHECK(world.recent_messages.back().id == 20);
    CHECK(world.last_message_id == 20);
    const auto old = store->find_message(3);
    REQUIRE(old.has_value());
    CHECK(old.value() == std::get<StoredMessage>(message(3)));
    CHECK_FALSE(store->find_message(21).value().has_value());
}

TEST_CASE("sqlite store: a committed change survives a kill of the process", "[sqlite_store]") {
    const Folder folder;
    REQUIRE(open(folder)->reset(default_world(self_id)).has_value());
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = try_open(folder);
        if (store && (*store)->commit({message(1000)})) {
            ::kill(::getpid(), SIGKILL);
        }
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    auto store = open(folder);  // the lock of the dead process is gone
    CHECK(store->find_message(1000).value().has_value());
}

TEST_CASE("sqlite store: a checkpoint moves the log into the file", "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->reset(default_world(self_id)).has_value());
    const auto before = std::filesystem::file_size(folder.database());
    store->checkpoint();
    CHECK(std::filesystem::file_size(folder.database()) > before);
    CHECK(load(*store) == default_world(self_id));
}

TEST_CASE("sqlite store: people can look into the tables meanwhile", "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->reset(default_world(self_id)).has_value());
    run_sql(folder.database(),
            "SELECT nickname, sex, age FROM users JOIN members ON user_id = id"
            " WHERE group_id = 20001 AND role = 'admin'");
    CHECK(store->commit({message(100)}).has_value());
}

TEST_CASE("sqlite store: two gateways cannot have one file", "[sqlite_store]") {
    const Folder folder;
    auto first = open(folder);
    CHECK(error_of(folder) == "the sandbox database " + folder.database().string() +
                                  " is in use by another gateway: stop that one, or choose another "
                                  "root or account");
    REQUIRE(first->reset(default_world(self_id)).has_value());  // the first one does not suffer
    first.reset();
    CHECK(error_of(folder).empty());
}

TEST_CASE("sqlite store: the world of another account is refused", "[sqlite_store]") {
    const Folder folder;
    REQUIRE(open(folder)->reset(default_world(5)).has_value());
    const auto world = open(folder)->load(10);
    REQUIRE_FALSE(world.has_value());
    CHECK(world.error().detail.find("belongs to account 5, not to 10086001") != std::string::npos);
}

TEST_CASE("sqlite store: what is no database of ours is refused and left alone", "[sqlite_store]") {
    const Folder folder;
    SECTION("a text file") {
        write_file(folder.database(), std::string(4096, 'x'));
        CHECK(error_of(folder) ==
              "cannot open the sandbox database " + folder.database().string() +
                  ": file is not a database: it is damaged or no database; move "
                  "it and its -wal file away and a new world is made");
        CHECK(std::filesystem::file_size(folder.database()) == 4096);
    }
    SECTION("the database of another program") {
        run_sql(folder.database(), "CREATE TABLE t(a)");
        const auto size = std::filesystem::file_size(folder.database());
        CHECK(error_of(folder).find("was made by another program") != std::string::npos);
        CHECK(std::filesystem::file_size(folder.database()) == size);
    }
    SECTION("a newer schema") {
        open(folder);
        run_sql(folder.database(), "PRAGMA user_version=2");
        CHECK(error_of(folder).find("written by a newer gateway (schema 2, this one knows 1)") !=
              std::string::npos);
    }
    SECTION("a folder") {
        std::filesystem::create_directories(folder.database());
        CHECK(error_of(folder).starts_with("cannot open the sandbox database " +
                                           folder.database().string()));
    }
    SECTION("a folder that cannot be made") {
        write_file(folder.path() / "data", "a file in its place");
        CHECK(error_of(folder).starts_with("cannot make the folder of the sandbox database"));
    }
}

TEST_CASE("sqlite store: a damaged table is an error that names the file", "[sqlite_store]") {
    const Folder folder;
    REQUIRE(open(folder)->reset(default_world(self_id)).has_value());
    const auto pages = std::filesystem::file_size(folder.database()) / 4096;
    {
        std::fstream file(folder.database(), std::ios::binary | std::ios::in | std::ios::out);
        for (std::uintmax_t page = 2; page < pages; ++page) {
            file.seekp(static_cast<std::streamoff>(page * 4096));
            file << std::string(4096, '\x7f');
        }
    }
    const auto world = open(folder)->load(10);
    REQUIRE_FALSE(world.has_value());
    CHECK(world.error().detail.starts_with("cannot read the sandbox database " +
                                           folder.database().string() +
                                           ": database disk image is "
                                           "malformed: it is damaged"));
}

TEST_CASE("sqlite store: a file that cannot be written is refused", "[sqlite_store]") {
    const Folder folder;
    REQUIRE(open(folder)->reset(default_world(self_id)).has_value());
    // Everybody may write beside it, so that the file itself is the reason. Root writes everywhere
    // and becomes somebody else for a moment.
    REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
    REQUIRE(::chmod(folder.database().parent_path().c_str(), 0777) == 0);
    REQUIRE(::chmod((folder.database().string() + "-lock").c_str(), 0666) == 0);
    REQUIRE(::chmod(folder.database().c_str(), 0444) == 0);
    const bool root = ::geteuid() == 0;
    REQUIRE((!root || ::seteuid(65534) == 0));
    const std::string error = error_of(folder);
    REQUIRE((!root || ::seteuid(0) == 0));
    CHECK(error == "cannot write the sandbox database " + folder.database().string() +
                       ": attempt to write a readonly database: make the file and its folder "
                       "writable, choose another root, or run with --ephemeral");
}

TEST_CASE("sqlite store: a full file refuses a transaction whole and goes on", "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder, 60);
    const WorldData world = default_world(self_id);
    REQUIRE(store->reset(world).has_value());
    const auto refused =
        store->commit({message(100), message(101, std::string(400'000, 'x')), message(102)});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().detail == "cannot write the sandbox database " +
                                        folder.database().string() +
                                        ": database or disk is full: make room on the disk");
    CHECK(load(*store) == world);
    CHECK(store->commit({message(100)}).has_value());
    CHECK(store->find_message(100).value().has_value());
}

TEST_CASE("sqlite store: each write of a commit may fail", "[sqlite_store][RET-003]") {
    const Folder folder;
    FailingDisk disk;
    auto store = open(folder);
    const WorldData world = default_world(self_id);
    REQUIRE(store->reset(world).has_value());
    for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
        int failures = 0;
        for (int writes = 0;; ++writes) {
            FailingDisk::fail_after(writes, code);
            const auto result = store->commit(
                {User{.id = 10001, .nickname = "half"}, message(500, std::string(20'000, 'x'))});
            const bool failed = FailingDisk::has_failed();
            FailingDisk::work();
            INFO("code " << code << " after " << writes << " writes");
            if (!failed) {
                CHECK(result.has_value());
                break;
            }
            ++failures;
            REQUIRE_FALSE(result.has_value());
            REQUIRE(load(*store) == world);
        }
        CHECK(failures >= 5);  // a message of 20 KB takes several pages
        CHECK(store->find_message(500).value().has_value());
        REQUIRE(store->reset(world).has_value());
    }
}

TEST_CASE("sqlite store: a failing disk while a world is made leaves the file empty",
          "[sqlite_store]") {
    const Folder folder;
    FailingDisk disk;
    auto store = open(folder);
    FailingDisk::fail_after(3, SQLITE_IOERR_WRITE);
    const auto failed = store->reset(default_world(self_id));
    FailingDisk::work();
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().detail.find("the disk reports an error; check it") != std::string::npos);
    CHECK_FALSE(store->load(10).value().has_value());
    CHECK(store->reset(default_world(self_id)).has_value());
}

TEST_CASE("sqlite store: a writer in another program makes a commit fail and not hang",
          "[sqlite_store]") {
    const Folder folder;
    auto store = open(folder);
    REQUIRE(store->reset(default_world(self_id)).has_value());
    sqlite3* shell = nullptr;
    REQUIRE(sqlite3_open(folder.database().c_str(), &shell) == SQLITE_OK);
    REQUIRE(sqlite3_exec(shell, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    const auto refused = store->commit({message(100)});
    sqlite3_close(shell);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().detail.ends_with("another program holds it; close that program"));
    CHECK(store->commit({message(100)}).has_value());
}

}  // namespace cqhttp::account
