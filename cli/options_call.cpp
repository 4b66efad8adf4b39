#include "cli/call_line.hpp"
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

// The examples work as pasted while a gateway with the built-in sandbox world runs on this machine.
constexpr std::string_view about = R"(Calls actions over HTTP or a WebSocket.
)";

constexpr std::string_view footer = R"(Parameters:
  name=value                a text; numbers and true/false are read from it
  name:=JSON                a typed value: count:=3, message:='[...]'

WebSocket (--url ws://HOST:PORT/api/):
  --calls takes one call on each line, as JSON
  {"action":"send_msg","params":{...},"echo":1} or as on this command line,
  send_msg user_id=10001 message='good morning'. One without an echo gets the
  number of its line. Replies are printed in the order of the calls, whatever
  order they come in; the echo tells which is which.

Environment:
  CQHTTP_URL                used without --url
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Output: the reply and nothing else on standard output, over several lines on a
terminal and as one line in a pipe; everything else on standard error.

Exit codes:
  0  the reply says ok or async
  1  the reply, or one of them, says failed; standard error explains the retcode
  2  the command line is wrong
  3  no answer: cannot connect, TLS trouble, timeout (or output not writable)
  4  refused: the access token is missing (401) or wrong (403)
  5  any other answer that is not a reply: unknown action (404), 400, 406, 5xx,
     something that is not CQHTTP or not a WebSocket
  6  the echo of an answer is missing, mangled or that of no call
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli call get_status
  cqhttp-cli call send_private_msg user_id=10001 message=你好
  cqhttp-cli call send_group_msg group_id=20001 \
      message:='[{"type":"at","data":{"qq":"10005"}}]'
  echo '{"user_id":10001,"message":"hi"}' |
      cqhttp-cli call send_private_msg --data -
  CQHTTP_TOKEN=secret cqhttp-cli call get_group_list --get -i

With a gateway that has use_ws = yes (CQHTTP_USE_WS=yes ./dev serve):
  cqhttp-cli call --url ws://127.0.0.1:6700/api/ get_status --echo '"mine"'
  printf '%s\n' get_status 'send_private_msg user_id=10001 message=hi' |
      cqhttp-cli call --url ws://127.0.0.1:6700/api/ --calls - --pipeline 2)";

constexpr std::size_t longest_pipeline = 4096;

Fault check_action(std::string_view action) {
    if (action.empty()) {
        return "the name of the action is empty";
    }
    if (action.starts_with('/') || action.ends_with('/')) {
        return "write the action without slashes: cqhttp-cli call get_status";
    }
    if (action.find_first_of("/ \t\r\n\f\v") != std::string_view::npos) {
        return "an action's name holds no slash and no blank";
    }
    if (action.find('=') != std::string_view::npos) {
        return "the action's name comes first, the parameters after it: cqhttp-cli call get_status";
    }
    return {};
}

class CallLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.add_option("ACTION", call_.action, "name of the action, see cqhttp-cli actions")
            ->option_text(" ");
        app.add_option("PARAMETER", call_.pairs, "name=value or name:=JSON, any number of them")
            ->option_text(" ");
        app.add_option("--param-json", param_json_,
                       "parameters as one JSON object; name=value wins\nover its members")
            ->option_text("OBJECT");
        app.add_option("--data", data_,
                       "the whole JSON body, sent as it is: @FILE, - for\nstandard input, or the "
                       "text itself")
            ->option_text("DATA");
        app.add_flag("--get", get_, "GET, parameters in the query (default: POST, JSON)");
        app.add_flag("--form", form_, "POST, parameters as a urlencoded form");
        app.add_option("--echo", echo_, "JSON sent along with the call (WebSocket)")
            ->option_text("JSON");
        app.add_option("--calls", calls_,
                       "several calls over one connection, one on each\nline of a file or, with -, "
                       "of standard input\n(WebSocket)")
            ->option_text("FILE");
        app.add_option("--pipeline", pipeline_,
                       "send so many calls before an answer has come\n(with --calls; default 1)")
            ->option_text("N");
        target_.declare(app);
        app.add_flag("--raw", call_.raw, "print the body byte for byte");
        app.add_flag("-i,--include", call_.include, "print the status line and headers, too");
        look_.declare_profile(app);
        look_.declare_color(app);
    }

    Command finish(const CLI::App& app, const Surroundings& surroundings) override {
        if (app.get_option("--param-json")->count() > 0) {
            call_.param_json = param_json_;
        }
        if (app.get_option("--data")->count() > 0) {
            call_.data = data_;
        }
        if (app.get_option("--echo")->count() > 0) {
            call_.echo = echo_;
        }
        if (app.get_option("--calls")->count() > 0) {
            call_.calls = calls_;
        }
        piped_ = app.get_option("--pipeline")->count() > 0;
        if (app.get_option("ACTION")->count() == 0 && !call_.calls) {
            return usage_error("call", missing_argument());
        }
        if (get_ || form_) {
            call_.encoding = get_ ? Encoding::query : Encoding::form;
        }
        const Fault fault =
            first_fault({call_.calls ? std::nullopt : check_action(call_.action), check_conflicts(),
                         look_.read(call_.profile, call_.color),
                         target_.read(surroundings, call_.profile, call_.target, call_.token_file),
                         over_websocket() ? check_websocket() : check_http()});
        if (fault) {
            return usage_error("call", *fault);
        }
        return std::move(call_);
    }

    std::string missing_argument() const override {
        return "which action? for example: cqhttp-cli call get_status";
    }

