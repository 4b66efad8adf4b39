#include "cli/commands.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::ApiAnswer;
using cqhttp::cli::ApiCall;
using cqhttp::cli::ApiTarget;
using cqhttp::cli::CallOptions;
namespace exit_code = cqhttp::cli::exit_code;

namespace {

using AnswerOrError = cqhttp::Result<ApiAnswer>;

struct Seen {
    ApiTarget target;
    std::vector<ApiCall> calls;
};

class FakeClient final : public cli::ApiClient {
public:
    FakeClient(Seen& seen, AnswerOrError answer) : seen_(seen), answer_(std::move(answer)) {}
    AnswerOrError call(const ApiCall& call) override {
        seen_.calls.push_back(call);
        return answer_;
    }

private:
    Seen& seen_;
    AnswerOrError answer_;
};

struct Outcome {
    int code = -1;
    std::string out, err;
    Seen seen;
};

Outcome run(const CallOptions& options, const AnswerOrError& answer, cli::Layout layout = {},
            const std::string& input = "") {
    Outcome outcome;
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in(input);
    cli::Console console(out, err, layout);
    const auto make = [&](const ApiTarget& target) {
        outcome.seen.target = target;
        return cqhttp::Result<std::unique_ptr<cli::ApiClient>>(
            std::make_unique<FakeClient>(outcome.seen, answer));
    };
    cli::Context context{console, in, make};
    outcome.code = cli::run(options, context);
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
}

CallOptions options_for(std::string action, std::vector<std::string> pairs = {}) {
    CallOptions options;
    options.action = std::move(action);
    options.pairs = std::move(pairs);
    return options;
}

ApiAnswer ok_reply() {
    return {200, {}, R"({"status":"ok", "retcode":0, "data":{"message_id":8}})"};
}

// A file that lives as long as the test.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::ofstream(path(), std::ios::binary) << content;
    }
    std::string path() const { return (folder_.path() / "file").string(); }

private:
    cqhttp::test::TempDir folder_;
};

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("call: a reply is one line in a pipe", "[cli]") {
    const Outcome got = run(options_for("send_private_msg", {"user_id=1"}), ok_reply());
    REQUIRE(got.code == exit_code::ok);
    REQUIRE(got.out == "{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":8}}\n");
    REQUIRE(got.err.empty());
    REQUIRE(got.seen.calls.size() == 1);
    REQUIRE(got.seen.calls[0].action == "send_private_msg");
    REQUIRE(got.seen.calls[0].params.to_json() == R"({"user_id":"1"})");
}

TEST_CASE("call: a reply is indented on a terminal and coloured where colours are on", "[cli]") {
    const auto options = options_for("a");
    REQUIRE(run(options, ok_reply(), {.terminal = true}).out ==
            "{\n  \"status\": \"ok\",\n  \"retcode\": 0,\n  \"data\": {\n    \"message_id\": 8\n"
            "  }\n}\n");
    REQUIRE(contains(run(options, ok_reply(), {.terminal = true, .color = true}).out, "\x1b[33m8"));
}

TEST_CASE("call: option raw prints the body byte for byte", "[cli]") {
    CallOptions options = options_for("a");
    options.raw = true;
    REQUIRE(run(options, ok_reply(), {.terminal = true}).out == ok_reply().body);
    const Outcome page = run(options, ApiAnswer{500, {}, "<html>\x01"});
    REQUIRE(page.out == "<html>\x01");
    REQUIRE(page.code == exit_code::not_a_reply);
}

TEST_CASE("call: option include prints the head first", "[cli]") {
    CallOptions options = options_for("a");
    options.include = true;
    ApiAnswer answer = ok_reply();
    answer.headers = {{"Content-Type", "application/json"}, {"X", "a\x1b[31m"}};
    REQUIRE(run(options, answer).out ==
            "HTTP/1.1 200 OK\nContent-Type: application/json\nX: a [31m\n\n"
            "{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":8}}\n");
}

TEST_CASE("call: what is no reply stays off standard output", "[cli]") {
    const Outcome got = run(options_for("a"), ApiAnswer{200, {}, "<html>"});
    REQUIRE(got.code == exit_code::not_a_reply);
    REQUIRE(got.out.empty());
    REQUIRE(contains(got.err, "it says: <html>"));
}

TEST_CASE("call: a failed reply is printed and explained", "[cli][RET-001]") {
    const ApiAnswer failed{200, {}, R"({"status":"failed","retcode":-23,"data":null})"};
    const Outcome got = run(options_for("send_private_msg"), failed);
    REQUIRE(got.code == exit_code::failed);
    REQUIRE(got.out == failed.body + "\n");
    REQUIRE(
        got.err ==
        "cqhttp-cli: retcode -23: the account has no relation to that user: no friend, no common "
        "group\n");
}

