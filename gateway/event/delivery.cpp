#include "gateway/event/delivery.hpp"

#include <memory>
#include <string>
#include <utility>

namespace cqhttp::event {

Delivery::Delivery(const SharedText& text, Findings& findings, const Surroundings& surroundings,
                   Counters& counters)
    : event_(nullptr), findings_(findings), around_(surroundings), counters_(counters) {
    findings_.texts.fill(text);
}

bool Delivery::passes(std::size_t filter) {
    const std::uint64_t bit = std::uint64_t{1} << filter;
    if ((findings_.asked & bit) == 0) {
        findings_.asked |= bit;
        findings_.passed |= judge(filter) ? bit : 0;
    }
    return (findings_.passed & bit) != 0;
}

bool Delivery::judge(std::size_t filter) {
    const Filters::Gate gate = around_.filters.gate(filter);
    if (gate != Filters::Gate::ruled) {
        return gate == Filters::Gate::open;
    }
    if (!canonical_) {
        canonical_.emplace(canonical());
    }
    const bool pass = around_.filters.passes(filter, *canonical_);
    if (!pass && filter == Filters::of_account) {
        ++counters_.filtered;
    }
    return pass;
}

protocol::Json Delivery::canonical() const {
    if (event_ != nullptr) {
        return protocol::canonical_event(*event_, around_.self_id, around_.profile);
    }
    auto parsed = protocol::parse_json(*findings_.texts.front());
    return parsed ? std::move(*parsed) : protocol::Json();
}

const SharedText& Delivery::text(protocol::EventForm form) {
    const std::size_t number =
        (form.message_array ? 1U : 0U) + (form.backward_compatibility ? 2U : 0U);
    SharedText& text = findings_.texts[number];
    if (!text) {
        ++counters_.rendered;
        text = std::make_shared<const std::string>(
            protocol::render_event(*event_, around_.self_id, form, around_.profile));
    }
    return text;
}

}  // namespace cqhttp::event