private:
    Fault check_conflicts() const {
        if (get_ && form_) {
            return "--get and --form are two ways to send parameters: leave one out";
        }
        if (!call_.data) {
            return {};
        }
        if (!call_.pairs.empty() || call_.param_json) {
            return "--data is the whole body: put the parameters into it, or leave it out and use "
                   "name=value or --param-json";
        }
        if (get_ || form_) {
            return "--data is a JSON body: leave --get and --form out";
        }
        return {};
    }

    bool over_websocket() const {
        const Scheme scheme = call_.target.url.scheme;
        return scheme == Scheme::ws || scheme == Scheme::wss;
    }

    Fault check_http() const {
        if (call_.echo || call_.calls || piped_) {
            return fmt::format("{} needs a WebSocket: --url ws://HOST:PORT/api/",
                               call_.echo    ? "--echo"
                               : call_.calls ? "--calls"
                                             : "--pipeline");
        }
        return {};
    }

    Fault check_websocket() {
        if (get_ || form_) {
            return "--get and --form are ways of HTTP; a WebSocket sends JSON";
        }
        if (call_.data) {
            return "--data is a body of HTTP; over a WebSocket give parameters, or whole calls "
                   "with --calls";
        }
        if (call_.include) {
            return "--include is about HTTP: replies over a WebSocket have no headers";
        }
        return call_.calls ? check_calls() : check_single();
    }

    Fault check_single() const {
        if (piped_) {
            return "--pipeline is for several calls: give them with --calls";
        }
        return call_.echo ? echo_fault(*call_.echo) : std::nullopt;
    }

    Fault check_calls() {
        if (!call_.action.empty() || call_.param_json) {
            return "--calls names the actions and their parameters: leave others out";
        }
        if (call_.echo) {
            return "with --calls each line has its own echo: leave --echo out";
        }
        if (call_.calls->empty()) {
            return "--calls wants a file, or - for standard input";
        }
        if (pipeline_ < 1 || pipeline_ > static_cast<std::int64_t>(longest_pipeline)) {
            return fmt::format("--pipeline takes 1 to {}", longest_pipeline);
        }
        call_.pipeline = static_cast<std::size_t>(pipeline_);
        return {};
    }

    CallOptions call_;
    TargetLine target_;
    LookLine look_;
    std::string param_json_, data_, echo_, calls_;
    std::int64_t pipeline_ = 1;
    bool get_ = false, form_ = false, piped_ = false;
};

}  // namespace

CommandRow call_row() {
    return {"call", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<CallLine>(); }};
}

}  // namespace cqhttp::cli
