#include "conformance/signature.hpp"

#include "gateway/tests/support/catch.hpp"

#include <string>

namespace cqhttp::conformance {

TEST_CASE("signature: the suite computes the vectors of the specification SIG-005",
          "[conformance][signature]") {
    CHECK(hmac_sha1("some-secret", "{}") == "0abbed8efaa3e58773c71feec2bb068f44e0f77e");
    CHECK(hmac_sha1("some-secret", "") == "8113b898b68cdbc80e82e967e708686e722b3533");
    CHECK(hmac_sha1("key", "The quick brown fox jumps over the lazy dog") ==
          "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9");
    CHECK(hmac_sha1("密钥", R"({"post_type":"message"})") ==
          "42b44a1273de8796fc0542fc1e0f9a7fa38042b4");
    const std::string body_a =
        R"({"font":0,"message":"早安，世界☀","message_id":7,"message_type":"private",)"
        R"("post_type":"message","raw_message":"早安，世界☀","self_id":10086001,)"
        R"("sub_type":"friend","time":1700000000,"user_id":10086002})";
    REQUIRE(body_a.size() == 214);
    CHECK(hmac_sha1("some-secret", body_a) == "c5f034be6582ff454f3260a36868de0ad4a81286");
    CHECK(hmac_sha1(std::string(100, 'k'), body_a) == "f217f7878d1d008f1fbc38925a0e5159cf548018");
}

}  // namespace cqhttp::conformance
