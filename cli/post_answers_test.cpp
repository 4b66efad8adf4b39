#include "cli/post_answers.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <fstream>

using cqhttp::cli::PostAnswers;
using cqhttp::cli::ReceivePostOptions;
using cqhttp::test::TempDir;

namespace {

const std::string group = R"({"post_type":"message","message_type":"group","raw_message":"a=b"})";
const std::string private_message = R"({"post_type":"message","message_type":"private"})";
const std::string notice = R"({"post_type":"notice"})";

std::string file_with(const TempDir& folder, const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path) << text;
    return path.string();
}

PostAnswers answers_of(const ReceivePostOptions& options) {
    auto answers = PostAnswers::read(options);
    if (answers.has_error()) {
        FAIL(answers.error().detail);
    }
    return std::move(*answers);
}

std::string fault_of(const std::string& respond_when) {
    ReceivePostOptions options;
    options.respond_when = {respond_when};
    const auto answers = PostAnswers::read(options);
    REQUIRE(answers.has_error());
    return answers.error().detail;
}

}  // namespace

TEST_CASE("post answers: nothing is asked for by default", "[cli][QOP-002]") {
    const PostAnswers answers = answers_of({});
    CHECK(answers.answer_to(group).empty());
    CHECK(answers.answer_to("hello").empty());
}

TEST_CASE("post answers: a reply answers messages only", "[cli][QOP-020]") {
    ReceivePostOptions options;
    options.reply = "\"hi\"\n你好";
    const PostAnswers answers = answers_of(options);
    CHECK(answers.answer_to(group) == "{\"reply\":\"\\\"hi\\\"\\n你好\"}");
    CHECK(answers.answer_to(private_message) == answers.answer_to(group));
    CHECK(answers.answer_to(notice).empty());
    CHECK(answers.answer_to("[1]").empty());
    CHECK(answers.answer_to("not JSON").empty());
}

TEST_CASE("post answers: the first rule that holds wins and a file is sent as it is", "[cli]") {
    const TempDir folder;
    const std::string first = "{ \"reply\" : \"first\" }\r\n";
    ReceivePostOptions options;
    options.respond_when = {
        R"({"raw_message":{".contains":"="}}=)" + file_with(folder, "a=1.json", first),
        file_with(folder, "filter.json", R"({"post_type":"message"})") + "=" +
            file_with(folder, "second.json", R"({"reply":"second"})"),
        "@" + (folder.path() / "filter.json").string() + "=" +
            (folder.path() / "a=1.json").string()};
    options.respond = file_with(folder, "always.json", R"({"block":true})");
    const PostAnswers answers = answers_of(options);
    CHECK(answers.answer_to(group) == first);
    CHECK(answers.answer_to(private_message) == R"({"reply":"second"})");
    CHECK(answers.answer_to(notice) == R"({"block":true})");
    CHECK(answers.remarks().empty());
}

TEST_CASE("post answers: what a gateway will ignore is said and sent", "[cli][QOP-004]") {
    const TempDir folder;
    ReceivePostOptions options;
    options.respond = file_with(folder, "a.json", "[1]");
    options.respond_when = {"{}=" + file_with(folder, "b.json", "hello")};
    const PostAnswers answers = answers_of(options);
    CHECK(answers.answer_to(notice) == "hello");
    REQUIRE(answers.remarks().size() == 2);
    CHECK(answers.remarks()[0].find("b.json is no JSON, a gateway will ignore it") !=
          std::string::npos);
    CHECK(answers.remarks()[1].find("a.json is no JSON object") != std::string::npos);
}

TEST_CASE("post answers: a faulty rule is refused in words", "[cli]") {
    CHECK(fault_of("{}").find("there is no =FILE") != std::string::npos);
    CHECK(fault_of("hello").find("there is no =FILE") != std::string::npos);
    CHECK(fault_of(R"({"a":1)").find("=FILE") != std::string::npos);
    CHECK(fault_of("{\"a\":}=x.json").find("no JSON object") != std::string::npos);
    CHECK(fault_of("{}=").find("the file is missing") != std::string::npos);
    CHECK(fault_of("=x").find("the filter is missing") != std::string::npos);
    CHECK(fault_of("{}=/nowhere/x.json").find("/nowhere/x.json") != std::string::npos);
    CHECK(fault_of("/nowhere/f.json=x").find("/nowhere/f.json") != std::string::npos);
    CHECK(fault_of(R"({".foo":1}=x)").find(".foo: there is no such operator") != std::string::npos);
}
