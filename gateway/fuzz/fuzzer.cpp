// What libFuzzer calls: the one target this program was built for.
#include "gateway/fuzz/targets.hpp"

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    cqhttp::fuzz::CQHTTP_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
