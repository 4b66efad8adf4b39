#include "gateway/protocol/action_reply.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
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

namespace {

void append_number(std::string& out, std::int32_t number) {
    std::array<char, 12> digits{};
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_data(std::string& out, const ActionReply& reply) {
    if (reply.message_id == 0) {
        out += reply.data;
        return;
    }
    constexpr std::string_view start = R"({"message_id":)";
    std::array<char, start.size() + 12> text;
    std::copy(start.begin(), start.end(), text.begin());
    char* const digits = text.data() + start.size();
    char* const end = std::to_chars(digits, text.data() + text.size(), reply.message_id).ptr;
    *end = '}';
    out.append(text.data(), end + 1);
}

}  // namespace

std::string ActionReply::data_text() const {
    std::string text;
    append_data(text, *this);
    return text;
}

void append_reply(std::string& out, const ActionReply& reply,
                  std::optional<std::string_view> echo) {
    ensure(!reply.data.empty() || reply.message_id != 0, "a reply's data is JSON text");
    constexpr std::size_t around = 96;  // what stands around data and echo, and a message id
    out.reserve(out.size() + reply.data.size() + (echo ? echo->size() : 0) + around);
    if (reply.ok()) {
        out += R"({"status":"ok","retcode":0,"data":)";
        append_data(out, reply);
    } else {
        out += R"({"status":")";
        out += status_of(reply.retcode);
        out += R"(","retcode":)";
        append_number(out, reply.retcode);
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
