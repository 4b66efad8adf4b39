#pragma once

#include "gateway/action/dispatcher.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace cqhttp::event {

// Carries out what the answer to a POST asks for. Quick operations are ordinary calls; a failed one
// does not stop the next (QOP-009).
class QuickAnswers {
public:
    QuickAnswers(action::Dispatcher& dispatcher, const protocol::Profile& profile)
        : dispatcher_(dispatcher), profile_(profile) {}

    // Returns after the last call. The arguments outlive that.
    boost::asio::awaitable<void> execute(const protocol::Event& event, const std::string& answer);

private:
    action::Dispatcher& dispatcher_;
    const protocol::Profile& profile_;
};

}  // namespace cqhttp::event
