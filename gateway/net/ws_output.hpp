#pragma once

#include "gateway/base/text.hpp"
#include "gateway/net/ws_frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <vector>

namespace cqhttp::net {

// Strings that busy connections of one loop write into and give back, so that an idle connection
// owns none and a busy one finds memory that is warm.
class TextPool {
public:
    TextPool() { free_.reserve(kept); }
    std::string take();
    void give_back(std::string&& text) noexcept;

private:
    static constexpr std::size_t kept = 16;
    static constexpr std::size_t largest = 256 * 1024;

    std::vector<std::string> free_;
};

// Frames that wait to be written on one connection, in order. Adjacent frames of its own lie in one
// piece of memory; shared frames are referenced, not copied. No sockets: gather() says what to
// write, consume() is told what was written.
class WsOutput {
public:
    bool empty() const noexcept { return bytes_ == 0; }
    std::size_t bytes() const noexcept { return bytes_; }
    // Text frames among them; one that is being written in one piece with others counts until all
    // of that piece (at most 64 KiB, or one frame) is written.
    std::size_t texts() const noexcept { return texts_; }

    void push(TextPool& pool, WsOpcode opcode, std::string_view payload,
              std::optional<std::array<char, 4>> mask);
    void push(SharedText frame);

    // Names the first unsent bytes; returns how many entries of `pieces` it used.
    std::size_t gather(std::span<iovec> pieces) const noexcept;
    void consume(TextPool& pool, std::size_t bytes) noexcept;

    // Drops every frame that no byte of was written.
    void keep_started(TextPool& pool) noexcept;
    void clear(TextPool& pool) noexcept;

private:
    static constexpr std::size_t largest_piece = 64 * 1024;

    struct Piece {
        std::string own;
        SharedText shared;  // instead of own
        std::size_t texts = 0;

        std::string_view view() const noexcept { return shared ? *shared : own; }
    };

    void pop(TextPool& pool) noexcept;
    void drop_from(TextPool& pool, std::size_t index) noexcept;

    std::vector<Piece> pieces_;
    std::size_t first_ = 0;  // pieces before it are written
    std::size_t sent_ = 0;   // bytes of the first piece
    std::size_t bytes_ = 0;
    std::size_t texts_ = 0;
};

}  // namespace cqhttp::net
