#pragma once

#include "gateway/account/store.hpp"
#include "gateway/base/log.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace cqhttp::account {

struct SqliteOptions {
    std::filesystem::path path;  // the folder above is made where it is missing
    std::int64_t self_id = 0;    // whose world it is
    std::int64_t max_pages = 0;  // bound of the file in pages of 4 KiB; 0: the disk's
};

// A world in one SQLite file, in plain tables that the sqlite3 shell can show at any time. Changes
// go to the write-ahead log; moving them to the file waits for checkpoint(). A second file,
// <path>-lock, keeps other gateways out for as long as this object lives; the system frees it when
// the process ends, however it ends.
class SqliteStore final : public Store {
public:
    // Opens or creates the file. The error names it and says what to do.
    static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options, Log log);
    ~SqliteStore() override;

    Result<std::optional<WorldData>> load(std::size_t recent) override;
    Result<void> reset(const WorldData& world) override;
    Result<void> commit(const std::vector<Change>& changes) override;
    Result<std::optional<StoredMessage>> find_message(std::int32_t id) override;
    void checkpoint() override;

private:
    class Impl;
    explicit SqliteStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::account
