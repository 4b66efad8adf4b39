#include "gateway/transport/access.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <chrono>
#include <string>

namespace cqhttp {

TEST_CASE("access: refused clients are told with the reason once in ten seconds",
          "[access][AUTH-024]") {
    test::RecordingLog sink;
    const Log log(sink, "ws_api");
    transport::RefusalLog refusals;
    const std::string path = "/" + std::string(1000, 'x');
    net::HttpRequest request;
    request.path = path;
    request.query = "access_token=secret";
    request.peer = "127.0.0.1:40000";
    const transport::RefusalLog::Time start{};

    refusals.tell(log, request, 401, start);
    REQUIRE(sink.lines().size() == 1);
    CHECK(sink.lines()[0].level == LogLevel::warn);
    CHECK(sink.lines()[0].text ==
          "client refused status=401 reason=\"no access_token, or not in a form that is accepted\" "
          "path=/" +
              std::string(79, 'x') + " peer=127.0.0.1:40000");

    refusals.tell(log, request, 403, start + std::chrono::seconds(1));
    refusals.tell(log, request, 403, start + std::chrono::seconds(9));
    CHECK(sink.lines().size() == 1);
    request.path = "/";
    refusals.tell(log, request, 403, start + std::chrono::seconds(10));
    REQUIRE(sink.lines().size() == 2);
    CHECK(sink.lines()[1].text ==
          "client refused status=403 reason=\"the token is not the access_token\" path=/ "
          "peer=127.0.0.1:40000 times=3");
}

}  // namespace cqhttp
