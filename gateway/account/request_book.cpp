#include "gateway/account/request_book.hpp"

#include <utility>

namespace cqhttp::account {

std::optional<Request> RequestBook::put(Request row) {
    const auto known = by_flag_.find(row.flag);
    if (known != by_flag_.end()) {
        const std::uint64_t number = known->second;
        unfile(number, rows_[number]);
        file(number, row);
        rows_[number] = std::move(row);
    } else {
        const std::uint64_t number = ++last_number_;
        by_flag_.emplace(row.flag, number);
        file(number, row);
        rows_.emplace(number, std::move(row));
    }
    std::optional<Request> expired = expire_oldest();
    // A forgotten request is answered like a handled one: its flag is unknown (-20).
    while (handled_.size() > handled_kept) {
        const auto oldest = rows_.find(*handled_.begin());
        handled_.erase(handled_.begin());
        by_flag_.erase(oldest->second.flag);
        rows_.erase(oldest);
    }
    return expired;
}

std::optional<Request> RequestBook::expire_oldest() {
    if (open_.size() <= open_kept) {
        return std::nullopt;
    }
    const std::uint64_t number = *open_.begin();
    Request& row = rows_[number];
    unfile(number, row);
    row.state = "expired";
    file(number, row);
    return row;
}

void RequestBook::file(std::uint64_t number, const Request& row) {
    if (row.state == "open") {
        open_.insert(number);
        by_person_.emplace(row.group_id, row.user_id, number);
    } else {
        handled_.insert(number);
    }
}

void RequestBook::unfile(std::uint64_t number, const Request& row) {
    if (row.state == "open") {
        open_.erase(number);
        by_person_.erase({row.group_id, row.user_id, number});
    } else {
        handled_.erase(number);
    }
}

const Request* RequestBook::find(std::string_view flag) const {
    const auto found = by_flag_.find(flag);
    return found == by_flag_.end() ? nullptr : &rows_.at(found->second);
}

std::vector<const Request*> RequestBook::open(std::int64_t group_id, std::int64_t user_id) const {
    std::vector<const Request*> found;
    auto at = by_person_.lower_bound({group_id, user_id, 0});
    for (; at != by_person_.end(); ++at) {
        const auto& [group, user, number] = *at;
        if (group != group_id || user != user_id) {
            break;
        }
        found.push_back(&rows_.at(number));
    }
    return found;
}

std::vector<const Request*> RequestBook::rows() const {
    std::vector<const Request*> all;
    all.reserve(rows_.size());
    for (const auto& [number, row] : rows_) {
        all.push_back(&row);
    }
    return all;
}

}  // namespace cqhttp::account
