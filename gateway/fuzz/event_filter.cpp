// First line: a filter. The rest: an event. Both ways of asking give the same answer.
#include "gateway/protocol/event_filter.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/targets.hpp"

#include <algorithm>

namespace cqhttp::fuzz {

void event_filter(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const auto filter = protocol::EventFilter::parse(bytes.substr(0, end));
    if (!filter) {
        ensure(!filter.error().detail.empty(), "a refusal has a reason");
        return;
    }
    const auto event = protocol::parse_json(bytes.substr(std::min(end + 1, bytes.size())));
    if (!event || !event->is_object()) {
        return;
    }
    const bool passes = filter->passes(*event);
    const auto verdict = filter->explain(*event);
    ensure(verdict.pass == passes, "the explanation explains what is done");
    ensure(filter->passes(*event) == passes, "a filter has no memory");
}

}  // namespace cqhttp::fuzz
