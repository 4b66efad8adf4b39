#pragma once

#include "conformance/context.hpp"

#include <string>

namespace cqhttp::conformance {

// The next event of that post_type that is posted; others are passed over. Null if none comes.
asio::awaitable<Json> next_posted(Context& context, std::string post_type);

}  // namespace cqhttp::conformance
