#include "cli/command_line.hpp"
#include "gateway/base/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cqhttp::cli {
namespace {

constexpr double longest_timeout = 1'000'000;

Fault read_url(const std::string& typed, const Surroundings& surroundings, Url& url) {
    std::string source = "--url";
    std::string text = typed;
    if (text.empty() && !surroundings.url.empty()) {
        source = "CQHTTP_URL";
        text = surroundings.url;
    }
    const auto parsed = parse_url(text.empty() ? default_url : text);
    if (parsed.has_error()) {
        const bool bare = text.find("://") == std::string::npos;
        return fmt::format("{}: {}{}", source, parsed.error().detail,
                           bare ? "; for example http://127.0.0.1:5700" : "");
    }
    const bool websocket = parsed->scheme == Scheme::ws || parsed->scheme == Scheme::wss;
    if (!websocket && parsed->target.find('?') != std::string::npos) {
        return source +
               ": give the address without its query; parameters are name=value, a token "
               "is --token-file FILE or CQHTTP_TOKEN";
    }
    url = *parsed;
    return {};
}

Fault read_scheme(const std::string& typed, protocol::ProfileId profile, std::string& scheme) {
    if (typed.empty()) {
        scheme = profile == protocol::ProfileId::onebot_11 ? "Bearer" : "Token";
    } else if (iequals(typed, "token")) {
        scheme = "Token";
    } else if (iequals(typed, "bearer")) {
        scheme = "Bearer";
    } else {
        return "--scheme takes Token or Bearer";
    }
    return {};
}

}  // namespace

Printed usage_error(std::string_view command, std::string_view what) {
    const std::string_view blank = command.empty() ? "" : " ";
    return {exit_code::usage,
            {},
            fmt::format("cqhttp-cli{}{}: {}\ntry: cqhttp-cli help{}{}\n", blank, command,
                        without_controls(what), blank, command)};
}

Fault first_fault(std::initializer_list<Fault> faults) {
    for (const Fault& fault : faults) {
        if (fault) {
            return fault;
        }
    }
    return {};
}

Fault read_seconds(std::string_view option, double seconds, std::chrono::milliseconds& out) {
    if (!(seconds >= 0) || seconds > longest_timeout) {
        return fmt::format("{} takes seconds from 0 to {:.0f}", option, longest_timeout);
    }
    out = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
    return {};
}

std::optional<std::string> token_fault(const Secret& token) {
    const std::string_view bytes = token.reveal();
    const bool clean = std::none_of(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    if (!clean) {
        return "the access token holds a line break or another control character";
    }
    return {};
}

void LookLine::declare_profile(CLI::App& app) {
    app.add_option("--profile", profile_, "cqhttp-4.0 (default), cqhttp-4.15 or onebot-11")
        ->option_text("NAME");
}

void LookLine::declare_color(CLI::App& app) {
    app.add_option("--color", color_, "auto (default), always or never")->option_text("WHEN");
}

Fault LookLine::read(protocol::ProfileId& profile, ColorMode& color) const {
    if (!profile_.empty()) {
        const auto found = protocol::find_profile(profile_);
        if (!found) {
            return fmt::format(
                "there is no profile \"{}\": --profile takes cqhttp-4.0, cqhttp-4.15 or onebot-11",
                profile_);
        }
        profile = *found;
    }
    return read(color);
}

Fault LookLine::read(ColorMode& color) const {
    if (color_ == "always") {
        color = ColorMode::always;
    } else if (color_ == "never") {
        color = ColorMode::never;
    } else if (!color_.empty() && color_ != "auto") {
        return "--color takes auto, always or never";
    }
    return {};
}

void TokenLine::declare(CLI::App& app, std::string_view purpose) {
    token_option_ =
        app.add_option(
               "--token", token_,
               fmt::format("{};\nother users of this machine can see it in the\nprocess list: "
                           "prefer --token-file or CQHTTP_TOKEN",
                           purpose))
            ->option_text("TOKEN");
    file_option_ = app.add_option("--token-file", file_, "file that holds the access token")
                       ->option_text("FILE");
}

Fault TokenLine::read(const Surroundings& surroundings, Secret& token, std::string& file) const {
    const bool own = token_option_->count() > 0;
    if (own && file_option_->count() > 0) {
        return "--token and --token-file both name a token: leave one out";
    }
    token = own ? Secret(token_) : surroundings.token;
    file = file_;
    return token_fault(token);
}

void TargetLine::declare(CLI::App& app) {
    app.add_option("--url", url_, fmt::format("address of the API (default {})", default_url))
        ->option_text("URL");
    declare_security(app);
    app.add_option("--timeout", timeout_,
                   "give up after that long (default 30; 0: wait for\never once connected)")
        ->option_text("SECONDS");
}

void TargetLine::declare_security(CLI::App& app) {
    token_.declare(app, "access token");
    app.add_option("--scheme", scheme_,
                   "word before the token: Token (default) or Bearer\n(default with --profile "
                   "onebot-11)")
        ->option_text("WORD");
    ca_option_ = app.add_option("--ca-file", ca_file_,
                                "trust the certificates of this PEM file (https,\nwss)")
                     ->option_text("FILE");
    app.add_flag("--insecure", insecure_, "do not check the certificate (https, wss)");
}

Fault TargetLine::read(const Surroundings& surroundings, protocol::ProfileId profile,
                       ApiTarget& target, std::string& token_file) const {
    return first_fault({read_url(url_, surroundings, target.url),
                        read_seconds("--timeout", timeout_, target.timeout),
                        read_security(surroundings, profile, target, token_file)});
}

Fault TargetLine::read_security(const Surroundings& surroundings, protocol::ProfileId profile,
                                ApiTarget& target, std::string& token_file) const {
    if (insecure_ && ca_option_->count() > 0) {
        return "--insecure checks no certificate, so --ca-file has no use: leave one out";
    }
    target.tls = {.verify = !insecure_, .ca_file = ca_file_};
    return first_fault({read_scheme(scheme_, profile, target.scheme),
                        token_.read(surroundings, target.token, token_file)});
}

}  // namespace cqhttp::cli
