#include "gateway/net/lookup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace cqhttp::net {
namespace {

constexpr std::size_t at_once = 4;  // names

Lookups::Answer ask_system(const std::string& host) {
    Lookups::Answer answer;
    asio::io_context nothing_runs_here;
    asio::ip::tcp::resolver resolver(nothing_runs_here);
    for (const auto& found : resolver.resolve(host, "", answer.error)) {
        answer.addresses.push_back(found.endpoint().address());
    }
    return answer;
}

}  // namespace

asio::execution_context::id Lookups::id;

Lookups::Lookups(asio::execution_context& context) : service(context), resolve_(ask_system) {}

Lookups& Lookups::of(const asio::any_io_executor& executor) {
    return asio::use_service<Lookups>(asio::query(executor, asio::execution::context));
}

void Lookups::look_up(const asio::any_io_executor& executor, const std::string& host,
                      Finished finished) {
    const auto [place, first] = waiting_.try_emplace(host);
    place->second.push_back(std::move(finished));
    if (!first) {
        return;
    }
    if (!threads_) {
        threads_.emplace(at_once);
    }
    auto work = [this, executor, host, resolve = resolve_] {
        const auto answer = std::make_shared<const Answer>(resolve(host));
        asio::post(executor, [this, host, answer] { complete(host, *answer); });
    };
    asio::post(*threads_, std::move(work));
}

void Lookups::complete(const std::string& host, const Answer& answer) {
    const auto done = waiting_.extract(host);
    for (const Finished& finished : done.mapped()) {
        finished(answer);
    }
}

// The loop has ended; what is under way cannot be taken back and is waited for.
void Lookups::shutdown() {
    if (threads_) {
        threads_->stop();
        threads_->join();
    }
    waiting_.clear();
}

}  // namespace cqhttp::net
