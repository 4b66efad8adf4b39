#pragma once

#include "cli/call_ledger.hpp"
#include "cli/call_line.hpp"
#include "cli/event_watch.hpp"
#include "cli/gate.hpp"
#include "cli/line_input.hpp"
#include "cli/listen_options.hpp"
#include "cli/note_log.hpp"
#include "cli/reverse_report.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/websocket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli {

namespace asio = boost::asio;

// Calls that are read while the server runs.
struct CallLines {
    int descriptor = -1;
    std::string name;
    bool typed = false;  // by somebody at a terminal: wrong lines are told, and nobody waits for
                         // the end
};

// The bot's side of the reverse WebSocket: lets clients in, or not, shows their events and calls
// actions over the connections that take calls, one call after another. Lives as long as its loop
// runs; run() awaits everything it starts.
class ReverseServer final : public net::HttpHandler {
public:
    struct Parts {
        const ListenReverseOptions& options;
        const Secret& token;
        EventWatch& watch;
        ReverseReport& report;
        Console& console;
    };

    ReverseServer(asio::io_context& context, const Parts& parts);

    // The error names the address.
    Result<void> listen();
    // "ws://127.0.0.1:8765", with the port that was chosen.
    std::string url() const;
    // Returns the exit code. `calls` come before `lines`.
    asio::awaitable<int> run(std::vector<WsCall> calls, std::optional<CallLines> lines);
    // Closes every connection with 1001, so that the clients come back another time.
    void stop();

    std::optional<net::HttpResponse> refuse(const net::HttpRequest& head) override;
    net::HttpAnswer handle(const net::HttpRequest& request) override;

private:
    // A client that was let in. A local of the coroutine that serves it.
    struct Guest {
        std::size_t number;
        const ReverseHandshake& handshake;
        net::WebSocket& socket;
        CallLedger ledger = {};
    };
    // The call that waits for its answer.
    struct Pending {
        std::size_t guest;
        WsCall call;
    };
    class Presence;

    net::HttpResponse turn_away(const ReverseHandshake& handshake, unsigned status,
                                std::string_view reason);
    asio::awaitable<void> serve(asio::ip::tcp::socket socket, std::string early,
                                ReverseHandshake handshake);
    asio::awaitable<void> stall();
    void welcome(Guest& guest);
    void plan_misbehaviour(std::size_t number, asio::steady_timer& timer);
    void misbehave(std::size_t number);
    void take(Guest& guest, std::string_view message);
    void take_event(Guest& guest, std::string_view message);
    void take_answer(Guest& guest, const CallLedger::Finding& found, std::string_view message);
    void leave(Guest& guest);

    asio::awaitable<void> call_all(std::vector<WsCall> calls, std::optional<CallLines> lines);
    asio::awaitable<void> call_lines(bool typed);
    asio::awaitable<void> call(WsCall call);
    void start_patience();
    void unanswered(const std::string& why);
    Guest* callee();
    Guest* find(std::size_t number);

    void start_clock();
    void written();
    void end_if_done();
    void fail(int code) noexcept;
    int outcome();

    asio::io_context& context_;
    const ListenReverseOptions& options_;
    const Secret& token_;
    EventWatch& watch_;
    ReverseReport& report_;
    Console& console_;
    NoteLog log_;
    Limits limits_;
    net::WsKeepAlive keep_alive_;
    net::HttpServer server_;
    net::TaskGroup tasks_;
    Gate gate_;  // opened when a client has come or gone or answered, and at the end
    asio::steady_timer deadline_, patience_, last_resort_;
    std::optional<LineInput> input_;
    std::list<Guest*> guests_;
    std::optional<Pending> pending_;
    std::size_t handshakes_ = 0;
    std::size_t sent_ = 0;
    int code_ = 0;             // the worst that happened
    bool welcomed_ = false;    // a client was let in
    bool misbehaved_ = false;  // as asked for
    bool called_ = false;      // every call that was given is through
    bool done_ = false;        // what was waited for has come
    bool time_is_up_ = false;
    bool stopped_ = false;
};

}  // namespace cqhttp::cli
