#include "cli/bench_posts.hpp"

#include "cli/bench_wire.hpp"
#include "cli/console.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
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
        owner_.stage_.look_at_clock();
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
        const auto address = owner_.address_of(request.head);
        if (!address) {
            owner_.stage_.fail(exit_code::failed,
                               fmt::format("a post came to another address than /1 to /{}: {}",
                                           owner_.plan_.addresses, excerpt(request.head)));
            return;
        }
        const std::string_view signature = header_value(request.head, "x-signature");
        if (owner_.plan_.signer && !owner_.plan_.signer->verify(request.body, signature)) {
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
        owner_.sink_.posted(*address, request.body);
    }

    PostReceiver& owner_;
    Descriptor socket_;
    std::string partial_;
};

PostReceiver::PostReceiver(Stage& stage, PostPlan plan, PostSink& sink)
    : stage_(stage), plan_(std::move(plan)), sink_(sink) {
    stage_.watch(plan_.listener.number(), EPOLLIN, *this);
}

PostReceiver::~PostReceiver() = default;

void PostReceiver::ready(unsigned) {
    std::erase_if(peers_, [](const auto& peer) { return peer->closed(); });
    Descriptor socket(
        ::accept4(plan_.listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.valid()) {
        peers_.push_back(std::make_unique<Peer>(*this, std::move(socket)));
    }
}

// "POST /12 HTTP/1.1".
std::optional<std::size_t> PostReceiver::address_of(std::string_view head) const {
    if (plan_.addresses == 1) {
        return 0;
    }
    const std::size_t begin = head.find('/') + 1;
    const std::size_t end = std::min(head.find_first_of(" ?", begin), head.size());
    const auto number = parse_int64(head.substr(begin, end - begin));
    const bool known =
        number && *number >= 1 && static_cast<std::uint64_t>(*number) <= plan_.addresses;
    return known ? std::optional(static_cast<std::size_t>(*number) - 1) : std::nullopt;
}

std::string PostReceiver::address() const {
    const std::string host = fmt::format("http://127.0.0.1:{}/", local_port(plan_.listener));
    return plan_.addresses == 1 ? host : fmt::format("{0}1 ... {0}{1}", host, plan_.addresses);
}

Posts::Posts(Stage& stage, PostPlan plan, Pace pace)
    : stage_(stage), pace_(pace), receiver_(stage, std::move(plan), *this) {
    tally_.name = "posts";
    tally_.unit = "post";
}

void Posts::begin(Clock::time_point now) {
    last_ = now;
}

void Posts::measure(Clock::time_point now) {
    last_ = now;
    measured_ = true;
}

void Posts::stop(Clock::time_point) {
    measured_ = false;
    last_.reset();
}

bool Posts::enough() const {
    return pace_.limit != 0 && tally_.operations >= pace_.limit;
}

std::optional<Clock::time_point> Posts::waiting_since() const {
    return last_;
}

std::string Posts::silence() const {
    return fmt::format("nothing was posted to {} in time", receiver_.address());
}

Tally Posts::tally() const {
    Tally tally = tally_;
    tally.connections = receiver_.connections();
    return tally;
}

void Posts::posted(std::size_t, std::string_view body) {
    last_ = stage_.now();
    if (measured_) {
        ++tally_.operations;
        ++tally_.events;
        tally_.event_bytes = body.size();
    }
}

}  // namespace cqhttp::cli::bench
