#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cqhttp::cli {

struct EventLook {
    bool color = false;
    bool utc = false;           // times of day in UTC instead of this machine's zone
    std::size_t longest = 400;  // characters of what somebody wrote; more is cut
};

// One line for people about one event, without its line break:
//
//   12:34:56  message.group.normal  group 20001  user 10002 (Ann)  #8  good morning @10005 [face
//   id=7] 12:34:57  notice.group_decrease.kick  group 20001  user 10002  by 10003 12:34:58
//   request.friend  user 10009  flag=f-1  "let me in"
//
// `event` is the text of an event as it came, from whatever implementation: what is no event is
// shown as what it is, members that are not known here are shown by name, in every profile and in
// the 3.x shape. Never throws; the line holds no control character, whatever the event holds.
std::string event_line(std::string_view event, EventLook look = {});

}  // namespace cqhttp::cli
