#include "gateway/account/sandbox.hpp"

#include "gateway/account/group_commit.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/account/seed_file.hpp"
#include "gateway/account/sqlite_store.hpp"
#include "gateway/base/ensure.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
namespace retcode = protocol::retcode;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t recent_messages = 4096;
constexpr std::chrono::seconds checkpoint_interval{5};
constexpr std::chrono::milliseconds restart_takes{500};
constexpr std::chrono::milliseconds room_poll{2};
constexpr std::chrono::seconds longest_wait_for_room{60};

// Whether an action changes or sends something; those that only ask say so by their names.
bool has_effect(const protocol::ActionSpec& spec) {
    for (const std::string_view asks : {"get_", "can_", "_get_"}) {
        if (spec.name.starts_with(asks)) {
            return false;
        }
    }
    return spec.owner == protocol::ActionOwner::account;
}

// What carries an action out, and whether the record of effects mentions it.
struct Handler {
    const SandboxAction* action = nullptr;
    bool has_effect = false;
};

// Handlers by the position of their row in the catalogue; without an action where there is none.
class HandlerTable {
public:
    explicit HandlerTable(protocol::ProfileId profile)
        : rows_(protocol::action_catalogue().size()) {
        for (const auto actions :
             {message_actions(), group_actions(), request_actions(), info_actions(),
              media_actions(), experimental_actions(), control_actions()}) {
            for (const SandboxAction& action : actions) {
                add(action, profile);
            }
        }
        for (const protocol::ActionSpec& spec : protocol::action_catalogue()) {
            ensure(spec.owner != protocol::ActionOwner::account ||
                       !spec.profiles.contains(profile) || find(spec).action != nullptr,
                   "every action of the account has a handler");
        }
    }

    const Handler& find(const protocol::ActionSpec& spec) const {
        return rows_[protocol::action_index(spec)];
    }

private:
    void add(const SandboxAction& action, protocol::ProfileId profile) {
        ensure(action.now != nullptr || action.later != nullptr, "a handler row has a handler");
        ensure(action.now == nullptr || action.later == nullptr || action.needs_time != nullptr,
               "needs_time chooses between two handlers");
        const protocol::ActionSpec* spec = protocol::find_action(action.name, profile);
        if (spec != nullptr) {
            Handler& row = rows_[protocol::action_index(*spec)];
            ensure(row.action == nullptr, "an action has one handler");
            row = {&action, has_effect(*spec)};
        }
    }

    std::vector<Handler> rows_;
};

// What the store keeps, or the seed for a new one.
Result<WorldData> start_world(const SandboxOptions& options, Store* store, const Log& log) {
    if (store != nullptr) {
        auto kept = store->load(recent_messages);
        if (!kept) {
            return kept.error();
        }
        if (*kept) {
            if (!options.seed.empty()) {
                log.info("the world exists already, its seed is not read seed={}",
                         options.seed.string());
            }
            return std::move(**kept);
        }
    }
    auto seed = read_seed(options.seed, options.self_id);
    if (seed && store != nullptr) {
        if (const auto written = store->reset(*seed); !written) {
            return written.error();
        }
    }
    return seed;
}

}  // namespace

class Sandbox::Impl {
public:
    Impl(asio::any_io_executor executor, SandboxOptions options, std::unique_ptr<Store> store,
         WorldData world, const Clock& clock, Fetcher& fetcher, const Limits& limits, Log log)
        : options_(std::move(options)),
          profile_(protocol::profile(options_.profile)),
          clock_(clock),
          log_(std::move(log)),
          store_(std::move(store)),
          world_(std::move(world), recent_messages),
          media_(options_.media, profile_, fetcher, limits, log_.named("media")),
          handlers_(options_.profile),
          wake_(executor) {
        world_.note_changes(store_ != nullptr);
        if (store_ != nullptr) {
            auto publish = [this](Consequences&& consequences) {
                this->publish(std::move(consequences));
            };
            commit_.emplace(executor, world_, *store_, recent_messages, std::move(publish), log_);
        }
        log_.info("world ready self_id={} users={} groups={} kept={}", world_.self_id(),
                  world_.users().size(), world_.groups().size(), store_ != nullptr);
    }

