#pragma once

#include "gateway/base/text.hpp"
#include "gateway/event/filters.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/event_json.hpp"
#include "gateway/protocol/profile.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace cqhttp::event {

// What a receiver of events asks for.
struct Wish {
    std::size_t filter = Filters::of_account;
    protocol::EventForm form = {};
};

// What is known of an event already. Travels with it while it waits, so that no filter is asked and
// no form is rendered twice.
struct Findings {
    std::array<SharedText, 4> texts = {};  // by form
    std::uint64_t asked = 0;               // a bit per filter
    std::uint64_t passed = 0;
};

// An event on its way to its receivers: whom it may reach, and how it reads for each of them. Made
// where an event is handed on; what it is given outlives it.
class Delivery {
public:
    struct Surroundings {
        std::int64_t self_id = 0;
        const protocol::Profile& profile;
        const Filters& filters;
    };
    struct Counters {
        std::uint64_t filtered = 0;  // by the account's filter
        std::uint64_t rendered = 0;
    };

    Delivery(const protocol::Event& event, Findings& findings, const Surroundings& surroundings,
             Counters& counters)
        : event_(&event), findings_(findings), around_(surroundings), counters_(counters) {}
    // An event that reads the same in every form, which `findings` holds then.
    Delivery(const SharedText& text, Findings& findings, const Surroundings& surroundings,
             Counters& counters);

    bool passes(std::size_t filter);
    const SharedText& text(protocol::EventForm form);

private:
    bool judge(std::size_t filter);
    protocol::Json canonical() const;

    const protocol::Event* event_;  // null where only texts are known
    Findings& findings_;
    const Surroundings& around_;
    Counters& counters_;
    std::optional<protocol::Json> canonical_;  // what filters see, once one was asked
};

}  // namespace cqhttp::event
