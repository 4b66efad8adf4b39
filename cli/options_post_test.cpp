#include "cli/options.hpp"
#include "gateway/tests/support/catch.hpp"

// The options of the commands around event POST: verify-signature, filter, receive-post.
namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::FilterTestOptions;
using cqhttp::cli::Printed;
using cqhttp::cli::Surroundings;
using cqhttp::cli::VerifySignatureOptions;
using Arguments = std::vector<std::string>;

namespace {

template <class Options>
Options parsed(const Arguments& arguments, const Surroundings& surroundings = {}) {
    auto command = cli::parse_options(arguments, surroundings);
    if (const auto* printed = std::get_if<Printed>(&command)) {
        FAIL(printed->err);
    }
    return std::get<Options>(std::move(command));
}

std::string fault_of(const Arguments& arguments, const Surroundings& surroundings = {}) {
    const auto command = cli::parse_options(arguments, surroundings);
    REQUIRE(std::holds_alternative<Printed>(command));
    const auto& printed = std::get<Printed>(command);
    REQUIRE(printed.exit_code == cli::exit_code::usage);
    return printed.err;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

Surroundings with_secret() {
    Surroundings surroundings;
    surroundings.secret = Secret("from-env");
    return surroundings;
}

}  // namespace

TEST_CASE("options: verify-signature takes a secret from three places", "[cli][SIG-001]") {
    const auto from_environment = parsed<VerifySignatureOptions>(
        {"verify-signature", "--signature", "sha1=00"}, with_secret());
    CHECK(from_environment.source.secret.reveal() == "from-env");
    CHECK(from_environment.file == "-");
    CHECK_FALSE(from_environment.sign);
    const auto typed = parsed<VerifySignatureOptions>(
        {"verify-signature", "body.json", "--secret", "typed", "--json"}, with_secret());
    CHECK(typed.source.secret.reveal() == "typed");
    CHECK(typed.file == "body.json");
    CHECK(typed.sign);
    CHECK(typed.json);
    const auto in_file =
        parsed<VerifySignatureOptions>({"verify-signature", "--secret-file", "s"}, with_secret());
    CHECK(in_file.source.file == "s");
    CHECK(contains(fault_of({"verify-signature"}), "--secret-file FILE"));
    CHECK(contains(fault_of({"verify-signature", "--secret", ""}), "--secret is empty"));
}

TEST_CASE("options: filter test needs a filter and an event", "[cli]") {
    const auto options = parsed<FilterTestOptions>(
        {"filter", "test", "--filter", "f.json", "--event", "-", "--profile", "onebot-11"});
    CHECK(options.filter == "f.json");
    CHECK(options.event == "-");
    CHECK(options.profile == cqhttp::protocol::ProfileId::onebot_11);
    CHECK(contains(fault_of({"filter", "test", "--event", "e"}), "--filter FILE is missing"));
    CHECK(contains(fault_of({"filter", "test", "--filter", "f"}), "--event FILE is missing"));
    CHECK(contains(fault_of({"filter"}), "filter test"));
}

TEST_CASE("options: help pages around event POST fit on 80 columns", "[cli]") {
    for (const Arguments& arguments :
         {Arguments{"help", "verify-signature"}, Arguments{"help", "filter"},
          Arguments{"help", "filter", "test"}}) {
        const auto command = cli::parse_options(arguments, {});
        const std::string page = std::get<Printed>(command).out;
        for (std::size_t at = 0; at < page.size();) {
            const std::size_t end = page.find('\n', at);
            const std::string line = page.substr(at, end - at);
            INFO(line);
            CHECK(line.size() <= 80);
            at = end + 1;
        }
    }
}
