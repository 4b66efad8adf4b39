#include "gateway/account/group_commit.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <bit>
#include <utility>

namespace cqhttp::account {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace

// One turn of the loop. Shared with the answers that wait for its end.
struct GroupCommit::Turn final : Settlement {
    explicit Turn(const asio::any_io_executor& executor) : end(executor) {
        end.expires_at(asio::steady_timer::time_point::max());
    }
    void settle(State outcome) {
        state_ = outcome;
        end.cancel();
    }
    asio::awaitable<void> settled() override {
        if (state_ == State::open) {
            co_await end.async_wait(as_result);
        }
    }

    asio::steady_timer end;  // never expires: cancelling it wakes every waiter
    std::vector<Consequences> consequences;
    std::size_t events = 0;
};

GroupCommit::GroupCommit(asio::any_io_executor executor, World& world, Store& store,
                         std::size_t recent_messages, Publish publish, Log log)
    : executor_(std::move(executor)),
      world_(world),
      store_(store),
      recent_messages_(recent_messages),
      publish_(std::move(publish)),
      log_(std::move(log)),
      alive_(std::make_shared<GroupCommit*>(this)) {}

GroupCommit::~GroupCommit() {
    publish_ = [](Consequences&&) {};
    flush();
}

Answer GroupCommit::keep(protocol::ActionReply reply, Consequences&& consequences) {
    Turn& turn = open_turn();
    turn.events += consequences.events.size();
    turn.consequences.push_back(std::move(consequences));
    return {turn_, std::move(reply)};
}

std::size_t GroupCommit::waiting_events() const noexcept {
    return turn_ ? turn_->events : 0;
}

void GroupCommit::take_back(std::size_t change_count) {
    world_.drop_changes(change_count);
    stale_ = true;
    open_turn();
}

GroupCommit::Turn& GroupCommit::open_turn() {
    if (!turn_) {
        turn_ = std::make_shared<Turn>(executor_);
        turn_->consequences.reserve(last_calls_);
        auto end_of_turn = [alive = std::weak_ptr(alive_)] {
            if (const auto self = alive.lock()) {
                (*self)->flush();
            }
        };
        asio::post(executor_, std::move(end_of_turn));
    }
    return *turn_;
}

void GroupCommit::flush() {
    const auto turn = std::exchange(turn_, nullptr);
    if (!turn) {
        return;
    }
    last_calls_ = turn->consequences.size();
    const bool kept = commit();
    if (!kept || stale_) {
        read_back();
    }
    if (kept) {
        for (Consequences& consequences : turn->consequences) {
            publish_(std::move(consequences));
        }
    }
    turn->settle(kept ? Turn::State::kept : Turn::State::lost);
}

bool GroupCommit::commit() {
    const std::vector<Change> changes = world_.take_changes();
    if (changes.empty()) {
        return true;
    }
    const auto result = store_.commit(changes);
    if (!result) {
        report(result.error());
        return false;
    }
    if (failures_ != 0) {
        log_.info("changes are kept again failures={}", std::exchange(failures_, 0));
    }
    return true;
}

void GroupCommit::read_back() {
    stale_ = true;
    auto data = store_.load(recent_messages_);
    if (!data) {
        report(data.error());
        return;
    }
    if (!*data) {
        report(failure("the store is empty"));
        return;
    }
    world_ = World(std::move(**data), recent_messages_);
    stale_ = false;
}

bool GroupCommit::usable() {
    // With a turn under way its end does this.
    if (stale_ && !turn_) {
        read_back();
    }
    return !stale_ || turn_;
}

void GroupCommit::report(const Error& error) {
    if (std::has_single_bit(++failures_)) {
        log_.error("{} failures={}", error.detail, failures_);
    }
}

}  // namespace cqhttp::account
