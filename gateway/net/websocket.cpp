#include "gateway/net/websocket.hpp"

#include "gateway/net/ws_connection.hpp"

#include <utility>

namespace cqhttp::net {

SharedFrame::SharedFrame(std::string_view text) {
    std::string bytes;
    append_frame(bytes, WsOpcode::text, text);
    header_ = bytes.size() - text.size();
    bytes_ = std::make_shared<const std::string>(std::move(bytes));
}

std::string_view SharedFrame::text() const noexcept {
    return std::string_view(*bytes_).substr(header_);
}

void SharedFrames::add(SharedFrame frame) {
    const std::string& bytes = frame.bytes();
    // writev only reads; its struct does not say so.
    pieces_.push_back({const_cast<char*>(bytes.data()), bytes.size()});
    size_ += bytes.size();
    frames_.push_back(std::move(frame));
}

void SharedFrames::clear() noexcept {
    frames_.clear();
    pieces_.clear();
    size_ = 0;
}

WebSocket::WebSocket(std::shared_ptr<WsConnection> connection) noexcept
    : connection_(std::move(connection)) {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;

WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
    if (this != &other) {
        WebSocket old(std::exchange(connection_, std::move(other.connection_)));
    }
    return *this;
}

WebSocket::~WebSocket() {
    if (connection_) {
        connection_->detach();
    }
}

WebSocket WebSocket::accept(asio::ip::tcp::socket socket, std::string early, const Limits& limits,
                            WsKeepAlive& keep_alive) {
    ClientStream stream;
    stream.plain = std::move(socket);
    WsConnection::Start start{WsRole::server, std::move(early)};
    return WebSocket(std::make_shared<WsConnection>(std::move(stream), std::move(start), limits,
                                                    *keep_alive.loop_));
}

asio::awaitable<bool> WebSocket::read(std::vector<WsMessage>& batch) {
    return connection_->read(batch);
}

void WebSocket::start(WsReceiver& receiver) {
    connection_->start(receiver);
}
void WebSocket::hold() {
    connection_->hold();
}
void WebSocket::go_on() {
    connection_->go_on();
}

WebSocket::Push WebSocket::send(std::string_view text) {
    return connection_->send(text);
}
WebSocket::Push WebSocket::send(const SharedFrame& frame) {
    return connection_->send(frame);
}
WebSocket::Push WebSocket::send(const SharedFrames& frames) {
    return connection_->send(frames);
}
void WebSocket::flush() {
    connection_->flush();
}
void WebSocket::flush_soon() {
    connection_->flush_soon();
}
bool WebSocket::has_room() const noexcept {
    return connection_->has_room();
}
asio::awaitable<void> WebSocket::room() {
    return connection_->room();
}

void WebSocket::close(std::uint16_t code) {
    connection_->close(code);
}
void WebSocket::close_soon(std::uint16_t code) {
    connection_->close_soon(code);
}
void WebSocket::drop(std::uint16_t code) {
    connection_->drop(code);
}
void WebSocket::abort() {
    connection_->abort();
}

bool WebSocket::open() const noexcept {
    return connection_->open();
}
const WsEnd& WebSocket::end() const noexcept {
    return connection_->end();
}
std::size_t WebSocket::queued_bytes() const noexcept {
    return connection_->queued_bytes();
}
const std::string& WebSocket::peer() const noexcept {
    return connection_->peer();
}

}  // namespace cqhttp::net
