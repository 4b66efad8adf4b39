#include "conformance/runner.hpp"

#include "conformance/session.hpp"
#include "gateway/base/version.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace cqhttp::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// Cases that one start of the target serves.
struct Batch {
    const Setup* setup;
    std::vector<const Case*> cases;
};

std::vector<Batch> make_batches(std::span<const Case* const> cases, const RunOptions& options) {
    std::vector<Batch> batches;
    for (const Setup* setup : setups()) {
        std::vector<const Case*> here;
        std::copy_if(cases.begin(), cases.end(), std::back_inserter(here),
                     [setup](const Case* c) { return c->setup == setup; });
        const auto pieces = static_cast<std::size_t>(std::max(1, options.jobs));
        const std::size_t size = std::max<std::size_t>(10, (here.size() + pieces - 1) / pieces);
        for (std::size_t at = 0; at < here.size(); at += size) {
            const auto first = here.begin() + static_cast<std::ptrdiff_t>(at);
            const std::size_t length = std::min(size, here.size() - at);
            batches.push_back({setup, {first, first + static_cast<std::ptrdiff_t>(length)}});
        }
    }
    return batches;
}

// What the workers share.
class Work {
public:
    Work(std::vector<Batch> batches, const RunOptions& wanted, Observer& observer,
         std::size_t total)
        : options(wanted), observer_(observer), total_(total) {
        for (int round = 0; round < options.repeat; ++round) {
            batches_.insert(batches_.end(), batches.begin(), batches.end());
        }
    }

    std::optional<Batch> take() {
        const std::lock_guard lock(mutex_);
        if (batches_.empty() || stopping) {
            return std::nullopt;
        }
        Batch batch = std::move(batches_.front());
        batches_.pop_front();
        return batch;
    }

    void begun(const Case& which) {
        const std::lock_guard lock(mutex_);
        observer_.begun(which);
    }

    void add(CaseResult result) {
        const std::lock_guard lock(mutex_);
        judge_known(result);
        if (options.fail_fast && result.verdict == Verdict::fail && !result.known) {
            stopping = true;
        }
        observer_.ended(result, ++done_, total_);
        const auto [place, is_new] = results_.try_emplace(result.id, result);
        if (is_new) {
            place->second.not_held = is_held(result) ? 0 : 1;
            return;
        }
        CaseResult& kept = place->second;
        const int runs = kept.runs + 1;
        const int not_held = kept.not_held + (is_held(result) ? 0 : 1);
        if (is_held(kept) && !is_held(result)) {
            kept = std::move(result);
        }
        kept.runs = runs;
        kept.not_held = not_held;
    }

    void unreachable(const std::string& why) {
        const std::lock_guard lock(mutex_);
        if (!reached_) {
            trouble_ = why;
        }
    }
    void reached() {
        const std::lock_guard lock(mutex_);
        reached_ = true;
        trouble_.clear();
    }

    std::map<std::string, CaseResult> take_results() { return std::move(results_); }
    const std::string& trouble() const noexcept { return trouble_; }

    const RunOptions& options;
    std::atomic<bool> stopping = false;
    std::atomic<bool> interrupted = false;

private:
    static bool is_held(const CaseResult& result) {
        return result.verdict != Verdict::fail && result.verdict != Verdict::warn &&
               result.verdict != Verdict::error;
    }

    void judge_known(CaseResult& result) const {
        for (const KnownFailure& known : options.known) {
            if (known.id == result.id) {
                result.known = result.verdict == Verdict::fail || result.verdict == Verdict::warn;
                result.unexpected_pass = result.verdict == Verdict::pass;
                result.known_reason = known.reason;
                result.known_link = known.link;
            }
        }
    }

    std::mutex mutex_;
    std::deque<Batch> batches_;
    Observer& observer_;
    std::map<std::string, CaseResult> results_;
    std::size_t done_ = 0, total_ = 0;
    bool reached_ = false;
    std::string trouble_;
};

// Runs batches on a thread of its own against a target of its own.
class Worker {
public:
    Worker(Work& work, Target& target, net::TlsContext& tls)
        : work_(work), target_(target), ended_(context_), signals_(context_, SIGINT, SIGTERM) {
        wires_.executor = context_.get_executor();
        wires_.tls = &tls;
        wires_.transcript = &transcript_;
        wires_.patience = patience_for(work.options.timeout_factor);
        ended_.expires_at(Clock::time_point::max());
    }

