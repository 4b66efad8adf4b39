#pragma once

#include "conformance/cases/message_steps.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What the cases about the sources of pictures share. The suite's server, which events are posted
// to elsewhere, is where pictures are downloaded from.
namespace cqhttp::conformance {

// A picture, if only by its first bytes.
inline constexpr std::string_view png("\x89PNG\r\n\x1a\n and so on \0 \xff", 22);

// The name a source gets in the folder (ENH-002).
std::string local_name(const Context& context, std::string_view source);
// An address at the suite's server.
std::string suite_address(Context& context, std::string_view path);

// The folder of that kind among the data files.
std::filesystem::path media_folder(const Context& context, std::string_view kind);
std::set<std::string> names_in(const std::filesystem::path& folder);
std::string file_content(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view content);

// A segment with that file and, where it has a name, one parameter more.
Json media(std::string_view type, std::string_view file, std::string_view name = {},
           std::string_view value = {});
// The bytes of an HTTP answer.
std::string answer_with(std::string_view body, int status = 200);

// Sends a message while each download it asks for gets one of the answers. Returns the data of its
// first segment as the account was handed it.
asio::awaitable<Json> send_media(Context& context, Outcome& outcome, Json message,
                                 std::vector<std::string> answers = {});
// The file a segment names now, in the folder of its kind.
Check holds_content(const Context& context, std::string_view kind, const Json& data,
                    std::string_view content);

}  // namespace cqhttp::conformance
