#include "cli/bench_events.hpp"
#include "cli/console.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <sys/epoll.h>
#include <utility>

namespace cqhttp::cli::bench {
namespace {

constexpr std::string_view answer = "HTTP/1.1 204 No Content\r\n\r\n";
constexpr std::size_t longest_request = 16 * 1024 * 1024;

}  // namespace

// One connection from the target.
class PostReceiver::Peer final : public Pollable {
public:
    Peer(PostReceiver& owner, Descriptor socket) : owner_(owner), socket_(std::move(socket)) {
        owner_.stage_.watch(socket_.number(), EPOLLIN, *this);
    }

    void ready(unsigned) override {
        auto& room = owner_.stage_.room();
        const ssize_t size = ::recv(socket_.number(), room.data(), room.size(), MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (size <= 0) {
            socket_ = {};  // the target may close what it does not need
            return;
        }
        std::string_view view(room.data(), static_cast<std::size_t>(size));
        if (!partial_.empty()) {
            partial_.append(view);
            view = partial_;
        }
        std::string rest(take(view));
        partial_ = std::move(rest);
    }

    bool closed() const noexcept { return !socket_.valid(); }

private:
    // Serves every whole request; returns what is left.
    std::string_view take(std::string_view view) {
        std::string chunks;
        while (!view.empty()) {
            const HttpMessage request = find_http_request(view, chunks);
            if (request.state == HttpMessage::State::broken || view.size() > longest_request) {
                owner_.stage_.fail(exit_code::failed,
                                   "a post is broken HTTP: " + excerpt(request.head));
                return {};
            }
            if (request.state == HttpMessage::State::incomplete) {
                return view;
            }
            serve(request);
            view.remove_prefix(request.size);
        }
        return {};
    }

    void serve(const HttpMessage& request) {
        const std::string_view signature = header_value(request.head, "x-signature");
        if (owner_.signer_ && !owner_.signer_->verify(request.body, signature)) {
            owner_.stage_.fail(exit_code::failed,
                               signature.empty() ? "a post has no signature"
                                                 : "a post has a wrong signature: do both sides "
                                                   "have the same secret?");
            return;
        }
        // An answer is far smaller than the buffer of a socket that waits for it.
        if (::send(socket_.number(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
            static_cast<ssize_t>(answer.size())) {
            owner_.stage_.fail(exit_code::no_answer, system_failure("cannot answer a post").detail);
            return;
        }
        owner_.events_.arrived(owner_.receiver_, request.body);
    }

    PostReceiver& owner_;
    Descriptor socket_;
    std::string partial_;
};

PostReceiver::PostReceiver(Stage& stage, Descriptor listener,
                           std::optional<protocol::Signer> signer, Events& events)
    : stage_(stage), listener_(std::move(listener)), signer_(std::move(signer)), events_(events) {
    stage_.watch(listener_.number(), EPOLLIN, *this);
}

PostReceiver::~PostReceiver() = default;

void PostReceiver::ready(unsigned) {
    std::erase_if(peers_, [](const auto& peer) { return peer->closed(); });
    Descriptor socket(
        ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.valid()) {
        peers_.push_back(std::make_unique<Peer>(*this, std::move(socket)));
    }
}

std::string PostReceiver::address() const {
    return fmt::format("http://127.0.0.1:{}/", local_port(listener_));
}

}  // namespace cqhttp::cli::bench
