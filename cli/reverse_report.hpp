#pragma once

#include "cli/console.hpp"
#include "cli/reverse_handshake.hpp"
#include "gateway/net/websocket.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// What a reverse server tells on standard output: one line for everything that happens, for people
// or as JSON with a member "type". Connections have numbers in the order of their handshakes.
class ReverseReport {
public:
    using Clock = std::function<std::chrono::system_clock::time_point()>;

    struct Form {
        bool json = false;
        Schemes schemes;
    };

    ReverseReport(Console& console, Form form, Clock clock = std::chrono::system_clock::now);

    void listening(std::string_view url);
    // `status` is that of the answer: 101, or of a refusal with its reason.
    void handshake(std::size_t number, const ReverseHandshake& handshake, unsigned status,
                   std::string_view reason = {});
    // A second connection of one role and account.
    void duplicate(std::size_t number, std::size_t other, const ReverseHandshake& handshake);
    void event(std::size_t number, std::string_view text);
    void call(std::size_t number, std::string_view action);
    void reply(std::size_t number, std::string_view action, std::string_view text);
    // A message that is neither event nor reply.
    void stray(std::size_t number, std::string_view why, std::string_view text);
    // What the server does on purpose.
    void misbehaves(std::size_t number, std::string_view what);
    void closed(std::size_t number, const ReverseHandshake& handshake, const net::WsEnd& end);

    // False once a line could not be written.
    bool flush() { return console_.flush(); }

private:
    class Line;
    void print(Line line);
    void text(std::string_view words);
    void text(std::size_t number, std::string_view words);
    std::string one_line(std::string_view text) const;

    Console& console_;
    Form form_;
    Clock clock_;
};

}  // namespace cqhttp::cli
