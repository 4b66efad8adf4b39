// Whatever the bytes and wherever they are cut, the decoder finds the same.
#include "gateway/base/ensure.hpp"
#include "gateway/net/ws_frame.hpp"

#include <algorithm>
#include <string>

namespace {

using cqhttp::net::WsDecoder;
using cqhttp::net::WsRole;

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

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const WsRole role = (data[0] & 1U) != 0 ? WsRole::client : WsRole::server;
    const std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string whole = decode(bytes, role, 0);
    cqhttp::ensure(decode(bytes, role, 1) == whole, "byte by byte gives the same");
    cqhttp::ensure(decode(bytes, role, 1U + data[1]) == whole, "any cut gives the same");
    return 0;
}