    const World& world() const { return world_; }

    bool offers(const protocol::ActionSpec& spec, const protocol::Caller& caller) const {
        return spec.owner != protocol::ActionOwner::sandbox ||
               options_.control == SandboxControl::all ||
               (options_.control == SandboxControl::loopback && caller.loopback);
    }

    Answer call(Call&& call) {
        if (!offers(call.spec, call.caller)) {
            return ActionReply::failure(retcode::unknown_action);
        }
        if (call.spec.owner != protocol::ActionOwner::sandbox) {
            return carry_out(std::move(call));
        }
        if (call.spec.name == ".sandbox_effects") {
            return ActionReply{retcode::ok, effects_.to_json(call.arguments.integer("since"))};
        }
        if (call.spec.name == ".sandbox_reset") {
            return reset();
        }
        const bool crowded = waiting_ > 0 || !has_room();
        if (crowded && call.spec.name == ".sandbox_inject") {
            return carry_out_later(std::move(call), Counted(waiting_));
        }
        return carry_out(std::move(call));
    }

    void block(const protocol::Event& event) {
        if (options_.control == SandboxControl::off) {
            return;
        }
        std::string params;
        const std::string text =
            protocol::render_event(event, world_.self_id(), event_form(), profile_);
        protocol::JsonWriter(params).object().key("event").raw(text).end_object();
        effects_.add({.time = clock_.seconds(), .action = "block", .params = std::move(params)});
    }

    asio::awaitable<void> run(EventSink& events) {
        sink_ = &events;
        while (!stopped_) {
            wake_.expires_after(checkpoint_interval);
            co_await wake_.async_wait(as_result);
            if (store_ != nullptr) {
                store_->checkpoint();
            }
        }
        if (store_ != nullptr) {
            commit_->flush();
            store_->checkpoint();
        }
        sink_ = nullptr;
    }

    void stop() {
        stopped_ = true;
        wake_.cancel();
    }

    ActionReply restart(bool clean_cache) {
        restarted_ = clock_.now();
        const bool cleaned = !clean_cache || empty_cache();
        return cleaned ? ActionReply{} : ActionReply::failure(retcode::failed);
    }

    bool online() const {
        if (!restarted_) {
            return true;
        }
        const auto since = clock_.now() - *restarted_;
        return since < std::chrono::seconds(0) || since >= restart_takes;  // clocks go back, too
    }

private:
    // Counts one more as long as it lives.
    class Counted {
    public:
        explicit Counted(std::size_t& count) : count_(&count) { ++count; }
        ~Counted() {
            if (count_ != nullptr) {
                --*count_;
            }
        }
        Counted(Counted&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        Counted& operator=(Counted&&) = delete;
        void end() { const Counted ended(std::move(*this)); }

    private:
        std::size_t* count_;
    };

    protocol::EventForm event_form() const {
        return sink_ == nullptr ? protocol::EventForm{} : sink_->form();
    }

    ActionContext context_with(std::vector<protocol::Event>& events) {
        return {world_,      store_.get(), media_, clock_,
                profile_,    log_,         events, options_.convert_unicode_emoji,
                event_form()};
    }

    // Whether one more event finds a place, those counted that leave at the end of this turn.
    bool has_room() const {
        const std::size_t leaving = commit_ ? commit_->waiting_events() : 0;
        return sink_ == nullptr || sink_->room() > leaving;
    }

