#include "gateway/transport/remote_calls.hpp"

#include "gateway/net/ready_handler.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <optional>
#include <utility>

namespace cqhttp::transport {
namespace {

using protocol::ActionReply;

constexpr auto as_result = asio::as_tuple(asio::deferred);

}  // namespace

// One call on its way to the home loop and back. It belongs to the other loop, which alone deletes
// it: when it has come back and nobody holds it any more.
class RemoteCalls::Journey final : public net::Errand {
public:
    Journey(RemoteCalls& calls, protocol::ActionRequest request)
        : calls_(calls), request_(std::move(request)) {}

    void run() override {
        switch (stage_) {
            case Stage::out: carry_out(); break;
            case Stage::told: hear(); break;
            case Stage::wanted: wait_at_home(); break;
            case Stage::back: arrive(); break;
        }
    }

    void set_reply(ActionReply reply) { reply_ = std::move(reply); }
    // At home.
    void go_back() {
        stage_ = Stage::back;
        calls_.loop_.from_home().send(*this);
    }

    // On the other loop.
    bool arrived() const noexcept { return known_ == Known::arrived; }
    ActionReply take_reply() { return std::move(reply_); }
    template <class Token>
    auto async_wait(Token&& token) {
        auto initiation = [this](auto handler) {
            waiter_ = net::ReadyHandler(std::move(handler));
            if (known_ == Known::pending) {
                ask();
            }
        };
        return asio::async_initiate<Token, void(boost::system::error_code)>(std::move(initiation),
                                                                            token);
    }
    void let_go() noexcept {
        held_ = false;
        if (arrived()) {
            delete this;
        } else if (known_ == Known::pending) {
            ask();
        }
    }

private:
    // What the errand is about; whoever has the journey says what is next. An answer that takes
    // time is awaited at home only once somebody waits for it on the other loop: its work may begin
    // with that, and a connection waits for one answer after the other.
    enum class Stage : std::uint8_t {
        out,     // to home, to be carried out
        told,    // back: the answer takes time
        wanted,  // to home again, to be awaited
        back,    // with the answer
    };
    // What the other loop knows meanwhile.
    enum class Known : std::uint8_t { nothing, pending, arrived };

    void carry_out() {
        account::Answer answer = calls_.dispatcher_.call(std::move(request_));
        if (answer.ready()) {
            reply_ = answer.take();
            go_back();
        } else {
            pending_.emplace(answer.later());
            stage_ = Stage::told;
            calls_.loop_.from_home().send(*this);
        }
    }

    void wait_at_home() {
        asio::awaitable<ActionReply> pending = std::move(*pending_);
        pending_.reset();
        if (calls_.aborted_) {
            go_back();
        } else {
            calls_.slow_.spawn("call of another loop", carry_home(*this, std::move(pending)));
        }
    }

    void hear() {
        known_ = Known::pending;
        if (waiter_ || !held_) {
            ask();
        }
    }
    void ask() {
        known_ = Known::nothing;
        stage_ = Stage::wanted;
        calls_.loop_.to_home().send(*this);
    }

    // Whoever waits goes on at once: what arrives behind the answer must not overtake it.
    void arrive() {
        known_ = Known::arrived;
        if (!held_) {
            delete this;
        } else if (waiter_) {
            waiter_.tell({});
        }
    }

    RemoteCalls& calls_;
    protocol::ActionRequest request_;
    ActionReply reply_ = ActionReply::failure(protocol::retcode::failed);
    std::optional<asio::awaitable<ActionReply>> pending_;  // at home
    net::ReadyHandler waiter_;
    Stage stage_ = Stage::out;
    Known known_ = Known::nothing;
    bool held_ = true;
};

// Holds a journey for the one who waits for its answer.
class RemoteCalls::Holder {
public:
    explicit Holder(Journey& journey) noexcept : journey_(&journey) {}
    Holder(Holder&& other) noexcept : journey_(std::exchange(other.journey_, nullptr)) {}
    Holder& operator=(Holder&&) = delete;
    ~Holder() {
        if (journey_ != nullptr) {
            journey_->let_go();
        }
    }
    Journey* operator->() const noexcept { return journey_; }

private:
    Journey* journey_;
};

RemoteCalls::RemoteCalls(net::Loop& loop, action::Calls& dispatcher, asio::io_context& home,
                         Log log)
    : loop_(loop), dispatcher_(dispatcher), slow_(home.get_executor(), std::move(log)) {}

RemoteCalls::~RemoteCalls() = default;

account::Answer RemoteCalls::call(protocol::ActionRequest&& request) {
    auto* const journey = new Journey(*this, std::move(request));
    loop_.to_home().send(*journey);
    return arrival(Holder(*journey));
}

asio::awaitable<ActionReply> RemoteCalls::arrival(Holder journey) {
    if (!journey->arrived()) {
        co_await journey->async_wait(as_result);
    }
    co_return journey->take_reply();
}

asio::awaitable<void> RemoteCalls::carry_home(Journey& journey,
                                              asio::awaitable<ActionReply> pending) {
    // Whatever happens to the answer: the one who waits must not wait for ever.
    struct Return {
        Journey& journey;
        ~Return() { journey.go_back(); }
    };
    const Return on_end{journey};
    ActionReply reply = co_await std::move(pending);
    journey.set_reply(std::move(reply));
}

void RemoteCalls::abort() {
    aborted_ = true;
    slow_.cancel();
}

asio::awaitable<void> RemoteCalls::join() {
    return slow_.join();
}

}  // namespace cqhttp::transport
