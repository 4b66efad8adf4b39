#pragma once

#include "conformance/target/target.hpp"
#include "conformance/tests/deviation.hpp"

#include <memory>

namespace cqhttp::conformance::test {

// A correct gateway behind a relay that makes it deviate.
std::unique_ptr<Target> make_deviant(std::unique_ptr<Target> gateway, const Deviation& deviation);

}  // namespace cqhttp::conformance::test
