#pragma once

#include "gateway/account/backend.hpp"

#include <utility>

namespace cqhttp::app {

// Hands the account's events to whatever serves the account now. While the gateway restarts nobody
// does, and events are lost as they are while a connection is down (WSR-035).
class EventRelay final : public account::EventSink {
public:
    void connect(account::EventSink* target) noexcept { target_ = target; }

    void submit(protocol::Event event) override {
        if (target_ != nullptr) {
            target_->submit(std::move(event));
        }
    }

    std::size_t room() const override {
        return target_ == nullptr ? EventSink::room() : target_->room();
    }

    protocol::EventForm form() const override {
        return target_ == nullptr ? EventSink::form() : target_->form();
    }

private:
    account::EventSink* target_ = nullptr;
};

}  // namespace cqhttp::app
