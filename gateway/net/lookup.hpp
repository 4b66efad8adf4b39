#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

// Looks up host names for the clients of one event loop. getaddrinfo blocks for as long as name
// servers are silent and cannot be taken back; Asio's own resolver has one thread for all names, so
// one server with a broken name would keep every other from being found. Here a few names are
// looked up at once, each by one thread whoever asks for it, and who asks for a name that is under
// way gets its answer. Used on the loop's thread only.
class Lookups final : public asio::execution_context::service {
public:
    using key_type = Lookups;
    static asio::execution_context::id id;

    struct Answer {
        boost::system::error_code error;
        std::vector<asio::ip::address> addresses;
    };
    using Finished = std::function<void(const Answer&)>;
    using Resolve = std::function<Answer(const std::string& host)>;  // blocks; on any thread

    explicit Lookups(asio::execution_context& context);
    // Those of the loop behind an executor.
    static Lookups& of(const asio::any_io_executor& executor);

    // `finished` is called on `executor`, unless the loop ends before.
    void look_up(const asio::any_io_executor& executor, const std::string& host, Finished finished);
    // For tests.
    void replace(Resolve resolve) { resolve_ = std::move(resolve); }

private:
    void shutdown() override;
    void complete(const std::string& host, const Answer& answer);

    Resolve resolve_;
    std::map<std::string, std::vector<Finished>> waiting_;
    std::optional<asio::thread_pool> threads_;  // once a name was asked for
};

}  // namespace cqhttp::net
