#include "cli/ws_call.hpp"

#include "cli/call_ledger.hpp"
#include "cli/call_line.hpp"
#include "cli/gate.hpp"
#include "cli/json_text.hpp"
#include "cli/line_input.hpp"
#include "cli/loop.hpp"
#include "cli/note_log.hpp"
#include "cli/parameters.hpp"
#include "cli/verdict.hpp"
#include "cli/ws_dial.hpp"
#include "cli/ws_trouble.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/interruption.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/websocket.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr std::size_t excerpt_bytes = 160;

// Where the calls come from: the command line, or lines of a file.
struct CallSource {
    std::optional<WsCall> single;
    int descriptor = -1;
    std::string name;
    bool forgiving = false;  // somebody types: a wrong line is told and the next one waited for
};

// Calls over one connection. Lives as long as its loop runs; run() awaits everything it starts.
class WsCalling {
public:
    WsCalling(asio::io_context& context, const CallOptions& options, const ApiTarget& target,
              net::TlsContext& tls, Console& console)
        : context_(context),
          options_(options),
          target_(target),
          tls_(tls),
          console_(console),
          log_(console),
          limits_(ws_limits(target.timeout)),
          keep_alive_(context, limits_),
          interruption_(context.get_executor()),
          tasks_(context.get_executor(), Log(log_, "call")),
          gate_(context),
          silence_(context) {}

    asio::awaitable<int> run(CallSource source) {
        tasks_.spawn("keep_alive", keep_alive_.run());
        co_await call_all(std::move(source));
        silence_.cancel();
        keep_alive_.stop();
        co_await tasks_.join();
        co_return finish();
    }

    void stop() {
        stopped_ = true;
        interruption_.stop();
        end();
    }

private:
    asio::awaitable<void> call_all(CallSource source) {
        net::WsConnectRequest request = make_handshake(target_);
        auto connected = co_await net::WebSocket::connect(context_, std::move(request), tls_,
                                                          limits_, keep_alive_, &interruption_);
        if (!connected) {
            refused(connected.error());
            co_return;
        }
        socket_.emplace(std::move(*connected));
        if (stopped_) {
            end();
        }
        tasks_.spawn("calls", send_calls(std::move(source)));
        std::vector<net::WsMessage> batch;
        bool more = co_await socket_->read(batch);
        while (more) {
            for (const net::WsMessage& message : batch) {
                take(message.payload);
            }
            gate_.open();
            end_if_done();
            more = co_await socket_->read(batch);
        }
        ended_ = true;
        lost();
        if (input_) {
            input_->stop();
        }
        gate_.open();
    }

    asio::awaitable<void> send_calls(CallSource source) {
        if (source.single) {
            co_await send(std::move(*source.single));
        } else {
            input_.emplace(context_, source.descriptor, source.name);
            co_await send_lines(source.forgiving);
        }
        all_sent_ = true;
        end_if_done();
    }

    asio::awaitable<void> send_lines(bool forgiving) {
        for (std::size_t number = 1; !ended_; ++number) {
            auto line = co_await input_->next();
            if (line.has_error()) {
                fail(exit_code::usage, line.error().detail);
                co_return;
            }
            if (!*line) {
                co_return;
            }
            if (trim(**line).empty()) {
                continue;
            }
            auto call = read_call_line(**line);
            if (call.has_value()) {
                call->line = number;
                co_await send(with_echo(std::move(*call), std::to_string(number)));
                continue;
            }
            const std::string fault = fmt::format("line {}: {}", number, call.error().detail);
            if (!forgiving) {
                fail(exit_code::usage, fault);
                co_return;
            }
            console_.note(fault);
        }
    }

    asio::awaitable<void> send(WsCall call) {
        while (!ended_ && ledger_.waiting() >= options_.pipeline) {
            co_await gate_.wait();
        }
        if (!ended_ && !socket_->has_room()) {
            co_await socket_->room();
        }
        if (ended_ || code_ != exit_code::ok || !socket_->open()) {
            co_return;
        }
        const std::size_t number = sent_++;
        ledger_.sent(number, call.echo);
        socket_->send(call.frame);
        socket_->flush();
        calls_.emplace(number, std::move(call));
        expect_answer();
    }

