#include "gateway/net/request_reader.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/request_target.hpp"
#include "gateway/net/usual_head.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

namespace http = boost::beast::http;
using BeastText = boost::beast::string_view;
using ErrorCode = boost::beast::error_code;

std::string_view to_std(BeastText text) {
    return {text.data(), text.size()};
}

// What one request consists of, as the parser finds it. The views point into the bytes it was fed.
struct Parts {
    std::string_view method, target;
    std::vector<HeaderView> headers;
    std::string_view fed;       // what the parser is reading
    std::string_view body;      // where it lies, if all of it came at once
    std::string gathered_body;  // else
    std::size_t body_bound = 0;
    std::size_t body_size = 0;  // announced so far
    bool skip_body = false;
    bool http_1_0 = false;
    bool expects_continue = false;
    bool transfer_encoding = false;
    bool head_done = false;
    unsigned status = 400;  // the answer to an error

    void clear() {
        // One large request must not make an idle connection expensive.
        constexpr std::size_t usual_headers = 32;
        headers.clear();
        if (headers.capacity() > usual_headers) {
            headers.shrink_to_fit();
        }
        if (!gathered_body.empty()) {
            gathered_body = std::string();  // not {}, which would keep the memory
        }
        body = {};
        body_size = 0;
        skip_body = http_1_0 = expects_continue = transfer_encoding = head_done = false;
    }
};

// Beast's parser with nothing stored but views.
class Parser final : public http::basic_parser<true> {
public:
    explicit Parser(Parts& parts) : parts_(&parts) {
        // Both are bounded by the reader, which knows what is held and what is refused.
        body_limit(boost::none);
        header_limit(std::numeric_limits<std::uint32_t>::max());
    }

private:
    void on_request_impl(http::verb, BeastText method, BeastText target, int version,
                         ErrorCode&) override {
        parts_->method = to_std(method);
        parts_->target = to_std(target);
        parts_->http_1_0 = version < 11;
    }

    void on_response_impl(int, BeastText, int, ErrorCode&) override {}

    void on_field_impl(http::field field, BeastText name, BeastText value,
                       ErrorCode& error) override {
        if (parts_->head_done) {
            return;  // a trailer
        }
        const HeaderView header{to_std(name), to_std(value)};
        if (is_folded(header)) {
            error = http::error::bad_obs_fold;  // RFC 9112 section 5.2
            return;
        }
        if (field == http::field::transfer_encoding) {
            accept_coding(header.value, error);
        } else if (field == http::field::expect) {
            parts_->expects_continue = iequals(header.value, "100-continue");
        }
        parts_->headers.push_back(header);
    }

    // The value of a header over several lines was put together elsewhere, in memory that goes
    // away.
    bool is_folded(const HeaderView& header) const {
        const std::less<const char*> before;
        const char* const end = parts_->fed.data() + parts_->fed.size();
        return !header.value.empty() && (before(header.value.data(), parts_->fed.data()) ||
                                         before(end, header.value.data()));
    }

    // Anything but "chunked" would hide where the body ends (RFC 9112 section 6.1).
    void accept_coding(std::string_view coding, ErrorCode& error) {
        if (parts_->http_1_0) {
            error = http::error::bad_transfer_encoding;
        } else if (!iequals(coding, "chunked")) {
            parts_->status = 501;
            error = http::error::bad_transfer_encoding;
        }
    }

    void on_header_impl(ErrorCode&) override { parts_->head_done = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}

    std::size_t on_body_impl(BeastText piece, ErrorCode&) override {
        if (parts_->skip_body) {
            return piece.size();
        }
        const bool whole = parts_->gathered_body.empty() && piece.size() == content_length();
        if (whole) {
            parts_->body = to_std(piece);
        } else {
            parts_->gathered_body.append(piece.data(), piece.size());
        }
        return piece.size();
    }

    void on_chunk_header_impl(std::uint64_t size, BeastText, ErrorCode& error) override {
        if (size > parts_->body_bound - parts_->body_size) {
            parts_->status = 413;
            error = http::error::body_limit;
            return;
        }
        parts_->body_size += static_cast<std::size_t>(size);
    }

    std::size_t on_chunk_body_impl(std::uint64_t, BeastText piece, ErrorCode&) override {
        if (!parts_->skip_body) {
            parts_->gathered_body.append(piece.data(), piece.size());
        }
        return piece.size();
    }

    void on_finish_impl(ErrorCode&) override {}

    Parts* parts_;
};

}  // namespace

class RequestReader::Impl {
public:
    Impl(Bounds request_bounds, std::string_view peer, bool loopback) : bounds(request_bounds) {
        request.peer = peer;
        request.loopback = loopback;
    }

