#pragma once

#include <boost/assert/source_location.hpp>

#include <cstdio>
#include <cstdlib>

namespace cqhttp {

// States what must hold, in every build. A violation is our bug: the process says where and
// aborts, because nothing after it can be trusted. (Boost's source_location, because clang 14 does
// not have the standard's.)
inline void ensure(bool condition, const char* what,
                   const boost::source_location& where = BOOST_CURRENT_LOCATION) {
    if (condition) [[likely]] {
        return;
    }
    std::fprintf(stderr, "cqhttp: internal error: %s (%s:%u)\n", what, where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
}

}  // namespace cqhttp
