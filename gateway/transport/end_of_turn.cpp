#include "gateway/transport/end_of_turn.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace cqhttp::transport {

EndOfTurn::EndOfTurn(boost::asio::io_context& context, std::function<void()> work)
    : context_(context), state_(std::make_shared<State>()) {
    state_->work = std::move(work);
}

void EndOfTurn::request() {
    if (std::exchange(state_->due, true)) {
        return;
    }
    auto run = [weak = std::weak_ptr(state_)] {
        if (const auto state = weak.lock()) {
            state->due = false;
            state->work();
        }
    };
    boost::asio::post(context_, std::move(run));
}

}  // namespace cqhttp::transport
