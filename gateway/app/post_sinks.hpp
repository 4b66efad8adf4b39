#pragma once

#include "gateway/app/filter_numbers.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/config/config.hpp"
#include "gateway/event/pipeline.hpp"
#include "gateway/event/post_lane.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/tls.hpp"
#include "gateway/protocol/signature.hpp"
#include "gateway/transport/http_post.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <vector>

namespace cqhttp::app {

// How the messages of an event read for a sink of the account.
protocol::EventForm form_of(const config::AccountConfig& config, config::MessageFormat format);

// The addresses events of one account are posted to. At most one comes before the pushes; each of
// the others has a lane that nothing waits for.
class PostSinks {
public:
    // None without TLS, which the caller reports. What is given by reference outlives this.
    PostSinks(boost::asio::io_context& context, const config::AccountConfig& config,
              Result<net::TlsContext>& tls, const Log& log);

    // The one before the pushes; null if there is none.
    event::Reporter* leading() noexcept;
    // Before the first event.
    void connect(event::Pipeline& pipeline, FilterNumbers& filters);
    void start(net::TaskGroup& group);
    // What is queued is still posted.
    void stop();
    // One line for each.
    void log_counters(const event::Pipeline& pipeline) const;
    // Gives up what is under way and what is queued.
    void abort();

private:
    struct Sink {
        const config::PostSink& settings;
        Log log;
        std::shared_ptr<protocol::Signer> signer;  // null without a secret
        transport::HttpPost post;
        std::unique_ptr<event::PostLane> lane;  // null for the leading one
    };

    std::shared_ptr<protocol::Signer> signer_for(const Secret& secret) const;

    boost::asio::io_context& context_;
    const config::AccountConfig& config_;
    std::vector<std::unique_ptr<Sink>> sinks_;
};

}  // namespace cqhttp::app
