#include "gateway/protocol/signature.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <memory>
#include <string>
#include <utility>

namespace cqhttp::protocol {
namespace {

constexpr const char* empty_object = "sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e";
constexpr const char* empty_body = "sha1=8113b898b68cdbc80e82e967e708686e722b3533";

std::string from_hex(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

// A member of a fixture's input, as text or in hexadecimal.
std::string bytes_of(const nlohmann::json& input, const std::string& name) {
    return input.contains(name) ? input.at(name).get<std::string>()
                                : from_hex(input.at(name + "_hex").get<std::string>());
}

TEST_CASE("signature: the vectors hold for signer and verifier",
          "[signature][SIG-001][SIG-003][SIG-005]") {
    for (const auto& row : test::load_fixture("signature/vectors.json")) {
        INFO(row.name);
        std::string secret;
        for (int i = 0; i < row.input.value("repeat_secret", 1); ++i) {
            secret += bytes_of(row.input, "secret");
        }
        const std::string body = bytes_of(row.input, "body");
        Signer signer{Secret(secret)};
        const auto expected = row.expect.get<std::string>();
        CHECK(signer.sign(body) == expected);
        CHECK(signer.verify(body, expected));
    }
}

TEST_CASE("signature: one signer signs many bodies", "[signature][SIG-001]") {
    Signer signer{Secret("some-secret")};
    for (int i = 0; i < 3; ++i) {
        CHECK(signer.sign("{}") == empty_object);
        CHECK(signer.sign("") == empty_body);
    }
    Signer moved = std::move(signer);
    CHECK(moved.sign("{}") == empty_object);
}

TEST_CASE("signature: a long body and bytes that are no text", "[signature][SIG-001]") {
    Signer signer{Secret("some-secret")};
    const std::string body(3'000'000, '\0');
    const std::string header = signer.sign(body);
    CHECK(header.size() == 45);
    CHECK(signer.verify(body, header));
    CHECK_FALSE(signer.verify(body.substr(1), header));
}

TEST_CASE("signature: an empty secret is a key as well", "[signature][SIG-003]") {
    Signer signer{Secret("")};
    // RFC 2104: the empty key; the value is Python's.
    CHECK(signer.sign("") == "sha1=fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}

TEST_CASE("signature: a shared text is signed like any other", "[signature][SIG-001]") {
    Signer signer{Secret("some-secret")};
    const auto shared = [](const char* text) { return std::make_shared<const std::string>(text); };
    SharedText one = shared("{}");
    CHECK(signer.sign(one) == empty_object);
    CHECK(signer.sign(one) == empty_object);
    CHECK(signer.sign(shared("")) == empty_body);
    CHECK(signer.sign(one) == empty_object);
    // However often memory is used again.
    for (int number = 0; number < 100; ++number) {
        one = shared(number % 2 == 0 ? "[]" : "{}");
        CHECK(signer.sign(one) == Signer(Secret("some-secret")).sign(std::string_view(*one)));
    }
}

TEST_CASE("signature: the verifier takes digits in any case", "[signature][SIG-006]") {
    Signer signer{Secret("some-secret")};
    CHECK(signer.verify("{}", "sha1=0ABBED8EFAA3E58773C71FEEC2BB068F44E0F77E"));
    CHECK(signer.verify("{}", "sha1=0ABBed8efaa3e58773c71feec2bb068f44e0F77E"));
}

TEST_CASE("signature: what is not the value is refused", "[signature][SIG-006]") {
    Signer signer{Secret("some-secret")};
    REQUIRE(signer.verify("{}", empty_object));
    CHECK_FALSE(signer.verify("{} ", empty_object));
    CHECK_FALSE(signer.verify("{}", empty_body));
    CHECK_FALSE(signer.verify("{}", ""));
    CHECK_FALSE(signer.verify("{}", "sha1="));
    CHECK_FALSE(signer.verify("{}", "0abbed8efaa3e58773c71feec2bb068f44e0f77e"));
    CHECK_FALSE(signer.verify("{}", "SHA1=0abbed8efaa3e58773c71feec2bb068f44e0f77e"));
    CHECK_FALSE(signer.verify("{}", "md5==0abbed8efaa3e58773c71feec2bb068f44e0f77e"));
    CHECK_FALSE(signer.verify("{}", "sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77"));
    CHECK_FALSE(signer.verify("{}", "sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e "));
    CHECK_FALSE(signer.verify("{}", "sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77f"));
    CHECK_FALSE(signer.verify("{}", "sha1=1abbed8efaa3e58773c71feec2bb068f44e0f77e"));
    CHECK_FALSE(Signer(Secret("other")).verify("{}", empty_object));
}

}  // namespace
}  // namespace cqhttp::protocol
