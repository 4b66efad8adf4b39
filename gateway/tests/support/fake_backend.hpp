#pragma once

#include "gateway/account/backend.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::test {

// An account that notes every call and answers what the test says.
class FakeBackend final : public account::Backend {
public:
    struct Noted {
        std::string action;
        protocol::Params params;
        bool loopback;
    };

    account::SelfInfo self() const override { return {10086001, "gateway"}; }
    bool online() const override { return is_online; }

    account::Answer call(account::Call&& call) override {
        calls.push_back({std::string(call.spec.name), call.arguments.raw(), call.caller.loopback});
        if (later) {
            return answer_later(answer);
        }
        return answer;
    }

    bool offers(const protocol::ActionSpec&, const protocol::Caller& caller) const override {
        return caller.loopback;
    }
    void block(const protocol::Event& event) override {
        blocked.push_back(protocol::describe(event));
    }

    boost::asio::awaitable<void> run(account::EventSink&) override { co_return; }
    void stop() override {}

    protocol::ActionReply restart(bool clean_cache) override {
        restarts.push_back(clean_cache);
        return restart_reply;
    }

    protocol::ActionReply answer;
    bool later = false;
    bool is_online = true;
    protocol::ActionReply restart_reply;
    std::vector<Noted> calls;
    std::vector<bool> restarts;
    std::vector<std::string> blocked;

private:
    static boost::asio::awaitable<protocol::ActionReply> answer_later(protocol::ActionReply reply) {
        co_return reply;
    }
};

}  // namespace cqhttp::test
