#pragma once

#include <boost/asio/io_context.hpp>

#include <memory>
#include <utility>

namespace cqhttp::net {

namespace asio = boost::asio;

// Something that one loop wants done on another. It belongs to whoever sends it and lies in one
// mailbox at a time; it must live until it has run.
class Errand {
public:
    Errand() = default;
    Errand(const Errand&) = delete;
    Errand& operator=(const Errand&) = delete;
    virtual ~Errand() = default;

    // On the loop it was sent to. Must not throw. It may be sent again or destroyed in here.
    virtual void run() = 0;

private:
    friend class ErrandList;
    Errand* next_ = nullptr;
};

// Errands in order. Allocates nothing.
class ErrandList {
public:
    bool empty() const noexcept { return first_ == nullptr; }
    void push(Errand& errand) noexcept {
        errand.next_ = nullptr;
        (first_ == nullptr ? first_ : last_->next_) = &errand;
        last_ = &errand;
    }
    // Behind what is here; `other` is empty afterwards.
    void append(ErrandList& other) noexcept {
        if (other.empty()) {
            return;
        }
        (first_ == nullptr ? first_ : last_->next_) = std::exchange(other.first_, nullptr);
        last_ = other.last_;
    }
    Errand* pop() noexcept {
        Errand* const errand = first_;
        if (errand != nullptr) {
            first_ = errand->next_;
        }
        return errand;
    }

private:
    Errand* first_ = nullptr;
    Errand* last_ = nullptr;
};

// The way from one event loop to another. What a turn of the sending loop brings leaves together at
// its end, under one lock and with at most one waking of the other loop; what arrives runs in the
// order in which it was sent. It has no bound of its own: whoever sends keeps one.
//
// Used on the sending loop. Both contexts outlive it; when it goes nothing is under way.
class Mailbox {
public:
    Mailbox(asio::io_context& from, asio::io_context& to);
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    void send(Errand& errand);

    // For what happens rarely: a function without arguments as an errand of its own.
    template <class Work>
    void post(Work work) {
        send(*new Once<Work>(std::move(work)));
    }

private:
    template <class Work>
    class Once final : public Errand {
    public:
        explicit Once(Work work) : work_(std::move(work)) {}
        void run() override {
            const std::unique_ptr<Once> self(this);
            std::move(work_)();
        }

    private:
        Work work_;
    };

    class State;
    std::shared_ptr<State> state_;
};

}  // namespace cqhttp::net
