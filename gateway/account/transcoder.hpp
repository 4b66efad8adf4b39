#pragma once

#include "gateway/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace cqhttp::account {

namespace asio = boost::asio;

struct TranscodeJob {
    std::string program;                  // ffmpeg: looked up on PATH, or a path
    std::filesystem::path input, output;  // absolute; the output's extension says the format
    std::chrono::milliseconds limit{};
};

// Runs ffmpeg on one file: an argument vector and no shell, no standard streams, no open files of
// ours. The loop goes on meanwhile. The program has ended when this returns, killed if it took
// longer than `limit`, and also when the coroutine is destroyed.
//
// Errors: function_not_supported where the program cannot be started, timed_out,
// illegal_byte_sequence where it refuses the file.
asio::awaitable<Result<void>> transcode(TranscodeJob job);

}  // namespace cqhttp::account
