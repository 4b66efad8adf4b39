#pragma once

#include "gateway/protocol/params.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace cqhttp::account {

// Something an action made the account do: what a test of a bot asks for (`.sandbox_effects`). A
// blocked event is noted as the action `block` (QOP-038).
struct Effect {
    std::int64_t time = 0;
    std::string_view action = {};  // of the action catalogue, which lives as long as the program
    std::string params = {};       // JSON object; empty: that of `given`
    std::int64_t message_id = 0;   // 0: nothing was sent
    protocol::Params given = {};   // as the caller gave them; printed when somebody asks
};

// The newest effects, in memory only and bounded by number and by size. Numbers start at 1 with
// each start of the gateway and leave no gap, so that a reader sees what it has missed.
class EffectLog {
public:
    explicit EffectLog(std::size_t max_effects = 10'000, std::size_t max_bytes = 16 * 1024 * 1024)
        : max_effects_(max_effects), max_bytes_(max_bytes) {}

    void add(Effect&& effect);
    // Forgets them; numbers go on.
    void clear();

    // JSON array of the effects with a number above `since`, oldest first.
    std::string to_json(std::int64_t since) const;

private:
    std::deque<Effect> effects_;
    std::int64_t last_number_ = 0;
    std::size_t bytes_ = 0;
    std::size_t max_effects_, max_bytes_;
};

}  // namespace cqhttp::account
