#include "cli/tests/process.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <fstream>

using cqhttp::cli::test::Ended;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::run;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("cli: filter test reads files and tells by its exit code", "[cli][FLT-002][FLT-020]") {
    const cqhttp::test::TempDir folder;
    const std::string filter = (folder.path() / "f.json").string();
    const std::string event = (folder.path() / "e.json").string();
    std::ofstream(filter) << R"({"message_type":"group"})";
    std::ofstream(event) << R"({"post_type":"message","message_type":"private","user_id":10001})";
    const Ended reject = run({{"filter", "test", "--filter", filter, "--event", event}});
    REQUIRE(reject.err.empty());
    REQUIRE(reject.out == "reject: message_type: \"private\" is not \"group\"\n");
    REQUIRE(reject.code == 1);
    const Ended pass =
        run({{"filter", "test", "--filter", R"({".not":{"user_id":1}})", "--event", event}});
    REQUIRE(pass.out == "pass: .not: forbids what fails (.not/user_id: 10001 is not 1)\n");
    REQUIRE(pass.code == 0);
}

TEST_CASE("cli: filter test says what is missing", "[cli]") {
    const Ended nothing = run({{"filter"}});
    REQUIRE(nothing.code == 2);
    REQUIRE(contains(nothing.err, "cqhttp-cli filter test --filter"));
    const Ended no_event = run({{"filter", "test", "--filter", "{}"}});
    REQUIRE(no_event.code == 2);
    REQUIRE(contains(no_event.err, "--event FILE is missing"));
    const Ended no_file = run({{"filter", "test", "--filter", "/nowhere", "--event", "-"}});
    REQUIRE(no_file.code == 2);
    REQUIRE(contains(no_file.err, "/nowhere"));
    const Ended unknown = run({{"filter", "tset"}});
    REQUIRE(unknown.code == 2);
    REQUIRE(contains(unknown.err, "test"));
}

TEST_CASE("cli: filter test is explained", "[cli]") {
    for (const auto& arguments : {std::vector<std::string>{"help", "filter", "test"},
                                  std::vector<std::string>{"filter", "test", "--help"}}) {
        const Ended help = run({arguments});
        REQUIRE(help.code == 0);
        REQUIRE(contains(help.out, "Usage: cqhttp-cli filter test"));
        REQUIRE(contains(help.out, "Exit codes:"));
    }
}

TEST_CASE("cli: filter test notices that its output is lost", "[cli]") {
    const Ended full = run({.arguments = {"filter", "test", "--filter", "{}", "--event", "-"},
                            .input = "{}",
                            .output = Output::full_device});
    REQUIRE(full.code == 3);
}
