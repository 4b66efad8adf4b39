#include "cli/commands.hpp"
#include "cli/event_line.hpp"
#include "cli/event_watch.hpp"
#include "cli/json_text.hpp"
#include "cli/listen_options.hpp"
#include "cli/loop.hpp"
#include "cli/note_log.hpp"
#include "cli/ws_dial.hpp"
#include "cli/ws_trouble.hpp"
#include "gateway/net/interruption.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/protocol/json.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

namespace asio = boost::asio;

// An event connection that is kept. Lives as long as its loop runs; run() awaits what it starts.
class Listening {
public:
    Listening(asio::io_context& context, const ListenOptions& options, const ApiTarget& target,
              net::TlsContext& tls, EventWatch& watch, Console& console)
        : context_(context),
          options_(options),
          target_(target),
          tls_(tls),
          watch_(watch),
          console_(console),
          log_(console),
          limits_(ws_limits(std::chrono::milliseconds(0))),
          keep_alive_(context, limits_),
          interruption_(context.get_executor()),
          tasks_(context.get_executor(), Log(log_, "listen")),
          deadline_(context),
          json_(prints_json(options.form, console.layout())) {}

    asio::awaitable<int> run() {
        tasks_.spawn("keep_alive", keep_alive_.run());
        start_clock();
        for (;;) {
            co_await attempt();
            if (over()) {
                break;
            }
            co_await pause();
            if (over()) {
                break;
            }
        }
        deadline_.cancel();
        keep_alive_.stop();
        co_await tasks_.join();
        co_return outcome();
    }

    void stop() {
        stopped_ = true;
        interruption_.stop();
        end();
    }

private:
    void start_clock() {
        if (options_.watch.timeout.count() == 0) {
            return;
        }
        deadline_.expires_after(options_.watch.timeout);
        deadline_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                time_is_up_ = true;
                stop();
            }
        });
    }

    bool over() const noexcept { return stopped_ || finished_; }

    asio::awaitable<void> attempt() {
        net::WsConnectRequest request = make_handshake(target_);
        auto connected = co_await net::WebSocket::connect(context_, std::move(request), tls_,
                                                          limits_, keep_alive_, &interruption_);
        if (!connected) {
            refused(connected.error());
            co_return;
        }
        socket_.emplace(std::move(*connected));
        told_ = {};
        connected_ = true;
        if (!options_.quiet) {
            note("connected to " + target_.url.printable());
        }
        if (stopped_) {
            end();
        }
        std::vector<net::WsMessage> batch;
        bool more = co_await socket_->read(batch);
        while (more) {
            for (const net::WsMessage& message : batch) {
                take(message.payload);
            }
            if (!console_.flush()) {
                finish(exit_code::no_answer, "the events cannot be written to standard output");
            }
            more = co_await socket_->read(batch);
        }
        lost(socket_->end());
        socket_.reset();
    }

    void take(std::string_view event) {
        if (over()) {
            return;
        }
        if (json_ && protocol::parse_json(event).has_error()) {
            note("a message that is not JSON: " + event_line(event));
            return;
        }
        const EventWatch::Verdict verdict = watch_.see(event);
        if (verdict.show) {
            const bool color = console_.layout().color;
            console_.write(json_ ? format_json(event, {.pretty = false, .color = color})
                                 : event_line(event, {.color = color}));
            console_.write("\n");
        }
        if (verdict.last) {
            finished_ = true;
            end();
        }
    }

    void refused(const net::WsConnectError& error) {
        if (stopped_) {
            return;
        }
        const WsRefusal refusal =
            explain_refusal(error, {target_.url, target_.scheme, !target_.token.empty()});
        std::string first = refusal.notes.front();
        if (refusal.passing && options_.reconnect) {
            tell_of_retry(first);
            return;
        }
        for (const std::string& line : refusal.notes) {
            note(line);
        }
        code_ = refusal.exit_code;
        finished_ = true;
    }

    void lost(const net::WsEnd& end) {
        if (over()) {
            return;
        }
        if (options_.reconnect) {
            tell_of_retry(explain_end(end));
        } else {
            finish(exit_code::no_answer, explain_end(end));
        }
    }

    // Says why there is no connection, once for each reason and then from time to time.
    void tell_of_retry(const std::string& why) {
        constexpr std::size_t every = 20;
        if (why != told_.why) {
            told_ = {why, 0};
        }
        const std::size_t times = ++told_.times;
        if (options_.quiet || (times != 1 && times % every != 0)) {
            return;
        }
        const std::string seconds =
            fmt::format("{}", static_cast<double>(options_.pause.count()) / 1000);
        note(times == 1 ? fmt::format("{}; trying again in {} s, Ctrl-C ends", why, seconds)
                        : fmt::format("{} ({} times); trying every {} s", why, times, seconds));
    }

    asio::awaitable<void> pause() {
        interruption_.reset();
        interruption_.set_deadline(std::chrono::steady_clock::now() + options_.pause);
        co_await interruption_.wait();
        interruption_.reset();
    }

    void finish(int code, const std::string& why) {
        code_ = code;
        finished_ = true;
        note(why);
        end();
    }

    void end() {
        if (socket_) {
            socket_->close(net::close_code::normal);
        }
    }

    int outcome() {
        if (!time_is_up_ || finished_) {
            return code_;
        }
        if (!connected_) {
            note("time is up: there was no connection");
            return exit_code::no_answer;
        }
        if (!watch_.has_goal()) {
            return code_;
        }
        note(fmt::format("time is up: {}", watch_.progress()));
        return exit_code::failed;
    }

    void note(const std::string& line) { console_.note(masked(line, target_.token)); }

    struct Told {
        std::string why;
        std::size_t times = 0;
    };

    asio::io_context& context_;
    const ListenOptions& options_;
    const ApiTarget& target_;
    net::TlsContext& tls_;
    EventWatch& watch_;
    Console& console_;
    NoteLog log_;
    Limits limits_;
    net::WsKeepAlive keep_alive_;
    net::Interruption interruption_;
    net::TaskGroup tasks_;
    asio::steady_timer deadline_;
    std::optional<net::WebSocket> socket_;
    Told told_;
    int code_ = exit_code::ok;
    bool json_;
    bool connected_ = false;  // at least once
    bool finished_ = false;   // by itself: the goal is reached, or there is no point
    bool stopped_ = false;    // from outside, or the time is up
    bool time_is_up_ = false;
};

}  // namespace

int run(const ListenOptions& options, Context& context) {
    const auto wrong_usage = [&context](const Error& error) {
        context.console.note(error.detail);
        return exit_code::usage;
    };
    auto target = with_token_file(options.target, options.token_file);
    if (target.has_error()) {
        return wrong_usage(target.error());
    }
    auto tls = net::TlsContext::client(target->tls);
    if (tls.has_error()) {
        return wrong_usage(tls.error());
    }
    auto watch = EventWatch::read(options.watch);
    if (watch.has_error()) {
        return wrong_usage(watch.error());
    }
    if (target->url.target.starts_with("/api") && !options.quiet) {
        Url events = target->url;
        events.target = "/event/";
        context.console.note("this is the address for calls; events come from " +
                             events.printable());
    }
    Loop loop;
    Listening listening(loop.context(), options, *target, *tls, *watch, context.console);
    return loop.run(listening.run(), [&listening] { listening.stop(); });
}

}  // namespace cqhttp::cli
