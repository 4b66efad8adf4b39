#include "gateway/net/http_connection.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/net/http_answer.hpp"
#include "gateway/net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <utility>
#include <variant>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::deferred);

// Answers are gathered until there is so much of them, then written before more is read.
constexpr std::size_t output_bound = 256 * 1024;
// So much of the body of a refused request is read to keep its connection.
constexpr std::size_t skipped_body_bound = 64 * 1024;
constexpr std::size_t file_piece = 64 * 1024;

// A peer that is still sending must be read from until it has seen why it was refused: closing a
// socket with unread data resets the connection and destroys the answer.
constexpr auto linger_time = 10s;
constexpr auto linger_silence = 2000ms;
constexpr auto linger_silence_when_stopping = 250ms;
constexpr std::size_t linger_bytes = 256 * 1024 * 1024;

ServerSocket without_delay(ServerSocket socket) {
    error_code ignored;  // a socket that is broken already fails at the first read
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    return socket;
}

// Appends the next piece of a file; false if there is none.
bool append_piece(std::string& output, const FileBody& file, std::uint64_t offset) {
    const std::size_t before = output.size();
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(file_piece, file.size() - offset));
    output.resize(before + wanted);
    ssize_t got = -1;
    do {
        got =
            ::pread(file.descriptor(), output.data() + before, wanted, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    output.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0;
}

}  // namespace

HttpConnection::HttpConnection(HttpServerState& server, ServerSocket socket,
                               const asio::ip::tcp::endpoint& peer)
    : server_(server),
      place_(server.connections.size()),
      socket_(without_delay(std::move(socket))),
      peer_(to_text(peer)),
      reader_({server.limits.http_head, server.limits.http_body}, peer_,
              is_loopback(peer.address())) {
    server_.connections.push_back(this);
}

HttpConnection::~HttpConnection() {
    HttpConnection* const last = server_.connections.back();
    server_.connections[place_] = last;
    last->place_ = place_;
    server_.connections.pop_back();
}

asio::awaitable<void> HttpConnection::run() {
    while (!ending_) {
        if (!server_.stopping || !idle()) {
            expect_input();
            co_await socket_.async_wait_until_closed(PolledSocket::Wait::read, as_result);
        }
        workspace_ = server_.workspaces.lend();
        Step next = receive();
        while (next != Step::read && next != Step::end) {
            next = co_await step(next);
        }
        workspace_.reset();
    }
    if (upgrade_ && !broken_) {
        hand_over();
    } else if (unread_ && !broken_) {
        co_await linger();
    }
}

asio::awaitable<void> HttpConnection::turn_away() {
    workspace_ = server_.workspaces.lend();
    close_with(503);
    co_await flush();
    workspace_.reset();
    co_await linger();
}

void HttpConnection::stop() {
    if (wait_ == Wait::request) {
        socket_.cancel();
    } else if (wait_ == Wait::lingering) {
        deadline_ = std::min(deadline_, Clock::now() + linger_silence_when_stopping);
    }
}

void HttpConnection::cut() {
    broken_ = ending_ = true;
    socket_.close();
}

void HttpConnection::check(Clock::time_point now) {
    if (now < deadline_) {
        return;
    }
    deadline_ = Clock::time_point::max();
    if (wait_ == Wait::writing || wait_ == Wait::lingering) {
        cut();
    } else {
        timed_out_ = true;
        socket_.cancel();
    }
}

void HttpConnection::wait_for(Wait wait, std::chrono::milliseconds limit) {
    wait_ = wait;
    deadline_ = Clock::now() + limit;
}

// A head and a body have one limit each, from their first byte to their last.
void HttpConnection::expect_input() {
    const Wait wait = reader_.in_head()   ? Wait::head
                      : reader_.in_body() ? Wait::body
                                          : Wait::request;
    if (wait == wait_ && !served_) {
        return;
    }
    served_ = false;
    const Limits& limits = server_.limits;
    wait_for(wait, wait == Wait::head   ? limits.http_header_read
                   : wait == Wait::body ? limits.http_body_read
                                        : limits.http_idle);
}

