#pragma once

#include "gateway/action/calls.hpp"
#include "gateway/base/log.hpp"
#include "gateway/net/loop.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/awaitable.hpp>

namespace cqhttp::transport {

namespace asio = boost::asio;

// The dispatcher as connections on another loop see it. A call goes to the home loop through the
// mailbox, is carried out there, and its answer comes back the same way: so calls are carried out
// in the order in which this loop made them, and an answer stays in order with the events that home
// sends to this loop. One that takes time begins when it is awaited, as at home. A call that was
// made is carried out even if nobody waits for its answer any more. How many are under way is
// bounded by the connections: each waits for its answers before it reads again.
class RemoteCalls final : public action::Calls {
public:
    // Made on the home loop, where `dispatcher` lives.
    RemoteCalls(net::Loop& loop, action::Calls& dispatcher, asio::io_context& home, Log log);
    ~RemoteCalls() override;

    // On the other loop.
    account::Answer call(protocol::ActionRequest&& request) override;

    // On the home loop. Gives up waiting for answers that take time; callers get 103.
    void abort();
    // Returns when no answer is awaited any more. No call is made after it.
    asio::awaitable<void> join();

private:
    class Journey;
    class Holder;

    static asio::awaitable<protocol::ActionReply> arrival(Holder journey);
    static asio::awaitable<void> carry_home(Journey& journey,
                                            asio::awaitable<protocol::ActionReply> pending);

    net::Loop& loop_;
    action::Calls& dispatcher_;
    net::TaskGroup slow_;  // answers of the dispatcher that take time
    bool aborted_ = false;
};

}  // namespace cqhttp::transport
