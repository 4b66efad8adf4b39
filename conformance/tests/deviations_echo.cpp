// Gateways that do not return echo as it came.
#include "conformance/tests/deviation_frames.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

constexpr Deviation table[] = {
    {.name = "drops echo",
     .requirement = "ECHO-001",
     .from_gateway = without_echo<[](const Json&) { return true; }>},
    {.name = "echoes numbers as doubles",
     .requirement = "ECHO-002",
     .like = "D9",
     .from_gateway = echoes<[](Json& echo) {
         if (echo.is_number_integer()) {
             echo = echo.get<double>();
         }
     }>},
    {.name = "echoes texts of digits as numbers",
     .requirement = "ECHO-003",
     .from_gateway = echoes<[](Json& echo) {
         if (echo.is_string()) {
             if (const auto number = parse_int64(echo.get<std::string>())) {
                 echo = *number;
             }
         }
     }>},
    {.name = "echoes objects as texts",
     .requirement = "ECHO-004",
     .from_gateway =
         echoes<[](Json& echo) { echo = echo.is_structured() ? Json(dump(echo)) : echo; }>},
    {.name = "sorts what an array has",
     .requirement = "ECHO-004",
     .from_gateway = echoes<[](Json& echo) {
         if (echo.is_array()) {
             std::sort(echo.begin(), echo.end());
         }
     }>},
    {.name = "drops an echo that is false or zero",
     .requirement = "ECHO-005",
     .from_gateway = without_echo<[](const Json& reply) {
         return member(reply, "echo") == false || member(reply, "echo") == 0;
     }>},
    {.name = "loses precision in large integers",
     .requirement = "ECHO-006",
     .like = "D9",
     .from_gateway = echoes<[](Json& echo) {
         if (echo.is_number_integer()) {
             echo = static_cast<std::int64_t>(echo.get<double>());
         }
     }>},
    {.name = "drops an echo that is null",
     .requirement = "ECHO-007",
     .like = "D9",
     .from_gateway =
         without_echo<[](const Json& reply) { return member(reply, "echo").is_null(); }>},
    {.name = "echoes where nothing was sent",
     .requirement = "ECHO-008",
     .like = "D9",
     .from_gateway = replies<[](Json& reply) { reply.emplace("echo", nullptr); }>},
    {.name = "does not echo where a call was malformed",
     .requirement = "ECHO-009",
     .from_gateway =
         without_echo<[](const Json& reply) { return member(reply, "retcode") == 1400; }>},
    {.name = "does not echo on unknown actions",
     .requirement = "ECHO-010",
     .from_gateway =
         without_echo<[](const Json& reply) { return member(reply, "retcode") == 1404; }>},
    {.name = "looks for echo in params",
     .requirement = "ECHO-011",
     .from_bot = calls<[](Json& call) {
         if (has_member(member(call, "params"), "echo")) {
             call["echo"] = call["params"]["echo"];
         }
     }>},
    {.name = "cuts an echo that is long",
     .requirement = "ECHO-012",
     .from_gateway = echoes<[](Json& echo) {
         echo = echo.is_string() ? Json(echo.get<std::string>().substr(0, 4096)) : echo;
     }>},
    {.name = "prints the echo anew",
     .requirement = "ECHO-013",
     .like = "D9",
     .from_gateway = echoes<[](Json&) {}>},
    {.name = "prints the echo anew for others to see",
     .requirement = "ECHO-014",
     .like = "D9",
     .from_gateway = echoes<[](Json&) {}>},
};

}  // namespace

std::span<const Deviation> echo_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