    void run() {
        signals_.async_wait([this](boost::system::error_code error, int) {
            if (!error) {
                work_.interrupted = work_.stopping = true;
                cancel_.emit(asio::cancellation_type::terminal);
            }
        });
        asio::co_spawn(context_, work_all(), [this](std::exception_ptr error) {
            signals_.cancel();
            error_ = error;
        });
        context_.run();
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    asio::awaitable<void> work_all();
    asio::awaitable<void> run_batch(Batch batch);
    asio::awaitable<CaseResult> run_case(const Case& which);
    asio::awaitable<Outcome> run_within_deadline(const Case& which);
    void watch(asio::steady_timer& deadline, bool& timed_out);
    asio::awaitable<std::string> ensure_started(const Setup& setup);
    asio::awaitable<void> end_session();
    std::string reason_not_to_run(const Case& which) const;
    void leave_out(const Case& which, Verdict verdict, std::string why);

    Work& work_;
    Target& target_;
    asio::io_context context_;
    WireContext wires_;
    Transcript transcript_;
    std::optional<Session> session_;
    asio::steady_timer ended_;
    asio::cancellation_signal cancel_;
    asio::signal_set signals_;
    std::exception_ptr error_;
    std::string gone_;  // why an attempt to start failed for good
};

asio::awaitable<void> Worker::work_all() {
    while (auto batch = work_.take()) {
        co_await run_batch(std::move(*batch));
    }
    co_await target_.stop();
}

std::string Worker::reason_not_to_run(const Case& which) const {
    const Needs offered = target_.offers();
    for (const NeedText& row : need_texts()) {
        if (which.needs.contains(row.need) && !offered.contains(row.need)) {
            return std::string(row.lack);
        }
    }
    return target_.objection(*which.setup);
}

void Worker::leave_out(const Case& which, Verdict verdict, std::string why) {
    CaseResult result;
    result.id = which.id;
    result.verdict = verdict;
    result.text = transcript_.masked(std::move(why));
    if (verdict == Verdict::error) {
        result.log = transcript_.masked(target_.log());
    }
    work_.add(std::move(result));
}

asio::awaitable<void> Worker::end_session() {
    if (session_) {
        co_await session_->close();
        session_.reset();
    }
}

asio::awaitable<std::string> Worker::ensure_started(const Setup& setup) {
    if (session_) {
        co_return std::string();
    }
    if (!gone_.empty()) {
        co_return gone_;
    }
    session_.emplace(context_, wires_, target_, work_.options.profile);
    const auto opened = co_await session_->open(setup);
    if (opened.has_value()) {
        work_.reached();
        co_return std::string();
    }
    co_await end_session();
    const std::string why = fmt::format("{} could not be started with setup {}: {}", target_.name(),
                                        setup.name, opened.error().detail);
    work_.unreachable(opened.error().detail);
    if (!target_.offers().contains(Need::restart)) {
        gone_ = why;  // it will not come back by itself
    }
    co_return why;
}

asio::awaitable<void> Worker::run_batch(Batch batch) {
    for (const Case* which : batch.cases) {
        if (work_.stopping) {
            break;
        }
        if (which->scope() == Scope::ours && !target_.own()) {
            leave_out(*which, Verdict::skip, "only cqhttp-gateway is held to this");
            continue;
        }
        if (std::string reason = reason_not_to_run(*which); !reason.empty()) {
            leave_out(*which, Verdict::unsupported, std::move(reason));
            continue;
        }
        if (which->own_start) {
            co_await end_session();
        }
        std::string trouble = co_await ensure_started(*batch.setup);
        if (!trouble.empty()) {
            leave_out(*which, Verdict::error, std::move(trouble));
            continue;
        }
        work_.begun(*which);
        CaseResult result = co_await run_case(*which);
        if (work_.interrupted) {
            break;
        }
        if (result.verdict != Verdict::pass) {
            const auto death = co_await target_.death();
            if (death) {
                result.verdict = Verdict::error;
                result.text = "the target is gone: " + *death;
                co_await end_session();
            }
        }
        work_.add(std::move(result));
        if (which->own_start) {
            co_await end_session();
        }
    }
    co_await end_session();
}

// The time of a case does not run while a person is asked for something.
void Worker::watch(asio::steady_timer& deadline, bool& timed_out) {
    deadline.expires_after(deadline_for(work_.options.timeout_factor));
    deadline.async_wait([this, &deadline, &timed_out](boost::system::error_code expired) {
        if (!expired && target_.waits_for_somebody()) {
            watch(deadline, timed_out);
        } else if (!expired) {
            timed_out = true;
            cancel_.emit(asio::cancellation_type::terminal);
        }
    });
}

asio::awaitable<Outcome> Worker::run_within_deadline(const Case& which) {
    bool timed_out = false, done = false;
    Outcome outcome;
    std::exception_ptr error;
    asio::steady_timer deadline(context_);
    watch(deadline, timed_out);
    auto finished = [this, &done, &outcome, &error](std::exception_ptr thrown, Outcome result) {
        error = thrown;
        outcome = std::move(result);
        done = true;
        ended_.cancel();
    };
    asio::co_spawn(context_, which.run(session_->context()),
                   asio::bind_cancellation_slot(cancel_.slot(), std::move(finished)));
    while (!done) {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        co_await ended_.async_wait(token);
        ended_.expires_at(Clock::time_point::max());
    }
    deadline.cancel();
    if (timed_out) {
        const auto limit = to_text(deadline_for(work_.options.timeout_factor));
        co_return Outcome(Mismatch{"the whole case ends within " + limit, "it did not"});
    }
    if (error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& thrown) {
            outcome = Outcome::error(std::string("exception in the case: ") + thrown.what());
        }
    }
    co_return outcome;
}

