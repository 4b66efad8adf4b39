#include "cli/commands.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <fstream>
#include <sstream>

namespace cli = cqhttp::cli;
namespace exit_code = cqhttp::cli::exit_code;
using cqhttp::cli::FilterTestOptions;

namespace {

struct Outcome {
    int code = -1;
    std::string out, err;
};

Outcome run(const FilterTestOptions& options, const std::string& input) {
    std::ostringstream out, err;
    std::istringstream in(input);
    cli::Console console(out, err, {});
    cli::Context context{console, in};
    const int code = cli::run(options, context);
    return {code, out.str(), err.str()};
}

Outcome test_filter(const std::string& filter, const std::string& event) {
    FilterTestOptions options;
    options.filter = filter;
    options.event = "-";
    return run(options, event);
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("filter test: says what passes and by which rule", "[cli][FLT-020][FLT-030]") {
    const auto pass = test_filter(R"({"user_id":501})", R"({"user_id":501})");
    CHECK(pass.code == exit_code::ok);
    CHECK(pass.out == "pass: user_id: 501 is 501\n");
    CHECK(pass.err.empty());
    const auto reject = test_filter(R"({"user_id":{".in":[1,2]}})", R"({"user_id":501})");
    CHECK(reject.code == exit_code::failed);
    CHECK(reject.out == "reject: user_id/.in: 501 is not in [1,2]\n");
}

TEST_CASE("filter test: a message is an array to the filter", "[cli][FLT-013]") {
    const std::string event =
        R"({"post_type":"message","message":"hi [CQ:face,id=7]","raw_message":"hi"})";
    CHECK(test_filter(R"({"message":{".contains":"hi"}})", event).code == exit_code::failed);
    CHECK(test_filter(R"({"raw_message":{".contains":"hi"}})", event).code == exit_code::ok);
    CHECK(test_filter(R"({"message":[{"type":"text","data":{"text":"hi "}},
                                     {"type":"face","data":{"id":"7"}}]})",
                      event)
              .code == exit_code::ok);
}

TEST_CASE("filter test: every line is an event and one that is rejected shows", "[cli]") {
    FilterTestOptions options;
    options.filter = R"({"a":1})";
    options.event = "-";
    options.json = true;
    const auto outcome = run(options, "{\"a\":1}\n{\"a\":2}\n");
    CHECK(outcome.code == exit_code::failed);
    CHECK(outcome.out ==
          "{\"pass\":true,\"rule\":\"a: 1 is 1\"}\n"
          "{\"pass\":false,\"rule\":\"a: 2 is not 1\"}\n");
}

TEST_CASE("filter test: a faulty filter is shown with file and place", "[cli][FLT-004]") {
    const cqhttp::test::TempDir folder;
    const std::string file = (folder.path() / "filter.json").string();
    std::ofstream(file) << "{\"user_id\":{\".foo\":1}}";
    const auto outcome = test_filter(file, "{}");
    CHECK(outcome.code == exit_code::usage);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, file + ": user_id/.foo: there is no such operator"));
    CHECK(contains(outcome.err, "hold every event back"));
    std::ofstream(file) << "{\"user_id\":\n1,}";
    CHECK(contains(test_filter(file, "{}").err, file + ": line 2"));
    CHECK(test_filter("/nowhere/filter.json", "{}").code == exit_code::usage);
    CHECK(test_filter(R"({".or":1})", "{}").code == exit_code::usage);
}

TEST_CASE("filter test: what is no event is refused", "[cli]") {
    const auto outcome = test_filter("{}", "hello");
    CHECK(outcome.code == exit_code::usage);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, "standard input: "));
}
