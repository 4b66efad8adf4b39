#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

namespace cqhttp::cli {

void SecretLine::declare(CLI::App& app) {
    secret_option_ =
        app.add_option("--secret", secret_,
                       "the signing secret; other users of this machine can\nsee it in the process "
                       "list: prefer --secret-file or\nCQHTTP_SECRET")
            ->option_text("SECRET");
    file_option_ =
        app.add_option("--secret-file", file_,
                       "file that holds the secret; line breaks at its end\ndo not count")
            ->option_text("FILE");
}

Fault SecretLine::read(const Surroundings& surroundings, SecretSource& source) const {
    const bool own = secret_option_->count() > 0;
    if (own && file_option_->count() > 0) {
        return "--secret and --secret-file both name a secret: leave one out";
    }
    if (own && secret_.empty()) {
        return "--secret is empty: without a secret nothing is signed";
    }
    source = {own ? Secret(secret_) : surroundings.secret, file_};
    return {};
}

}  // namespace cqhttp::cli