TEST_CASE("call: no answer is an error of its own", "[cli]") {
    const Outcome got = run(options_for("a"), cqhttp::failure("cannot connect to 127.0.0.1:5700"));
    REQUIRE(got.code == exit_code::no_answer);
    REQUIRE(got.out.empty());
    REQUIRE(got.err == "cqhttp-cli: cannot connect to 127.0.0.1:5700\n");
}

TEST_CASE("call: wrong parameters are found before anything is sent", "[cli]") {
    const Outcome got = run(options_for("a", {"oops"}), ok_reply());
    REQUIRE(got.code == exit_code::usage);
    REQUIRE(got.seen.calls.empty());
    REQUIRE(contains(got.err, "name=value"));
}

TEST_CASE("call: a whole body comes from standard input or a file or the option", "[cli]") {
    CallOptions options = options_for("a");
    options.data = "-";
    REQUIRE(run(options, ok_reply(), {}, "{\"a\":\n1}\n").seen.calls.at(0).body == "{\"a\":\n1}\n");
    const TemporaryFile file("{\"b\":2}\n");
    options.data = "@" + file.path();
    REQUIRE(run(options, ok_reply()).seen.calls.at(0).body == "{\"b\":2}\n");
    options.data = "{\"c\":3}";
    REQUIRE(run(options, ok_reply()).seen.calls.at(0).body == "{\"c\":3}");
}

TEST_CASE("call: a body file that is not there is a mistake of usage", "[cli]") {
    CallOptions options = options_for("a");
    options.data = "@no such file";
    const Outcome got = run(options, ok_reply());
    REQUIRE(got.code == exit_code::usage);
    REQUIRE(contains(got.err, "no such file"));
    options.data = "@" + std::filesystem::temp_directory_path().string();
    REQUIRE(run(options, ok_reply()).code == exit_code::usage);
}

TEST_CASE("call: a token file is read without the line break at its end", "[cli]") {
    CallOptions options = options_for("a");
    options.target.token = Secret("from the environment");
    for (const char* content : {"k e y", "k e y\n", "k e y\r\n"}) {
        const TemporaryFile file(content);
        options.token_file = file.path();
        REQUIRE(run(options, ok_reply()).seen.target.token.reveal() == "k e y");
    }
}

TEST_CASE("call: a token file that holds no token is refused without a quotation",
          "[cli][AUTH-024]") {
    CallOptions options = options_for("a");
    for (const std::string& content :
         {std::string(), std::string("\n"), std::string("hush\nhush"), std::string(100'000, 'x')}) {
        const TemporaryFile file(content);
        options.token_file = file.path();
        const Outcome got = run(options, ok_reply());
        REQUIRE(got.code == exit_code::usage);
        REQUIRE(contains(got.err, "--token-file: "));
        REQUIRE_FALSE(contains(got.err, "hush"));
        REQUIRE(got.seen.calls.empty());
    }
    options.token_file = "no such file";
    REQUIRE(run(options, ok_reply()).code == exit_code::usage);
}

TEST_CASE("call: a token that a server sends back is masked", "[cli][AUTH-024]") {
    CallOptions options = options_for("a");
    options.target.token = Secret("hush");
    options.include = true;
    ApiAnswer answer = ok_reply();
    answer.headers = {{"X-Echo", "Token hush, hush"}};
    const Outcome head = run(options, answer);
    REQUIRE(contains(head.out, "X-Echo: Token ***, ***\n"));
    options.include = false;
    const Outcome page = run(options, ApiAnswer{500, {}, "you sent: Token hush"});
    REQUIRE(contains(page.err, "you sent: Token ***"));
    const Outcome error = run(options, cqhttp::failure("cannot send Token hush"));
    REQUIRE(error.err == "cqhttp-cli: cannot send Token ***\n");
}

TEST_CASE("call: the answers of a refused call depend on whether a token was sent",
          "[cli][AUTH-002]") {
    CallOptions options = options_for("a");
    REQUIRE(contains(run(options, ApiAnswer{401, {}, ""}).err, "CQHTTP_TOKEN"));
    options.target.token = Secret("x");
    const Outcome wrong = run(options, ApiAnswer{403, {}, ""});
    REQUIRE(wrong.code == exit_code::refused);
    REQUIRE(wrong.err == "cqhttp-cli: 403: the access token is wrong\n");
}
