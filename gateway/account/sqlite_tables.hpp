#pragma once

#include "gateway/account/entities.hpp"
#include "gateway/account/sqlite_statement.hpp"

#include <cstddef>
#include <vector>

// The tables of the store: their columns, and rows in and out. Transactions are the store's.
namespace cqhttp::account {

extern const DatabaseKind sandbox_database;

int clear_tables(sqlite3* db);

// Reads every table into `world`, whose own number is known; at most the newest `recent` messages.
int read_world(sqlite3* db, std::size_t recent, WorldData& world);

// Columns of `SELECT * FROM messages`.
StoredMessage read_message(const Statement& row);

// Writes changes; one overload for each kind of row. Its statements are prepared at their first use
// and kept.
class ChangeWriter {
public:
    explicit ChangeWriter(sqlite3* db) : db_(db) {}

    int write(const User& row) {
        return user_.run(row.id, row.nickname, row.sex, row.age, row.area, row.level);
    }
    int write(const FriendCategory& row) { return category_.run(row.id, row.name); }
    int write(const Friend& row) { return friend_.run(row.user_id, row.remark, row.category); }
    int write(const Group& row) {
        return group_.run(row.id, row.name, row.created, row.category, row.introduction,
                          row.max_members, row.whole_ban, row.anonymity);
    }
    int write(const Member& row) {
        return member_.run(row.group_id, row.user_id, row.card, row.role, row.title,
                           row.title_expires, row.level, row.joined, row.last_sent,
                           row.banned_until, row.unfriendly);
    }
    int write(const Discuss& row) {
        int code = clear_discuss_.run(row.id);
        code = code == sqlite_ok ? discuss_.run(row.id, row.name) : code;
        std::int64_t position = 0;
        for (const std::int64_t user_id : row.members) {
            code = code == sqlite_ok ? discuss_member_.run(row.id, position++, user_id) : code;
        }
        return code;
    }
    int write(const AnonymousMember& row) {
        return anonymous_.run(row.group_id, row.flag, row.id, row.user_id, row.name,
                              row.banned_until);
    }
    int write(const Request& row) {
        return request_.run(row.flag, row.type, row.sub_type, row.user_id, row.group_id,
                            row.comment, row.time, row.state, row.answer);
    }
    int write(const StoredMessage& row) {
        return message_.run(row.id, row.time, row.type, row.target, row.sender, row.content,
                            row.recalled);
    }
    int write(const Notice& row) {
        return notice_.run(row.id, row.group_id, row.sender, row.time, row.title, row.content);
    }
    int write(const LikeCount& row) { return like_.run(row.user_id, row.day, row.times); }
    int write(const Rejection& row) { return rejection_.run(row.group_id, row.user_id); }
    int write(const UserGone& row) { return user_gone_.run(row.id); }
    int write(const FriendGone& row) { return friend_gone_.run(row.user_id); }
    int write(const MemberGone& row) { return member_gone_.run(row.group_id, row.user_id); }
    int write(const DiscussGone& row) {
        const int code = clear_discuss_.run(row.id);
        return code == sqlite_ok ? discuss_gone_.run(row.id) : code;
    }
    int write(const GroupGone& row) {
        int code = group_gone_.run(row.id);
        for (Statement* rest :
             {&group_members_, &group_anonymous_, &group_notices_, &group_rejections_}) {
            code = code == sqlite_ok ? rest->run(row.id) : code;
        }
        return code;
    }

    template <class Row>
    int write(const std::vector<Row>& rows) {
        for (const Row& row : rows) {
            if (const int code = write(row); code != sqlite_ok) {
                return code;
            }
        }
        return sqlite_ok;
    }

private:
    sqlite3* db_;
    Statement user_{db_, "REPLACE INTO users VALUES(?,?,?,?,?,?)"};
    Statement category_{db_, "REPLACE INTO friend_categories VALUES(?,?)"};
    Statement friend_{db_, "REPLACE INTO friends VALUES(?,?,?)"};
    Statement group_{db_, "REPLACE INTO chat_groups VALUES(?,?,?,?,?,?,?,?)"};
    Statement member_{db_, "REPLACE INTO members VALUES(?,?,?,?,?,?,?,?,?,?,?)"};
    Statement discuss_{db_, "REPLACE INTO discusses VALUES(?,?)"};
    Statement discuss_member_{db_, "INSERT INTO discuss_members VALUES(?,?,?)"};
    // Rows whose order of arrival counts keep their number.
    Statement anonymous_{db_,
                         "INSERT INTO anonymous_members(group_id,flag,id,user_id,name,banned_until)"
                         " VALUES(?,?,?,?,?,?) ON CONFLICT(group_id,flag) DO UPDATE SET"
                         " id=excluded.id, user_id=excluded.user_id, name=excluded.name,"
                         " banned_until=excluded.banned_until"};
    Statement request_{db_,
                       "INSERT INTO requests(flag,type,sub_type,user_id,group_id,comment,time,"
                       "state,answer) VALUES(?,?,?,?,?,?,?,?,?) ON CONFLICT(flag) DO UPDATE SET"
                       " type=excluded.type, sub_type=excluded.sub_type, user_id=excluded.user_id,"
                       " group_id=excluded.group_id, comment=excluded.comment, time=excluded.time,"
                       " state=excluded.state, answer=excluded.answer"};
    Statement message_{db_, "REPLACE INTO messages VALUES(?,?,?,?,?,?,?)"};
    Statement notice_{db_, "REPLACE INTO notices VALUES(?,?,?,?,?,?)"};
    Statement like_{db_, "REPLACE INTO likes VALUES(?,?,?)"};
    Statement rejection_{db_, "REPLACE INTO rejections VALUES(?,?)"};
    Statement user_gone_{db_, "DELETE FROM users WHERE id=?"};
    Statement friend_gone_{db_, "DELETE FROM friends WHERE user_id=?"};
    Statement member_gone_{db_, "DELETE FROM members WHERE group_id=? AND user_id=?"};
    Statement clear_discuss_{db_, "DELETE FROM discuss_members WHERE discuss_id=?"};
    Statement discuss_gone_{db_, "DELETE FROM discusses WHERE id=?"};
    Statement group_gone_{db_, "DELETE FROM chat_groups WHERE id=?"};
    Statement group_members_{db_, "DELETE FROM members WHERE group_id=?"};
    Statement group_anonymous_{db_, "DELETE FROM anonymous_members WHERE group_id=?"};
    Statement group_notices_{db_, "DELETE FROM notices WHERE group_id=?"};
    Statement group_rejections_{db_, "DELETE FROM rejections WHERE group_id=?"};
};

}  // namespace cqhttp::account
