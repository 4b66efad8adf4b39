#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about =
    R"(Checks, explains or makes the signature of an event.
)";

constexpr std::string_view footer =
    R"(The signature is HMAC-SHA1 over the exact bytes of the body with the secret as
key, written as sha1= and 40 lower-case hexadecimal digits. Without --signature
it is made and printed. A body that was parsed and written again, or got a line
break at its end, has another one: save the bytes as they came, for example with
cqhttp-cli receive-post --save DIR.

A wrong signature is compared with what is usually done instead: a line break
too many, CR LF, a byte order mark, JSON written again, escaped characters,
blanks or a line break in the secret, SHA-256, other digits, no sha1=. What fits
is named.

Environment:
  CQHTTP_SECRET             used without --secret and --secret-file

Output: valid, invalid or the signature on standard output; the explanation on
standard error.

Exit codes:
  0  valid, or signed
  1  invalid
  2  the command line is wrong, or a file cannot be read
  3  the output cannot be written

Examples:
  printf '{}' | cqhttp-cli verify-signature --secret some-secret
  printf '{}' | cqhttp-cli verify-signature --secret some-secret \
      --signature sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e
  echo '{}' | CQHTTP_SECRET=some-secret cqhttp-cli verify-signature \
      --signature sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e)";

class VerifySignatureLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.add_option("FILE", verify_.file, "the body; - or nothing: standard input")
            ->option_text(" ");
        signature_option_ = app.add_option("--signature", verify_.signature,
                                           "value of the X-Signature header: sha1=...")
                                ->option_text("VALUE");
        secret_.declare(app);
        app.add_flag("--json", verify_.json, "an object, for programs");
    }

    Command finish(const CLI::App&, const Surroundings& surroundings) override {
        if (const Fault fault = secret_.read(surroundings, verify_.source)) {
            return usage_error("verify-signature", *fault);
        }
        if (verify_.source.file.empty() && verify_.source.secret.empty()) {
            return usage_error("verify-signature",
                               "which secret? give --secret-file FILE, CQHTTP_SECRET or --secret");
        }
        if (verify_.file.empty()) {
            verify_.file = "-";
        }
        verify_.sign = signature_option_->count() == 0;
        return std::move(verify_);
    }

private:
    VerifySignatureOptions verify_;
    SecretLine secret_;
    CLI::Option* signature_option_ = nullptr;
};

}  // namespace

CommandRow verify_signature_row() {
    return {"verify-signature", about, footer, []() -> std::unique_ptr<CommandLine> {
                return std::make_unique<VerifySignatureLine>();
            }};
}

}  // namespace cqhttp::cli