    Answer carry_out(Call&& call) {
        const Handler& handler = handlers_.find(call.spec);
        const SandboxAction* const action = handler.action;
        if (action == nullptr) {
            return ActionReply::failure(retcode::unknown_action);
        }
        if (commit_ && !commit_->usable()) {
            return ActionReply::failure(retcode::failed);
        }
        std::vector<protocol::Event> events;
        ActionContext context = context_with(events);
        const bool slow = action->now == nullptr ||
                          (action->later != nullptr && action->needs_time(context, call.arguments));
        if (slow) {
            return run_later(handler, std::move(call.arguments));
        }
        const std::size_t noted = world_.change_count();
        ActionReply reply = run_now(*action, context, call.arguments);
        bool changed = world_.change_count() > noted;
        if (changed && !reply.ok()) {  // it broke off half way
            commit_->take_back(noted);
            changed = false;
        }
        return answer(std::move(reply),
                      consequences_of(handler, call.arguments.take_raw(), reply, std::move(events)),
                      changed);
    }

    // A bot that is slow to take events must not make stimuli get lost: they wait, in order.
    asio::awaitable<ActionReply> carry_out_later(Call call, Counted waiting) {
        const auto give_up = std::chrono::steady_clock::now() + longest_wait_for_room;
        asio::steady_timer pause(wake_.get_executor());
        while (!has_room() && !stopped_ && std::chrono::steady_clock::now() < give_up) {
            pause.expires_after(room_poll);
            co_await pause.async_wait(as_result);
        }
        if (!has_room()) {
            co_return ActionReply::failure(retcode::failed, "too many events wait for receivers");
        }
        Answer answer = carry_out(std::move(call));
        waiting.end();
        if (answer.ready()) {
            co_return answer.take();
        }
        auto kept = answer.later();
        co_return co_await std::move(kept);
    }

    ActionReply reset() {
        if (commit_) {
            commit_->flush();
        }
        auto seed = read_seed(options_.seed, options_.self_id);
        if (!seed) {
            return ActionReply::failure(retcode::failed, seed.error().detail);
        }
        if (store_ != nullptr) {
            if (const auto written = store_->reset(*seed); !written) {
                return ActionReply::failure(retcode::failed, written.error().detail);
            }
        }
        world_ = World(std::move(*seed), recent_messages);
        world_.note_changes(store_ != nullptr);
        effects_.clear();
        log_.info("world taken back to its beginning self_id={}", world_.self_id());
        return {};
    }

    ActionReply run_now(const SandboxAction& action, ActionContext& context,
                        const protocol::Arguments& arguments) {
        try {
            return action.now(context, arguments);
        } catch (const std::exception& error) {  // RET-004
            log_.error("internal error action={} what={}", action.name, error.what());
            return ActionReply::failure(retcode::failed);
        }
    }

    asio::awaitable<ActionReply> run_later(const Handler& handler, protocol::Arguments arguments) {
        const SandboxAction& action = *handler.action;
        std::vector<protocol::Event> events;
        ActionContext context = context_with(events);
        protocol::Params params = arguments.raw();
        ActionReply reply = ActionReply::failure(retcode::failed);
        try {
            reply = co_await action.later(context, std::move(arguments));
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) {  // its deadline has passed
                log_.error("internal error action={} what={}", action.name, error.what());
            }
        } catch (const std::exception& error) {  // RET-004
            log_.error("internal error action={} what={}", action.name, error.what());
        }
        Consequences consequences =
            consequences_of(handler, std::move(params), reply, std::move(events));
        // What other calls have changed since the last turn is not told apart: waiting for it is
        // right too.
        Answer answered = answer(std::move(reply), std::move(consequences), world_.changed());
        if (answered.ready()) {
            co_return answered.take();
        }
        auto kept = answered.later();
        co_return co_await std::move(kept);
    }

    Consequences consequences_of(const Handler& handler, protocol::Params&& params,
                                 const ActionReply& reply,
                                 std::vector<protocol::Event>&& events) const {
        Consequences consequences;
        if (!reply.ok()) {
            return consequences;
        }
        consequences.events = std::move(events);
        if (options_.control != SandboxControl::off && handler.has_effect) {
            Effect& effect = consequences.effect.emplace();
            effect.time = clock_.seconds();
            effect.action = handler.action->name;
            effect.message_id = reply.message_id;
            effect.given = std::move(params);
        }
        return consequences;
    }

