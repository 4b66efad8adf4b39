#pragma once

#include "gateway/app/service.hpp"
#include "gateway/base/result.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace cqhttp::app {

// Writes {"pid":...,"accounts":[{"self_id":...,"http":"http://127.0.0.1:5700"}]} in one step:
// whoever sees the file sees all of it, and calls are answered by then.
Result<void> write_ready_file(const std::filesystem::path& file,
                              const std::vector<std::unique_ptr<Service>>& services);

}  // namespace cqhttp::app
