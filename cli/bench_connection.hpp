#pragma once

#include "cli/bench_stage.hpp"
#include "cli/bench_wire.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/ws_frame.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cqhttp::cli::bench {

// How a connection comes about; shared by all of a kind.
struct Approach {
    Url url;  // a WebSocket is opened at its path; of an HTTP address only host and port matter
    Endpoint endpoint;
    std::string upgrade;  // request that opens the WebSocket; empty: HTTP
    std::string key;      // in it

    static Result<Approach> http(const ApiTarget& target, const Endpoint& endpoint);
    // `path` ("api", "event") is put behind the path of the target.
    static Result<Approach> ws(const ApiTarget& target, const Endpoint& endpoint,
                               std::string_view path);
};

// The client's end of one connection, HTTP or WebSocket. Pings are answered; what must not happen
// (a close, a refusal, broken frames, another HTTP status than 200) ends the run.
class Connection : public Pollable {
public:
    Connection(Stage& stage, const Approach& approach);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Begins to connect, as the `number`th of the run.
    void connect(std::size_t number);
    bool begun() const noexcept { return state_ != State::closed; }
    bool open() const noexcept { return state_ == State::open; }
    Clock::time_point connected_from() const noexcept { return begin_; }
    // From the first packet to where it can be used, once it is open.
    Clock::duration connect_time() const noexcept { return opened_ - begin_; }

    void ready(unsigned events) final;

    // Sends a ping and notes its pong.
    void ping();
    std::size_t pongs() const noexcept { return pongs_; }

    // Writes what is in output().
    void flush();
    std::string& output() noexcept { return out_; }

protected:
    // One message, or the body of one answer with status 200, whose head is the text before it.
    virtual void received(std::string_view text, std::string_view head) = 0;
    // Receives the message or answer at the start of `bytes` if it is all there and like one that
    // was checked before; returns how many bytes it has. 0: it must be checked.
    virtual std::size_t receive_known(std::string_view) { return 0; }
    // All that one read brought was received.
    virtual void received_all() {}

    Stage& stage() noexcept { return stage_; }
    const Approach& approach() const noexcept { return approach_; }

private:
    enum class State : std::uint8_t { closed, connecting, upgrading, open };

    bool ws() const noexcept { return !approach_.upgrade.empty(); }
    void finish_connect();
    void read();
    std::span<char> take_upgrade(std::span<char> bytes);
    void take_frames(std::span<char> bytes);
    void take_answers(std::span<char> bytes);
    bool accept(const HttpMessage& answer);
    void become_open();
    void want(unsigned events);
    void fail(int code, std::string_view what);

    Stage& stage_;
    const Approach& approach_;
    Descriptor socket_;
    net::WsDecoder decoder_;
    std::string out_;
    std::string partial_;  // of an answer
    std::size_t sent_ = 0;
    std::size_t pongs_ = 0;
    Clock::time_point begin_, opened_;
    unsigned wanted_ = 0;
    bool between_messages_ = true;  // the decoder holds no part of one
    State state_ = State::closed;
};

}  // namespace cqhttp::cli::bench
