#include "gateway/net/mailbox.hpp"

#include <boost/asio/post.hpp>

#include <mutex>

namespace cqhttp::net {

// Held by what is posted, too: a turn may end after the mailbox.
class Mailbox::State : public std::enable_shared_from_this<State> {
public:
    State(asio::io_context& from, asio::io_context& to) : from_(from), to_(to) {}

    // On the sending loop.
    void send(Errand& errand) {
        const bool first = staged_.empty();
        staged_.push(errand);
        if (first) {
            asio::post(from_, [self = shared_from_this()] { self->deliver(); });
        }
    }
    void close() noexcept { closed_ = true; }

private:
    void deliver() {
        if (closed_) {
            return;
        }
        bool awake = false;
        {
            const std::lock_guard lock(mutex_);
            awake = !queued_.empty();  // it will look
            queued_.append(staged_);
        }
        if (!awake) {
            asio::post(to_, [self = shared_from_this()] { self->take(); });
        }
    }

    // On the receiving loop.
    void take() {
        ErrandList arrived;
        {
            const std::lock_guard lock(mutex_);
            arrived.append(queued_);
        }
        while (Errand* errand = arrived.pop()) {
            errand->run();
        }
    }

    asio::io_context& from_;
    asio::io_context& to_;
    ErrandList staged_;  // of the sending loop's turn
    bool closed_ = false;
    std::mutex mutex_;
    ErrandList queued_;  // guarded by the mutex
};

Mailbox::Mailbox(asio::io_context& from, asio::io_context& to)
    : state_(std::make_shared<State>(from, to)) {}

Mailbox::~Mailbox() {
    state_->close();
}

void Mailbox::send(Errand& errand) {
    state_->send(errand);
}

}  // namespace cqhttp::net
