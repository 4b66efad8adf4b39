#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/json.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// The rule language of chapter 08, compiled once. Immutable; cheap to share.
class EventFilter {
public:
    // From the text of a filter file. The error says where in the text and why (FLT-004, FLT-005).
    static Result<EventFilter> parse(std::string_view text);

    bool passes(const Json& event) const;

    // passes(), with which rule decided, for people: `user_id: 501 is not 502`.
    struct Verdict {
        bool pass;
        std::string reason;
    };
    Verdict explain(const Json& event) const;

    EventFilter(EventFilter&&) noexcept;
    EventFilter& operator=(EventFilter&&) noexcept;
    ~EventFilter();

private:
    class Rule;
    explicit EventFilter(std::unique_ptr<Rule> rule);
    std::unique_ptr<Rule> rule_;
};

}  // namespace cqhttp::protocol
