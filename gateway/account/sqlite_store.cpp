#include "gateway/account/sqlite_store.hpp"

#include "gateway/account/sqlite_tables.hpp"

#include <sqlite3.h>

#include <system_error>
#include <utility>

namespace cqhttp::account {
namespace {

static_assert(sqlite_ok == SQLITE_OK);

struct SqliteClose {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using SqliteHandle = std::unique_ptr<sqlite3, SqliteClose>;

// Longer than any of our own transactions; somebody's sqlite3 shell may hold the file meanwhile.
constexpr int busy_timeout_ms = 500;

constexpr const char* settings =
    "PRAGMA synchronous=NORMAL;"
    // Checkpoints are made by checkpoint(), off the hot path; this only bounds the log (64 MiB).
    "PRAGMA wal_autocheckpoint=16384;"
    "PRAGMA journal_size_limit=16777216;"
    "PRAGMA trusted_schema=OFF;";

// What a person can do about it.
const char* way_out(int code) {
    switch (code & 0xFF) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return "it is damaged or no database; move it and its -wal file away and a new world "
                   "is "
                   "made";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_AUTH:
            return "make the file and its folder writable, choose another root, or run with "
                   "--ephemeral";
        case SQLITE_FULL: return "make room on the disk";
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "another program holds it; close that program";
        case SQLITE_IOERR: return "the disk reports an error; check it";
        default: return "move the file away and a new world is made";
    }
}

// "cannot write the sandbox database /x/sandbox.db: database or disk is full: make room on the
// disk".
Error sqlite_failure(std::string_view doing, const std::string& path, sqlite3* db, int code) {
    std::string detail(doing);
    detail += " the sandbox database " + path + ": ";
    // The connection's own words say more, where they are about this failure.
    const bool own_words = db != nullptr && sqlite3_errcode(db) == (code & 0xFF);
    const bool own_extended = db != nullptr && sqlite3_extended_errcode(db) == code;
    detail += own_words || own_extended ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    detail += ": ";
    detail += way_out(code);
    return failure(std::move(detail));
}

int read_integer(sqlite3* db, const char* sql, std::int64_t& value) {
    Statement statement(db, sql);
    return statement.each([&] { value = statement.integer(0); });
}

int read_text(sqlite3* db, const char* sql, std::string& value) {
    Statement statement(db, sql);
    return statement.each([&] { value = statement.text(0); });
}

// SQLite counts every block of memory under a lock of the process unless it is told not to. Nobody
// reads those counts. Refused, without harm, once SQLite is in use.
void count_no_memory() {
    [[maybe_unused]] static const int asked = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Result<SqliteHandle> connect(const std::string& path, const std::string& shown) {
    count_no_memory();
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    SqliteHandle db(raw);
    if (code != SQLITE_OK) {
        return sqlite_failure("cannot open", shown, raw, code);
    }
    sqlite3_extended_result_codes(raw, 1);
    return db;
}

int create_schema(sqlite3* db) {
    // Pragmas take no bound values; these are constants of ours.
    const std::string marks =
        "PRAGMA application_id=" + std::to_string(sandbox_database.application_id) +
        "; PRAGMA user_version=" + std::to_string(sandbox_database.schema_version) + ";";
    int code = run_script(db, "BEGIN IMMEDIATE");
    code = code == SQLITE_OK ? run_script(db, marks.c_str()) : code;
    code = code == SQLITE_OK ? run_script(db, sandbox_database.schema) : code;
    code = code == SQLITE_OK ? run_script(db, "COMMIT") : code;
    return code;
}

// Whether the file is new, ours, or none of our business.
Result<bool> is_new(sqlite3* db, const std::string& path) {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t tables = 0;
    int code = read_integer(db, "PRAGMA application_id", application);
    code = code == SQLITE_OK ? read_integer(db, "PRAGMA user_version", version) : code;
    code =
        code == SQLITE_OK ? read_integer(db, "SELECT count(*) FROM sqlite_master", tables) : code;
    if (code != SQLITE_OK) {
        return sqlite_failure("cannot open", path, db, code);
    }
    if (application == 0 && version == 0 && tables == 0) {
        return true;
    }
    if (application != sandbox_database.application_id) {
        return failure("the database " + path +
                       " was made by another program: choose another root, or move it away");
    }
    if (version > sandbox_database.schema_version) {
        return failure("the sandbox database " + path + " was written by a newer gateway (schema " +
                       std::to_string(version) + ", this one knows " +
                       std::to_string(sandbox_database.schema_version) +
                       "): use that gateway, or choose another root");
    }
    if (version < sandbox_database.schema_version) {
        return failure("the sandbox database " + path + " has the unknown schema " +
                       std::to_string(version) + ": move it away and a new world is made");
    }
    return false;
}

// Keeps other gateways from `path` for as long as the handle lives.
Result<SqliteHandle> lock_database(const std::string& path) {
    auto lock = connect(path + "-lock", path);
    if (!lock) {
        return lock.error();
    }
    const int code = run_script(lock->get(), "BEGIN EXCLUSIVE");
    if ((code & 0xFF) == SQLITE_BUSY) {
        return failure("the sandbox database " + path +
                       " is in use by another gateway: stop that one, or choose another root or "
                       "account");
    }
    if (code != SQLITE_OK) {
        return sqlite_failure("cannot lock", path, lock->get(), code);
    }
    return lock;
}

// Opens or creates `path`: checks that it is ours and can be written, and sets it up for short
// transactions. A database of another program is left as it was.
Result<SqliteHandle> open_database(const std::string& path, std::int64_t max_pages) {
    auto db = connect(path, path);
    if (!db) {
        return db.error();
    }
    sqlite3* raw = db->get();
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    if (sqlite3_db_readonly(raw, "main") == 1) {
        return sqlite_failure("cannot write", path, nullptr, SQLITE_READONLY);
    }
    const auto fresh = is_new(raw, path);
    if (!fresh) {
        return fresh.error();
    }
    std::string mode;
    int code = read_text(raw, "PRAGMA journal_mode=WAL", mode);
    code = code == SQLITE_OK ? run_script(raw, settings) : code;
    if (code == SQLITE_OK && max_pages > 0) {
        const std::string bound = "PRAGMA max_page_count=" + std::to_string(max_pages);
        code = run_script(raw, bound.c_str());
    }
    code = code == SQLITE_OK && *fresh ? create_schema(raw) : code;
    if (code != SQLITE_OK) {
        return sqlite_failure("cannot open", path, raw, code);
    }
    if (mode != "wal") {
        return failure("the sandbox database " + path +
                       " cannot use a write-ahead log here: choose a root on a local disk");
    }
    return db;
}

}  // namespace

int run_script(sqlite3* db, const char* sql) {
    return sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
}

Statement::~Statement() {
    sqlite3_finalize(handle_);
}

int Statement::prepare() {
    if (handle_ != nullptr) {
        return SQLITE_OK;
    }
    return sqlite3_prepare_v3(db_, sql_, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
}

int Statement::bind_integer(int position, std::int64_t number) {
    return sqlite3_bind_int64(handle_, position, number);
}

int Statement::bind(int position, std::string_view text) {
    // Bound without a copy: the statement is run and reset before the caller's text goes away.
    return sqlite3_bind_text64(handle_, position, text.data() == nullptr ? "" : text.data(),
                               text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

bool Statement::step(int& code) {
    const int outcome = sqlite3_step(handle_);
    code = outcome == SQLITE_ROW || outcome == SQLITE_DONE ? SQLITE_OK : outcome;
    return outcome == SQLITE_ROW;
}

int Statement::finish(int code) {
    if (handle_ != nullptr) {
        sqlite3_reset(handle_);  // repeats a failure of step(), which `code` holds already
    }
    return code;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(handle_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return bytes == nullptr ? std::string()
                            : std::string(reinterpret_cast<const char*>(bytes), size);
}

class SqliteStore::Impl {
public:
    Impl(std::string path, std::int64_t self_id, SqliteHandle lock, SqliteHandle db, Log log)
        : path_(std::move(path)),
          self_id_(self_id),
          lock_(std::move(lock)),
          db_(std::move(db)),
          log_(std::move(log)),
          writer_(db_.get()) {}

    Result<std::optional<WorldData>> load(std::size_t recent) {
        WorldData world;
        Statement account(db_.get(), "SELECT self_id FROM account");
        int code = account.each([&] { world.self.id = account.integer(0); });
        if (code == sqlite_ok && world.self.id == 0) {
            return std::optional<WorldData>();
        }
        if (code == sqlite_ok && world.self.id != self_id_) {
            return failure("the sandbox database " + path_ + " belongs to account " +
                           std::to_string(world.self.id) + ", not to " + std::to_string(self_id_) +
                           ": use another file");
        }
        code = code == sqlite_ok ? read_world(db_.get(), recent, world) : code;
        if (code != sqlite_ok) {
            return sqlite_failure("cannot read", path_, db_.get(), code);
        }
        return std::optional<WorldData>(std::move(world));
    }

    Result<void> reset(const WorldData& world) {
        return in_transaction([&] {
            Statement account(db_.get(), "INSERT INTO account VALUES(?)");
            int code = clear_tables(db_.get());
            code = code == sqlite_ok ? account.run(world.self.id) : code;
            code = code == sqlite_ok ? writer_.write(world.self) : code;
            auto write = [&](const auto& rows) {
                code = code == sqlite_ok ? writer_.write(rows) : code;
            };
            write(world.users);
            write(world.categories);
            write(world.friends);
            write(world.groups);
            write(world.members);
            write(world.discusses);
            write(world.anonymous);
            write(world.requests);
            write(world.notices);
            write(world.likes);
            write(world.rejections);
            write(world.recent_messages);
            return code;
        });
    }

    Result<void> commit(const std::vector<Change>& changes) {
        return in_transaction([&] {
            int code = sqlite_ok;
            for (const Change& change : changes) {
                code = std::visit([&](const auto& row) { return writer_.write(row); }, change);
                if (code != sqlite_ok) {
                    break;
                }
            }
            return code;
        });
    }

    Result<std::optional<StoredMessage>> find_message(std::int32_t id) {
        std::optional<StoredMessage> found;
        const int code = find_message_.each([&] { found = read_message(find_message_); }, id);
        if (code != sqlite_ok) {
            return sqlite_failure("cannot read", path_, db_.get(), code);
        }
        return found;
    }

    void checkpoint() {
        int code = sqlite_ok;
        if (std::exchange(dirty_, false)) {
            code = sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                                             nullptr);
        }
        if (code == sqlite_ok) {
            failed_checkpoints_ = 0;
            return;
        }
        dirty_ = true;
        if (failed_checkpoints_++ == 0) {
            log_.warn("{}", sqlite_failure("cannot checkpoint", path_, db_.get(), code).detail);
        }
    }

private:
    template <class Work>
    Result<void> in_transaction(const Work& work) {
        int code = begin_.run();
        code = code == sqlite_ok ? work() : code;
        code = code == sqlite_ok ? commit_.run() : code;
        if (code == sqlite_ok) {
            dirty_ = true;
            return {};
        }
        Error error = sqlite_failure("cannot write", path_, db_.get(), code);
        if (sqlite3_get_autocommit(db_.get()) == 0) {  // some failures have rolled back already
            rollback_.run();
        }
        return error;
    }

    std::string path_;
    std::int64_t self_id_;
    SqliteHandle lock_;
    SqliteHandle db_;
    Log log_;
    ChangeWriter writer_;
    Statement begin_{db_.get(), "BEGIN IMMEDIATE"};
    Statement commit_{db_.get(), "COMMIT"};
    Statement rollback_{db_.get(), "ROLLBACK"};
    Statement find_message_{db_.get(), "SELECT * FROM messages WHERE id=?"};
    bool dirty_ = false;
    std::size_t failed_checkpoints_ = 0;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options, Log log) {
    const std::string path = options.path.string();
    std::error_code made;
    if (options.path.has_parent_path()) {
        std::filesystem::create_directories(options.path.parent_path(), made);
    }
    if (made) {
        return failure(made,
                       "cannot make the folder of the sandbox database " + path +
                           ": make it writable, choose another root, or run with --ephemeral");
    }
    auto lock = lock_database(path);
    if (!lock) {
        return lock.error();
    }
    auto db = open_database(path, options.max_pages);
    if (!db) {
        return db.error();
    }
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::make_unique<Impl>(
        path, options.self_id, std::move(*lock), std::move(*db), std::move(log))));
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

Result<std::optional<WorldData>> SqliteStore::load(std::size_t recent) {
    return impl_->load(recent);
}
Result<void> SqliteStore::reset(const WorldData& world) {
    return impl_->reset(world);
}
Result<void> SqliteStore::commit(const std::vector<Change>& changes) {
    return impl_->commit(changes);
}
Result<std::optional<StoredMessage>> SqliteStore::find_message(std::int32_t id) {
    return impl_->find_message(id);
}
void SqliteStore::checkpoint() {
    impl_->checkpoint();
}

}  // namespace cqhttp::account
