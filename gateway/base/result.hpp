#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace cqhttp {

// What went wrong in the world or in the operator's hands: a code for programs (empty where only
// the words matter) and a sentence for people that names the file, key, address or port.
// It never contains a token or a secret.
struct Error {
    boost::system::error_code code;
    std::string detail;
};

// Called by Result<T>::value() on an error; the code of this project checks first, so this is a
// mistake of ours when it happens.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::logic_error("value() of a failed result: " + error.detail);
}

template <class T>
using Result = boost::system::result<T, Error>;

// An error that consists of words only.
inline Error failure(std::string detail) {
    return Error{{}, std::move(detail)};
}

// `doing` says what was tried, e.g. "cannot listen on 127.0.0.1:5700".
inline Error failure(boost::system::error_code code, std::string doing) {
    doing += ": ";
    doing += code.message();
    return Error{code, std::move(doing)};
}

}  // namespace cqhttp
