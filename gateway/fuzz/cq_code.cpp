// A CQ string that was written by us is read and written the same again.
#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/fuzz/profiles.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/protocol/message.hpp"

#include <string>

namespace cqhttp::fuzz {
namespace {

protocol::Message read(std::string_view text, const protocol::Profile& profile) {
    protocol::Message message = protocol::parse_cq(text, profile);
    protocol::normalise(message);
    return message;
}

}  // namespace

void cq_code(std::string_view bytes) {
    for (const protocol::ProfileId id : all_profile_ids) {
        const protocol::Profile& profile = protocol::profile(id);
        const std::string text = protocol::to_cq(read(bytes, profile));
        const protocol::Message message = read(text, profile);  // without what MSG-042 drops
        ensure(protocol::to_cq(message) == text, "a text survives the way to segments and back");
        ensure(read(protocol::to_cq(message), profile) == message, "and so do segments");
        ensure(!is_valid_utf8(bytes) || is_valid_utf8(text), "text stays text");
    }
    const std::string plain = protocol::unescape(protocol::escape_text(bytes));
    ensure(plain == bytes, "escapes of a text can be undone");
    ensure(protocol::unescape(protocol::escape_value(bytes)) == bytes, "and those of a value");
    ensure(protocol::escape_value(bytes).find_first_of("[],") == std::string::npos,
           "an escaped value ends no code");
}

}  // namespace cqhttp::fuzz
