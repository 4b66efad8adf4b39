#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/dispatcher.hpp"
#include "gateway/base/log.hpp"
#include "gateway/event/delivery.hpp"
#include "gateway/event/filters.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/event/post_lane.hpp"
#include "gateway/event/quick_answers.hpp"
#include "gateway/event/reporter.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/event_filter.hpp"
#include "gateway/protocol/event_json.hpp"
#include "gateway/protocol/meta_event.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <variant>
#include <vector>

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
// the newest event is dropped, counted, and said in the log once per spell. Where there are several
// addresses to post to, each has a lane of its own that nothing else waits for; at most one of them
// is the reporter, which comes before the pushes. Lives on the account's loop, and ends with the
// configuration that made it.
class Pipeline final : public account::EventSink {
public:
    // Without a filter every event passes; with `hold_all` none does (a filter file that is broken,
    // FLT-004). `reporter` may be null; it gets what `set_reporter_wish` says, else every event
    // that passes the account's filter, in the account's form.
    Pipeline(asio::any_io_executor executor, PipelineOptions options,
             const protocol::Profile& profile, action::Dispatcher& dispatcher, Hub& hub,
             Reporter* reporter, Log log);

    void set_filter(protocol::EventFilter filter) { filters_.set(std::move(filter)); }
    void hold_all() noexcept { filters_.close(); }
    // For sinks with a filter of their own.
    Filters& filters() noexcept { return filters_; }
    void set_reporter_wish(Wish wish) noexcept { reporter_wish_ = wish; }
    QuickAnswers& answers() noexcept { return answers_; }
    // `lane` outlives the pipeline and is run by whoever owns it.
    void add_lane(PostLane& lane) { lanes_.push_back(&lane); }

    void submit(protocol::Event event) override;
    std::size_t room() const override {
        return options_.queue - std::min(options_.queue, queue_.size());
    }
    protocol::EventForm form() const override { return options_.form; }

    // A lifecycle event is posted and not pushed (META-002, META-006) and always finds a place; a
    // heartbeat is posted and pushed, and left out while the one before still waits.
    void submit(const protocol::MetaEvent& event);
    // An event as a receiver with that filter gets it, past the queue; null if it does not
    // (META-010). May be called on any loop once events have begun.
    SharedText pass(const protocol::MetaEvent& event, std::size_t filter) const;

    // Until stop(): what is queued then is still carried through.
    asio::awaitable<void> run();
    void stop();
    // Drops what is queued and the POST under way is not waited for.
    void abort();

    struct Counters {
        std::uint64_t submitted = 0, filtered = 0, dropped = 0, rendered = 0;
        std::uint64_t posted = 0, failed = 0;  // by the reporter
    };
    Counters counters() const noexcept;
    std::size_t waiting() const noexcept { return queue_.size(); }

private:
    struct Waiting {
        protocol::Event event;
        Findings findings;
    };
    struct WaitingMeta {
        protocol::MetaKind kind;
        Findings findings;  // hold the text
    };

    void feed_lanes(const protocol::Event& event, Findings& findings);
    asio::awaitable<void> wait_for_room();
    asio::awaitable<void> carry(Waiting waiting);
    asio::awaitable<void> carry(WaitingMeta waiting);

    PipelineOptions options_;
    Filters filters_;
    Delivery::Surroundings around_;
    Hub& hub_;
    Reporter* reporter_;
    Wish reporter_wish_;
    Log log_;
    QuickAnswers answers_;
    std::vector<PostLane*> lanes_;
    std::deque<std::variant<Waiting, WaitingMeta>> queue_;
    asio::steady_timer wake_;
    bool stopped_ = false;
    bool dropping_ = false;
    bool heartbeat_waits_ = false;
    Counters counters_;
    Delivery::Counters delivery_counters_;
};

}  // namespace cqhttp::event
