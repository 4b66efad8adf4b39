#pragma once

#include "cli/api_client.hpp"
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
    void find_numbers(std::string_view plain, std::size_t offset);
    void patch(char* at, std::uint32_t number, std::size_t payload_offset) const noexcept;

    std::string bytes_;
    std::vector<std::size_t> numbers_;
    std::optional<std::size_t> echo_;
    std::size_t header_ = 0;  // of the frame; where the mask begins
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

// The start of a text from a peer, fit for a line.
std::string excerpt(std::string_view text);

}  // namespace cqhttp::cli::bench
