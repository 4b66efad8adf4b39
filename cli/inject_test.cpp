#include "cli/commands.hpp"
#include "cli/inject_steps.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

namespace cli = cqhttp::cli;
using cqhttp::cli::ApiAnswer;
using cqhttp::cli::ApiCall;
using cqhttp::cli::ApiTarget;
using cqhttp::cli::InjectOptions;
using cqhttp::cli::Printed;
using cqhttp::cli::SandboxOptions;
using cqhttp::cli::SandboxQuestion;
using cqhttp::protocol::Json;
namespace exit_code = cqhttp::cli::exit_code;

namespace {

using Arguments = std::vector<std::string>;
using AnswerOrError = cqhttp::Result<ApiAnswer>;

constexpr const char* happened =
    R"({"status":"ok","retcode":0,"data":{"time":1,"post_type":"notice", "user_id":1e0}})";

template <class Options>
Options options_of(const Arguments& arguments) {
    auto command = cli::parse_options(arguments, {});
    if (const auto* printed = std::get_if<Printed>(&command)) {
        FAIL(printed->err);
    }
    return std::get<Options>(std::move(command));
}

std::string fault_of(const Arguments& arguments) {
    const auto command = cli::parse_options(arguments, {});
    const auto* printed = std::get_if<Printed>(&command);
    REQUIRE(printed != nullptr);
    REQUIRE(printed->exit_code == exit_code::usage);
    return printed->err;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Gives one answer after the other, the last for ever.
class FakeClient final : public cli::ApiClient {
public:
    FakeClient(std::vector<ApiCall>& seen, std::vector<AnswerOrError> answers)
        : seen_(seen), answers_(std::move(answers)) {}
    AnswerOrError call(const ApiCall& call) override {
        seen_.push_back(call);
        return answers_.at(std::min(seen_.size(), answers_.size()) - 1);
    }

private:
    std::vector<ApiCall>& seen_;
    std::vector<AnswerOrError> answers_;
};

struct Outcome {
    int code = -1;
    std::string out, err;
    std::vector<ApiCall> calls;

    Json event(std::size_t at) const {
        return Json::parse(calls.at(at).params.find("event")->text);
    }
};

template <class Options>
Outcome run(const Options& options, std::vector<AnswerOrError> answers,
            const std::string& input = "") {
    Outcome outcome;
    std::ostringstream out;
    std::ostringstream err;
    std::istringstream in(input);
    cli::Console console(out, err, {});
    const auto make = [&](const ApiTarget&) {
        return cqhttp::Result<std::unique_ptr<cli::ApiClient>>(
            std::make_unique<FakeClient>(outcome.calls, answers));
    };
    cli::Context context{console, in, make};
    outcome.code = cli::run(options, context);
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
}

AnswerOrError reply(const std::string& body) {
    return ApiAnswer{200, {}, body};
}

}  // namespace

TEST_CASE("inject: every act is the event it names", "[cli][inject]") {
    struct Row {
        Arguments arguments;
        const char* event;
    };
    const std::vector<Row> rows{
        {{"say", "--as", "10001", "hi"},
         R"({"post_type":"message","message_type":"private","user_id":10001})"},
        {{"say", "--as", "10001", "--group", "20001", "hi"},
         R"({"post_type":"message","message_type":"group","user_id":10001,"group_id":20001})"},
        {{"say", "--as", "10001", "--group", "20001", "--anonymous", "hi"},
         R"({"post_type":"message","message_type":"group","user_id":10001,"group_id":20001,
             "sub_type":"anonymous"})"},
        {{"say", "--hint", "--group", "20001", "hi"},
         R"({"post_type":"message","message_type":"group","group_id":20001,"sub_type":"notice"})"},
        {{"say", "--as", "10001", "--discuss", "30001", "hi"},
         R"({"post_type":"message","message_type":"discuss","user_id":10001,"discuss_id":30001})"},
        {{"join", "--as", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_increase","sub_type":"approve","user_id":1,
             "group_id":2})"},
        {{"join", "--user", "1", "--group", "2", "--invited", "--by", "3"},
         R"({"post_type":"notice","notice_type":"group_increase","sub_type":"invite","user_id":1,
             "group_id":2,"operator_id":3})"},
        {{"leave", "--as", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_decrease","sub_type":"leave","user_id":1,
             "group_id":2})"},
        {{"kick", "--user", "self", "--group", "2", "--by", "3"},
         R"({"post_type":"notice","notice_type":"group_decrease","sub_type":"kick",
             "user_id":"self","group_id":2,"operator_id":3})"},
        {{"promote", "--user", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_admin","sub_type":"set","user_id":1,
             "group_id":2})"},
        {{"demote", "--user", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_admin","sub_type":"unset","user_id":1,
             "group_id":2})"},
        {{"upload", "--as", "1", "--group", "2", "a b.txt", "--size", "7"},
         R"({"post_type":"notice","notice_type":"group_upload","user_id":1,"group_id":2,
             "file":{"name":"a b.txt","size":7}})"},
        {{"request-friend", "--as", "1", "--comment", "hi"},
         R"({"post_type":"request","request_type":"friend","user_id":1,"comment":"hi"})"},
        {{"request-join", "--as", "1", "--group", "2"},
         R"({"post_type":"request","request_type":"group","sub_type":"add","user_id":1,
             "group_id":2,"comment":""})"},
        {{"invite", "--as", "1", "--group", "2"},
         R"({"post_type":"request","request_type":"group","sub_type":"invite","user_id":1,
             "group_id":2,"comment":""})"},
        {{"befriend", "--as", "1"},
         R"({"post_type":"notice","notice_type":"friend_add","user_id":1})"},
        {{"ban", "--user", "all", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_ban","sub_type":"ban","user_id":0,
             "group_id":2,"duration":1800})"},
        {{"unban", "--user", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"group_ban","sub_type":"lift_ban","user_id":1,
             "group_id":2})"},
        {{"recall", "7"}, R"({"post_type":"notice","notice_type":"group_recall","message_id":7})"},
        {{"recall", "7", "--private"},
         R"({"post_type":"notice","notice_type":"friend_recall","message_id":7})"},
        {{"poke", "--as", "1", "--group", "2"},
         R"({"post_type":"notice","notice_type":"notify","sub_type":"poke","user_id":1,
             "group_id":2,"target_id":"self"})"},
    };
    for (const Row& row : rows) {
        Arguments arguments{"inject"};
        arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
        INFO(row.event);
        CHECK(options_of<InjectOptions>(arguments).event == Json::parse(row.event));
    }
}

