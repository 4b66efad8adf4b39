#include "cli/bench_connection.hpp"

#include "cli/console.hpp"
#include "gateway/base/version.hpp"
#include "gateway/net/ws_handshake.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <utility>

namespace cqhttp::cli::bench {
namespace {

constexpr std::size_t longest_message = 64 * 1024 * 1024;
constexpr std::array<char, 4> control_mask{'\x12', '\x34', '\x56', '\x78'};

// "/" and "/api/" become "/event/".
std::string path_of(std::string path, std::string_view name) {
    if (!path.ends_with('/')) {
        path += '/';
    }
    for (const std::string_view known : {"/api/", "/event/"}) {
        if (path.ends_with(known)) {
            path.resize(path.size() - known.size() + 1);
        }
    }
    return path + std::string(name) + "/";
}

}  // namespace

Result<Approach> Approach::http(const ApiTarget& target, const Endpoint& endpoint) {
    return Approach{target.url, endpoint, {}, {}};
}

Result<Approach> Approach::ws(const ApiTarget& target, const Endpoint& endpoint,
                              std::string_view path) {
    net::WsConnectRequest request{target.url, {}};
    request.url.target = path_of(request.url.target, path);
    request.headers.emplace_back("User-Agent", fmt::format("cqhttp-cli/{}", product_version));
    if (!target.token.empty()) {
        request.headers.emplace_back("Authorization",
                                     fmt::format("{} {}", target.scheme, target.token.reveal()));
    }
    std::string key = net::make_key();
    auto text = net::print_upgrade_request(request, key);
    if (text.has_error()) {
        return text.error();
    }
    return Approach{request.url, endpoint, std::move(text.value()), std::move(key)};
}

Connection::Connection(Stage& stage, const Approach& approach)
    : stage_(stage), approach_(approach), decoder_(net::WsRole::client, longest_message) {}

void Connection::connect(std::size_t number) {
    begin_ = Clock::now();
    auto socket = begin_connect(approach_.endpoint, number);
    if (socket.has_error()) {
        fail(exit_code::no_answer, socket.error().detail);
        return;
    }
    socket_ = std::move(socket.value());
    state_ = State::connecting;
    wanted_ = EPOLLOUT;
    stage_.watch(socket_.number(), wanted_, *this);
}

void Connection::ready(unsigned events) {
    if (state_ == State::connecting) {
        finish_connect();
        return;
    }
    if ((events & EPOLLOUT) != 0) {
        flush();
    }
    if ((events & ~static_cast<unsigned>(EPOLLOUT)) != 0) {
        read();
    }
}

void Connection::finish_connect() {
    const std::string problem = connect_problem(socket_);
    if (!problem.empty()) {
        fail(exit_code::no_answer, "cannot connect: " + problem +
                                       "; is the gateway running there? --url says where to look");
        return;
    }
    want(EPOLLIN);
    if (!ws()) {
        become_open();
        return;
    }
    state_ = State::upgrading;
    out_ = approach_.upgrade;
    flush();
}

void Connection::become_open() {
    state_ = State::open;
    opened_ = Clock::now();
}

void Connection::want(unsigned events) {
    if (events != wanted_) {
        wanted_ = events;
        stage_.change(socket_.number(), wanted_, *this);
    }
}

void Connection::flush() {
    while (sent_ < out_.size()) {
        const ssize_t size = ::send(socket_.number(), out_.data() + sent_, out_.size() - sent_,
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN) {
            want(EPOLLIN | EPOLLOUT);
            return;
        }
        if (size < 0) {
            fail(exit_code::no_answer, std::string("cannot send: ") + std::strerror(errno));
            return;
        }
        sent_ += static_cast<std::size_t>(size);
    }
    out_.clear();
    sent_ = 0;
    want(EPOLLIN);
}

void Connection::read() {
    auto& room = stage_.room();
    const ssize_t size = ::recv(socket_.number(), room.data(), room.size(), MSG_DONTWAIT);
    stage_.look_at_clock();
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (size <= 0) {
        fail(exit_code::no_answer, size < 0 ? std::string("cannot receive: ") + std::strerror(errno)
                                            : "the target has closed the connection");
        return;
    }
    std::span<char> bytes(room.data(), static_cast<std::size_t>(size));
    if (state_ == State::upgrading) {
        bytes = take_upgrade(bytes);
    }
    if (state_ != State::open || bytes.empty()) {
        return;
    }
    if (ws()) {
        take_frames(bytes);
    } else {
        take_answers(bytes);
    }
    if (!stage_.fault()) {
        received_all();
    }
}

// What is left behind the answer to the handshake belongs to the WebSocket.
std::span<char> Connection::take_upgrade(std::span<char> bytes) {
    const std::size_t before = partial_.size();
    partial_.append(bytes.data(), bytes.size());
    const auto head = net::answer_head_length(partial_);
    if (!net::may_be_http(partial_) || (!head && partial_.size() > 64 * 1024)) {
        fail(exit_code::not_a_reply, "this is no WebSocket server: " + excerpt(partial_));
        return {};
    }
    if (!head) {
        return {};
    }
    if (const auto problem = net::check_answer(approach_.url, approach_.key,
                                               std::string_view(partial_).substr(0, *head))) {
        const bool refused = problem->status == 401 || problem->status == 403;
        fail(refused ? exit_code::refused : exit_code::not_a_reply, problem->detail);
        return {};
    }
    partial_ = {};
    become_open();
    return bytes.subspan(*head - before);
}

void Connection::take_frames(std::span<char> bytes) {
    using Found = net::WsDecoder::Found;
    while (!stage_.fault() && !bytes.empty()) {
        if (between_messages_) {
            if (const std::size_t size = receive_known({bytes.data(), bytes.size()})) {
                bytes = bytes.subspan(size);
                continue;
            }
        }
        switch (decoder_.next(bytes)) {
            case Found::nothing: between_messages_ = false; return;
            case Found::message:
                between_messages_ = true;
                received(decoder_.message().payload, {});
                break;
            case Found::ping:
                net::append_frame(out_, net::WsOpcode::pong, decoder_.text(), control_mask);
                flush();
                break;
            case Found::pong: ++pongs_; break;
            case Found::close:
                fail(exit_code::no_answer,
                     fmt::format("the target has closed the WebSocket with {} {}", decoder_.code(),
                                 without_controls(decoder_.text())));
                return;
            case Found::error:
                fail(exit_code::not_a_reply,
                     "the target sends a broken frame: " + std::string(decoder_.text()));
                return;
        }
        decoder_.forget();
    }
}

void Connection::take_answers(std::span<char> bytes) {
    std::string_view view(bytes.data(), bytes.size());
    if (!partial_.empty()) {
        partial_.append(view);
        view = partial_;
    }
    std::string chunks;
    while (!view.empty()) {
        if (const std::size_t size = receive_known(view)) {
            view.remove_prefix(size);
            continue;
        }
        const HttpMessage answer = find_http_answer(view, chunks);
        if (answer.state == HttpMessage::State::incomplete) {
            break;
        }
        if (!accept(answer)) {
            return;
        }
        received(answer.body, answer.head);
        view.remove_prefix(answer.size);
        if (stage_.fault()) {
            return;
        }
    }
    std::string rest(view);  // may be a part of partial_
    partial_ = std::move(rest);
}

bool Connection::accept(const HttpMessage& answer) {
    if (answer.state == HttpMessage::State::broken) {
        fail(exit_code::not_a_reply, answer.status == 0
                                         ? "this is no HTTP server"
                                         : "an answer has neither length nor chunks, so that no "
                                           "second request can follow it");
        return false;
    }
    if (answer.status != 200) {
        const bool refused = answer.status == 401 || answer.status == 403;
        fail(refused ? exit_code::refused : exit_code::not_a_reply,
             fmt::format("answered with HTTP status {} {}", answer.status, excerpt(answer.body)));
        return false;
    }
    if (answer.close) {
        fail(exit_code::not_a_reply,
             "the target closes a connection after each answer; bench needs keep-alive");
        return false;
    }
    return true;
}

void Connection::ping() {
    net::append_frame(out_, net::WsOpcode::ping, "bench", control_mask);
    flush();
}

void Connection::fail(int code, std::string_view what) {
    stage_.fail(code, fmt::format("{}: {}", approach_.url.printable(), what));
}

}  // namespace cqhttp::cli::bench
