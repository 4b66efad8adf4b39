#include "gateway/account/transcoder.hpp"

#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>

#include <csignal>
#include <exception>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace cqhttp::account::test {
namespace {

namespace fs = std::filesystem;
namespace errc = boost::system::errc;

// Programs in ffmpeg's place: shell scripts with its arguments. "$@" ends with the output.
fs::path program(const TemporaryFolder& folder, const std::string& script) {
    const fs::path path = folder.write("ffmpeg", "#!/bin/sh\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

Result<void> run(const TemporaryFolder& folder, const std::string& script,
                 std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    asio::io_context loop;
    TranscodeJob job{program(folder, script).string(), folder.path() / "in.silk",
                     folder.path() / "out.mp3", limit};
    return cqhttp::test::run_coro(loop, transcode(std::move(job)));
}

bool is_running(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

}  // namespace

TEST_CASE("transcoder: the program gets input and output", "[ACT-126]") {
    const TemporaryFolder folder;
    CHECK(run(folder, "for last; do :; done\nprintf '%s|' \"$@\" > \"$last\"").has_value());
    CHECK(folder.read("out.mp3") ==
          "-nostdin|-hide_banner|-loglevel|error|-protocol_whitelist|file|-y|-i|" +
              (folder.path() / "in.silk").string() + "|-vn|" +
              (folder.path() / "out.mp3").string() + "|");
}

TEST_CASE("transcoder: amr has one rate", "[ACT-126]") {
    const TemporaryFolder folder;
    asio::io_context loop;
    TranscodeJob job{
        program(folder, "for last; do :; done\nprintf '%s ' \"$@\" > \"$last\"").string(),
        folder.path() / "in.silk", folder.path() / "out.amr", std::chrono::seconds(60)};
    CHECK(cqhttp::test::run_coro(loop, transcode(std::move(job))).has_value());
    CHECK(folder.read("out.amr").find(" -ar 8000 -ac 1 ") != std::string::npos);
}

TEST_CASE("transcoder: no shell reads the names", "[ACT-126]") {
    const TemporaryFolder folder;
    asio::io_context loop;
    const fs::path odd = folder.path() / "a;touch x $(touch y) 'b'.mp3";
    TranscodeJob job{program(folder, "for last; do :; done\necho done > \"$last\"").string(),
                     folder.path() / "in.silk", odd, std::chrono::seconds(60)};
    CHECK(cqhttp::test::run_coro(loop, transcode(std::move(job))).has_value());
    CHECK(folder.list("") == std::vector<std::string>{odd.filename().string(), "ffmpeg"});
}

TEST_CASE("transcoder: a program that refuses the file", "[ACT-126]") {
    const TemporaryFolder folder;
    const auto refused = run(folder, "exit 1");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::illegal_byte_sequence);
    const auto crashed = run(folder, "kill -SEGV $$");
    REQUIRE(crashed.has_error());
    CHECK(crashed.error().code == errc::illegal_byte_sequence);
}

TEST_CASE("transcoder: a program that is not there", "[ACT-126]") {
    const TemporaryFolder folder;
    asio::io_context loop;
    for (const std::string& name : {(folder.path() / "none").string(), folder.path().string(),
                                    std::string("no-such-program-anywhere")}) {
        TranscodeJob job{name, folder.path() / "in", folder.path() / "out.mp3",
                         std::chrono::seconds(60)};
        const auto missing = cqhttp::test::run_coro(loop, transcode(std::move(job)));
        REQUIRE(missing.has_error());
        CHECK(missing.error().code == errc::function_not_supported);
        CHECK(missing.error().detail.find(name) != std::string::npos);
    }
}

TEST_CASE("transcoder: a program that takes too long is killed", "[ACT-126]") {
    const TemporaryFolder folder;
    const auto late =
        run(folder, "echo $$ > \"$(dirname \"$0\")/pid\"\nexec sleep 600", std::chrono::seconds(2));
    REQUIRE(late.has_error());
    CHECK(late.error().code == errc::timed_out);
    const std::string pid = folder.read("pid");
    REQUIRE(std::stoi(pid) > 0);
    CHECK_FALSE(is_running(std::stoi(pid)));
}

TEST_CASE("transcoder: the program ends with the coroutine", "[ACT-126]") {
    const TemporaryFolder folder;
    {
        asio::io_context loop;
        TranscodeJob job{program(folder,
                                 "echo $$ > \"$(dirname \"$0\")/pid.new\"\n"
                                 "mv \"$(dirname \"$0\")/pid.new\" \"$(dirname \"$0\")/pid\"\n"
                                 "exec sleep 600")
                             .string(),
                         folder.path() / "in", folder.path() / "out.mp3",
                         std::chrono::seconds(600)};
        asio::co_spawn(loop, transcode(std::move(job)), [](std::exception_ptr, Result<void>) {});
        while (!fs::exists(folder.path() / "pid")) {
            loop.run_one();
        }
    }
    CHECK_FALSE(is_running(std::stoi(folder.read("pid"))));
}

TEST_CASE("transcoder: nothing of ours is inherited", "[ACT-126]") {
    const TemporaryFolder folder;
    const int ours = ::open("/dev/null", O_RDONLY);  // without close-on-exec
    REQUIRE(ours > 2);
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    CHECK(run(folder,
              "for last; do :; done\n"
              "grep SigBlk /proc/self/status > \"$last\"\n"
              "test -e /proc/$$/fd/" +
                  std::to_string(ours) +
                  " && exit 1\n"
                  "test \"$(readlink /proc/$$/fd/0)\" = /dev/null || exit 1\n"
                  "exit 0")
              .has_value());
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(ours);
    CHECK(folder.read("out.mp3") == "SigBlk:\t0000000000000000\n");
}

}  // namespace cqhttp::account::test
