#include "cli/tests/process.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using cqhttp::cli::test::Ended;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::run;

namespace {

const std::string of_braces = "sha1=0abbed8efaa3e58773c71feec2bb068f44e0f77e";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("cli: verify-signature signs and verifies the vectors", "[cli][SIG-001][SIG-005]") {
    for (const auto& row : cqhttp::test::load_fixture("signature/vectors.json")) {
        if (!row.input.contains("secret") || row.input.contains("repeat_secret")) {
            continue;
        }
        INFO(row.name);
        const auto secret = row.input.at("secret").get<std::string>();
        const auto body = row.input.at("body").get<std::string>();
        const auto expected = row.expect.get<std::string>();
        const Ended made = run({.arguments = {"verify-signature"},
                                .input = body,
                                .environment = {{"CQHTTP_SECRET", secret}}});
        CHECK(made.out == expected + "\n");
        CHECK(made.code == 0);
        const Ended valid = run({.arguments = {"verify-signature", "--signature", expected},
                                 .input = body,
                                 .environment = {{"CQHTTP_SECRET", secret}}});
        CHECK(valid.out == "valid\n");
        CHECK(valid.err.empty());
        CHECK(valid.code == 0);
    }
}

TEST_CASE("cli: verify-signature reads body and secret from files", "[cli][SIG-001]") {
    const cqhttp::test::TempDir folder;
    const std::string body = (folder.path() / "body.json").string();
    const std::string secret = (folder.path() / "secret").string();
    std::ofstream(body) << "{}";
    std::ofstream(secret) << "some-secret\n";
    const Ended ended = run(
        {.arguments = {"verify-signature", body, "--secret-file", secret, "--signature", of_braces},
         .environment = {{"CQHTTP_SECRET", "another"}}});
    REQUIRE(ended.err.empty());
    REQUIRE(ended.out == "valid\n");
    std::ofstream(body, std::ios::trunc).close();
    const Ended empty = run({{"verify-signature", body, "--secret", "some-secret"}});
    REQUIRE(empty.out == "sha1=8113b898b68cdbc80e82e967e708686e722b3533\n");
}

TEST_CASE("cli: verify-signature explains a wrong signature", "[cli][SIG-001]") {
    const Ended ended =
        run({.arguments = {"verify-signature", "--secret", "some-secret", "--signature", of_braces},
             .input = "{}\n"});
    REQUIRE(ended.code == 1);
    REQUIRE(ended.out == "invalid\n");
    REQUIRE(contains(ended.err, "of these 3 bytes the signature is sha1="));
    REQUIRE(contains(ended.err, "the body without the line feed at its end"));
    REQUIRE_FALSE(contains(ended.err, "some-secret"));
}

TEST_CASE("cli: verify-signature speaks to programs", "[cli]") {
    const Ended ended = run({.arguments = {"verify-signature", "--json", "--secret", "some-secret",
                                           "--signature", of_braces.substr(5)},
                             .input = "{}"});
    REQUIRE(ended.code == 1);
    REQUIRE(ended.err.empty());
    const auto result = nlohmann::json::parse(ended.out);
    REQUIRE(result.at("valid") == false);
    REQUIRE(result.at("expected") == of_braces);
    REQUIRE(result.at("remarks").size() == 1);
}

TEST_CASE("cli: verify-signature says what is wrong with its command line", "[cli]") {
    const Ended no_secret = run({{"verify-signature"}});
    REQUIRE(no_secret.code == 2);
    REQUIRE(contains(no_secret.err, "CQHTTP_SECRET"));
    const Ended two = run({{"verify-signature", "--secret", "a", "--secret-file", "b"}});
    REQUIRE(two.code == 2);
    REQUIRE(contains(two.err, "leave one out"));
    const Ended empty = run({{"verify-signature", "--secret", ""}});
    REQUIRE(empty.code == 2);
    for (const char* path : {"/nowhere/body", "/"}) {
        const Ended no_file = run({{"verify-signature", path, "--secret", "a"}});
        REQUIRE(no_file.code == 2);
        REQUIRE(contains(no_file.err, std::string("cannot read ") + path));
    }
    const Ended no_secret_file = run({{"verify-signature", "--secret-file", "/nowhere/secret"}});
    REQUIRE(no_secret_file.code == 2);
    REQUIRE(contains(no_secret_file.err, "--secret-file: cannot read /nowhere/secret"));
    REQUIRE(run({.arguments = {"verify-signature", "--secret", "a"}, .output = Output::full_device})
                .code == 3);
}
