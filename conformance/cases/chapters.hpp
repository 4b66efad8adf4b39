#pragma once

#include "conformance/case.hpp"

#include <span>

// One function per file of this folder. Adding a chapter means a line here, one in chapters.cpp and
// one in CMakeLists.txt; there are no static initialisers.
namespace cqhttp::conformance {

std::span<const Case> http_api_cases();
std::span<const Case> http_params_cases();
std::span<const Case> http_replies_cases();
std::span<const Case> auth_cases();
std::span<const Case> auth_table_cases();
std::span<const Case> auth_ws_cases();

}  // namespace cqhttp::conformance
