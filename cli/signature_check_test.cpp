#include "cli/signature_check.hpp"

#include "gateway/base/text.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::SignatureCheck;

namespace {

SignatureCheck check_of(const nlohmann::json& input) {
    const auto body = input.at("body").get<std::string>();
    const auto signature = input.at("signature").get<std::string>();
    return cli::check_signature(Secret(input.at("secret").get<std::string>()), {body, signature});
}

std::string joined(const std::vector<std::string>& remarks) {
    std::string text;
    for (const std::string& remark : remarks) {
        text += remark + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("signature check: the usual mistakes are named",
          "[cli][SIG-001][SIG-003][SIG-005][SIG-006]") {
    for (const auto& row : cqhttp::test::load_fixture("signature/mistakes.json")) {
        const SignatureCheck check = check_of(row.input);
        const std::string text = joined(check.remarks);
        INFO(row.name << "\n" << text);
        CHECK(check.remarks.empty() == row.expect.empty());
        std::size_t at = 0;
        for (const auto& piece : row.expect) {
            INFO(piece);
            at = text.find(piece.get<std::string>(), at);
            CHECK(at != std::string::npos);
        }
    }
}

TEST_CASE("signature check: valid is what the signer would send in any case", "[cli][SIG-006]") {
    for (const auto& row : cqhttp::test::load_fixture("signature/mistakes.json")) {
        INFO(row.name);
        const bool right = row.name == "the right value" || row.name == "upper-case digits";
        const SignatureCheck check = check_of(row.input);
        CHECK(check.valid == right);
        if (right) {
            const auto signature = row.input.at("signature").get<std::string>();
            CHECK(check.expected == cqhttp::to_lower(signature));
        }
    }
}

TEST_CASE("signature check: a pasted header line is understood", "[cli][SIG-001]") {
    const auto check =
        cli::check_signature(Secret("some-secret"),
                             {"{}", "X-Signature: sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e"});
    CHECK(check.valid);
    CHECK(check.remarks.empty());
}

TEST_CASE("signature check: the explanation never quotes the secret", "[cli][AUTH-024]") {
    const std::string secret = "hush-hush-";
    for (const auto& row : cqhttp::test::load_fixture("signature/mistakes.json")) {
        const auto body = row.input.at("body").get<std::string>();
        const auto signature = row.input.at("signature").get<std::string>();
        const auto check = cli::check_signature(Secret(secret), {body, signature});
        CHECK(joined(check.remarks).find(secret) == std::string::npos);
    }
}

TEST_CASE("signature check: a long body is searched in bounded time", "[cli]") {
    const std::string body = "[\"" + std::string(1'000'000, '/') + "\"]";
    const auto check = cli::check_signature(Secret("k"), {body, "sha1=" + std::string(40, '0')});
    CHECK_FALSE(check.valid);
    CHECK(joined(check.remarks).starts_with("no usual mistake"));
}
