#pragma once

#include "gateway/base/result.hpp"
#include "gateway/net/http_client.hpp"

#include <string>

namespace cqhttp::net {

// The head of a request without the length of its body and without the empty line; an error where
// it cannot be said in HTTP.
Result<std::string> head_without_length(const ClientRequest& request);

// All of it.
Result<std::string> whole_head(const ClientRequest& request);

}  // namespace cqhttp::net
