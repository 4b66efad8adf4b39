// Requests are found in bytes wherever they are cut. The first byte says where.
#include "gateway/base/ensure.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/net/request_reader.hpp"

#include <algorithm>
#include <string>

namespace cqhttp::fuzz {
namespace {

using net::RequestReader;

constexpr RequestReader::Bounds bounds{512, 256};

void describe(const RequestReader& reader, RequestReader::Found found, std::string& log) {
    const net::HttpRequest& request = reader.request();
    log += found == RequestReader::Found::head ? "head " : "request ";
    for (const auto part : {request.method, request.path, request.query, request.body}) {
        log += std::string(part) + "|";
    }
    for (const net::HeaderView& header : request.headers) {
        log += std::string(header.name) + ":" + std::string(header.value) + "|";
    }
    log += reader.keep_alive() ? "stays\n" : "goes\n";
}

struct Reading {
    std::string found;
    bool error = false;
};

// Hands the bytes over in memory that is gone afterwards, as the buffer of a connection is.
Reading read(std::string_view bytes, std::size_t step) {
    RequestReader reader(bounds, "127.0.0.1:1", true);
    Reading reading;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        const std::string piece(bytes.substr(at, step));
        std::string_view data = piece;
        auto found = reader.next(data);
        while (found == RequestReader::Found::head || found == RequestReader::Found::request) {
            describe(reader, found, reading.found);
            found = reader.next(data);
        }
        if (found == RequestReader::Found::error) {
            const unsigned status = reader.error_status();
            ensure(status >= 400 && status < 600, "an error has its status");
            reading.error = true;
            break;
        }
        ensure(data.empty(), "nothing is left where more is waited for");
    }
    return reading;
}

// A head that comes in pieces is looked at when it is complete: an error may be found later.
void compare(const Reading& pieces, const Reading& whole) {
    ensure(pieces.found == whole.found, "the same requests are found");
    ensure(whole.error || !pieces.error, "and no error that was none");
}

}  // namespace

void http_request(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    const std::size_t step = 1U + static_cast<unsigned char>(bytes.front());
    const std::string_view rest = bytes.substr(1);
    const Reading whole = read(rest, std::max<std::size_t>(rest.size(), 1));
    compare(read(rest, 1), whole);
    compare(read(rest, step), whole);
}

}  // namespace cqhttp::fuzz