HttpConnection::Step HttpConnection::receive() {
    if (broken_) {
        return Step::end;
    }
    if (timed_out_) {
        if (!idle() && !refused_) {
            close_with(408);
        }
        ending_ = true;
        return write_out();
    }
    error_code error;
    const std::size_t size = socket_.read_some(workspace_->input, error);
    if (error == asio::error::would_block) {
        ending_ = server_.stopping && idle();
        return ending_ ? Step::end : Step::read;
    }
    if (error == asio::error::eof) {
        return receive_end();
    }
    if (error) {
        cut();
        return Step::end;
    }
    input_ = {workspace_->input.data(), size};
    return serve();
}

// The peer sends nothing more, but may still read: what it asked for before was answered.
HttpConnection::Step HttpConnection::receive_end() {
    if (!idle() && !refused_) {
        close_with(400);
    }
    ending_ = true;
    unread_ = false;
    return write_out();
}

// Handles every request that is complete; the answers leave together.
HttpConnection::Step HttpConnection::serve() {
    while (!ending_) {
        Step next = Step::serve;
        switch (reader_.next(input_)) {
            case RequestReader::Found::nothing: return write_out();
            case RequestReader::Found::head: take_head(); break;
            case RequestReader::Found::request: next = take_request(); break;
            case RequestReader::Found::error: take_error(); break;
        }
        if (next != Step::serve) {
            return next;
        }
        if (workspace_->output.size() >= output_bound && !write_some()) {
            return Step::flush;
        }
    }
    return write_out();
}

void HttpConnection::take_head() {
    served_ = true;
    if (auto refusal = server_.handler.refuse(reader_.request())) {
        refuse(std::move(*refusal));
        return;
    }
    const bool acceptable = reader_.content_length().value_or(0) <= server_.limits.http_body;
    if (acceptable && input_.empty() && reader_.expects_continue()) {
        workspace_->output += continue_answer;
    }
}

void HttpConnection::refuse(HttpResponse response) {
    ensure(!response.file, "a refusal has no file");
    // A client that waits for "100 Continue" may send its body now or not at all: nobody could tell
    // where the next request begins.
    const bool skippable =
        reader_.content_length().value_or(0) <= skipped_body_bound && !reader_.expects_continue();
    response.close = response.close || !skippable;
    answer(response);
    if (ending_) {
        unread_ = unread_ || reader_.has_body();
        return;
    }
    refused_ = true;
    reader_.skip_body(skipped_body_bound);
}

HttpConnection::Step HttpConnection::take_request() {
    if (refused_) {
        refused_ = false;
        return Step::serve;
    }
    HttpAnswer answer = server_.handler.handle(reader_.request());
    if (auto* response = std::get_if<HttpResponse>(&answer)) {
        return accept(*response);
    }
    if (auto* upgrade = std::get_if<HttpUpgrade>(&answer)) {
        return take_upgrade(std::move(*upgrade));
    }
    pending_.emplace(std::get<asio::awaitable<HttpResponse>>(std::move(answer)));
    return Step::answer;
}

HttpConnection::Step HttpConnection::take_upgrade(HttpUpgrade upgrade) {
    workspace_->output += upgrade.answer;
    server_.log.debug("request method={} path={} status=101 peer={}", reader_.request().method,
                      reader_.request().path, peer_);
    early_ = input_;
    upgrade_ = std::move(upgrade);
    ending_ = true;
    return write_out();
}

// From here on the connection is whoever's the upgrade was and keeps nothing that HTTP needed.
void HttpConnection::hand_over() {
    asio::ip::tcp::socket socket = socket_.release();
    if (upgrade_->take) {
        upgrade_->take(std::move(socket), std::move(early_), server_.tasks.place());
        return;
    }
    server_.tasks.spawn("upgraded", upgrade_->serve(std::move(socket), std::move(early_)));
}

