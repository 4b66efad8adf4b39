#pragma once

#include "gateway/base/secret.hpp"
#include "gateway/base/text.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// HMAC-SHA1 with a key that is prepared once: the value of the X-Signature header (SIG-001). Not
// thread-safe; one per event loop.
class Signer {
public:
    explicit Signer(const Secret& secret);
    ~Signer();
    Signer(Signer&&) noexcept;
    Signer& operator=(Signer&&) noexcept;

    // "sha1=" and 40 lower-case hex digits over exactly these bytes.
    std::string sign(std::string_view body);
    // The same. A text that several receivers get one after the other is signed once.
    const std::string& sign(const SharedText& body);

    // Whether `signature` is the header value for `body`: constant time, hex in any case (SIG-006).
    bool verify(std::string_view body, std::string_view signature);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::protocol
