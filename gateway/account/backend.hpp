#pragma once

#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/event_json.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace cqhttp::account {

namespace asio = boost::asio;

// Whether what several answers tell of is safe. They share it and become ready together.
class Settlement {
public:
    enum class State { open, kept, lost };

    virtual ~Settlement() = default;
    State state() const noexcept { return state_; }
    // Until it is no longer open.
    virtual asio::awaitable<void> settled() = 0;

protected:
    State state_ = State::open;
};

// The answer to one call: already there, ready with others of its turn, or a coroutine that will
// bring it. What is there costs no coroutine frame; what takes time (a download, a commit) is
// awaited by whoever asked. The work of a pending answer starts at the latest when it is awaited,
// and it must be awaited.
class Answer {
public:
    Answer(protocol::ActionReply reply)  // NOLINT: these are answers
        : content_(std::in_place_type<protocol::ActionReply>, std::move(reply)) {}
    Answer(asio::awaitable<protocol::ActionReply> later) : content_(std::move(later)) {}  // NOLINT
    // `reply` if it is kept, or else a failure.
    Answer(std::shared_ptr<Settlement> settlement, protocol::ActionReply reply)
        : content_(Waiting{std::move(settlement), std::move(reply)}) {}

    bool ready() const noexcept {
        const Waiting* const waiting = std::get_if<Waiting>(&content_);
        return waiting != nullptr ? waiting->settlement->state() != Settlement::State::open
                                  : std::holds_alternative<protocol::ActionReply>(content_);
    }
    // Of one that is ready.
    protocol::ActionReply take() {
        Waiting* const waiting = std::get_if<Waiting>(&content_);
        return waiting != nullptr ? outcome(std::move(*waiting))
                                  : std::move(std::get<protocol::ActionReply>(content_));
    }
    // Of one that was not ready when it was looked at.
    asio::awaitable<protocol::ActionReply> later() {
        Waiting* const waiting = std::get_if<Waiting>(&content_);
        return waiting != nullptr
                   ? wait(std::move(*waiting))
                   : std::move(std::get<asio::awaitable<protocol::ActionReply>>(content_));
    }

private:
    struct Waiting {
        std::shared_ptr<Settlement> settlement;
        protocol::ActionReply reply;
    };

    static protocol::ActionReply outcome(Waiting&& waiting) {
        return waiting.settlement->state() == Settlement::State::kept
                   ? std::move(waiting.reply)
                   : protocol::ActionReply::failure(protocol::retcode::failed);
    }
    static asio::awaitable<protocol::ActionReply> wait(Waiting waiting) {
        co_await waiting.settlement->settled();
        co_return outcome(std::move(waiting));
    }

    std::variant<protocol::ActionReply, asio::awaitable<protocol::ActionReply>, Waiting> content_;
};

// One call for the account, its parameters read and checked.
struct Call {
    const protocol::ActionSpec& spec;
    protocol::Arguments arguments;
    protocol::Caller caller;
};

struct SelfInfo {
    std::int64_t user_id = 0;
    std::string nickname;
};

// Where the account's events go. Implemented by the event pipeline.
class EventSink {
public:
    virtual ~EventSink() = default;
    // Never blocks, never throws.
    virtual void submit(protocol::Event event) = 0;
    // How many more events find a place now.
    virtual std::size_t room() const { return std::numeric_limits<std::size_t>::max(); }
    // How events are written for receivers.
    virtual protocol::EventForm form() const { return {}; }
};

// The seam to the account: the sandbox now, a relay to another implementation later. Lives on one
// event loop; calls may overlap.
class Backend {
public:
    virtual ~Backend() = default;
    virtual SelfInfo self() const = 0;
    virtual bool online() const = 0;
    // `call.spec.owner` is account or sandbox. What this account does not offer, or not to this
    // caller, is answered with retcode::unknown_action: it must look like any unknown name.
    virtual Answer call(Call&& call) = 0;
    // Whether a control action of the sandbox exists for that caller; asked before its parameters
    // are read.
    virtual bool offers(const protocol::ActionSpec& spec, const protocol::Caller& caller) const = 0;
    // The account's platform hands that event to nobody after the gateway (QOP-038).
    virtual void block(const protocol::Event& event) = 0;
    // Lives until stop(): events go to `events`, time passes, data is kept.
    virtual asio::awaitable<void> run(EventSink& events) = 0;
    // Everything answered with ok is safe on disk when run() returns. Idempotent.
    virtual void stop() = 0;
    // The account process restarts: offline, online again, its cache emptied on demand (ACT-044).
    virtual protocol::ActionReply restart(bool clean_cache) = 0;
};

}  // namespace cqhttp::account
