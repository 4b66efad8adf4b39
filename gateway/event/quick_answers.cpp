#include "gateway/event/quick_answers.hpp"

#include "gateway/protocol/quick_operation.hpp"

#include <utility>

namespace cqhttp::event {

boost::asio::awaitable<void> QuickAnswers::execute(const protocol::Event& event,
                                                   const std::string& answer) {
    protocol::QuickOperation operation = protocol::read_quick_operation(event, answer, profile_);
    if (operation.block) {
        dispatcher_.block(event);
    }
    co_await dispatcher_.carry_out(std::move(operation));
}

}  // namespace cqhttp::event
