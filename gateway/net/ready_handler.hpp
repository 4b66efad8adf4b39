#pragma once

#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace cqhttp::net {

// Holds one completion handler, a function of an error, until it is told. Handlers of coroutines
// and of our own are small and lie in here: a wait allocates nothing.
class ReadyHandler {
public:
    ReadyHandler() = default;
    ~ReadyHandler() { clear(); }

    template <class Handler>
    explicit ReadyHandler(Handler handler) : kind_(&kind_of<Handler>) {
        static_assert(sizeof(Handler) <= room && alignof(Handler) <= alignof(void*));
        ::new (place()) Handler(std::move(handler));
    }

    ReadyHandler(ReadyHandler&& other) noexcept { take(other); }
    ReadyHandler& operator=(ReadyHandler&& other) noexcept {
        if (this != &other) {
            clear();
            take(other);
        }
        return *this;
    }

    explicit operator bool() const noexcept { return kind_ != nullptr; }

    // Calls the handler, which is gone before it runs: it may start the next wait.
    void tell(const boost::system::error_code& error) {
        std::exchange(kind_, nullptr)->tell(place(), &error);
    }
    void clear() {
        if (kind_ != nullptr) {
            std::exchange(kind_, nullptr)->tell(place(), nullptr);
        }
    }

private:
    static constexpr std::size_t room = 3 * sizeof(void*);

    struct Kind {
        // Takes the handler out of its place and calls it, or without an error only drops it.
        void (*tell)(void* place, const boost::system::error_code* error);
        void (*move)(void* from, void* to) noexcept;
    };

    template <class Handler>
    static void tell_as(void* place, const boost::system::error_code* error) {
        Handler* const held = std::launder(static_cast<Handler*>(place));
        Handler handler(std::move(*held));
        std::destroy_at(held);
        if (error != nullptr) {
            std::move(handler)(boost::system::error_code(*error));
        }
    }

    template <class Handler>
    static void move_as(void* from, void* to) noexcept {
        Handler* const held = std::launder(static_cast<Handler*>(from));
        ::new (to) Handler(std::move(*held));
        std::destroy_at(held);
    }

    template <class Handler>
    static constexpr Kind kind_of{tell_as<Handler>, move_as<Handler>};

    void take(ReadyHandler& other) noexcept {
        kind_ = std::exchange(other.kind_, nullptr);
        if (kind_ != nullptr) {
            kind_->move(other.place(), place());
        }
    }
    void* place() noexcept { return memory_.data(); }

    const Kind* kind_ = nullptr;
    alignas(void*) std::array<std::byte, room> memory_;
};

}  // namespace cqhttp::net
