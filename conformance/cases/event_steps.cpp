#include "conformance/cases/event_steps.hpp"

namespace cqhttp::conformance {

asio::awaitable<Json> next_posted(Context& context, std::string post_type) {
    for (;;) {
        auto posted = co_await context.next_post();
        if (!posted) {
            co_return Json();
        }
        Json event = posted->json();
        if (member(event, "post_type") == post_type) {
            co_return event;
        }
    }
}

}  // namespace cqhttp::conformance