TEST_CASE("inject: options of the target stand behind the act", "[cli][inject]") {
    const auto inject =
        options_of<InjectOptions>({"inject", "befriend", "--as", "1", "--url", "http://127.0.0.1:9",
                                   "--token-file", "t", "--json", "--profile", "onebot-11"});
    CHECK(inject.target.api.url.printable() == "http://127.0.0.1:9/");
    CHECK(inject.target.api.scheme == "Bearer");
    CHECK(inject.target.token_file == "t");
    CHECK(inject.json);
    const auto sandbox = options_of<SandboxOptions>(
        {"sandbox", "effects", "--since", "3", "--url", "http://127.0.0.1:9"});
    CHECK(sandbox.question == SandboxQuestion::effects);
    CHECK(sandbox.since == 3);
    CHECK(sandbox.target.api.url.printable() == "http://127.0.0.1:9/");
    CHECK(options_of<SandboxOptions>({"sandbox", "requests", "--all"}).all);
    CHECK(options_of<SandboxOptions>({"sandbox", "reset"}).question == SandboxQuestion::reset);
}

TEST_CASE("inject: what is missing or wrong is named", "[cli][inject]") {
    CHECK(contains(fault_of({"inject"}), "what happens? for example: cqhttp-cli inject say"));
    CHECK(contains(fault_of({"inject", "say", "hi"}), "inject say: --as NUMBER says who speaks"));
    CHECK(contains(fault_of({"inject", "say", "--as", "1"}), "what do they say?"));
    CHECK(contains(fault_of({"inject", "say", "--as", "Ann", "hi"}), "--as takes the number"));
    CHECK(contains(fault_of({"inject", "say", "--as", "1", "--group", "2", "--discuss", "3", "x"}),
                   "two places"));
    CHECK(contains(fault_of({"inject", "say", "--as", "1", "--anonymous", "x"}),
                   "--group NUMBER says which"));
    CHECK(contains(fault_of({"inject", "leave", "--as", "1"}), "--group NUMBER says which group"));
    CHECK(contains(fault_of({"inject", "leave", "--group", "1"}), "--as NUMBER"));
    CHECK(
        contains(fault_of({"inject", "leave", "--group", "x", "--as", "1"}), "number of a group"));
    CHECK(contains(fault_of({"inject", "upload", "--group", "1", "--as", "1"}), "which file?"));
    CHECK(contains(fault_of({"inject", "recall"}), "which message?"));
    CHECK(contains(fault_of({"inject", "kik"}), "did you mean kick?"));
    CHECK(contains(fault_of({"inject", "--event", "a", "--script", "b"}), "two sources"));
    CHECK(contains(fault_of({"sandbox"}), "sandbox what?"));
    CHECK(contains(fault_of({"sandbox", "shwo"}), "did you mean show?"));
}

