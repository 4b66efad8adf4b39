#pragma once

#include "gateway/protocol/event_filter.hpp"
#include "gateway/protocol/json.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace cqhttp::event {

// The event filters of one account: number 0 is the account's own, which lets everything pass until
// it is set; sinks with a filter of their own name it by number. Receivers of one number are judged
// once per event.
class Filters {
public:
    static constexpr std::size_t of_account = 0;
    static constexpr std::size_t most = 64;  // see Findings

    enum class Gate : char {
        open,    // no filter (FLT-001)
        closed,  // a filter file that is broken (FLT-004)
        ruled,
    };

    Filters() : all_(1) {}

    void set(protocol::EventFilter filter) { all_[of_account].emplace(std::move(filter)); }
    void close() { all_[of_account].close(); }

    // The number of a further one.
    std::size_t add(protocol::EventFilter filter) {
        all_.emplace_back().emplace(std::move(filter));
        return all_.size() - 1;
    }
    std::size_t add_open() {
        all_.emplace_back();
        return all_.size() - 1;
    }
    std::size_t add_closed() {
        all_.emplace_back().close();
        return all_.size() - 1;
    }

    Gate gate(std::size_t number) const { return all_[number].gate; }
    // Of a gate that is ruled.
    bool passes(std::size_t number, const protocol::Json& canonical) const {
        return all_[number].filter->passes(canonical);
    }

private:
    struct One {
        Gate gate = Gate::open;
        std::optional<protocol::EventFilter> filter = {};

        void emplace(protocol::EventFilter given) {
            filter.emplace(std::move(given));
            gate = Gate::ruled;
        }
        void close() {
            filter.reset();
            gate = Gate::closed;
        }
    };

    std::vector<One> all_;
};

}  // namespace cqhttp::event