    // What has consequences waits for those before it, too: they happen in order.
    Answer answer(ActionReply&& reply, Consequences&& consequences, bool changed) {
        const bool follows =
            commit_ && commit_->open() && (consequences.effect || !consequences.events.empty());
        if (commit_ && (changed || follows)) {
            return commit_->keep(std::move(reply), std::move(consequences));
        }
        publish(std::move(consequences));
        return std::move(reply);
    }

    void publish(Consequences&& consequences) {
        if (consequences.effect) {
            effects_.add(std::move(*consequences.effect));
        }
        for (protocol::Event& event : consequences.events) {
            if (sink_ != nullptr) {
                sink_->submit(std::move(event));
            }
        }
    }

    bool empty_cache() const {
        const std::filesystem::path cache = options_.media.data_directory / "cache";
        std::error_code error;
        if (!std::filesystem::is_directory(cache, error)) {
            return true;
        }
        std::filesystem::directory_iterator entries(cache, error);
        for (; !error && entries != std::filesystem::directory_iterator();
             entries.increment(error)) {
            std::filesystem::remove_all(entries->path(), error);
            if (error) {
                break;
            }
        }
        if (error) {
            log_.warn("cannot empty the cache folder={} error={}", cache.string(), error.message());
        }
        return !error;
    }

    SandboxOptions options_;
    const protocol::Profile& profile_;
    const Clock& clock_;
    Log log_;
    std::unique_ptr<Store> store_;
    World world_;
    MediaFolder media_;
    HandlerTable handlers_;
    EffectLog effects_;
    EventSink* sink_ = nullptr;  // while run() runs
    std::optional<GroupCommit> commit_;
    std::size_t waiting_ = 0;  // stimuli for which there is no room yet
    asio::steady_timer wake_;
    bool stopped_ = false;
    std::optional<std::chrono::system_clock::time_point> restarted_;
};

Result<std::unique_ptr<Sandbox>> Sandbox::open(asio::any_io_executor executor,
                                               SandboxOptions options, const Clock& clock,
                                               Fetcher& fetcher, const Limits& limits, Log log) {
    std::unique_ptr<Store> store;
    if (!options.database.empty()) {
        SqliteOptions file{.path = options.database, .self_id = options.self_id};
        auto opened = SqliteStore::open(file, log.named("store"));
        if (!opened) {
            return opened.error();
        }
        store = std::move(*opened);
    }
    return open(std::move(executor), std::move(options), std::move(store), clock, fetcher, limits,
                std::move(log));
}

Result<std::unique_ptr<Sandbox>> Sandbox::open(asio::any_io_executor executor,
                                               SandboxOptions options, std::unique_ptr<Store> store,
                                               const Clock& clock, Fetcher& fetcher,
                                               const Limits& limits, Log log) {
    ensure(options.self_id > 0, "the account has a number");
    auto world = start_world(options, store.get(), log);
    if (!world) {
        return world.error();
    }
    return std::unique_ptr<Sandbox>(new Sandbox(
        std::make_unique<Impl>(std::move(executor), std::move(options), std::move(store),
                               std::move(*world), clock, fetcher, limits, std::move(log))));
}

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sandbox::~Sandbox() = default;

SelfInfo Sandbox::self() const {
    const User& self = impl_->world().self();
    return {self.id, self.nickname};
}

bool Sandbox::online() const {
    return impl_->online();
}
Answer Sandbox::call(Call&& call) {
    return impl_->call(std::move(call));
}
bool Sandbox::offers(const protocol::ActionSpec& spec, const protocol::Caller& caller) const {
    return impl_->offers(spec, caller);
}
void Sandbox::block(const protocol::Event& event) {
    impl_->block(event);
}
asio::awaitable<void> Sandbox::run(EventSink& events) {
    return impl_->run(events);
}
void Sandbox::stop() {
    impl_->stop();
}
ActionReply Sandbox::restart(bool clean_cache) {
    return impl_->restart(clean_cache);
}

}  // namespace cqhttp::account