TEST_CASE("inject: a message is a CQ string or segments or plain text", "[cli][inject][MSG-001]") {
    CHECK(cli::message_of("[CQ:face,id=1] a&amp;b", false) == "[CQ:face,id=1] a&amp;b");
    CHECK(cli::message_of("[CQ:face,id=1] a&b", true) == "&#91;CQ:face,id=1&#93; a&amp;b");
    CHECK(cli::message_of(R"( [{"type":"face","data":{"id":"1"}}])", false) ==
          Json::parse(R"([{"type":"face","data":{"id":"1"}}])"));
    CHECK(cli::message_of(R"({"type":"shake"})", false) == Json{{"type", "shake"}});
    for (const char* text : {"[1,2]", "[]", "{}", "{\"a\":1}", "[{\"type\":1}]", "[", ""}) {
        CHECK(cli::message_of(text, false) == text);
    }
}

TEST_CASE("inject: what has happened is printed as a line or as it came", "[cli][inject]") {
    auto options = options_of<InjectOptions>({"inject", "say", "--as", "10001", "hi"});
    const Outcome line = run(options, {reply(happened)});
    CHECK(line.code == 0);
    CHECK(line.err.empty());
    CHECK(contains(line.out, "notice"));
    CHECK(std::count(line.out.begin(), line.out.end(), '\n') == 1);
    REQUIRE(line.calls.size() == 1);
    CHECK(line.calls[0].action == ".sandbox_inject");
    CHECK(line.event(0).at("message") == "hi");
    options.json = true;
    CHECK(run(options, {reply(happened)}).out ==
          "{\"time\":1,\"post_type\":\"notice\", \"user_id\":1e0}\n");
}

TEST_CASE("inject: a message may come from standard input", "[cli][inject]") {
    const auto options = options_of<InjectOptions>({"inject", "say", "--as", "10001", "-"});
    CHECK(run(options, {reply(happened)}, "two\nlines\n").event(0).at("message") == "two\nlines");
}

TEST_CASE("inject: self is the number of the account", "[cli][inject]") {
    const auto options =
        options_of<InjectOptions>({"inject", "kick", "--user", "self", "--group", "2"});
    const std::string who = R"({"status":"ok","retcode":0,"data":{"user_id":5,"nickname":"x"}})";
    const Outcome outcome = run(options, {reply(who), reply(happened)});
    CHECK(outcome.code == 0);
    REQUIRE(outcome.calls.size() == 2);
    CHECK(outcome.calls[0].action == "get_login_info");
    CHECK(outcome.event(1).at("user_id") == 5);
}

TEST_CASE("inject: what cannot happen is said in the words of the gateway", "[cli][inject]") {
    const auto options = options_of<InjectOptions>({"inject", "say", "--as", "10001", "hi"});
    const Outcome outcome = run(
        options,
        {reply(
            R"({"status":"failed","retcode":-10,"data":null,"wording":"user 1 is not there"})")});
    CHECK(outcome.code == exit_code::failed);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "cqhttp-cli: retcode -10: user 1 is not there\n");
}

TEST_CASE("inject: a gateway without an open sandbox is told from others", "[cli][inject]") {
    const auto options = options_of<InjectOptions>({"inject", "say", "--as", "10001", "hi"});
    const Outcome outcome = run(options, {ApiAnswer{404, {}, ""}});
    CHECK(outcome.code == exit_code::not_a_reply);
    CHECK(contains(outcome.err, "gateway.sandbox_control = loopback"));
    CHECK(run(options, {cqhttp::failure("cannot connect")}).code == exit_code::no_answer);
    CHECK(run(options, {ApiAnswer{401, {}, ""}}).code == exit_code::refused);
}

