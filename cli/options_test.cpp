#include "cli/options.hpp"

#include "gateway/tests/support/catch.hpp"

#include <limits>

namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::ActionsOptions;
using cqhttp::cli::CallOptions;
using cqhttp::cli::Encoding;
using cqhttp::cli::Printed;
using cqhttp::cli::Surroundings;
using cqhttp::protocol::ProfileId;
using Arguments = std::vector<std::string>;

namespace {

CallOptions call_of(const Arguments& arguments, const Surroundings& surroundings = {}) {
    Arguments all{"call"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto command = cli::parse_options(all, surroundings);
    if (const auto* printed = std::get_if<Printed>(&command)) {
        FAIL(printed->err);
    }
    return std::get<CallOptions>(std::move(command));
}

Printed printed_of(const Arguments& arguments, const Surroundings& surroundings = {}) {
    auto command = cli::parse_options(arguments, surroundings);
    REQUIRE(std::holds_alternative<Printed>(command));
    return std::get<Printed>(std::move(command));
}

// What is said about a wrong command line.
std::string fault_of(const Arguments& arguments, const Surroundings& surroundings = {}) {
    const Printed printed = printed_of(arguments, surroundings);
    REQUIRE(printed.exit_code == cli::exit_code::usage);
    REQUIRE(printed.out.empty());
    return printed.err;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

Surroundings with_environment(std::string url, std::string token) {
    Surroundings surroundings;
    surroundings.url = std::move(url);
    surroundings.token = Secret(std::move(token));
    return surroundings;
}

}  // namespace

TEST_CASE("options: a call has the defaults of the gateway", "[cli][HTTP-001]") {
    const CallOptions call = call_of({"get_status"});
    REQUIRE(call.action == "get_status");
    REQUIRE(call.pairs.empty());
    REQUIRE(call.encoding == Encoding::json);
    REQUIRE(call.target.url.printable() == "http://127.0.0.1:5700/");
    REQUIRE(call.target.token.empty());
    REQUIRE(call.target.scheme == "Token");
    REQUIRE(call.target.timeout == std::chrono::seconds(30));
    REQUIRE(call.target.tls.verify);
    REQUIRE_FALSE(call.data.has_value());
    REQUIRE_FALSE(call.param_json.has_value());
    REQUIRE_FALSE(call.raw);
    REQUIRE_FALSE(call.include);
}

TEST_CASE("options: parameters may stand before and between and after options", "[cli]") {
    const CallOptions call =
        call_of({"--get", "send_msg", "user_id=1", "-i", "message:=[1,2]", "--raw", "n=-1"});
    REQUIRE(call.action == "send_msg");
    REQUIRE(call.pairs == Arguments{"user_id=1", "message:=[1,2]", "n=-1"});
    REQUIRE(call.encoding == Encoding::query);
    REQUIRE(call.include);
    REQUIRE(call.raw);
}

TEST_CASE("options: values reach the command byte for byte", "[cli]") {
    REQUIRE(call_of({"a", R"(m:={"k":["x"]})", "n=[CQ:face,id=14]", "t=a,b c"}).pairs ==
            Arguments{R"(m:={"k":["x"]})", "n=[CQ:face,id=14]", "t=a,b c"});
    REQUIRE(call_of({"a", "--param-json", R"({"l":[1,2]})"}).param_json == R"({"l":[1,2]})");
    REQUIRE(call_of({"a", "--param-json", "[1,2]"}).param_json == "[1,2]");
    REQUIRE(call_of({"a", "--data", "-"}).data == "-");
    REQUIRE(call_of({"a", "--data", "@body.json"}).data == "@body.json");
    REQUIRE(call_of({"a", "--data", "[1]"}).data == "[1]");
    REQUIRE(call_of({"a", "--data={\"x\": \"=\"}"}).data == R"({"x": "="})");
    REQUIRE(call_of({"a", "--data", ""}).data == "");
}

TEST_CASE("options: option form sends a form", "[cli]") {
    REQUIRE(call_of({"a", "--form"}).encoding == Encoding::form);
}

TEST_CASE("options: the environment names address and token but options win over it", "[cli]") {
    const Surroundings surroundings = with_environment("http://10.0.0.1:5701", "from-environment");
    const CallOptions plain = call_of({"a"}, surroundings);
    REQUIRE(plain.target.url.printable() == "http://10.0.0.1:5701/");
    REQUIRE(plain.target.token.reveal() == "from-environment");
    const CallOptions named = call_of({"a", "--url", "https://h/x", "--token", "t"}, surroundings);
    REQUIRE(named.target.url.printable() == "https://h/x");
    REQUIRE(named.target.token.reveal() == "t");
    REQUIRE(call_of({"a", "--token", ""}, surroundings).target.token.empty());
    REQUIRE(call_of({"a", "--token-file", "f"}, surroundings).token_file == "f");
}

TEST_CASE("options: the profile chooses the scheme unless it is named",
          "[cli][AUTH-005][AUTH-041]") {
    REQUIRE(call_of({"a", "--profile", "onebot-11"}).target.scheme == "Bearer");
    REQUIRE(call_of({"a", "--profile", "onebot-11"}).profile == ProfileId::onebot_11);
    REQUIRE(call_of({"a", "--profile", "cqhttp-4.15"}).target.scheme == "Token");
    REQUIRE(call_of({"a", "--scheme", "bearer"}).target.scheme == "Bearer");
    REQUIRE(call_of({"a", "--profile", "onebot-11", "--scheme", "Token"}).target.scheme == "Token");
}

TEST_CASE("options: the timeout is in seconds and may be a fraction and 0 is none", "[cli]") {
    using std::chrono::milliseconds;
    REQUIRE(call_of({"a", "--timeout", "0"}).target.timeout == milliseconds(0));
    REQUIRE(call_of({"a", "--timeout", "1.5"}).target.timeout == milliseconds(1500));
    REQUIRE(call_of({"a", "--timeout", "0.0001"}).target.timeout == milliseconds(1));
    for (const char* wrong : {"-1", "x", "1e9", "nan", "inf"}) {
        INFO(wrong);
        REQUIRE(contains(fault_of({"call", "a", std::string("--timeout=") + wrong}), "--timeout"));
    }
}

TEST_CASE("options: certificates are checked unless somebody forbids it", "[cli]") {
    REQUIRE(call_of({"a", "--ca-file", "ca.pem"}).target.tls.ca_file == "ca.pem");
    REQUIRE_FALSE(call_of({"a", "--insecure"}).target.tls.verify);
}

TEST_CASE("options: what contradicts itself says which one to leave out", "[cli]") {
    const std::pair<Arguments, std::string_view> rows[] = {
        {{"call", "a", "--get", "--form"}, "leave one out"},
        {{"call", "a", "--data", "{}", "x=1"}, "put the parameters into it"},
        {{"call", "a", "--data", "{}", "--param-json", "{}"}, "put the parameters into it"},
        {{"call", "a", "--data", "{}", "--get"}, "leave --get and --form out"},
        {{"call", "a", "--data", "{}", "--form"}, "leave --get and --form out"},
        {{"call", "a", "--token", "x", "--token-file", "f"}, "leave one out"},
        {{"call", "a", "--insecure", "--ca-file", "f"}, "leave one out"},
    };
    for (const auto& [arguments, words] : rows) {
        INFO(arguments.back());
        REQUIRE(contains(fault_of(arguments), words));
    }
}

TEST_CASE("options: a wrong value says what is right", "[cli]") {
    const std::pair<Arguments, std::string_view> rows[] = {
        {{"call"}, "which action?"},
        {{"call", "/get_status"}, "without slashes"},
        {{"call", "get_status/"}, "without slashes"},
        {{"call", "a/b"}, "no slash and no blank"},
        {{"call", "a b"}, "no slash and no blank"},
        {{"call", "user_id=1", "a"}, "comes first"},
        {{"call", "a", "--profile", "cqhttp"}, "cqhttp-4.15 or onebot-11"},
        {{"call", "a", "--scheme", "Basic"}, "Token or Bearer"},
        {{"call", "a", "--color", "red"}, "auto, always or never"},
        {{"call", "a", "--url", "127.0.0.1:5700"}, "for example http://127.0.0.1:5700"},
        {{"call", "a", "--url", "http://h:x"}, "--url: the port"},
        {{"call", "a", "--url", "http://h/?access_token=k"}, "--token-file FILE"},
        {{"call", "a", "--token", "a\nb"}, "line break"},
        {{"call", "a", "--url"}, "--url needs a value"},
        {{"call", "a", "--url", "http://h", "--url", "http://i"}, "--url is given more than once"},
        {{"call", ""}, "the name of the action is empty"},
        {{"actions", "--profile", "x"}, "there is no profile"},
        {{"actions", "a", "b"}, "no place for the argument \"b\""},
    };
    for (const auto& [arguments, words] : rows) {
        INFO(arguments.back());
        const std::string fault = fault_of(arguments);
        INFO(fault);
        REQUIRE(contains(fault, words));
        REQUIRE(contains(fault, "try: cqhttp-cli help " + arguments.front()));
    }
}

TEST_CASE("options: an address from the environment is blamed on the environment", "[cli]") {
    REQUIRE(contains(fault_of({"call", "a"}, with_environment("nonsense", "")), "CQHTTP_URL: "));
}

TEST_CASE("options: a token stays out of every message", "[cli][AUTH-024]") {
    const std::string token = "hush-hush";
    const Arguments rows[] = {
        {"call", "a", "--token", token, "--token-file", "f"},
        {"call", "a", "--token", token + "\n"},
        {"call", "a", "--tokn=" + token},
        {"call", "a", "--token", token, "--token", token},
        {"call", "a", "--url", "http://user:" + token + "@h/"},
        {"call", "a", "--url", "http://h/?access_token=" + token},
    };
    for (const Arguments& arguments : rows) {
        const std::string fault = fault_of(arguments);
        INFO(fault);
        REQUIRE_FALSE(contains(fault, token));
    }
}

TEST_CASE("options: misspelt commands and options are met halfway", "[cli]") {
    REQUIRE(contains(fault_of({"cal", "get_status"}), "no such command: cal; did you mean call?"));
    REQUIRE(contains(fault_of({"help", "action"}), "did you mean actions?"));
    REQUIRE(contains(fault_of({"call", "a", "--tokn=x"}),
                     "unknown option --tokn; did you mean --token?"));
    REQUIRE(contains(fault_of({"--verson"}), "did you mean --version?"));
}

TEST_CASE("options: without a command the page about the program goes to standard error", "[cli]") {
    REQUIRE(contains(fault_of({}), "Usage: cqhttp-cli COMMAND"));
}

TEST_CASE("options: the version is that of the product", "[cli]") {
    const Printed printed = printed_of({"--version"});
    REQUIRE(printed.exit_code == 0);
    REQUIRE(printed.out.starts_with("cqhttp-cli "));
    REQUIRE(printed.out.ends_with("\n"));
}

TEST_CASE("options: help reaches every command in both ways", "[cli]") {
    REQUIRE(contains(printed_of({"--help"}).out, "Examples:"));
    REQUIRE(printed_of({"help"}).out == printed_of({"--help"}).out);
    for (const char* command : {"call", "actions", "help"}) {
        const Printed page = printed_of({"help", command});
        REQUIRE(page.exit_code == 0);
        REQUIRE(contains(page.out, std::string("Usage: cqhttp-cli ") + command));
        REQUIRE(contains(page.out, "Examples:"));
        REQUIRE(printed_of({command, "--help"}).out == page.out);
    }
}

TEST_CASE("options: help for a call documents exit codes and the danger of --token", "[cli]") {
    const std::string page = printed_of({"call", "-h"}).out;
    for (const char* words :
         {"Exit codes:", "  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "  5  ", "  130  ",
          "other users of this machine can see", "CQHTTP_TOKEN", "CQHTTP_URL", "NO_COLOR"}) {
        INFO(words);
        REQUIRE(contains(page, words));
    }
}

TEST_CASE("options: no line of a help page is wider than 80 columns", "[cli]") {
    for (const Arguments& arguments :
         {Arguments{"help"}, Arguments{"help", "call"}, Arguments{"help", "actions"},
          Arguments{"help", "help"}, Arguments{"help", "listen"},
          Arguments{"help", "listen-reverse"}, Arguments{"help", "inject"},
          Arguments{"help", "inject", "say"}, Arguments{"help", "sandbox"},
          Arguments{"help", "sandbox", "effects"}}) {
        const std::string page = printed_of(arguments).out;
        for (std::size_t at = 0; at < page.size();) {
            const std::size_t end = page.find('\n', at);
            const std::string line = page.substr(at, end - at);
            INFO(line);
            REQUIRE(line.size() <= 80);
            REQUIRE_FALSE(line.ends_with(' '));
            at = end + 1;
        }
    }
}

TEST_CASE("options: the command actions takes a name and a profile and a form", "[cli]") {
    const auto command = cli::parse_options(
        {"actions", "send_msg", "--profile", "onebot-11", "--json", "--color", "always"}, {});
    const auto& actions = std::get<ActionsOptions>(command);
    REQUIRE(actions.name == "send_msg");
    REQUIRE(actions.profile == ProfileId::onebot_11);
    REQUIRE(actions.json);
    REQUIRE(actions.color == cli::ColorMode::always);
}

TEST_CASE("options: a WebSocket takes an echo or several calls", "[cli][ECHO-001]") {
    const CallOptions one = call_of({"a", "--url", "ws://h/api/?access_token=x", "--echo", "{}"});
    REQUIRE(one.echo == "{}");
    REQUIRE(one.target.url.target == "/api/?access_token=x");
    REQUIRE(one.pipeline == 1);
    const CallOptions several =
        call_of({"--calls", "-", "--pipeline", "8", "--url", "wss://h/api/"});
    REQUIRE(several.calls == "-");
    REQUIRE(several.pipeline == 8);
    REQUIRE(several.action.empty());
}

TEST_CASE("options: what belongs to HTTP or a WebSocket alone is told", "[cli]") {
    const auto fault = [](Arguments arguments, const std::string& url) {
        arguments.insert(arguments.begin(), {"call", "--url", url});
        return fault_of(arguments);
    };
    const std::string ws = "ws://127.0.0.1:6700/api/";
    const std::string http = "http://127.0.0.1:5700";
    REQUIRE(contains(fault({"a", "--echo", "1"}, http), "--echo needs a WebSocket"));
    REQUIRE(contains(fault({"--calls", "-"}, http), "--calls needs a WebSocket"));
    REQUIRE(contains(fault({"a", "--pipeline", "2"}, http), "--pipeline needs a WebSocket"));
    REQUIRE(contains(fault({"a", "--form"}, ws), "--get and --form are ways of HTTP"));
    REQUIRE(contains(fault({"a", "--data", "{}"}, ws), "--data is a body of HTTP"));
    REQUIRE(contains(fault({"a", "-i"}, ws), "no headers"));
    REQUIRE(contains(fault({"a", "--echo", "text"}, ws), "the echo is not JSON"));
    REQUIRE(contains(fault({"a", "--pipeline", "2"}, ws), "give them with --calls"));
    REQUIRE(contains(fault({"a", "--calls", "-"}, ws), "leave others out"));
    REQUIRE(contains(fault({"--calls", "-", "--echo", "1"}, ws), "leave --echo out"));
    REQUIRE(contains(fault({"--calls", "-", "--pipeline", "0"}, ws), "--pipeline takes 1 to"));
    REQUIRE(contains(fault({"--calls", ""}, ws), "standard input"));
    REQUIRE(contains(fault({}, ws), "which action?"));
}
