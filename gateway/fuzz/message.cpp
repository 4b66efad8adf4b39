// A message in array form is refused or survives the way through every other form.
#include "gateway/protocol/message.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/profiles.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/params.hpp"

#include <string>

namespace cqhttp::fuzz {
namespace {

using protocol::Message;
using protocol::Profile;

void check(Message message, const Profile& profile) {
    protocol::normalise(message);
    const std::string array = protocol::to_segment_json(message);
    const auto json = protocol::parse_json(array);
    ensure(json && json->is_array(), "segments are written as a JSON array");
    auto again = protocol::parse_segments(array, profile);
    ensure(again.has_value(), "what was written can be read");
    protocol::normalise(*again);
    ensure(protocol::to_segment_json(*again) == array, "and says the same");
    protocol::plain_text(message);
    Message of_text = protocol::parse_cq(protocol::to_cq(message), profile);
    protocol::normalise(of_text);
}

}  // namespace

void message(std::string_view bytes) {
    const auto json = protocol::parse_json(bytes);
    if (!json) {
        return;
    }
    for (const protocol::ProfileId id : all_profile_ids) {
        const Profile& profile = protocol::profile(id);
        if (json->is_array() || json->is_object()) {
            if (auto read = protocol::parse_segments(protocol::dump_json(*json), profile)) {
                check(std::move(*read), profile);
            }
        } else if (json->is_string()) {
            const protocol::Param param{"message", protocol::ParamKind::text,
                                        json->get_ref<const std::string&>()};
            for (const bool plain : {false, true}) {
                auto read = protocol::read_message(&param, plain, profile);
                check(std::move(read.value), profile);
            }
        }
    }
}

}  // namespace cqhttp::fuzz
