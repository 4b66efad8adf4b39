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
    for (protocol::ActionRequest& request : operation.calls) {
        const std::string action = request.action;
        account::Answer reply = dispatcher_.call(std::move(request));
        protocol::ActionReply done;
        if (reply.ready()) {
            done = reply.take();
        } else {
            done = co_await reply.later();
        }
        log_.debug("quick operation action={} retcode={}", action, done.retcode);
    }
}

}  // namespace cqhttp::event
