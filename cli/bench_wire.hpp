#pragma once

#include "cli/api_client.hpp"
#include "cli/bench_known.hpp"
#include "cli/bench_stage.hpp"
#include "gateway/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What goes over a connection: requests prepared once, answers read no further than needed.
namespace cqhttp::cli::bench {

// Numbers that change from request to request have eight digits, so that no length changes.
inline constexpr std::uint32_t first_number = 10'000'000;
inline constexpr std::uint32_t last_number = 99'999'999;
std::array<char, 8> print_number(std::uint32_t number) noexcept;

// Stands for a running number in what the user writes ("{n}").
std::string with_running_number(std::string text);

// The bytes of one call, written again and again with other numbers.
class PreparedCall {
public:
    // A request over HTTP. Its path and headers come from `target`.
    static PreparedCall http(const ApiTarget& target, const ApiCall& call);
    // A masked frame of a WebSocket client, with an echo.
    static PreparedCall ws(const ApiCall& call);

    void append(std::string& out, std::uint32_t echo, std::uint32_t number) const;
    // Whether it holds a running number.
    bool numbered() const noexcept { return !numbers_.empty(); }
    std::size_t size() const noexcept { return bytes_.size(); }

private:
    // Eight digits in the bytes, and what masks them.
    struct Number {
        std::size_t at = 0;
        std::uint64_t key = 0;
    };

    Number number_at(std::size_t at, std::size_t payload) const noexcept;
    void find_numbers(std::string_view plain, std::size_t offset);
    static void patch(std::string& out, std::size_t start, Number place,
                      std::uint32_t number) noexcept;

    std::string bytes_;
    std::vector<Number> numbers_;
    std::optional<Number> echo_;
    bool masked_ = false;
};

// The message at the start of what was received. `body` is a view of it, or of `chunks` for a body
// that came in chunks.
struct HttpMessage {
    enum class State : std::uint8_t { incomplete, complete, broken };
    State state = State::incomplete;
    unsigned status = 0;    // of an answer
    std::string_view head;  // without the empty line
    std::string_view body;
    std::size_t size = 0;
    bool close = false;
};
HttpMessage find_http_answer(std::string_view received, std::string& chunks);
HttpMessage find_http_request(std::string_view received, std::string& chunks);
// The value of a header, named in lower case; empty without one.
std::string_view header_value(std::string_view head, std::string_view name);

// What a reply says: its echo where it has a number as echo, and a fault unless the call succeeded
// (retcode 0, or 1 for async).
struct ReplyFacts {
    std::optional<std::uint32_t> echo;
    std::optional<Fault> fault;
};
ReplyFacts read_reply(std::string_view text, bool with_echo);

// Reads the replies of one kind of call. One that is like those before, but for its numbers, costs
// a comparison.
class ReplyReader {
public:
    explicit ReplyReader(bool with_echo) : with_echo_(with_echo) {}

    // The check in full. `head` is that of an answer over HTTP.
    ReplyFacts read(std::string_view text, std::string_view head);

    // What is known at the start of what was received, and its size there; 0: nothing is.
    struct Known {
        std::size_t size = 0;
        std::uint32_t echo = 0;
    };
    Known find_frame(std::string_view received) const noexcept;
    Known find_answer(std::string_view received) const noexcept;

private:
    KnownText text_;
    std::string head_;  // of HTTP, with the empty line
    std::size_t echo_ = 0;
    bool with_echo_;
};

// The payload of the short or middle-sized text frame at the start of what a server has sent; empty
// where there is no whole one.
std::string_view whole_text_frame(std::string_view received) noexcept;

// The start of a text from a peer, fit for a line.
std::string excerpt(std::string_view text);

}  // namespace cqhttp::cli::bench
