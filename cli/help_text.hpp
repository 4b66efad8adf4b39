#pragma once

#include <string_view>

// What --help says beside the list of options. The examples work as pasted while a gateway with the
// built-in sandbox world runs on this machine.
namespace cqhttp::cli::help_text {

inline constexpr std::string_view program =
    R"(Calls and explains the API of CQHTTP and OneBot 11 implementations.
)";

inline constexpr std::string_view program_footer = R"(Examples:
  cqhttp-cli call get_login_info
  cqhttp-cli call send_private_msg user_id=10001 message=你好
  cqhttp-cli actions
  cqhttp-cli actions send_msg

cqhttp-cli help COMMAND, or cqhttp-cli COMMAND --help, explains one command.)";

inline constexpr std::string_view call = R"(Calls an action over HTTP and prints the reply.
)";

inline constexpr std::string_view call_footer = R"(Parameters:
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

inline constexpr std::string_view actions = R"(Lists the actions of a profile, or explains one.
)";

inline constexpr std::string_view actions_footer =
    R"(In the list, [name:type=default] may be left out and what stands after -> is the
data of the reply.

Environment:
  COLUMNS                   width of the page; without it that of the terminal
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  printed
  2  the command line is wrong, or there is no such action
  3  the output cannot be written

Examples:
  cqhttp-cli actions
  cqhttp-cli actions send_msg
  cqhttp-cli actions get_friend_list --profile onebot-11
  cqhttp-cli actions --json)";

inline constexpr std::string_view help = R"(Explains the program or one command.
)";

inline constexpr std::string_view help_footer = R"(Examples:
  cqhttp-cli help
  cqhttp-cli help call
  cqhttp-cli help actions)";

}  // namespace cqhttp::cli::help_text