TEST_CASE("inject: a script is read line by line", "[cli][inject]") {
    const auto steps = cli::read_script(
        "# a scenario\n\n"
        "{\"event\":{\"a\":1}}\r\n"
        "{\"after\":0.25,\"event\":{\"a\":2}}\n"
        "  {\"post_type\":\"notice\",\"after\":3}",
        "s.jsonl");
    REQUIRE(steps.has_value());
    REQUIRE(steps->size() == 3);
    CHECK(steps->at(0).after.count() == 0);
    CHECK(steps->at(0).event == Json{{"a", 1}});
    CHECK(steps->at(1).after.count() == 250);
    CHECK(steps->at(1).where == "s.jsonl:4");
    CHECK(steps->at(2).event.at("after") == 3);

    const auto fault = [](const char* text) {
        const auto read = cli::read_script(text, "s");
        REQUIRE(read.has_error());
        return read.error().detail;
    };
    CHECK(fault("{\"event\":{}}\n[1]") ==
          R"(s:2: must be an object, like {"after": 0.5, "event": {...}})");
    CHECK(contains(fault("{"), "s:1: not JSON: "));
    CHECK(fault(R"({"after":1})") == "s:1: event: is missing");
    CHECK(fault(R"({"event":1})") == "s:1: event: must be an object");
    CHECK(fault(R"({"wait":1,"event":{}})") ==
          "s:1: wait: unknown member; a step has after and event");
    for (const char* wrong : {"-1", "\"1\"", "1e9", "null"}) {
        INFO(wrong);
        CHECK(contains(fault((std::string(R"({"event":{},"after":)") + wrong + "}").c_str()),
                       "s:1: after: must be seconds from 0 to 86400"));
    }
}

TEST_CASE("inject: a script pauses and stops at what cannot happen", "[cli][inject]") {
    const cqhttp::test::TempDir folder;
    const std::string file = (folder.path() / "s.jsonl").string();
    std::ofstream(file) << "{\"event\":{\"n\":1}}\n{\"after\":0.05,\"event\":{\"n\":2}}\n"
                           "{\"event\":{\"n\":3}}\n";
    const auto options = options_of<InjectOptions>({"inject", "--script", file});
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome =
        run(options, {reply(happened), reply(R"({"status":"failed","retcode":102,"data":null})")});
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(50));
    CHECK(outcome.code == exit_code::failed);
    REQUIRE(outcome.calls.size() == 2);
    CHECK(outcome.event(1) == Json{{"n", 2}});
    CHECK(contains(outcome.err, "s.jsonl:2: retcode 102: "));
}

TEST_CASE("inject: a wrong script is refused before anything happens", "[cli][inject]") {
    const auto options = options_of<InjectOptions>({"inject", "--script", "-"});
    const Outcome outcome = run(options, {reply(happened)}, "{\"event\":{}}\n{\"event\":1}\n");
    CHECK(outcome.code == exit_code::usage);
    CHECK(outcome.calls.empty());
    CHECK(contains(outcome.err, "standard input:2: event: must be an object"));
}

TEST_CASE("inject: events come from a file as one or many", "[cli][inject]") {
    const auto options = options_of<InjectOptions>({"inject", "--event", "-", "--json"});
    CHECK(run(options, {reply(happened)}, R"({"n":1})").calls.size() == 1);
    CHECK(run(options, {reply(happened)}, R"([{"n":1},{"n":2}])").event(1) == Json{{"n", 2}});
    CHECK(run(options, {reply(happened)}, "{\"n\":1}\n{\"n\":2}\n").calls.size() == 2);
    const Outcome wrong = run(options, {reply(happened)}, "{");
    CHECK(wrong.code == exit_code::usage);
    CHECK(contains(wrong.err, "standard input: "));
    const auto nowhere = options_of<InjectOptions>({"inject", "--event", "/nowhere"});
    CHECK(contains(run(nowhere, {reply(happened)}).err, "/nowhere"));
}

TEST_CASE("sandbox: what is asked is printed", "[cli][sandbox]") {
    const std::string listed = R"({"status":"ok","retcode":0,"data":[ {"number":1} ]})";
    const Outcome effects =
        run(options_of<SandboxOptions>({"sandbox", "effects", "--since", "2"}), {reply(listed)});
    CHECK(effects.code == 0);
    CHECK(effects.out == "[{\"number\":1}]\n");
    CHECK(effects.calls.at(0).action == ".sandbox_effects");
    CHECK(effects.calls.at(0).params.find("since")->text == "2");
    const Outcome requests =
        run(options_of<SandboxOptions>({"sandbox", "requests", "--all"}), {reply(listed)});
    CHECK(requests.calls.at(0).action == ".sandbox_requests");
    CHECK(requests.calls.at(0).params.find("all")->text == "true");
    const Outcome show = run(options_of<SandboxOptions>({"sandbox", "show"}), {reply(listed)});
    CHECK(show.calls.at(0).action == ".sandbox_state");
    const Outcome reset = run(options_of<SandboxOptions>({"sandbox", "reset"}),
                              {reply(R"({"status":"ok","retcode":0,"data":null})")});
    CHECK(reset.code == 0);
    CHECK(reset.out.empty());
    CHECK(reset.calls.at(0).action == ".sandbox_reset");
}