asio::awaitable<CaseResult> Worker::run_case(const Case& which) {
    transcript_.begin();
    transcript_.take();
    const auto start = Clock::now();
    if (which.needs.contains(Need::effects)) {
        co_await session_->context().mark_effects();
        transcript_.take();
    }
    const Outcome outcome = co_await run_within_deadline(which);
    session_->context().finish_case();
    CaseResult result;
    result.id = which.id;
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
    result.text = transcript_.masked(outcome.text());
    switch (outcome.kind()) {
        case Outcome::Kind::holds: result.verdict = Verdict::pass; break;
        case Outcome::Kind::note: result.verdict = Verdict::info; break;
        case Outcome::Kind::unsupported: result.verdict = Verdict::unsupported; break;
        case Outcome::Kind::error: result.verdict = Verdict::error; break;
        case Outcome::Kind::broken: result.verdict = verdict_of_broken(which, target_.own()); break;
    }
    if (work_.options.strict && result.verdict == Verdict::warn) {
        result.verdict = Verdict::fail;
    }
    result.expected = transcript_.masked(outcome.mismatch().expected);
    result.actual = transcript_.masked(outcome.mismatch().actual);
    result.transcript = transcript_.take();
    const std::string log = target_.log();
    if (result.verdict != Verdict::pass) {
        result.log = transcript_.masked(log);
    }
    co_return result;
}

}  // namespace

std::chrono::milliseconds patience_for(double timeout_factor) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(5000 * timeout_factor));
}

std::chrono::milliseconds deadline_for(double timeout_factor) {
    return 6 * patience_for(timeout_factor);
}

RunReport run(std::span<const Case* const> cases, std::unique_ptr<Target> target,
              const RunOptions& options, Observer& observer) {
    RunReport report;
    report.target = target->name();
    report.profile = options.profile;
    report.suite_version = product_version;
    report.started = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    auto tls = net::TlsContext::client(net::TlsOptions());
    if (tls.has_error()) {
        report.unreachable = tls.error().detail;
        return report;
    }
    const auto start = Clock::now();
    Work work(make_batches(cases, options), options, observer,
              cases.size() * static_cast<std::size_t>(options.repeat));
    std::vector<std::unique_ptr<Target>> others;
    for (int i = 1; i < options.jobs; ++i) {
        if (auto other = target->another()) {
            others.push_back(std::move(other));
        }
    }
    std::vector<std::thread> threads;
    for (const auto& other : others) {
        threads.emplace_back([&work, &tls, &other] { Worker(work, *other, *tls).run(); });
    }
    Worker(work, *target, *tls).run();
    for (std::thread& thread : threads) {
        thread.join();
    }
    report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    report.unreachable = work.trouble();
    report.interrupted = work.interrupted;
    auto results = work.take_results();
    for (const Case* which : cases) {
        if (const auto found = results.find(std::string(which->id)); found != results.end()) {
            report.results.push_back(std::move(found->second));
        }
    }
    return report;
}

}  // namespace cqhttp::conformance
