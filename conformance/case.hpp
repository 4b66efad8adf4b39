#pragma once

#include "conformance/outcome.hpp"
#include "conformance/requirement.hpp"
#include "conformance/setup.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::conformance {

namespace asio = boost::asio;

class Context;

// What a target must offer for a case, or must be known about it.
enum class Need : std::uint16_t {
    http = 1,          // an HTTP API
    ws = 2,            // a WebSocket server
    reverse = 4,       // it connects to the suite's WebSocket server
    post = 8,          // it posts events to the suite
    inject = 16,       // events can be caused
    user = 32,         // a person the account may write to
    group = 64,        // a group the account is in, and where it may set its own card
    effects = 128,     // the suite is told what the account has done
    data_root = 256,   // the suite can put files into the folder of data files
    disposable = 512,  // lasting actions are allowed
    restart = 1024     // the suite can stop and start it
};

class Needs {
public:
    constexpr Needs() = default;
    constexpr Needs(Need need) : bits_(static_cast<std::uint16_t>(need)) {}  // NOLINT: converts
    constexpr Needs operator|(Needs other) const noexcept { return Needs(bits_ | other.bits_); }
    constexpr Needs without(Needs other) const noexcept { return Needs(bits_ & ~other.bits_); }
    constexpr bool contains(Need need) const noexcept {
        return (bits_ & static_cast<unsigned>(need)) != 0;
    }
    constexpr bool empty() const noexcept { return bits_ == 0; }

private:
    constexpr explicit Needs(unsigned bits) : bits_(static_cast<std::uint16_t>(bits)) {}
    std::uint16_t bits_ = 0;
};
constexpr Needs operator|(Need a, Need b) noexcept {
    return Needs(a) | Needs(b);
}

struct NeedText {
    Need need;
    std::string_view word;  // for --needs
    std::string_view lack;  // why a case is unsupported, and the way out
};
std::span<const NeedText> need_texts();
// The words of a set, separated by blanks.
std::string to_text(Needs needs);

// One thing that is checked. Level, scope and profiles are those of the first requirement unless
// the case says otherwise.
struct Case {
    std::string_view id;            // "http-api/trailing-slash-is-allowed", permanent
    std::string_view requirements;  // "HTTP-011 HTTP-010": first the one it proves
    std::string_view sentence;      // the requirement in one sentence of ours
    std::string_view sends;         // what the suite does, for `explain`
    std::string_view expects;       // what must happen then
    Needs needs = {};
    const Setup* setup = &setup::any;
    std::optional<Level> own_level = {};
    std::optional<Scope> own_scope = {};
    std::optional<Profiles> own_profiles = {};
    // The target is started anew before the case and after it; needs Need::restart.
    bool own_start = false;
    asio::awaitable<Outcome> (*run)(Context& context) = nullptr;

    std::vector<std::string_view> requirement_ids() const;
    const Requirement& requirement() const;  // the first
    Level level() const { return own_level.value_or(requirement().level); }
    Scope scope() const { return own_scope.value_or(requirement().scope); }
    Profiles profiles() const { return own_profiles.value_or(requirement().profiles); }
    std::string_view chapter() const { return id.substr(0, id.find('/')); }
};

// The verdict for a case that did not hold, on the gateway of this project (`own`) or another's.
Verdict verdict_of_broken(const Case& which, bool own) noexcept;

}  // namespace cqhttp::conformance
