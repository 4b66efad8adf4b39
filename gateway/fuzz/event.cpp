// An event that was accepted is written as JSON in every form, and what was written is accepted.
#include "gateway/protocol/event.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/profiles.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/protocol/event_json.hpp"

#include <string>

namespace cqhttp::fuzz {
namespace {

using protocol::EventExtent;
using protocol::EventForm;
using protocol::Profile;

constexpr std::int64_t self_id = 10086001;

void check(const protocol::Event& event, EventForm form, const Profile& profile) {
    const std::string text = protocol::render_event(event, self_id, form, profile);
    const auto json = protocol::parse_json(text);
    ensure(json && json->is_object(), "an event is one JSON object");
    ensure(json->contains("post_type") && (*json)["self_id"] == self_id, "and says whose it is");
    const auto again = protocol::parse_event(*json, profile, EventExtent::context);
    ensure(again.has_value(), "what was sent can be a context");
    if (json->contains("message") && (*json)["message"].is_string()) {
        return;  // types and names that CQ codes cannot have do not survive as a string (MSG-043)
    }
    ensure(protocol::render_event(*again, self_id, form, profile) == text, "of the same event");
}

}  // namespace

void event(std::string_view bytes) {
    const auto json = protocol::parse_json(bytes);
    if (!json) {
        return;
    }
    for (const protocol::ProfileId id : all_profile_ids) {
        const Profile& profile = protocol::profile(id);
        protocol::parse_event(*json, profile, EventExtent::context);
        const auto event = protocol::parse_event(*json, profile);
        if (!event) {
            ensure(!event.error().detail.empty(), "a refusal has a reason");
            continue;
        }
        ensure(!protocol::describe(*event).empty(), "an event has a name");
        protocol::canonical_event(*event, self_id, profile);
        for (const bool array : {false, true}) {
            for (const bool compatible : {false, true}) {
                check(*event, {array, compatible}, profile);
            }
        }
    }
}

}  // namespace cqhttp::fuzz
