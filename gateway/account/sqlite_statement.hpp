#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

// What the store and its tables need of SQLite and no more. Implemented in sqlite_store.cpp, the
// only file that knows <sqlite3.h>. Result codes are SQLite's own.
namespace cqhttp::account {

inline constexpr int sqlite_ok = 0;

// What a database of ours looks like.
struct DatabaseKind {
    std::int64_t application_id;
    std::int64_t schema_version;
    const char* schema;
};

int run_script(sqlite3* db, const char* sql);

// A prepared statement, made at its first use and kept. Values are bound, never pasted.
class Statement {
public:
    Statement(sqlite3* db, const char* sql) : db_(db), sql_(sql) {}
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Runs it once, to its end.
    template <class... Values>
    int run(const Values&... values) {
        return each([] {}, values...);
    }

    // Calls `read` for each row; the columns can be read then.
    template <class Read, class... Values>
    int each(const Read& read, const Values&... values) {
        int code = prepare();
        int position = 0;
        ((code = code == sqlite_ok ? bind(++position, values) : code), ...);
        while (code == sqlite_ok && step(code)) {
            read();
        }
        return finish(code);
    }

    std::int64_t integer(int column) const;
    std::int32_t int32(int column) const { return static_cast<std::int32_t>(integer(column)); }
    std::string text(int column) const;

private:
    int prepare();
    int bind(int position, std::integral auto number) {
        return bind_integer(position, static_cast<std::int64_t>(number));
    }
    int bind(int position, std::string_view text);
    int bind_integer(int position, std::int64_t number);
    bool step(int& code);  // true: a row is there
    int finish(int code);

    sqlite3* db_;
    const char* sql_;
    sqlite3_stmt* handle_ = nullptr;
};

}  // namespace cqhttp::account
