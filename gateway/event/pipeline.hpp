#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/dispatcher.hpp"
#include "gateway/base/log.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/event/reporter.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/event_filter.hpp"
#include "gateway/protocol/event_json.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace cqhttp::event {

namespace asio = boost::asio;

struct PipelineOptions {
    std::int64_t self_id = 0;
    protocol::EventForm form;
    std::size_t queue = 8192;  // gateway.max_queued_events
};

// Every event of one account goes through here, one at a time and in order (PIPE-001 ... PIPE-011):
// filter, rendering, HTTP POST and its quick operations, forward push, reverse push. A POST that
// hangs delays this account's later events and nothing else; the queue in front of it is bounded:
// the newest event is dropped, counted, and said in the log once per spell. Lives on the account's
// loop, and ends with the configuration that made it.
class Pipeline final : public account::EventSink {
public:
    // Without a filter every event passes; with `hold_all` none does (a filter file that is broken,
    // FLT-004). `reporter` may be null.
    Pipeline(asio::any_io_executor executor, PipelineOptions options,
             const protocol::Profile& profile, action::Dispatcher& dispatcher, Hub& hub,
             Reporter* reporter, Log log);

    void set_filter(protocol::EventFilter filter) { filter_.emplace(std::move(filter)); }
    void hold_all() noexcept { hold_all_ = true; }

    void submit(protocol::Event event) override;
    std::size_t room() const override {
        return options_.queue - std::min(options_.queue, queue_.size());
    }
    protocol::EventForm form() const override { return options_.form; }

    // Until stop(): what is queued then is still carried through.
    asio::awaitable<void> run();
    void stop();
    // Drops what is queued and the POST under way is not waited for.
    void abort();

    struct Counters {
        std::uint64_t submitted = 0, filtered = 0, dropped = 0, rendered = 0;
    };
    const Counters& counters() const noexcept { return counters_; }

private:
    asio::awaitable<void> carry(protocol::Event event);
    asio::awaitable<void> execute(const protocol::Event& event, const std::string& answer);

    PipelineOptions options_;
    const protocol::Profile& profile_;
    action::Dispatcher& dispatcher_;
    Hub& hub_;
    Reporter* reporter_;
    Log log_;
    std::optional<protocol::EventFilter> filter_;
    bool hold_all_ = false;
    std::deque<protocol::Event> queue_;
    asio::steady_timer wake_;
    bool stopped_ = false;
    bool dropping_ = false;
    Counters counters_;
};

}  // namespace cqhttp::event