void HttpConnection::take_error() {
    if (!refused_) {
        close_with(reader_.error_status());
    }
    ending_ = unread_ = true;
}

HttpConnection::Step HttpConnection::accept(HttpResponse& response) {
    answer(response);
    if (response.file && may_have_body(response.status) && reader_.request().method != "HEAD") {
        file_ = std::move(response.file);
        return Step::file;
    }
    return Step::serve;
}

void HttpConnection::answer(const HttpResponse& response) {
    const HttpRequest& request = reader_.request();
    const bool wanted = reader_.keep_alive();
    const bool keep_alive = wanted && !response.close && !server_.stopping;
    AnswerForm form;
    form.keep_alive = keep_alive;
    form.http_1_0 = reader_.http_1_0();
    form.head = request.method == "HEAD";
    append_answer(workspace_->output, response, form);
    if (!keep_alive) {
        ending_ = true;
        unread_ = wanted || !input_.empty();
    }
    server_.log.debug("request method={} path={} status={} peer={}", request.method, request.path,
                      response.status, peer_);
}

void HttpConnection::close_with(unsigned status) {
    AnswerForm form;
    form.keep_alive = false;
    append_answer(workspace_->output, HttpResponse::empty(status), form);
    ending_ = unread_ = true;
    server_.log.debug("refused status={} peer={}", status, peer_);
}

HttpConnection::Step HttpConnection::write_out() {
    if (!write_some()) {
        return Step::flush;
    }
    return ending_ ? Step::end : Step::read;
}

// Writes what the socket takes now; false if something is left.
bool HttpConnection::write_some() {
    std::string& output = workspace_->output;
    while (written_ < output.size()) {
        error_code error;
        written_ += socket_.write_some(std::string_view(output).substr(written_), error);
        if (error == asio::error::would_block) {
            return false;
        }
        if (error) {
            cut();
            break;
        }
    }
    output.clear();
    written_ = 0;
    return true;
}

asio::awaitable<HttpConnection::Step> HttpConnection::step(Step next) {
    if (next == Step::file) {
        co_await send_file();
        co_return serve();
    }
    co_await flush();
    if (next == Step::answer) {
        wait_ = Wait::nothing;  // the handler bounds its own time
        deadline_ = Clock::time_point::max();
        asio::awaitable<HttpResponse> pending = std::move(*pending_);
        pending_.reset();
        HttpResponse response = co_await std::move(pending);
        const Step after = accept(response);
        if (after != Step::serve) {
            co_return after;
        }
    }
    co_return serve();
}

asio::awaitable<void> HttpConnection::flush() {
    while (!write_some()) {
        wait_for(Wait::writing, server_.limits.http_write);
        co_await socket_.async_wait_until_closed(PolledSocket::Wait::write, as_result);
    }
}

asio::awaitable<void> HttpConnection::send_file() {
    const FileBody file = std::move(*file_);
    file_.reset();
    std::uint64_t sent = 0;
    while (sent < file.size() && !broken_) {
        const std::size_t before = workspace_->output.size();
        if (!append_piece(workspace_->output, file, sent)) {
            server_.log.warn("file became shorter while it was sent size={} sent={} peer={}",
                             file.size(), sent, peer_);
            workspace_->output.clear();
            written_ = 0;
            cut();
            break;
        }
        sent += workspace_->output.size() - before;
        co_await flush();
    }
}

asio::awaitable<void> HttpConnection::linger() {
    error_code error;
    socket_.shutdown_send(error);
    const auto end = Clock::now() + linger_time;
    std::size_t total = 0;
    while (!error && total < linger_bytes) {
        wait_for(Wait::lingering, server_.stopping ? linger_silence_when_stopping : linger_silence);
        deadline_ = std::min(deadline_, end);
        co_await socket_.async_wait_until_closed(PolledSocket::Wait::read, as_result);
        const WorkspacePool::Lease room = server_.workspaces.lend();
        total += socket_.read_some(room->input, error);
        if (error == asio::error::would_block) {
            error.clear();
        }
    }
}

}  // namespace cqhttp::net
