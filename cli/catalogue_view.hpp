#pragma once

#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/profile.hpp"

#include <string>
#include <string_view>
#include <vector>

// The action catalogue in words, for the answers of `call` and the pages of `actions`.
namespace cqhttp::cli {

// "int", "bool", "str", "message", "object": the words of chapter 06.
std::string_view type_word(protocol::ParamType type);
// "false", "1800", "\"\"": what counts when the parameter is left out; empty if it is required, or
// if leaving it out means that there is none (an id of 0).
std::string default_word(const protocol::ParamSpec& param);

// The parameters an action has in a profile, in their order.
std::vector<protocol::ParamSpec> params_of(const protocol::ActionSpec& spec,
                                           protocol::ProfileId profile);
// "user_id (int), message (message), auto_escape (bool, default false)"; "no parameters".
std::string describe_params(const protocol::ActionSpec& spec, protocol::ProfileId profile);
// "user_id:int", "message:message", "[auto_escape:bool=false]"; a short list of allowed words
// stands in the place of the type.
std::vector<std::string> signature_words(const protocol::ActionSpec& spec,
                                         protocol::ProfileId profile);

// The row of an action whether or not the name has a suffix (_async, _rate_limited); of another
// profile if the wanted one does not have it.
const protocol::ActionSpec* find_described(std::string_view action, protocol::ProfileId profile);

// Names near an unknown one among the actions of a profile, as a question; empty without any.
std::string suggest_action(std::string_view action, protocol::ProfileId profile);

std::vector<std::string_view> profile_list(protocol::ProfileSet profiles);
// "cqhttp-4.15, onebot-11".
std::string profile_names(protocol::ProfileSet profiles);

}  // namespace cqhttp::cli
