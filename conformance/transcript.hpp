#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::conformance {

// Everything a case sent and received, in order, with what must stay secret masked. One per case.
class Transcript {
public:
    enum class Kind : std::uint8_t { note, sent, received };
    struct Entry {
        Kind kind = Kind::note;
        std::chrono::microseconds at{};  // since the case began
        std::string where;               // "http 1", "reverse api 2"
        std::string text;                // bytes; cut where there are very many
        std::size_t size = 0;            // before it was cut
    };

    // Nothing that is added later shows this text. Also in percent-encoding.
    void mask(std::string secret);

    void begin() { start_ = Clock::now(); }
    void note(std::string where, std::string text) { add(Kind::note, std::move(where), text); }
    void sent(std::string where, std::string_view bytes) {
        add(Kind::sent, std::move(where), bytes);
    }
    void received(std::string where, std::string_view bytes) {
        add(Kind::received, std::move(where), bytes);
    }

    const std::vector<Entry>& entries() const noexcept { return entries_; }
    // Everything so far; what is added later belongs to the next.
    std::vector<Entry> take() {
        held_ = 0;
        return std::exchange(entries_, {});
    }

    // `text` with the secrets masked.
    std::string masked(std::string text) const;

private:
    using Clock = std::chrono::steady_clock;
    void add(Kind kind, std::string where, std::string_view bytes);

    std::vector<std::string> secrets_;
    std::vector<Entry> entries_;
    std::size_t held_ = 0;
    Clock::time_point start_ = Clock::now();
};

// The bytes as people can read them: UTF-8 text and line ends as they are, all else as \xNN.
std::string printable(std::string_view bytes);

// A transcript for a terminal or a text report, every line indented:
//   > http 1   GET /x HTTP/1.1
//   < http 1   HTTP/1.1 200 OK
std::string to_text(const std::vector<Transcript::Entry>& entries, std::string_view indent);

}  // namespace cqhttp::conformance
