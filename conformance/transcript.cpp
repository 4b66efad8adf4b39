#include "conformance/transcript.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqhttp::conformance {
namespace {

constexpr std::size_t longest_entry = 4096;
constexpr std::size_t longest_transcript = 256 * 1024;
constexpr std::string_view mask_text = "***";

// Length of the valid UTF-8 sequence at the start, 0 if there is none or it is a control character.
std::size_t sequence_length(std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes[0]);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    }
    for (std::size_t length = 2; length <= std::min<std::size_t>(4, bytes.size()); ++length) {
        if (is_valid_utf8(bytes.substr(0, length))) {
            const bool c1 = first == 0xC2 && static_cast<unsigned char>(bytes[1]) < 0xA0;
            return c1 ? 0 : length;
        }
    }
    return 0;
}

}  // namespace

void Transcript::mask(std::string secret) {
    if (secret.empty()) {
        return;
    }
    std::string encoded = percent_encode(secret);
    secrets_.push_back(std::move(encoded));
    secrets_.push_back(std::move(secret));
}

std::string Transcript::masked(std::string text) const {
    for (const std::string& secret : secrets_) {
        for (std::size_t at = text.find(secret); at != std::string::npos;
             at = text.find(secret, at + mask_text.size())) {
            text.replace(at, secret.size(), mask_text);
        }
    }
    return text;
}

void Transcript::add(Kind kind, std::string where, std::string_view bytes) {
    Entry entry;
    entry.kind = kind;
    entry.at = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start_);
    entry.where = std::move(where);
    entry.size = bytes.size();
    // Masked before it is cut, so that no part of a secret is left at the end.
    if (held_ < longest_transcript) {
        entry.text = masked(std::string(bytes));
        if (entry.text.size() > longest_entry) {
            entry.text.resize(longest_entry);
            entry.text += fmt::format(" ... ({} bytes)", entry.size);
        }
    } else {
        entry.text = fmt::format("({} bytes)", entry.size);
    }
    held_ += entry.text.size();
    entries_.push_back(std::move(entry));
}

std::string printable(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        const std::size_t length = sequence_length(bytes);
        if (length > 0) {
            text.append(bytes.substr(0, length));
        } else if (bytes[0] == '\n' || bytes.starts_with("\r\n")) {
            text += bytes[0] == '\n' ? "\n" : "";
        } else {
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
        }
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

std::string to_text(const std::vector<Transcript::Entry>& entries, std::string_view indent) {
    std::size_t width = 0;
    for (const auto& entry : entries) {
        width = std::max(width, entry.where.size());
    }
    std::string text;
    for (const auto& entry : entries) {
        constexpr std::string_view signs = "*><";
        const char sign = signs[static_cast<std::size_t>(entry.kind)];
        std::string body = printable(entry.text);
        while (body.ends_with('\n')) {
            body.pop_back();
        }
        std::string_view where = entry.where;
        for (std::string_view rest = body;; where = "") {
            const std::size_t end = rest.find('\n');
            text +=
                fmt::format("{}{} {:<{}}  {}\n", indent, sign, where, width, rest.substr(0, end));
            if (end == std::string_view::npos) {
                break;
            }
            rest.remove_prefix(end + 1);
        }
    }
    return text;
}

}  // namespace cqhttp::conformance
