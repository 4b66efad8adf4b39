#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace cqhttp::transport {

// Runs its work once at the end of a turn of the loop, however often it was asked to during the
// turn: the events of one turn leave in one write per subscriber. Work that is due when this goes
// is not run.
class EndOfTurn {
public:
    EndOfTurn(boost::asio::io_context& context, std::function<void()> work);

    void request();

private:
    struct State {
        std::function<void()> work;
        bool due = false;
    };

    boost::asio::io_context& context_;
    std::shared_ptr<State> state_;
};

}  // namespace cqhttp::transport
