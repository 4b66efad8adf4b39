#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

// The examples work as pasted while a gateway with the built-in sandbox world runs on this machine.
constexpr std::string_view about = R"(Calls an action over HTTP and prints the reply.
)";

constexpr std::string_view footer = R"(Parameters:
  name=value                a text; numbers and true/false are read from it
  name:=JSON                a typed value: count:=3, message:='[...]'

Environment:
  CQHTTP_URL                used without --url
  CQHTTP_TOKEN              used without --token and --token-file
  NO_COLOR                  no colours unless --color always

Output: the reply and nothing else on standard output, over several lines on a
terminal and as one line in a pipe; everything else on standard error.

Exit codes:
  0  the reply says ok or async
  1  the reply says failed; standard error explains the retcode
  2  the command line is wrong
  3  no answer: cannot connect, TLS trouble, timeout (or output not writable)
  4  refused: the access token is missing (401) or wrong (403)
  5  any other answer that is not a reply: unknown action (404), 400, 406, 5xx,
     something that is not CQHTTP
  130  interrupted with Ctrl-C

Examples:
  cqhttp-cli call get_status
  cqhttp-cli call send_private_msg user_id=10001 message=你好
  cqhttp-cli call send_group_msg group_id=20001 \
      message:='[{"type":"at","data":{"qq":"10005"}}]'
  echo '{"user_id":10001,"message":"hi"}' |
      cqhttp-cli call send_private_msg --data -
  CQHTTP_TOKEN=secret cqhttp-cli call get_group_list --get -i)";

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
            ->option_text(" ")
            ->required();
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
        if (get_ || form_) {
            call_.encoding = get_ ? Encoding::query : Encoding::form;
        }
        const Fault fault = first_fault(
            {check_action(call_.action), check_conflicts(), look_.read(call_.profile, call_.color),
             target_.read(surroundings, call_.profile, call_.target, call_.token_file)});
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

    CallOptions call_;
    TargetLine target_;
    LookLine look_;
    std::string param_json_, data_;
    bool get_ = false, form_ = false;
};

}  // namespace

CommandRow call_row() {
    return {"call", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<CallLine>(); }};
}

}  // namespace cqhttp::cli
