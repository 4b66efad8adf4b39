#pragma once

#include "cli/bench_part.hpp"
#include "gateway/protocol/signature.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Events that are posted to this tool.
namespace cqhttp::cli::bench {

// Who gets the bodies of posts, good ones only.
class PostSink {
public:
    virtual ~PostSink() = default;
    // `address` counts from 0.
    virtual void posted(std::size_t address, std::string_view body) = 0;
};

struct PostPlan {
    Descriptor listener;
    std::optional<protocol::Signer> signer;  // every signature is checked then
    // Each event is posted to /1, /2 and so on; where there is only one, every path is it.
    std::size_t addresses = 1;
};

// Listens where the target posts its events, answers 204 and checks signatures.
class PostReceiver final : public Pollable {
public:
    PostReceiver(Stage& stage, PostPlan plan, PostSink& sink);
    ~PostReceiver() override;

    void ready(unsigned events) override;
    std::string address() const;
    std::size_t connections() const noexcept { return peers_.size(); }

private:
    class Peer;

    // Which address a request is for; nothing where there is no such one.
    std::optional<std::size_t> address_of(std::string_view head) const;

    Stage& stage_;
    PostPlan plan_;
    PostSink& sink_;
    std::vector<std::unique_ptr<Peer>> peers_;
};

// Posts that come by themselves: somebody else causes the events, and each post counts.
class Posts final : public Part, private PostSink {
public:
    Posts(Stage& stage, PostPlan plan, Pace pace);

    std::vector<Connection*> connections() override { return {}; }
    void begin(Clock::time_point now) override;
    void measure(Clock::time_point now) override;
    void stop(Clock::time_point now) override;
    void give_up(Clock::time_point) override {}
    void tick(Clock::time_point) override {}
    bool enough() const override;
    std::optional<Clock::time_point> waiting_since() const override;
    bool done() const override { return true; }
    std::string silence() const override;
    Tally tally() const override;

private:
    void posted(std::size_t address, std::string_view body) override;

    Stage& stage_;
    Pace pace_;
    PostReceiver receiver_;
    std::optional<Clock::time_point> last_;  // post, or when they were first waited for
    bool measured_ = false;
    Tally tally_;
};

}  // namespace cqhttp::cli::bench
