#pragma once

#include "gateway/account/entities.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace cqhttp::account {

// The requests of a world in the order they arrived, found by flag or by who asks; each in
// logarithmic time. Bounded: the oldest handled ones are forgotten, the oldest open ones expire.
class RequestBook {
public:
    static constexpr std::size_t handled_kept = 1000;
    static constexpr std::size_t open_kept = 10'000;

    // Inserts or replaces by flag. Returns the open request that has expired to make room.
    std::optional<Request> put(Request row);

    // Null where there is none; valid until the next put().
    const Request* find(std::string_view flag) const;
    // Open ones of that person for that group (0: to be friends), oldest first.
    std::vector<const Request*> open(std::int64_t group_id, std::int64_t user_id) const;
    std::vector<const Request*> rows() const;

private:
    void file(std::uint64_t number, const Request& row);
    void unfile(std::uint64_t number, const Request& row);
    std::optional<Request> expire_oldest();

    std::map<std::uint64_t, Request> rows_;  // by number of arrival
    std::map<std::string, std::uint64_t, std::less<>> by_flag_;
    std::set<std::uint64_t> open_, handled_;
    std::set<std::tuple<std::int64_t, std::int64_t, std::uint64_t>> by_person_;  // open ones
    std::uint64_t last_number_ = 0;
};

}  // namespace cqhttp::account
