#include "gateway/net/poller.hpp"

#include "gateway/base/ensure.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

namespace cqhttp::net {
namespace {

using boost::system::error_code;

constexpr std::size_t events_at_once = 128;
constexpr int looks_at_once = 4;

std::uint32_t wanted_by(const Poller::Entry& entry) noexcept {
    const std::uint32_t read = entry.reader ? EPOLLIN : 0U;
    const std::uint32_t write = entry.writer ? EPOLLOUT : 0U;
    return read | write;
}

}  // namespace

asio::execution_context::id Poller::id;

Poller::Poller(asio::execution_context& context)
    : asio::execution_context::service(context),
      context_(static_cast<asio::io_context&>(context)),
      set_(context_, ::epoll_create1(EPOLL_CLOEXEC)) {}

void Poller::add(Entry& entry) {
    entry.place = entries_.size();
    entries_.push_back(&entry);
}

void Poller::remove(Entry& entry) noexcept {
    drop_interest(entry);
    for (epoll_event& event : reported_) {
        if (event.data.ptr == &entry) {
            event.data.ptr = nullptr;
        }
    }
    if (!down_) {
        entries_[entry.place] = entries_.back();
        entries_[entry.place]->place = entry.place;
        entries_.pop_back();
    }
}

void Poller::wait(Entry& entry, Wait kind, ReadyHandler handler) {
    ReadyHandler& place = kind == Wait::read ? entry.reader : entry.writer;
    ensure(!place, "one wait of a kind at a time");
    const std::uint32_t event = kind == Wait::read ? EPOLLIN : EPOLLOUT;
    if ((entry.registered & event) == 0 && !change(entry, wanted_by(entry) | event)) {
        complete_later(std::move(handler), error_code(errno, boost::system::system_category()));
        return;
    }
    place = std::move(handler);
    ++waits_;
    listen();
}

void Poller::cancel(Entry& entry) {
    for (ReadyHandler* place : {&entry.reader, &entry.writer}) {
        if (*place) {
            --waits_;
            complete_later(std::move(*place), asio::error::operation_aborted);
        }
    }
    if (waits_ == 0 && listening_) {
        set_.cancel();  // a loop without work may end
    }
}

void Poller::drop_interest(Entry& entry) noexcept {
    if (entry.registered != 0) {
        change(entry, 0);
    }
}

bool Poller::is_quiet(const Entry& entry) {
    if ((entry.registered & EPOLLIN) == 0) {
        return false;
    }
    const bool reporting = !reported_.empty();
    if (!reporting && !looked_) {
        look();
    }
    const std::span<const epoll_event> events = reporting ? reported_ : seen_;
    const auto found = std::find_if(events.begin(), events.end(), [&](const epoll_event& event) {
        return event.data.ptr == &entry;
    });
    if (found == events.end()) {
        return events.size() < events_at_once;
    }
    // What was told already was taken then: only an end still stands.
    const bool told = reporting && found - events.begin() <= telling_;
    return told && (found->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0;
}

// Takes nothing: whatever is ready is reported again. Forgotten as soon as all has run that is
// ready to run now.
void Poller::look() {
    seen_.resize(events_at_once);
    const int count = ::epoll_wait(set_.native_handle(), seen_.data(), events_at_once, 0);
    seen_.resize(count < 0 ? events_at_once : static_cast<std::size_t>(count));
    looked_ = true;
    asio::post(context_, [this] { looked_ = false; });
}

// The context destroys what waits, as it does with what waits in Asio.
void Poller::shutdown() {
    down_ = true;
    const std::vector<Entry*> entries = std::exchange(entries_, {});
    std::vector<ReadyHandler> dropped;
    for (Entry* entry : entries) {
        dropped.push_back(std::move(entry->reader));
        dropped.push_back(std::move(entry->writer));
    }
    dropped.clear();
    error_code ignored;
    set_.close(ignored);
}

void Poller::listen() {
    if (listening_ || waits_ == 0 || down_) {
        return;
    }
    listening_ = true;
    auto ready = [this](const error_code& error) {
        listening_ = false;
        if (!error) {
            report_all();
        }
        listen();
    };
    set_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
}

// What became ready while several were told is told at once: to ask Asio in between costs three
// system calls. Not for ever, as what is posted waits for its turn.
void Poller::report_all() {
    for (int looks = 0; looks < looks_at_once && report() > 1; ++looks) {
    }
}

// One look at the set.
std::size_t Poller::report() {
    std::array<epoll_event, events_at_once> events;
    const int count = ::epoll_wait(set_.native_handle(), events.data(), events_at_once, 0);
    reported_ = std::span(events).first(count < 0 ? 0 : static_cast<std::size_t>(count));
    for (telling_ = 0; telling_ < std::ssize(reported_); ++telling_) {
        const epoll_event& event = events[static_cast<std::size_t>(telling_)];
        if (event.data.ptr != nullptr) {
            report(*static_cast<Entry*>(event.data.ptr), event.events);
        }
    }
    const std::size_t told = reported_.size();
    reported_ = {};
    return told;
}

void Poller::report(Entry& entry, std::uint32_t events) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        events |= EPOLLIN | EPOLLOUT;  // whoever waits finds out what it is
    }
    // The first handler may end the socket: both are taken out before it runs.
    ReadyHandler reader = (events & EPOLLIN) != 0 ? std::move(entry.reader) : ReadyHandler();
    ReadyHandler writer = (events & EPOLLOUT) != 0 ? std::move(entry.writer) : ReadyHandler();
    if (!reader && !writer) {
        lose_interest(entry);
        return;
    }
    waits_ -= (reader ? 1U : 0U) + (writer ? 1U : 0U);
    const error_code none;
    if (reader) {
        reader.tell(none);
    }
    if (writer) {
        writer.tell(none);
    }
}

// Nobody waits for what was reported. The interest goes only now: most sockets are waited for again
// before anything happens on them.
void Poller::lose_interest(Entry& entry) noexcept {
    const std::uint32_t wanted = wanted_by(entry);
    change(entry, wanted == entry.registered ? 0 : wanted);
}

bool Poller::change(Entry& entry, std::uint32_t wanted) noexcept {
    epoll_event event{};
    event.events = wanted;
    if ((wanted & EPOLLIN) != 0) {
        event.events |= EPOLLRDHUP;  // wakes nobody who is not woken anyway
    }
    event.data.ptr = &entry;
    const int what = wanted == 0             ? EPOLL_CTL_DEL
                     : entry.registered == 0 ? EPOLL_CTL_ADD
                                             : EPOLL_CTL_MOD;
    if (::epoll_ctl(set_.native_handle(), what, entry.descriptor, &event) != 0) {
        return false;
    }
    entry.registered = wanted;
    return true;
}

void Poller::complete_later(ReadyHandler handler, const error_code& error) {
    auto tell = [kept = std::move(handler), error]() mutable { kept.tell(error); };
    asio::post(context_, std::move(tell));
}

}  // namespace cqhttp::net