    Found next(std::string_view& data) {
        switch (phase) {
            case Phase::between: return begin(data);
            case Phase::head: return read_head(data);
            case Phase::body: return read_body(data);
            case Phase::complete: forget(); return begin(data);
            case Phase::failed: break;
        }
        return Found::error;
    }

    enum class Phase : std::uint8_t { between, head, body, complete, failed };

    bool chunked() const { return !whole_ && parser->chunked(); }
    std::uint64_t content_length() const {
        return whole_ ? *whole_ : parser->content_length().value_or(0);
    }

    Bounds bounds;
    HttpRequest request;
    Parts parts;
    std::optional<Parser> parser;  // none while a usual request is read
    Phase phase = Phase::between;

private:
    void forget() {
        parser.reset();
        whole_.reset();
        parts.clear();
        if (held_.capacity() != 0) {
            held_ = std::vector<char>();  // not {}, which would keep the memory
        }
        held_used_ = 0;
        phase = Phase::between;
    }

    Found fail(unsigned status) {
        phase = Phase::failed;
        parts.status = status;
        return Found::error;
    }

    std::size_t feed(std::string_view bytes, ErrorCode& error) {
        parts.fed = bytes;
        return parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    }

    Found begin(std::string_view& data) {
        // Some clients end a body with a line break that belongs to nothing (RFC 9112 section 2.2).
        while (data.starts_with('\r') || data.starts_with('\n')) {
            data.remove_prefix(1);
        }
        if (data.empty()) {
            return Found::nothing;
        }
        parts.body_bound = bounds.body;
        parts.status = 400;
        if (take_usual_head(data)) {
            return finish_head();
        }
        parser.emplace(parts);
        phase = Phase::head;
        return read_head(data);
    }

    // A usual head, if its body is there too and within the bounds.
    bool take_usual_head(std::string_view& data) {
        const auto head = read_usual_head(data.substr(0, bounds.head), parts.headers);
        if (!head || head->content_length > std::min(bounds.body, data.size() - head->size)) {
            parts.headers.clear();
            return false;
        }
        parts.method = head->method;
        parts.target = head->target;
        whole_ = head->content_length;
        data.remove_prefix(head->size);
        return true;
    }

    Found read_head(std::string_view& data) {
        return held_.empty() ? read_new_head(data) : read_held_head(data);
    }

    // The head starts at the front of `data`, and is read there.
    Found read_new_head(std::string_view& data) {
        const std::size_t size = std::min(data.size(), bounds.head);
        ErrorCode error;
        const std::size_t used = feed(data.substr(0, size), error);
        if (parts.head_done && !error) {
            head_ = data.substr(0, used);
            data.remove_prefix(used);
            return finish_head();
        }
        if (error != http::error::need_more || is_complete(data.substr(used, size - used))) {
            return fail(parts.status);
        }
        if (size == bounds.head) {
            return fail(431);
        }
        hold(data);
        held_used_ = used;
        data = {};
        return Found::nothing;
    }

    // The parser waits for a version even where the head ends without one.
    static bool is_complete(std::string_view head) {
        return head.find("\r\n\r\n") != std::string_view::npos;
    }

    // The head began earlier: the bytes are gathered and read there.
    Found read_held_head(std::string_view& data) {
        const std::size_t taken = std::min(data.size(), bounds.head - held_.size());
        hold(data.substr(0, taken));
        ErrorCode error;
        const std::string_view held(held_.data(), held_.size());
        held_used_ += feed(held.substr(held_used_), error);
        if (parts.head_done && !error) {
            const std::size_t left = held_.size() - held_used_;
            held_.resize(held_used_);
            data.remove_prefix(taken - left);
            return finish_head();
        }
        if (error != http::error::need_more || is_complete(parts.fed)) {
            return fail(parts.status);
        }
        if (held_.size() == bounds.head) {
            return fail(431);
        }
        data = {};
        return Found::nothing;
    }

    // Appends to the held bytes of the head; the views follow them.
    void hold(std::string_view bytes) {
        const char* const old_place = held_.empty() ? bytes.data() : held_.data();
        std::vector<char> old;
        const std::size_t size = held_.size() + bytes.size();
        if (size > held_.capacity()) {
            old.swap(held_);
            held_.reserve(std::max(2 * old.size(), size));
            held_.insert(held_.end(), old.begin(), old.end());
        }
        held_.insert(held_.end(), bytes.begin(), bytes.end());
        move_views(old_place, held_.data());
    }

    void move_views(const char* from, const char* to) {
        const auto move = [from, to](std::string_view& view) {
            if (!view.empty()) {
                view = {to + (view.data() - from), view.size()};
            }
        };
        move(parts.method);
        move(parts.target);
        for (HeaderView& header : parts.headers) {
            move(header.name);
            move(header.value);
        }
    }

