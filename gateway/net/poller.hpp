#pragma once

#include "gateway/net/ready_handler.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

// Waits for the sockets of one event loop. Asio asks the kernel anew for every single wait, which
// is one system call of three in a call that a bot makes; here a socket that somebody waits for
// again and again is registered once, level-triggered, in an epoll set of ours, and Asio waits for
// that set. One per loop, made by the first PolledSocket on it, gone with the loop.
//
// Handlers are called from the loop's thread, one after the other.
class Poller final : public asio::execution_context::service {
public:
    using key_type = Poller;
    static asio::execution_context::id id;

    // A socket and who waits for it; part of a PolledSocket.
    struct Entry {
        int descriptor = -1;
        std::uint32_t registered = 0;  // events the kernel reports
        ReadyHandler reader, writer;
        std::size_t place = 0;  // in the list
    };
    enum class Wait : std::uint8_t { read, write };

    explicit Poller(asio::execution_context& context);

    void add(Entry& entry);
    // Also takes it out of what is being reported right now.
    void remove(Entry& entry) noexcept;
    // One wait of each kind at a time.
    void wait(Entry& entry, Wait kind, ReadyHandler handler);
    // Both waits end with operation_aborted, in a later turn.
    void cancel(Entry& entry);
    // Nothing is reported any more until the next wait.
    void drop_interest(Entry& entry) noexcept;
    // For a socket that nobody waits for and whose last input was taken: whether the last look at
    // the set, in this turn of the loop, has shown neither an end nor anything new. One look serves
    // all that ask. False also where the set cannot tell.
    bool is_quiet(const Entry& entry);

    asio::io_context& context() noexcept { return context_; }

private:
    void shutdown() override;
    void look();
    void listen();
    void report_all();
    std::size_t report();
    void report(Entry& entry, std::uint32_t events);
    bool change(Entry& entry, std::uint32_t wanted) noexcept;
    void lose_interest(Entry& entry) noexcept;
    void complete_later(ReadyHandler handler, const boost::system::error_code& error);

    asio::io_context& context_;
    asio::posix::stream_descriptor set_;
    std::vector<Entry*> entries_;
    std::span<epoll_event> reported_;  // while handlers are called
    std::ptrdiff_t telling_ = 0;       // where in it the handlers are that are being called
    std::vector<epoll_event> seen_;    // by look()
    bool looked_ = false;              // in this turn
    std::size_t waits_ = 0;
    bool listening_ = false;
    bool down_ = false;
};

}  // namespace cqhttp::net
