#include "cli/post_desk.hpp"

#include "cli/event_line.hpp"
#include "cli/json_text.hpp"
#include "cli/signature_check.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view media_type = "application/json";
constexpr std::string_view file_ending = ".json";
constexpr std::size_t longest_shown = 200;

// The number in "000017.json"; 0 for other names.
std::size_t number_of(const std::filesystem::path& file) {
    if (file.extension() != file_ending) {
        return 0;
    }
    const auto number = parse_int64(file.stem().string());
    return number && *number > 0 ? static_cast<std::size_t>(*number) : 0;
}

std::string head_of(const net::HttpRequest& post) {
    std::string head = fmt::format("{} {}{}{} HTTP/1.1\n", post.method, post.path,
                                   post.query.empty() ? "" : "?", post.query);
    for (const net::HeaderView& header : post.headers) {
        head += without_controls(fmt::format("{}: {}", header.name, header.value)) + "\n";
    }
    return head + "\n";
}

bool may_have_body(unsigned status) {
    return status != 204 && status != 304;
}

}  // namespace

PostDesk::PostDesk(const ReceivePostOptions& options, PostAnswers answers, const Secret& secret,
                   Console& console)
    : options_(options), answers_(std::move(answers)), secret_(secret), console_(console) {
    if (!secret.empty()) {
        signer_.emplace(secret);
    }
}

Result<void> PostDesk::open_folder() {
    if (options_.save.empty()) {
        return {};
    }
    std::error_code error;
    std::filesystem::create_directories(options_.save, error);
    std::filesystem::directory_iterator entries(options_.save, error);
    if (error) {
        return failure(
            fmt::format("--save: cannot use the folder {}: {}", options_.save, error.message()));
    }
    for (const auto& entry : entries) {
        first_number_ = std::max(first_number_, number_of(entry.path()) + 1);
    }
    return {};
}

PostDesk::Answer PostDesk::take(const net::HttpRequest& post) {
    ++received_;
    const Signed state = check(post);
    look_at_headers(post);
    save(post.body);
    print(post, state);
    Answer answer;
    if (state == Signed::missing || state == Signed::wrong) {
        ++refused_;
        answer.status = state == Signed::missing ? 401 : 403;
    } else {
        answer.body = answers_.answer_to(post.body);
        answer.status = answer.body.empty() ? 204 : 200;
    }
    if (options_.status != 0) {
        answer.status = options_.status;
    }
    if (!may_have_body(answer.status)) {
        answer.body.clear();
    }
    if (!options_.json && !options_.hang && !answer.body.empty()) {
        const std::string text = without_controls(replace_invalid_utf8(trim(answer.body)));
        const bool cut = text.size() > longest_shown;
        console_.write(fmt::format("          answered {} {}{}\n", answer.status,
                                   replace_invalid_utf8(text.substr(0, longest_shown)),
                                   cut ? "..." : ""));
    }
    if (!console_.flush() && !broken_) {
        broken_ = "the event could not be written to standard output";
    }
    return answer;
}

void PostDesk::note(std::string_view what) {
    console_.note(fmt::format("event {}: {}", received_, what));
}

PostDesk::Signed PostDesk::check(const net::HttpRequest& post) {
    const auto header = post.header("X-Signature");
    if (!signer_) {
        if (header && !unchecked_said_) {
            unchecked_said_ = true;
            note("it is signed; give --secret-file FILE, CQHTTP_SECRET or --secret to check it");
        }
        return Signed::unchecked;
    }
    if (!header) {
        note("there is no X-Signature: where it comes from, no secret is configured");
        return Signed::missing;
    }
    if (signer_->verify(post.body, *header)) {
        return Signed::valid;
    }
    const SignatureCheck found = check_signature(secret_, {post.body, *header});
    note(fmt::format("X-Signature is wrong: {}, expected {}", masked(std::string(*header), secret_),
                     found.expected));
    for (const std::string& remark : found.remarks) {
        note(remark);
    }
    return Signed::wrong;
}

// What clients of other gateways stumble over.
void PostDesk::look_at_headers(const net::HttpRequest& post) {
    const std::string type = to_lower(post.header("Content-Type").value_or(""));
    if (trim(type.substr(0, type.find(';'))) != media_type) {
        note(type.empty() ? "there is no Content-Type; it has to be application/json"
                          : fmt::format("Content-Type is {}; it has to be application/json", type));
    }
    const auto event = protocol::parse_json(post.body);
    if (event.has_error()) {
        note("the body is not JSON: " + event.error().detail);
        return;
    }
    const auto self_id = post.header("X-Self-ID");
    const auto member = event->find("self_id");
    if (self_id && member != event->end() && protocol::dump_json(*member) != *self_id) {
        note(fmt::format("X-Self-ID is {}, but self_id is {}", *self_id,
                         protocol::dump_json(*member)));
    }
}

void PostDesk::print(const net::HttpRequest& post, Signed state) {
    const Layout& layout = console_.layout();
    if (options_.json) {
        if (protocol::parse_json(post.body).has_value()) {
            console_.write(format_json(post.body, {.pretty = false, .color = layout.color}) + "\n");
        }
        return;
    }
    if (options_.include) {
        console_.write(head_of(post));
    }
    EventLook look;
    look.color = layout.color;
    std::string line = event_line(post.body, look);
    switch (state) {
        case Signed::unchecked: break;
        case Signed::valid: line += "  (signature valid)"; break;
        case Signed::missing: line += "  (not signed)"; break;
        case Signed::wrong: line += "  (SIGNATURE WRONG)"; break;
    }
    console_.write(line + "\n");
}

void PostDesk::save(std::string_view body) {
    if (options_.save.empty() || broken_) {
        return;
    }
    const auto file = std::filesystem::path(options_.save) /
                      fmt::format("{:06}{}", first_number_ + received_ - 1, file_ending);
    std::ofstream out(file, std::ios::binary);
    out.write(body.data(), static_cast<std::streamsize>(body.size()));
    out.close();
    if (!out) {
        broken_ = "cannot write " + file.string();
    }
}

}  // namespace cqhttp::cli