    Found finish_head() {
        if (!describe_head()) {
            return fail(400);
        }
        request.body = {};
        phase = Phase::body;
        return Found::head;
    }

    bool describe_head() {
        request.method = parts.method;
        request.headers = parts.headers;
        return split_target(parts.target, request);
    }

    Found read_body(std::string_view& data) {
        if (whole_) {
            return read_whole(data);
        }
        if (parser->is_done()) {
            return finish();
        }
        if (!parser->chunked()) {
            if (*parser->content_length() > parts.body_bound) {
                return fail(413);
            }
            return read_sized(data);
        }
        if (rest_.empty()) {
            return read_chunks(data);
        }
        rest_.append(data);
        const std::string gathered = std::exchange(rest_, {});
        std::string_view together = gathered;
        const Found found = read_chunks(together);
        data.remove_prefix(data.size() - std::min(together.size(), data.size()));
        return found;
    }

    Found read_whole(std::string_view& data) {
        if (*whole_ > parts.body_bound) {
            return fail(413);
        }
        if (!parts.skip_body) {
            parts.body = data.substr(0, *whole_);
        }
        data.remove_prefix(*whole_);
        return finish();
    }

    Found read_sized(std::string_view& data) {
        if (!data.empty()) {
            ErrorCode error;
            data.remove_prefix(feed(data, error));
            if (error) {
                return fail(parts.status);
            }
            if (parser->is_done()) {
                return finish();
            }
        }
        return wait_for_body();
    }

    // Beast asserts that it has as many bytes as the shortest end of a body when it sees a part of
    // it for the second time.
    static bool may_be_short_end(std::string_view data) {
        constexpr std::string_view shortest = "0\r\n\r\n";
        return data.size() < shortest.size() && shortest.starts_with(data);
    }

    Found read_chunks(std::string_view& data) {
        while (!data.empty() && !may_be_short_end(data)) {
            ErrorCode error;
            data.remove_prefix(feed(data, error));
            if (error == http::error::need_more) {
                break;
            }
            if (error) {
                return fail(parts.status);
            }
            if (parser->is_done()) {
                return finish();
            }
        }
        // What is left is the beginning of a chunk's size line or of the trailers.
        if (data.size() > bounds.head) {
            return fail(431);
        }
        rest_.assign(data);
        data = {};
        return wait_for_body();
    }

    // The bytes of the head are about to go away.
    Found wait_for_body() {
        if (held_.empty()) {
            hold(head_);
            describe_head();
        }
        return Found::nothing;
    }

    Found finish() {
        request.body = parts.gathered_body.empty() ? parts.body : parts.gathered_body;
        phase = Phase::complete;
        return Found::request;
    }

    std::optional<std::uint64_t> whole_;  // a usual request: the size of its body, which is there
    std::string_view head_;   // bytes of a head that came at once, as long as they are there
    std::vector<char> held_;  // those bytes, if they had to be kept
    std::size_t held_used_ = 0;
    std::string rest_;  // of a chunked body: bytes that the parser wants to see with those after
};

RequestReader::RequestReader(Bounds bounds, std::string_view peer, bool loopback)
    : impl_(std::make_unique<Impl>(bounds, peer, loopback)) {
    ensure(bounds.head > 0, "a request head may have some bytes");
}

RequestReader::~RequestReader() = default;

RequestReader::Found RequestReader::next(std::string_view& data) {
    return impl_->next(data);
}

const HttpRequest& RequestReader::request() const noexcept {
    return impl_->request;
}

bool RequestReader::keep_alive() const noexcept {
    return !impl_->parser || impl_->parser->keep_alive();
}

bool RequestReader::http_1_0() const noexcept {
    return impl_->parts.http_1_0;
}

bool RequestReader::expects_continue() const noexcept {
    return impl_->parts.expects_continue && !impl_->parts.http_1_0 && has_body();
}

bool RequestReader::has_body() const noexcept {
    return impl_->chunked() || impl_->content_length() > 0;
}

std::optional<std::uint64_t> RequestReader::content_length() const noexcept {
    return impl_->chunked() ? std::nullopt : std::optional(impl_->content_length());
}

void RequestReader::skip_body(std::size_t bound) {
    impl_->parts.skip_body = true;
    impl_->parts.body_bound = bound;
}

bool RequestReader::in_head() const noexcept {
    return impl_->phase == Impl::Phase::head;
}

bool RequestReader::in_body() const noexcept {
    return impl_->phase == Impl::Phase::body;
}

unsigned RequestReader::error_status() const noexcept {
    return impl_->parts.status;
}

}  // namespace cqhttp::net
