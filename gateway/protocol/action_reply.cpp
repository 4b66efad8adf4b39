#include "gateway/protocol/action_reply.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <array>
#include <charconv>

namespace cqhttp::protocol {

std::string_view status_of(std::int32_t code) noexcept {
    switch (code) {
        case retcode::ok: return "ok";
        case retcode::async: return "async";
        default: return "failed";
    }
}

void append_reply(std::string& out, const ActionReply& reply,
                  std::optional<std::string_view> echo) {
    ensure(!reply.data.empty(), "a reply's data is JSON text");
    constexpr std::size_t around = 64;  // what stands around data and echo
    out.reserve(out.size() + reply.data.size() + (echo ? echo->size() : 0) + around);
    if (reply.ok()) {
        out += R"({"status":"ok","retcode":0,"data":)";
        out += reply.data;
    } else {
        std::array<char, 12> digits{};
        char* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), reply.retcode).ptr;
        out += R"({"status":")";
        out += status_of(reply.retcode);
        out += R"(","retcode":)";
        out.append(digits.data(), end);
        // Whatever a handler had gathered before it failed stays here (HTTP-065).
        out += R"(,"data":null)";
        if (!reply.wording.empty()) {
            out += R"(,"wording":)";
            append_json_string(out, reply.wording);
        }
    }
    if (echo) {
        out += R"(,"echo":)";
        out += *echo;
    }
    out += '}';
}

}  // namespace cqhttp::protocol
