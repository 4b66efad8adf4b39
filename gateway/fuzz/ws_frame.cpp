// Whatever the bytes and wherever they are cut, the decoder finds the same.
#include "gateway/net/ws_frame.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/targets.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace cqhttp::fuzz {
namespace {

using net::WsDecoder;
using net::WsRole;

std::string describe(const WsDecoder& decoder, WsDecoder::Found found) {
    using Found = WsDecoder::Found;
    std::string text = std::to_string(static_cast<int>(found)) + ":";
    if (found == Found::message) {
        text += decoder.message().binary ? "b" : "t";
        text += decoder.message().payload;
    } else {
        text += decoder.text();
    }
    return found >= Found::close ? text + std::to_string(decoder.code()) : text;
}

// Feeds `bytes` in pieces; `step` 0 feeds them at once.
std::string decode(std::string bytes, WsRole role, std::size_t step) {
    WsDecoder decoder(role, 4096);
    std::string log;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = std::min(step == 0 ? bytes.size() : step, bytes.size() - at);
        std::span<char> data(bytes.data() + at, size);
        for (auto found = decoder.next(data); found != WsDecoder::Found::nothing;
             found = decoder.next(data)) {
            log += describe(decoder, found) + "\n";
            if (found >= WsDecoder::Found::close) {
                return log;
            }
        }
        decoder.forget();
        at += size;
    }
    return log;
}

}  // namespace

// The first byte says which end reads, the second where the bytes are cut.
void ws_frame(std::string_view input) {
    if (input.size() < 2) {
        return;
    }
    const auto first = static_cast<unsigned char>(input[0]);
    const auto second = static_cast<unsigned char>(input[1]);
    const WsRole role = (first & 1U) != 0 ? WsRole::client : WsRole::server;
    const std::string bytes(input.substr(2));
    const std::string whole = decode(bytes, role, 0);
    ensure(decode(bytes, role, 1) == whole, "byte by byte gives the same");
    ensure(decode(bytes, role, 1U + second) == whole, "any cut gives the same");
}

}  // namespace cqhttp::fuzz
