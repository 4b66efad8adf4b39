#include "gateway/transport/reconnect_policy.hpp"

namespace cqhttp::transport {

ReconnectPolicy::Pause ReconnectPolicy::after(const net::WsEnd& end) const noexcept {
    const bool dismissed = end.by_peer && end.code == net::close_code::normal;
    if (dismissed && !rules_.on_code_1000) {
        return std::nullopt;
    }
    return rules_.interval;
}

bool FailureRow::worth_telling(std::string_view failure) {
    if (failure != failure_) {
        failure_ = failure;
        length_ = 0;
    }
    ++length_;
    return length_ == 1 || length_ % 10 == 0;
}

}  // namespace cqhttp::transport
