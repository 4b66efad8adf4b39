#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/secret.hpp"

#include <cstddef>
#include <istream>
#include <string>

// What a command reads besides its command line. Errors are the operator's, in words.
namespace cqhttp::cli {

// The whole stream; the error names it as `what`.
Result<std::string> read_stream(std::istream& stream, std::size_t bound, const std::string& what);

// A file that must hold something.
Result<std::string> read_file(const std::string& path, std::size_t bound);

// The token or secret in a file, line breaks at its end taken off. The error names the file by the
// option that gave it and never quotes what is in it.
Result<Secret> read_secret_file(const std::string& option, const std::string& path);

}  // namespace cqhttp::cli
