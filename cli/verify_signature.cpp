#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/signature_check.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/signature.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_body = 64 * 1024 * 1024;  // twice what a gateway posts

// Unlike other files a body may be empty.
Result<std::string> read_body(const std::string& path, std::istream& input) {
    if (path == "-") {
        return read_stream(input, longest_body, "standard input");
    }
    std::ifstream file(path, std::ios::binary);
    std::error_code ignored;
    if (!file || std::filesystem::is_directory(path, ignored)) {
        return failure("cannot read " + path);
    }
    return read_stream(file, longest_body, path);
}

std::string json_line(const protocol::Json& object) {
    return protocol::dump_json(object) + "\n";
}

int finish(Console& console, int code) {
    if (!console.flush()) {
        console.note("the result could not be written to standard output");
        return exit_code::no_answer;
    }
    return code;
}

int sign(const Secret& secret, const std::string& body, bool json, Console& console) {
    const std::string signature = protocol::Signer(secret).sign(body);
    console.write(json ? json_line({{"signature", signature}}) : signature + "\n");
    return finish(console, exit_code::ok);
}

}  // namespace

Result<Secret> read_secret(const SecretSource& source) {
    if (source.file.empty()) {
        return source.secret;
    }
    return read_secret_file("--secret-file", source.file);
}

int run(const VerifySignatureOptions& options, Context& context) {
    Console& console = context.console;
    const auto secret = read_secret(options.source);
    if (secret.has_error()) {
        console.note(secret.error().detail);
        return exit_code::usage;
    }
    const auto body = read_body(options.file, context.input);
    if (body.has_error()) {
        console.note(body.error().detail);
        return exit_code::usage;
    }
    if (options.sign) {
        return sign(*secret, *body, options.json, console);
    }
    const SignatureCheck check = check_signature(*secret, {*body, options.signature});
    if (options.json) {
        console.write(json_line({{"valid", check.valid},
                                 {"signature", options.signature},
                                 {"expected", check.expected},
                                 {"remarks", check.remarks}}));
        return finish(console, check.valid ? exit_code::ok : exit_code::failed);
    }
    console.write(check.valid ? "valid\n" : "invalid\n");
    if (!check.valid) {
        console.note(
            fmt::format("of these {} bytes the signature is {}", body->size(), check.expected));
    }
    for (const std::string& remark : check.remarks) {
        console.note(remark);
    }
    return finish(console, check.valid ? exit_code::ok : exit_code::failed);
}

}  // namespace cqhttp::cli
