#include "cli/bench_events.hpp"

#include "cli/console.hpp"
#include "cli/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace cqhttp::cli::bench {
namespace {

constexpr std::uint32_t first_event = 30'000'000;
constexpr std::size_t most_flights = 1024;  // of an open loop

bool holds(std::string_view text, std::string_view what) {
    return ::memmem(text.data(), text.size(), what.data(), what.size()) != nullptr;
}

bool holds_number(std::string_view text, std::uint32_t number) {
    const auto digits = print_number(number);
    return holds(text, std::string_view(digits.data(), digits.size()));
}

std::size_t count_number(std::string_view text, std::uint32_t number) {
    const auto digits = print_number(number);
    const std::string_view what(digits.data(), digits.size());
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

ApiCall own_stimulus(std::size_t padding) {
    constexpr std::string_view user = "10001";  // of the built-in sandbox world
    const std::vector<std::string> pairs{
        fmt::format(R"(event:={{"post_type":"message","message_type":"private","user_id":{},)"
                    R"("message":"bench {}{}"}})",
                    user, with_running_number("{n}"), std::string(padding, '.'))};
    ApiCall call;
    call.action = ".sandbox_inject";
    call.params = read_parameters({pairs, {}}, Encoding::json).value();
    return call;
}

void Subscriber::received(std::string_view text, std::string_view) {
    events_.arrived(receiver_, text);
}

std::size_t Subscriber::receive_known(std::string_view bytes) {
    const std::string_view text = whole_text_frame(bytes);
    if (!events_.arrived_known(receiver_, text)) {
        return 0;
    }
    return static_cast<std::size_t>(text.data() + text.size() - bytes.data());
}

Events::Events(Stage& stage, const Approach& stimuli, EventPlan plan)
    : stage_(stage),
      plan_(std::move(plan)),
      replies_(!stimuli.upgrade.empty()),
      caller_(stage, stimuli, *this, replies_),
      first_(first_event),
      next_(first_event) {
    make_stimulus(0);
    tally_.name = plan_.name;
    tally_.unit = plan_.unit;
    tally_.in_flight = plan_.burst;
    tally_.rate = plan_.pace.per_second;
    if (plan_.pace.per_second > 0) {
        const std::chrono::duration<double> step(1 / plan_.pace.per_second);
        step_ = std::max(std::chrono::duration_cast<Clock::duration>(step), Clock::duration(1));
    }
}

Events::~Events() = default;

void Events::make_stimulus(std::size_t padding) {
    ApiCall call = plan_.stimulus;
    if (plan_.own) {
        call = own_stimulus(padding);
    }
    const Scheme scheme = plan_.target.url.scheme;
    stimulus_ =
        scheme == Scheme::ws ? PreparedCall::ws(call) : PreparedCall::http(plan_.target, call);
}

void Events::subscribe(const Approach& approach) {
    for (std::size_t i = 0; i < plan_.subscribers; ++i) {
        subscribers_.push_back(std::make_unique<Subscriber>(stage_, approach, *this));
    }
}

void Events::receive_posts(PostPlan plan) {
    PostSink& sink = *this;
    addresses_.resize(plan.addresses);
    posts_ = std::make_unique<PostReceiver>(stage_, std::move(plan), sink);
}

std::size_t Events::receivers() const noexcept {
    return subscribers_.size() + addresses_.size();
}

std::vector<Connection*> Events::connections() {
    std::vector<Connection*> all{&caller_};
    for (const auto& subscriber : subscribers_) {
        all.push_back(subscriber.get());
    }
    return all;
}

// One event shows how much padding makes the wanted size.
void Events::prepare() {
    for (const auto& subscriber : subscribers_) {
        subscriber->receiver().next = first_;
    }
    for (Receiver& address : addresses_) {
        address.next = first_;
    }
    phase_ = Phase::probing;
    cause(Clock::now());
    caller_.flush();
}

bool Events::prepared() const {
    return phase_ == Phase::idle && quiet();
}

void Events::finish_probe() {
    if (phase_ != Phase::probing || !quiet()) {
        return;
    }
    phase_ = Phase::idle;
    if (plan_.own && plan_.bytes > tally_.event_bytes) {
        const std::size_t copies = std::max<std::size_t>(probe_copies_, 1);
        make_stimulus((plan_.bytes - tally_.event_bytes) / copies);
    }
}

void Events::begin(Clock::time_point now) {
    phase_ = phase_ == Phase::idle ? Phase::warm : phase_;
    due_ = last_due_ = now;
    if (step_ == Clock::duration{}) {
        cause_burst(now);
    }
}

void Events::measure(Clock::time_point now) {
    phase_ = Phase::measured;
    measured_from_ = now;
    tally_.operations = tally_.events = tally_.foreign = 0;
    begun_ = flights_.size();
}

void Events::stop(Clock::time_point now) {
    phase_ = Phase::stopped;
    last_due_ = now;
}

void Events::give_up(Clock::time_point now) {
    for (const Flight& flight : flights_) {
        tally_.latency.record(now - flight.due, flight.missing);
        tally_.unfinished += flight.missing;
    }
}

bool Events::may_begin() const noexcept {
    if (phase_ == Phase::measured) {
        return plan_.pace.limit == 0 || begun_ < plan_.pace.limit;
    }
    return phase_ == Phase::warm;
}

bool Events::quiet() const noexcept {
    return flights_.empty() && caller_.pending() == 0;
}

void Events::cause(Clock::time_point due) {
    caller_.call(stimulus_, due, next_);
    flights_.push_back({due, stage_.now(), receivers()});
    next_ = next_ + 1;
    ++begun_;
    if (next_ > last_number) {
        stage_.fail(exit_code::failed, "there are no numbers left for more events");
    }
}

void Events::cause_burst(Clock::time_point now) {
    for (std::size_t i = 0; i < plan_.burst && may_begin(); ++i) {
        cause(now);
    }
    caller_.flush();
}

void Events::tick(Clock::time_point now) {
    if (step_ == Clock::duration{}) {
        return;
    }
    while (due_ <= now && may_begin() && flights_.size() < most_flights) {
        cause(due_);
        due_ += step_;
    }
    if (!caller_.output().empty()) {
        caller_.flush();
    }
}

Clock::time_point Events::due() const {
    const bool waits = step_ > Clock::duration{} && may_begin() && flights_.size() < most_flights;
    return waits ? due_ : Clock::time_point::max();
}

// Whether it is the event the receiver must get next. An event out of its order is a fault; one
// that nobody here has caused is counted.
bool Events::belongs(const Receiver& receiver, std::string_view text) {
    if (receiver.next < next_) {
        const bool mine = stimulus_.numbered() ? holds_number(text, receiver.next)
                                               : !holds(text, R"("meta_event")");
        if (mine) {
            return true;
        }
    }
    for (std::uint32_t number = first_; stimulus_.numbered() && number < next_; ++number) {
        if (holds_number(text, number)) {
            stage_.fail(exit_code::failed, fmt::format("event {} came where {} was next: {}",
                                                       number, receiver.next, excerpt(text)));
            return false;
        }
    }
    ++tally_.foreign;
    return false;
}

void Events::arrived(Receiver& receiver, std::string_view text) {
    if (!belongs(receiver, text)) {
        return;
    }
    if (phase_ == Phase::probing) {
        probe_copies_ = count_number(text, receiver.next);
    } else if (stimulus_.numbered()) {
        learn(receiver, text);
    }
    count(receiver, text);
}

// The event that comes next looks like this one, but for its numbers.
void Events::learn(const Receiver& receiver, std::string_view text) {
    const auto digits = print_number(receiver.next);
    number_at_ = text.find(std::string_view(digits.data(), digits.size()));
    known_.learn(text, {});
    known_.vary({number_at_, number_at_ + digits.size()});
}

bool Events::arrived_known(Receiver& receiver, std::string_view text) {
    if (receiver.next >= next_ || !known_.matches(text)) {
        return false;
    }
    const auto digits = print_number(receiver.next);
    if (std::memcmp(text.data() + number_at_, digits.data(), digits.size()) != 0) {
        return false;
    }
    count(receiver, text);
    return true;
}

void Events::count(Receiver& receiver, std::string_view text) {
    const std::size_t index = receiver.next - first_;
    Flight& flight = flights_[index];
    ++receiver.next;
    --flight.missing;
    tally_.event_bytes = text.size();
    if (phase_ == Phase::measured) {
        ++tally_.operations;
        tally_.events += flight.missing == 0 ? 1 : 0;
    }
    const bool counts = phase_ == Phase::measured || phase_ == Phase::stopped;
    if (counts && flight.due >= measured_from_) {
        tally_.latency.record(stage_.now() - flight.due);
    }
    while (!flights_.empty() && flights_.front().missing == 0) {
        flights_.pop_front();
        ++first_;
    }
    finish_probe();
    if (step_ == Clock::duration{} && quiet()) {
        cause_burst(stage_.now());
    }
}

void Events::answered(CallConnection&, const PendingCall&, bool) {}

void Events::posted(std::size_t address, std::string_view body) {
    if (!arrived_known(addresses_[address], body)) {
        arrived(addresses_[address], body);
    }
}

void Events::served(CallConnection&) {
    finish_probe();
    if (step_ == Clock::duration{} && quiet()) {
        cause_burst(Clock::now());
    }
}

bool Events::enough() const {
    return plan_.pace.limit != 0 && tally_.events >= plan_.pace.limit;
}

std::optional<Clock::time_point> Events::waiting_since() const {
    std::optional<Clock::time_point> oldest;
    if (caller_.pending() > 0) {
        oldest = caller_.calls().front().sent;
    }
    if (!flights_.empty()) {
        oldest = std::min(oldest.value_or(flights_.front().sent), flights_.front().sent);
    }
    return oldest;
}

bool Events::done() const {
    return quiet();
}

std::string Events::silence() const {
    if (caller_.pending() > 0) {
        return "the call that causes an event was not answered in time";
    }
    const std::size_t missing = flights_.empty() ? 0 : flights_.front().missing;
    if (posts_) {
        return fmt::format(
            "the event was not posted to {} in time: is that the post_url of the target, and does "
            "its filter let the event pass?",
            posts_->address());
    }
    return fmt::format(
        "{} of {} subscribers did not get an event in time: does the filter of the "
        "target let it pass, does the call cause one?",
        missing, receivers());
}

Tally Events::tally() const {
    Tally tally = tally_;
    tally.connections = receivers();
    return tally;
}

}  // namespace cqhttp::cli::bench
