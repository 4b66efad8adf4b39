#include "cli/options.hpp"
#include "gateway/tests/support/catch.hpp"

// The options of the commands around event POST: verify-signature, filter, receive-post.
namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::FilterTestOptions;
using cqhttp::cli::Printed;
using cqhttp::cli::ReceivePostOptions;
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

TEST_CASE("options: receive-post has defaults and reads times", "[cli]") {
    const auto plain = parsed<ReceivePostOptions>({"receive-post"}, with_secret());
    CHECK(plain.host == "127.0.0.1");
    CHECK(plain.port == 8080);
    CHECK(plain.source.secret.reveal() == "from-env");
    CHECK(plain.count == 0);
    CHECK(plain.status == 0);
    CHECK_FALSE(plain.reply.has_value());
    const auto full = parsed<ReceivePostOptions>({"receive-post",
                                                  "--port",
                                                  "0",
                                                  "--host",
                                                  "::1",
                                                  "--reply",
                                                  "",
                                                  "--respond-when",
                                                  "{}=a.json",
                                                  "--respond-when",
                                                  "f=b.json",
                                                  "--status",
                                                  "500",
                                                  "--delay",
                                                  "1500ms",
                                                  "--truncate",
                                                  "--count",
                                                  "3",
                                                  "--timeout",
                                                  "2m",
                                                  "--save",
                                                  "d",
                                                  "-i"});
    CHECK(full.port == 0);
    CHECK(full.host == "::1");
    CHECK(full.reply == "");
    CHECK(full.respond_when == std::vector<std::string>{"{}=a.json", "f=b.json"});
    CHECK(full.status == 500);
    CHECK(full.delay == std::chrono::milliseconds(1500));
    CHECK(full.truncate);
    CHECK(full.count == 3);
    CHECK(full.timeout == std::chrono::minutes(2));
    CHECK(full.save == "d");
    CHECK(full.include);
}

TEST_CASE("options: receive-post refuses what cannot be obeyed", "[cli]") {
    struct Row {
        Arguments arguments;
        const char* said;
    };
    const std::vector<Row> rows{
        {{"--port", "65536"}, "--port takes a number from 0 to 65535"},
        {{"--status", "100"}, "--status takes a number from 200 to 599"},
        {{"--count", "0"}, "--count takes a number from 1"},
        {{"--delay", "soon"}, "--delay takes a time like 10s"},
        {{"--timeout", "-1"}, "--timeout takes a time"},
        {{"--reply", "a", "--respond", "b"}, "leave one out"},
        {{"--hang", "--delay", "1s"}, "--hang never answers"},
        {{"--json", "--include"}, "leave --include out"},
        {{"--secret", "a", "--secret-file", "b"}, "leave one out"},
        {{"--color", "blue"}, "--color takes auto"},
    };
    for (const Row& row : rows) {
        Arguments arguments{"receive-post"};
        arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
        const std::string said = fault_of(arguments);
        INFO(said);
        CHECK(contains(said, row.said));
        CHECK(contains(said, "try: cqhttp-cli help receive-post"));
    }
}

TEST_CASE("options: help pages around event POST fit on 80 columns", "[cli]") {
    for (const Arguments& arguments :
         {Arguments{"help", "verify-signature"}, Arguments{"help", "receive-post"},
          Arguments{"help", "filter"}, Arguments{"help", "filter", "test"}}) {
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