    // No answer for so long, while one is owed, ends it all.
    void expect_answer() {
        if (ledger_.waiting() == 0) {
            silence_.cancel();
        }
        if (ledger_.waiting() == 0 || target_.timeout.count() == 0) {
            return;
        }
        silence_.expires_after(target_.timeout);
        silence_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                silent_ = true;
                end();
            }
        });
    }

    void take(std::string_view message) {
        using Kind = CallLedger::Finding::Kind;
        if (fatal_) {
            return;
        }
        CallLedger::Finding found = ledger_.take(message);
        if (found.kind == Kind::event) {
            return;
        }
        if (found.kind == Kind::stray) {
            fail(exit_code::wrong_echo, found.words);
            note("it says: " + excerpt(message));
            end();
            return;
        }
        answers_.emplace(found.number, Answer{std::string(message), std::move(found.words)});
        print_ready();
        expect_answer();
    }

    // What has come, in the order of the calls.
    void print_ready() {
        for (auto ready = answers_.find(printed_); ready != answers_.end() && !fatal_;
             ready = answers_.find(printed_)) {
            print(calls_.at(printed_), std::move(ready->second));
            answers_.erase(ready);
            calls_.erase(printed_++);
        }
        if (!console_.flush()) {
            fail(exit_code::no_answer, "the reply could not be written to standard output");
            end();
        }
    }

    struct Answer {
        std::string text, remark;
    };

    void print(const WsCall& call, Answer answer) {
        ApiAnswer as_http;
        as_http.body = std::move(answer.text);
        CallFacts facts;
        facts.action = call.action;
        facts.profile = options_.profile;
        facts.params = &call.params;
        const Verdict verdict = judge(as_http, facts);
        const Layout& layout = console_.layout();
        if (options_.raw) {
            console_.write(as_http.body + "\n");
        } else if (verdict.is_reply) {
            const JsonStyle style{.pretty = layout.terminal, .color = layout.color};
            console_.write(format_json(as_http.body, style) + "\n");
        }
        console_.flush();
        const std::string before =
            options_.calls ? fmt::format("line {} ({}): ", call.line, call.action) : "";
        if (!answer.remark.empty()) {
            note(before + answer.remark);
        }
        for (const std::string& line : verdict.notes) {
            note(before + line);
        }
        if (verdict.exit_code == exit_code::failed) {
            failed_ = true;
        } else if (verdict.exit_code != exit_code::ok) {
            code_ = verdict.exit_code;
            fatal_ = true;
            end();
        }
    }

    void refused(const net::WsConnectError& error) {
        if (stopped_) {
            return;
        }
        const WsRefusal refusal =
            explain_refusal(error, {target_.url, target_.scheme, !target_.token.empty()});
        code_ = refusal.exit_code;
        for (const std::string& line : refusal.notes) {
            note(line);
        }
    }

    // The connection has ended; says so if something was still to come.
    void lost() {
        const std::size_t owed = ledger_.waiting();
        if (stopped_ || fatal_ || code_ != exit_code::ok || (all_sent_ && owed == 0)) {
            return;
        }
        code_ = exit_code::no_answer;
        std::string line = silent_ ? fmt::format(
                                         "no answer within {} s; --timeout SECONDS waits "
                                         "longer",
                                         static_cast<double>(target_.timeout.count()) / 1000)
                                   : explain_end(socket_->end());
        if (silent_ && target_.url.target.find("/event") != std::string::npos) {
            line += "; calls are answered on /api/";
        }
        if (options_.calls && owed > 0) {
            line += fmt::format("; {} of {} calls were not answered", owed, sent_);
        }
        note(line);
    }

    void fail(int code, const std::string& words) {
        code_ = code;
        fatal_ = fatal_ || code != exit_code::usage;
        note(words);
    }

    void end_if_done() {
        if (all_sent_ && ledger_.waiting() == 0) {
            end();
        }
    }

    void end() {
        if (socket_) {
            socket_->close(net::close_code::normal);
        }
    }

    int finish() {
        const int outcome = failed_ ? exit_code::failed : exit_code::ok;
        return code_ != exit_code::ok ? code_ : outcome;
    }

    void note(const std::string& line) { console_.note(masked(line, target_.token)); }

    std::string excerpt(std::string_view message) const {
        const std::string start = replace_invalid_utf8(message.substr(0, excerpt_bytes));
        return message.size() > excerpt_bytes ? start + "..." : start;
    }

    asio::io_context& context_;
    const CallOptions& options_;
    const ApiTarget& target_;
    net::TlsContext& tls_;
    Console& console_;
    NoteLog log_;
    Limits limits_;
    net::WsKeepAlive keep_alive_;
    net::Interruption interruption_;
    net::TaskGroup tasks_;
    Gate gate_;  // opened when an answer has come or none will
    asio::steady_timer silence_;
    std::optional<net::WebSocket> socket_;
    std::optional<LineInput> input_;
    CallLedger ledger_;
    std::map<std::size_t, WsCall> calls_;    // sent, not printed yet
    std::map<std::size_t, Answer> answers_;  // come, not printed yet
    std::size_t sent_ = 0;
    std::size_t printed_ = 0;
    int code_ = exit_code::ok;
    bool failed_ = false;  // a reply said so
    bool fatal_ = false;   // nothing more is printed
    bool all_sent_ = false;
    bool ended_ = false;   // the connection
    bool silent_ = false;  // the peer, for longer than --timeout
    bool stopped_ = false;
};

Result<CallSource> find_source(const CallOptions& options, Context& context) {
    CallSource source;
    if (!options.calls) {
        auto params = read_parameters({options.pairs, options.param_json}, Encoding::json);
        if (params.has_error()) {
            return params.error();
        }
        WsCall call{options.action, std::move(params.value()), options.echo, {}};
        call.frame = print_frame(call);
        source.single = std::move(call);
    } else if (*options.calls == "-") {
        source.name = "standard input";
        source.descriptor = context.input_descriptor;
        source.forgiving = ::isatty(source.descriptor) == 1;
    } else {
        source.name = *options.calls;
        source.descriptor = ::open(source.name.c_str(), O_RDONLY | O_CLOEXEC);
        if (source.descriptor < 0) {
            return failure(
                fmt::format("--calls: cannot read {}: {}", source.name, std::strerror(errno)));
        }
    }
    return source;
}

}  // namespace

int run_over_websocket(const CallOptions& options, const ApiTarget& target, Context& context) {
    auto tls = net::TlsContext::client(target.tls);
    if (tls.has_error()) {
        context.console.note(tls.error().detail);
        return exit_code::usage;
    }
    auto source = find_source(options, context);
    if (source.has_error()) {
        context.console.note(source.error().detail);
        return exit_code::usage;
    }
    const int opened = options.calls && *options.calls != "-" ? source->descriptor : -1;
    int code = exit_code::ok;
    {
        Loop loop;
        WsCalling calling(loop.context(), options, target, tls.value(), context.console);
        code = loop.run(calling.run(std::move(source.value())), [&calling] { calling.stop(); });
    }
    if (opened >= 0) {
        ::close(opened);
    }
    return code;
}

}  // namespace cqhttp::cli
