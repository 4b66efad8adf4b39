#include "gateway/transport/http_post.hpp"

#include "gateway/net/request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>

namespace cqhttp::transport {
namespace {

constexpr std::size_t largest_answer = 1024 * 1024;  // a quick operation is a small object
constexpr int most_redirects = 10;
constexpr std::uint64_t said_every = 10;

std::string_view name_of(net::ClientStage stage) noexcept {
    switch (stage) {
        case net::ClientStage::resolve: return "resolve";
        case net::ClientStage::connect: return "connect";
        case net::ClientStage::tls: return "tls";
        case net::ClientStage::send: return "send";
        case net::ClientStage::receive: break;
    }
    return "receive";
}

// Zero is no bound.
std::chrono::milliseconds tighter(std::chrono::milliseconds one, std::chrono::milliseconds other) {
    const bool only_one = one.count() == 0 || other.count() == 0;
    return only_one ? std::max(one, other) : std::min(one, other);
}

bool is_success(unsigned status) noexcept {
    return status >= 200 && status <= 299;
}

bool is_redirect(unsigned status) noexcept {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// 307 and 308 ask for the same request again, the others for a GET (curl's rules, POST-017).
bool repeats_body(unsigned status) noexcept {
    return status == 307 || status == 308;
}

}  // namespace

HttpPost::HttpPost(asio::any_io_executor executor, net::TlsContext& tls, HttpPostOptions options,
                   const protocol::Profile& profile, Log log)
    : options_(std::move(options)),
      profile_(profile),
      client_(std::move(executor), tls),
      self_id_(std::to_string(options_.self_id)),
      user_agent_(fmt::format("CQHttp/{}", profile.plugin_version)),
      head_start_(net::head_without_length(request_to(options_.url, true, nullptr))),
      log_(std::move(log)) {}

asio::awaitable<std::optional<std::string>> HttpPost::report(SharedText text,
                                                             std::chrono::milliseconds at_most) {
    net::ClientLimits limits;
    limits.connect = options_.connect;
    limits.total = tighter(options_.timeout, at_most);
    limits.body = largest_answer;
    if (!head_start_) {
        note_failure(options_.url, fmt::format("stage={} detail={}", name_of(client_.stage()),
                                               head_start_.error().detail));
        co_return std::nullopt;
    }
    const auto begin = limits.total.count() > 0 ? Clock::now() : Clock::time_point();
    auto answer = co_await client_.send(write_post(text), limits);
    if (answer && is_success(answer->status)) {
        note_success(*answer, options_.url, text);
        co_return std::move(answer->body);
    }
    co_return co_await follow(std::move(answer), std::move(text), limits, begin);
}

// The first answer was no success: it may lead somewhere else.
asio::awaitable<std::optional<std::string>> HttpPost::follow(Result<net::ClientResponse> answer,
                                                             SharedText text,
                                                             net::ClientLimits limits,
                                                             Clock::time_point begin) {
    const auto end = begin + limits.total;
    const bool bounded = limits.total.count() > 0;
    Url url = options_.url;
    bool with_body = true;
    for (int redirects = 0;; ++redirects) {
        if (!answer) {
            note_failure(url, fmt::format("stage={} detail={}", name_of(client_.stage()),
                                          answer.error().detail));
            co_return std::nullopt;
        }
        if (is_success(answer->status)) {
            note_success(*answer, url, text);
            co_return std::move(answer->body);
        }
        const auto next = redirects < most_redirects ? redirected(url, *answer) : std::nullopt;
        if (!next) {
            note_failure(url, fmt::format("stage=answer status={}", answer->status));
            co_return std::nullopt;
        }
        url = *next;
        with_body = with_body && repeats_body(answer->status);
        if (bounded) {  // one bound for all of them
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
            limits.total = std::max(left, std::chrono::milliseconds(1));
        }
        net::ClientRequest request = request_to(url, with_body, text);
        answer = co_await client_.send(std::move(request), limits);
    }
}

// Only the signature and the length differ from one event to the next.
net::WrittenRequest HttpPost::write_post(const SharedText& text) {
    head_.assign(*head_start_);
    if (options_.signer) {
        head_ += "X-Signature: ";
        head_ += options_.signer->sign(text);
        head_ += "\r\n";
    }
    std::array<char, 20> digits;
    const auto digits_end =
        std::to_chars(digits.data(), digits.data() + digits.size(), text->size()).ptr;
    head_ += "Content-Length: ";
    head_.append(digits.data(), digits_end);
    head_ += "\r\n\r\n";
    return {options_.url, "POST", head_, *text, false};
}

// Without a text: what all requests to that address have in common.
net::ClientRequest HttpPost::request_to(const Url& url, bool with_body, const SharedText& text) {
    net::ClientRequest request;
    request.url = url;
    request.headers.emplace_back("User-Agent", user_agent_);
    request.headers.emplace_back("X-Self-ID", self_id_);
    if (!with_body) {
        return request;
    }
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    if (text) {
        if (options_.signer) {
            request.headers.emplace_back("X-Signature", options_.signer->sign(text));
        }
        request.body = *text;
    }
    return request;
}

// POST-016, POST-017.
std::optional<Url> HttpPost::redirected(const Url& from, const net::ClientResponse& answer) const {
    if (!profile_.post_follows_redirects || !is_redirect(answer.status)) {
        return std::nullopt;
    }
    return follow_location(from, answer.header("Location"));
}

void HttpPost::note_failure(const Url& url, std::string what) {
    std::string failure = fmt::format("url={} {}", url.printable(), what);
    ++failures_;
    if (failure != last_failure_) {
        same_failures_ = 0;
        last_failure_ = std::move(failure);
    }
    ++same_failures_;
    if (same_failures_ == 1) {
        log_.warn("event not posted {}", last_failure_);
    } else if (same_failures_ % said_every == 0) {
        log_.warn("event not posted {} times={}", last_failure_, same_failures_);
    }
}

void HttpPost::note_success(const net::ClientResponse& answer, const Url& url,
                            const SharedText& text) {
    if (log_.enabled(LogLevel::debug)) {
        log_.debug("posted url={} status={} bytes={} answer_bytes={}", url.printable(),
                   answer.status, text->size(), answer.body.size());
    }
    if (failures_ == 0) {
        return;
    }
    log_.info("events are posted again url={} not_posted={}", printable_url(), failures_);
    failures_ = 0;
    same_failures_ = 0;
    last_failure_.clear();
}

std::optional<Url> follow_location(const Url& from, std::string_view location) {
    location = location.substr(0, location.find('#'));
    if (location.empty()) {
        return std::nullopt;
    }
    if (location.starts_with('/') && !location.starts_with("//")) {
        Url url = from;
        url.target = location;
        return url;
    }
    std::string text(location);
    if (location.starts_with("//")) {
        text.insert(0, from.tls() ? "https:" : "http:");
    } else if (location.find("://") == std::string_view::npos) {
        // Relative to the folder of the path, or to the path itself for a query alone.
        Url url = from;
        const std::string path = from.target.substr(0, from.target.find('?'));
        const bool query = location.starts_with('?');
        url.target = (query ? path : path.substr(0, path.rfind('/') + 1)) + text;
        return url;
    }
    auto url = parse_url(text);
    const bool is_http = url && (url->scheme == Scheme::http || url->scheme == Scheme::https);
    if (!is_http || (from.tls() && !url->tls())) {
        return std::nullopt;
    }
    return *url;
}

}  // namespace cqhttp::transport
