#include "cli/line_input.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace asio = boost::asio;
using cqhttp::cli::LineInput;

namespace {

struct Pipe {
    Pipe() { REQUIRE(::pipe(ends) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        close_writer();
    }
    void write(const std::string& text) const {
        REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    void close_writer() {
        if (ends[1] >= 0) {
            ::close(ends[1]);
        }
        ends[1] = -1;
    }
    int ends[2] = {-1, -1};
};

struct Seen {
    std::vector<std::string> lines;
    std::string error;
    bool ended = false;
};

asio::awaitable<void> read_all(LineInput& input, Seen& seen) {
    for (;;) {
        auto line = co_await input.next();
        if (line.has_error()) {
            seen.error = line.error().detail;
            co_return;
        }
        if (!*line) {
            seen.ended = true;
            co_return;
        }
        seen.lines.push_back(**line);
    }
}

void rethrow(std::exception_ptr error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

// Runs the loop until `done`.
template <class Done>
void run_until(asio::io_context& context, Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    context.restart();
    while (!done() && context.run_one_until(deadline) != 0) {
    }
    REQUIRE(done());
}

}  // namespace

TEST_CASE("line input: lines come as they are written", "[cli]") {
    asio::io_context context;
    Pipe pipe;
    LineInput input(context, pipe.ends[0], "the pipe");
    Seen seen;
    asio::co_spawn(context, read_all(input, seen), rethrow);
    pipe.write("one\nt");
    run_until(context, [&] { return seen.lines.size() == 1; });
    pipe.write("wo\r\n\nlast");
    run_until(context, [&] { return seen.lines.size() == 3; });
    pipe.close_writer();
    run_until(context, [&] { return seen.ended; });
    REQUIRE(seen.lines == std::vector<std::string>{"one", "two", "", "last"});
}

TEST_CASE("line input: the descriptor stays blocking", "[cli]") {
    asio::io_context context;
    Pipe pipe;
    LineInput input(context, pipe.ends[0], "the pipe");
    Seen seen;
    asio::co_spawn(context, read_all(input, seen), rethrow);
    pipe.write("one\n");
    run_until(context, [&] { return seen.lines.size() == 1; });
    REQUIRE((::fcntl(pipe.ends[0], F_GETFL) & O_NONBLOCK) == 0);
    input.stop();
    run_until(context, [&] { return seen.ended; });
}

TEST_CASE("line input: stop ends a wait and what was not asked for is dropped", "[cli]") {
    asio::io_context context;
    Pipe pipe;
    LineInput input(context, pipe.ends[0], "the pipe");
    Seen seen;
    asio::co_spawn(context, read_all(input, seen), rethrow);
    pipe.write("one\nhalf");
    run_until(context, [&] { return seen.lines.size() == 1; });
    input.stop();
    run_until(context, [&] { return seen.ended; });
    REQUIRE(seen.lines == std::vector<std::string>{"one"});
}

TEST_CASE("line input: a file is read to its end", "[cli]") {
    const cqhttp::test::TempDir directory;
    const std::string path = directory.path() / "calls";
    const std::string big(100'000, 'x');
    std::ofstream(path) << "one\n" << big << "\nthree";
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    asio::io_context context;
    LineInput input(context, file, path);
    Seen seen;
    asio::co_spawn(context, read_all(input, seen), rethrow);
    run_until(context, [&] { return seen.ended; });
    REQUIRE(seen.lines == std::vector<std::string>{"one", big, "three"});
    ::close(file);
}

TEST_CASE("line input: what cannot be read is named", "[cli]") {
    const cqhttp::test::TempDir directory;
    const int folder = ::open(directory.path().c_str(), O_RDONLY | O_CLOEXEC);
    asio::io_context context;
    LineInput input(context, folder, "the folder");
    Seen seen;
    asio::co_spawn(context, read_all(input, seen), rethrow);
    run_until(context, [&] { return !seen.error.empty(); });
    REQUIRE(seen.error.find("cannot read the folder: ") == 0);
    ::close(folder);
}
