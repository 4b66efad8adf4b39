#include "gateway/app/post_sinks.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/url.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::app {
namespace {

transport::HttpPostOptions post_options(const config::AccountConfig& config,
                                        const config::PostSink& sink) {
    auto url = parse_url(sink.url);
    ensure(url.has_value(), "the configuration holds addresses that can be used (POST-004)");
    transport::HttpPostOptions options;
    options.url = std::move(*url);
    options.self_id = config.self_id;
    options.connect = config.limits.connect;
    options.timeout = sink.timeout;
    return options;
}

}  // namespace

protocol::EventForm form_of(const config::AccountConfig& config, config::MessageFormat format) {
    protocol::EventForm form;
    form.message_array = format == config::MessageFormat::array;
    form.backward_compatibility = config.events.backward_compatibility;
    return form;
}

PostSinks::PostSinks(boost::asio::io_context& context, const config::AccountConfig& config,
                     Result<net::TlsContext>& tls, const Log& log)
    : context_(context), config_(config) {
    if (!tls) {
        return;
    }
    for (const config::PostSink& settings : config.post_sinks) {
        const Log named = log.named(settings.listed ? "http_post " + settings.name : "http_post");
        transport::HttpPostOptions options = post_options(config, settings);
        options.signer = signer_for(settings.secret);
        auto sink = std::make_unique<Sink>(
            Sink{settings, named, options.signer,
                 transport::HttpPost(context.get_executor(), *tls, options,
                                     protocol::profile(config.profile), named),
                 nullptr});
        sinks_.push_back(std::move(sink));
    }
}

// One for all addresses with the same secret: an event is signed once for them (SIG-001, SIG-002).
std::shared_ptr<protocol::Signer> PostSinks::signer_for(const Secret& secret) const {
    if (secret.empty()) {
        return nullptr;
    }
    for (const auto& sink : sinks_) {
        if (sink->settings.secret.reveal() == secret.reveal()) {
            return sink->signer;
        }
    }
    return std::make_shared<protocol::Signer>(secret);
}

event::Reporter* PostSinks::leading() noexcept {
    for (const auto& sink : sinks_) {
        if (sink->settings.before_push) {
            return &sink->post;
        }
    }
    return nullptr;
}

void PostSinks::connect(event::Pipeline& pipeline, FilterNumbers& filters) {
    for (const auto& sink : sinks_) {
        const event::Wish wish{filters.number(sink->settings.filter, sink->settings.name),
                               form_of(config_, sink->settings.message_format)};
        if (sink->settings.before_push) {
            pipeline.set_reporter_wish(wish);
            continue;
        }
        sink->lane = std::make_unique<event::PostLane>(context_.get_executor(), wish,
                                                       config_.limits.event_queue, sink->post,
                                                       pipeline.answers(), sink->log);
        pipeline.add_lane(*sink->lane);
    }
}

void PostSinks::start(net::TaskGroup& group) {
    for (const auto& sink : sinks_) {
        const std::string order = sinks_.size() == 1           ? ""
                                  : sink->settings.before_push ? " before_push=yes"
                                                               : " before_push=no";
        sink->log.info("posting events url={}{}", sink->post.printable_url(), order);
        if (sink->lane) {
            group.spawn("post " + sink->settings.name, sink->lane->run());
        }
    }
}

void PostSinks::stop() {
    for (const auto& sink : sinks_) {
        if (sink->lane) {
            sink->lane->stop();
        }
    }
}

void PostSinks::log_counters(const event::Pipeline& pipeline) const {
    for (const auto& sink : sinks_) {
        event::PostLane::Counters counters;
        std::size_t waiting = pipeline.waiting();
        if (sink->lane) {
            counters = sink->lane->counters();
            waiting = sink->lane->waiting();
        } else {
            const event::Pipeline::Counters all = pipeline.counters();
            counters = {all.posted, all.failed, all.dropped};
        }
        sink->log.info("so far url={} posted={} failed={} dropped={} waiting={}",
                       sink->post.printable_url(), counters.posted, counters.failed,
                       counters.dropped, waiting);
    }
}

void PostSinks::abort() {
    for (const auto& sink : sinks_) {
        if (sink->lane) {
            sink->lane->abort();
        }
        sink->post.stop();
    }
}

}  // namespace cqhttp::app
