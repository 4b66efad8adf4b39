#include "gateway/net/http_message.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"

#include <unistd.h>

namespace cqhttp::net {

std::optional<std::string_view> HttpRequest::header(std::string_view name) const noexcept {
    for (const HeaderView& candidate : headers) {
        if (iequals(candidate.name, name)) {
            return candidate.value;
        }
    }
    return std::nullopt;
}

FileBody::FileBody(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {
    ensure(descriptor >= 0, "a file body owns an open descriptor");
}

FileBody::~FileBody() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

FileBody::FileBody(FileBody&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(std::exchange(other.size_, 0)) {}

FileBody& FileBody::operator=(FileBody&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    return *this;
}

std::string_view reason_phrase(unsigned status) noexcept {
    switch (status) {
        case 100: return "Continue";
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 413: return "Content Too Large";
        case 426: return "Upgrade Required";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        default: return "Unknown";
    }
}

}  // namespace cqhttp::net
