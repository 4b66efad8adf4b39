#include "gateway/net/ws_output.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::net {

std::string TextPool::take() {
    if (free_.empty()) {
        return {};
    }
    std::string text = std::move(free_.back());
    free_.pop_back();
    return text;
}

void TextPool::give_back(std::string&& text) noexcept {
    if (free_.size() < kept && text.capacity() <= largest) {
        text.clear();
        free_.push_back(std::move(text));
    }
}

void WsOutput::push(TextPool& pool, WsOpcode opcode, std::string_view payload,
                    std::optional<std::array<char, 4>> mask) {
    const bool joins = first_ < pieces_.size() && !pieces_.back().shared &&
                       pieces_.back().own.size() < largest_piece;
    if (!joins) {
        pieces_.emplace_back().own = pool.take();
    }
    Piece& piece = pieces_.back();
    const std::size_t before = piece.own.size();
    append_frame(piece.own, opcode, payload, mask);
    bytes_ += piece.own.size() - before;
    if (opcode == WsOpcode::text) {
        ++piece.texts;
        ++texts_;
    }
}

void WsOutput::push(SharedText frame) {
    bytes_ += frame->size();
    ++texts_;
    Piece& piece = pieces_.emplace_back();
    piece.shared = std::move(frame);
    piece.texts = 1;
}

std::size_t WsOutput::gather(std::span<iovec> pieces) const noexcept {
    std::size_t used = 0;
    std::size_t skip = sent_;
    for (std::size_t i = first_; i < pieces_.size() && used < pieces.size(); ++i) {
        const std::string_view view = pieces_[i].view().substr(skip);
        // writev only reads; its struct does not say so.
        pieces[used++] = {const_cast<char*>(view.data()), view.size()};
        skip = 0;
    }
    return used;
}

void WsOutput::consume(TextPool& pool, std::size_t bytes) noexcept {
    bytes_ -= bytes;
    sent_ += bytes;
    while (first_ < pieces_.size() && sent_ >= pieces_[first_].view().size()) {
        sent_ -= pieces_[first_].view().size();
        pop(pool);
    }
    if (first_ == pieces_.size()) {
        constexpr std::size_t kept = 4;
        pieces_.clear();
        first_ = 0;
        if (pieces_.capacity() > kept) {
            pieces_ = std::vector<Piece>();  // not {}, which would keep the memory
        }
    } else if (first_ >= 64 && first_ * 2 > pieces_.size()) {
        pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

void WsOutput::keep_started(TextPool& pool) noexcept {
    if (sent_ == 0) {
        clear(pool);
        return;
    }
    drop_from(pool, first_ + 1);
    Piece& piece = pieces_[first_];
    std::size_t end = 0;
    std::size_t frames = 0;
    while (end < sent_) {
        end += printed_frame_length(piece.view().substr(end));
        ++frames;
    }
    bytes_ = end - sent_;
    if (!piece.shared) {
        piece.own.resize(end);
        piece.texts = std::min(piece.texts, frames);
    }
    texts_ = piece.texts;
    consume(pool, 0);  // the end of a frame may be the end of everything
}

void WsOutput::clear(TextPool& pool) noexcept {
    drop_from(pool, first_);
    bytes_ = 0;
    texts_ = 0;
    sent_ = 0;
    consume(pool, 0);
}

void WsOutput::pop(TextPool& pool) noexcept {
    Piece& piece = pieces_[first_];
    texts_ -= piece.texts;
    if (piece.shared) {
        piece.shared.reset();
    } else {
        pool.give_back(std::move(piece.own));
    }
    ++first_;
}

void WsOutput::drop_from(TextPool& pool, std::size_t index) noexcept {
    while (pieces_.size() > index) {
        if (!pieces_.back().shared) {
            pool.give_back(std::move(pieces_.back().own));
        }
        pieces_.pop_back();
    }
}

}  // namespace cqhttp::net
