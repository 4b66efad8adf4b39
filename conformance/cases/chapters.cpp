#include "conformance/cases/chapters.hpp"

#include "conformance/registry.hpp"

#include <array>

namespace cqhttp::conformance {

std::span<const Chapter> chapters() {
    static const std::array table{
        Chapter{"http-api", "HTTP API: server and routes", http_api_cases()},
        Chapter{"http-params", "HTTP API: parameters", http_params_cases()},
        Chapter{"http-replies", "HTTP API: status and body", http_replies_cases()},
        Chapter{"auth", "Authorization: HTTP", auth_cases()},
        Chapter{"auth-table", "Authorization: truth table", auth_table_cases()},
        Chapter{"auth-ws", "Authorization: WebSockets, POSTs, files", auth_ws_cases()},
    };
    return table;
}

}  // namespace cqhttp::conformance
