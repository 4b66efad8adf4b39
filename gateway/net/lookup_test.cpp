#include "gateway/net/lookup.hpp"

#include "gateway/tests/support/catch.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

// An event loop whose names are known, but for "hangs", which is not found before release().
struct Names {
    Names() : work(context.get_executor()) {
        lookups().replace(
            [this, released = release_.get_future().share()](const std::string& host) {
                ++asked;
                if (host == "hangs") {
                    released.wait_for(std::chrono::seconds(60));
                    return Lookups::Answer{asio::error::host_not_found, {}};
                }
                return Lookups::Answer{{}, {asio::ip::make_address("127.0.0.1")}};
            });
    }
    ~Names() { release(); }
    Names(const Names&) = delete;
    Names& operator=(const Names&) = delete;

    Lookups& lookups() { return Lookups::of(context.get_executor()); }
    void ask(const std::string& host) {
        lookups().look_up(context.get_executor(), host, [this, host](const Lookups::Answer& found) {
            answers.push_back(host + (found.error ? ": " + found.error.message() : ""));
        });
    }
    void run_until(std::size_t number) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (answers.size() < number && context.run_one_until(deadline) > 0) {
        }
        REQUIRE(answers.size() == number);
    }
    void release() {
        if (!std::exchange(released_, true)) {
            release_.set_value();
        }
    }

    std::atomic<int> asked{0};
    std::vector<std::string> answers;
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work;

private:
    std::promise<void> release_;
    bool released_ = false;
};

}  // namespace

TEST_CASE("lookup: a name that hangs keeps no other waiting", "[WSR-037][PIPE-011]") {
    Names names;
    names.ask("hangs");
    names.ask("one");
    names.run_until(1);
    names.ask("two");
    names.run_until(2);
    CHECK(names.answers == std::vector<std::string>{"one", "two"});
    names.release();
    names.run_until(3);
    CHECK(names.answers[2].starts_with("hangs: "));
}

TEST_CASE("lookup: who asks for a name that is under way gets the same answer",
          "[WSR-037][PIPE-011]") {
    Names names;
    for (int i = 0; i < 20; ++i) {
        names.ask("hangs");  // takes one thread, not all
    }
    names.ask("one");
    names.run_until(1);
    CHECK(names.asked == 2);
    names.release();
    names.run_until(21);
    names.ask("hangs");
    names.run_until(22);
    CHECK(names.asked == 3);
}

TEST_CASE("lookup: the system knows this machine and not what cannot be", "[WSR-040]") {
    asio::io_context context;
    std::vector<Lookups::Answer> answers;
    for (const char* host : {"localhost", "no..such"}) {
        Lookups::of(context.get_executor())
            .look_up(context.get_executor(), host,
                     [&](const Lookups::Answer& answer) { answers.push_back(answer); });
        const auto before = answers.size();
        const auto work = asio::make_work_guard(context);
        context.restart();
        while (answers.size() == before && context.run_one_for(std::chrono::seconds(60)) > 0) {
        }
    }
    REQUIRE(answers.size() == 2);
    CHECK_FALSE(answers[0].error);
    REQUIRE_FALSE(answers[0].addresses.empty());
    CHECK(answers[0].addresses[0].is_loopback());
    CHECK(answers[1].error);
}

}  // namespace cqhttp::net
