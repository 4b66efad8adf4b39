#include "gateway/account/sqlite_tables.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::account {
namespace {

// Handled requests older than this many rows are not read back: their flags are refused all the
// same.
constexpr std::int64_t request_rows_read = 5000;
constexpr std::int64_t notice_rows_read = 1000;

constexpr const char* schema = R"sql(
CREATE TABLE account(self_id INTEGER NOT NULL) STRICT;
CREATE TABLE users(id INTEGER PRIMARY KEY, nickname TEXT NOT NULL, sex TEXT NOT NULL,
  age INTEGER NOT NULL, area TEXT NOT NULL, level INTEGER NOT NULL) STRICT;
CREATE TABLE friend_categories(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE friends(user_id INTEGER PRIMARY KEY, remark TEXT NOT NULL, category INTEGER NOT NULL)
  STRICT;
CREATE TABLE chat_groups(id INTEGER PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL,
  category INTEGER NOT NULL, introduction TEXT NOT NULL, max_members INTEGER NOT NULL,
  whole_ban INTEGER NOT NULL, anonymity INTEGER NOT NULL) STRICT;
CREATE TABLE members(group_id INTEGER NOT NULL, user_id INTEGER NOT NULL, card TEXT NOT NULL,
  role TEXT NOT NULL, title TEXT NOT NULL, title_expires INTEGER NOT NULL, level TEXT NOT NULL,
  joined INTEGER NOT NULL, last_sent INTEGER NOT NULL, banned_until INTEGER NOT NULL,
  unfriendly INTEGER NOT NULL, PRIMARY KEY(group_id, user_id)) STRICT, WITHOUT ROWID;
CREATE TABLE discusses(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE discuss_members(discuss_id INTEGER NOT NULL, position INTEGER NOT NULL,
  user_id INTEGER NOT NULL, PRIMARY KEY(discuss_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE anonymous_members(number INTEGER PRIMARY KEY, group_id INTEGER NOT NULL,
  flag TEXT NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL, name TEXT NOT NULL,
  banned_until INTEGER NOT NULL, UNIQUE(group_id, flag)) STRICT;
CREATE TABLE requests(number INTEGER PRIMARY KEY, flag TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
  sub_type TEXT NOT NULL, user_id INTEGER NOT NULL, group_id INTEGER NOT NULL,
  comment TEXT NOT NULL, time INTEGER NOT NULL, state TEXT NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE TABLE messages(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL,
  target INTEGER NOT NULL, sender INTEGER NOT NULL, content TEXT NOT NULL,
  recalled INTEGER NOT NULL) STRICT;
CREATE TABLE notices(id INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, sender INTEGER NOT NULL,
  time INTEGER NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL) STRICT;
CREATE TABLE likes(user_id INTEGER NOT NULL, day INTEGER NOT NULL, times INTEGER NOT NULL,
  PRIMARY KEY(user_id, day)) STRICT, WITHOUT ROWID;
CREATE TABLE rejections(group_id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  PRIMARY KEY(group_id, user_id)) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* clear_all = R"sql(
DELETE FROM account; DELETE FROM users; DELETE FROM friend_categories; DELETE FROM friends;
DELETE FROM chat_groups; DELETE FROM members; DELETE FROM discusses; DELETE FROM discuss_members;
DELETE FROM anonymous_members; DELETE FROM requests; DELETE FROM messages; DELETE FROM notices;
DELETE FROM likes;
DELETE FROM rejections;
)sql";

User read_user(const Statement& row) {
    return {row.integer(0), row.text(1), row.text(2), row.int32(3), row.text(4), row.int32(5)};
}

}  // namespace

const DatabaseKind sandbox_database{
    .application_id = 0x43514753,  // "CQGS"
    .schema_version = 1,
    .schema = schema,
};

int clear_tables(sqlite3* db) {
    return run_script(db, clear_all);
}

StoredMessage read_message(const Statement& row) {
    return {static_cast<std::int32_t>(row.integer(0)),
            row.integer(1),
            row.text(2),
            row.integer(3),
            row.integer(4),
            row.text(5),
            row.integer(6) != 0};
}

int read_world(sqlite3* db, std::size_t recent, WorldData& world) {
    int code = sqlite_ok;
    auto each = [&](const char* sql, const auto& read, auto... values) {
        if (code == sqlite_ok) {
            Statement rows(db, sql);
            code = rows.each([&] { read(rows); }, values...);
        }
    };
    each("SELECT * FROM users ORDER BY id", [&](const Statement& row) {
        User user = read_user(row);
        (user.id == world.self.id ? world.self : world.users.emplace_back()) = std::move(user);
    });
    each("SELECT * FROM friend_categories ORDER BY id", [&](const Statement& row) {
        world.categories.push_back({row.integer(0), row.text(1)});
    });
    each("SELECT * FROM friends ORDER BY user_id", [&](const Statement& row) {
        world.friends.push_back({row.integer(0), row.text(1), row.integer(2)});
    });
    each("SELECT * FROM chat_groups ORDER BY id", [&](const Statement& row) {
        world.groups.push_back({row.integer(0), row.text(1), row.integer(2), row.int32(3),
                                row.text(4), row.int32(5), row.integer(6) != 0,
                                row.integer(7) != 0});
    });
    each("SELECT * FROM members ORDER BY group_id, user_id", [&](const Statement& row) {
        world.members.push_back({row.integer(0), row.integer(1), row.text(2), row.text(3),
                                 row.text(4), row.integer(5), row.text(6), row.integer(7),
                                 row.integer(8), row.integer(9), row.integer(10) != 0});
    });
    each("SELECT * FROM discusses ORDER BY id", [&](const Statement& row) {
        world.discusses.push_back({row.integer(0), row.text(1), {}});
    });
    each("SELECT discuss_id, user_id FROM discuss_members ORDER BY discuss_id, position",
         [&](const Statement& row) {
             const auto owner =
                 std::find_if(world.discusses.begin(), world.discusses.end(),
                              [&](const Discuss& d) { return d.id == row.integer(0); });
             if (owner != world.discusses.end()) {
                 owner->members.push_back(row.integer(1));
             }
         });
    each("SELECT * FROM anonymous_members ORDER BY number", [&](const Statement& row) {
        world.anonymous.push_back({row.integer(3), row.integer(1), row.integer(4), row.text(5),
                                   row.text(2), row.integer(6)});
    });
    each(
        "SELECT * FROM requests WHERE state='open'"
        " OR number > (SELECT max(number) FROM requests) - ? ORDER BY number",
        [&](const Statement& row) {
            world.requests.push_back({row.text(1), row.text(2), row.text(3), row.integer(4),
                                      row.integer(5), row.text(6), row.integer(7), row.text(8),
                                      row.text(9)});
        },
        request_rows_read);
    each(
        "SELECT * FROM notices WHERE id > (SELECT max(id) FROM notices) - ? ORDER BY id",
        [&](const Statement& row) {
            world.notices.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3),
                                     row.text(4), row.text(5)});
        },
        notice_rows_read);
    each("SELECT * FROM likes WHERE day >= (SELECT max(day) FROM likes) - 1 ORDER BY user_id, day",
         [&](const Statement& row) {
             world.likes.push_back({row.integer(0), row.integer(1), row.int32(2)});
         });
    each("SELECT * FROM rejections ORDER BY group_id, user_id", [&](const Statement& row) {
        world.rejections.push_back({row.integer(0), row.integer(1)});
    });
    each(
        "SELECT * FROM messages ORDER BY id DESC LIMIT ?",
        [&](const Statement& row) { world.recent_messages.push_back(read_message(row)); },
        static_cast<std::int64_t>(recent));
    std::reverse(world.recent_messages.begin(), world.recent_messages.end());
    each("SELECT coalesce(max(id), 0) FROM messages",
         [&](const Statement& row) { world.last_message_id = row.int32(0); });
    return code;
}

}  // namespace cqhttp::account
