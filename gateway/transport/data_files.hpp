#pragma once

#include "gateway/net/http_message.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace cqhttp::transport {

// Whether a raw path belongs to the data files: /data/<sub>/<name...>, sub one of image, record,
// show, bface, the name not empty (DATA-002, DATA-013).
bool is_data_path(std::string_view path) noexcept;

// Whether it must be refused whatever lies there: `..` in the raw or the decoded path, with `\` as
// a separator (DATA-005, DATA-006).
bool leads_upwards(std::string_view path);

// The file as an answer: 200 with the headers of DATA-010, 404 where there is no regular file
// inside the folder (symbolic links that lead out count as none, DATA-007), 403 where it cannot be
// opened. `path` is a data path; `data_directory` is <root>/data.
net::HttpResponse serve_data_file(const std::filesystem::path& data_directory,
                                  std::string_view path);

}  // namespace cqhttp::transport
