#pragma once

#include "cli/console.hpp"
#include "cli/note_log.hpp"
#include "cli/post_desk.hpp"
#include "cli/receive_options.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/net/http_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <set>
#include <string>

namespace cqhttp::cli {

// The backend that events are posted to: hands every POST to the desk and answers as the desk and
// the options say, late, half or never where they ask for it. Lives on one event loop.
class PostServer final : public net::HttpHandler {
public:
    // Everything must outlive the server.
    PostServer(boost::asio::io_context& context, const ReceivePostOptions& options, PostDesk& desk,
               Console& console);

    // Binds; the error names address and port.
    Result<void> listen();
    std::string url() const;

    // Until the count is reached, the time is up, the desk is broken, or abort().
    boost::asio::awaitable<int> run();
    // Cuts what is open and ends.
    void abort();

    std::optional<net::HttpResponse> refuse(const net::HttpRequest& head) override;
    net::HttpAnswer handle(const net::HttpRequest& request) override;

private:
    bool misbehaves() const { return options_.hang || options_.delay.count() > 0; }
    void end_after_this();
    boost::asio::awaitable<void> wait(std::chrono::milliseconds time);
    boost::asio::awaitable<net::HttpResponse> answer_late(net::HttpResponse response);
    boost::asio::awaitable<void> answer_half(boost::asio::ip::tcp::socket socket,
                                             std::string bytes);

    boost::asio::io_context& context_;
    const ReceivePostOptions& options_;
    PostDesk& desk_;
    NoteLog log_;
    net::HttpServer server_;
    boost::asio::steady_timer timeout_;
    std::set<boost::asio::steady_timer*> waiting_;
    bool ending_ = false;   // nothing more is taken
    bool aborted_ = false;  // nothing more is waited for
};

}  // namespace cqhttp::cli
