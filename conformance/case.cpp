#include "conformance/case.hpp"

#include "gateway/base/ensure.hpp"

#include <algorithm>
#include <array>

namespace cqhttp::conformance {
namespace {

constexpr const Setup* setup_table[] = {
    &setup::any,
    &setup::open,
    &setup::token,
    &setup::http_off,
    &setup::ws_off,
    &setup::data_files,
    &setup::data_files_token,
    &setup::post,
    &setup::post_token,
    &setup::signed_post,
    &setup::signed_long,
    &setup::post_path,
    &setup::post_no_path,
    &setup::post_capitals,
    &setup::post_odd_address,
    &setup::post_ws_only,
    &setup::post_http_only,
    &setup::post_reverse_only,
    &setup::post_timeout,
    &setup::compatible,
    &setup::heartbeat,
    &setup::heartbeat_filtered,
    &setup::token_debug,
    &setup::compatible_filtered,
    &setup::array,
    &setup::odd_format,
    &setup::no_emoji,
    &setup::filter,
    &setup::filter_everywhere,
    &setup::filter_relative,
    &setup::no_file_urls,
    &setup::cors,
    &setup::reverse,
    &setup::reverse_token,
    &setup::reverse_1000,
    &setup::reverse_defaults,
    &setup::reverse_off,
    &setup::reverse_api_only,
    &setup::reverse_event_only,
    &setup::reverse_nowhere,
    &setup::reverse_same,
    &setup::reverse_paths,
    &setup::reverse_post,
    &setup::reverse_patient,
    &setup::reverse_zero,
    &setup::reverse_odd_address,
    &setup::reverse_universal,
    &setup::reverse_fallback,
    &setup::tls,
    &setup::tls_unknown,
    &setup::tls_other_host,
    &setup::rate_limited,
    &setup::lasting,
};

constexpr std::array<NeedText, 11> need_table{{
    {Need::http, "http", "no HTTP API is known; give --http URL"},
    {Need::ws, "ws", "no WebSocket server is known; give --ws URL"},
    {Need::reverse, "reverse",
     "it does not connect to the suite; configure it for the suite's port and give --reverse-port"},
    {Need::post, "post", "it does not post to the suite; configure it so and give --post-port"},
    {Need::inject, "inject", "events cannot be caused; give --inject-cmd or --interactive"},
    {Need::user, "user", "nobody to write to is known; give --user NUMBER"},
    {Need::group, "group", "no group of the account is known; give --group NUMBER"},
    {Need::effects, "effects", "what the account has done cannot be asked for"},
    {Need::data_root, "data-root",
     "the folder of its data files is not known; give --data-root FOLDER"},
    {Need::disposable, "disposable",
     "the case changes the account for good; give --disposable if that may be"},
    {Need::restart, "restart", "the suite cannot stop and start it; use --exec"},
}};

}  // namespace

std::span<const Setup* const> setups() {
    return setup_table;
}

const Setup* find_setup(std::string_view name) {
    const auto found = std::find_if(std::begin(setup_table), std::end(setup_table),
                                    [name](const Setup* setup) { return setup->name == name; });
    return found == std::end(setup_table) ? nullptr : *found;
}

std::span<const NeedText> need_texts() {
    return need_table;
}

std::string to_text(Needs needs) {
    std::string text;
    for (const NeedText& row : need_table) {
        if (needs.contains(row.need)) {
            text += text.empty() ? "" : " ";
            text += row.word;
        }
    }
    return text;
}

std::vector<std::string_view> Case::requirement_ids() const {
    std::vector<std::string_view> ids;
    for (std::string_view rest = requirements; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        ids.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return ids;
}

const Requirement& Case::requirement() const {
    const Requirement* found = find_requirement(requirements.substr(0, requirements.find(' ')));
    ensure(found != nullptr, "a case proves a requirement of the specification");
    return *found;
}

Verdict verdict_of_broken(const Case& which, bool own) noexcept {
    if (!own && which.scope() == Scope::ours) {
        return Verdict::info;
    }
    switch (which.level()) {
        case Level::must:
            return own || which.scope() == Scope::wire ? Verdict::fail : Verdict::warn;
        case Level::should: return Verdict::warn;
        case Level::may:
        case Level::open:
        case Level::withdrawn: break;
    }
    return Verdict::info;
}

}  // namespace cqhttp::conformance
