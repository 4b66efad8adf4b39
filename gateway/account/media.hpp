#pragma once

#include "gateway/account/fetcher.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/protocol/message.hpp"
#include "gateway/protocol/profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::account {

namespace asio = boost::asio;

struct MediaOptions {
    std::filesystem::path data_directory;  // <root>/data
    bool allow_file_urls = true;           // gateway.allow_file_urls (ENH-014)
    std::string ffmpeg = "ffmpeg";         // looked up on PATH, or a path
};

// The folders image, record, video, show and bface below <root>/data, and the enhanced CQ codes
// that put files there (chapter 07 section 7). Lives on the account's loop.
class MediaFolder {
public:
    MediaFolder(MediaOptions options, const protocol::Profile& profile, Fetcher& fetcher,
                const Limits& limits, Log log);

    // Whether enhance() has anything to do for this message: cheap.
    bool needs_enhancing(const protocol::Message& message) const;

    // Downloads, copies or decodes what image and record segments name and puts local names in
    // their place (ENH-001 ... ENH-014). A segment whose source fails stays as it is, with a
    // warning in the log.
    asio::awaitable<protocol::Message> enhance(protocol::Message message);

    // A received image gets its `url` from data/image/<file>.cqimg (ENH-020, ENH-021). Where there
    // is no such file, one is written with the `url` the image came with (ENH-023).
    void add_image_urls(protocol::Message& message) const;

    // The file of that local name, inside the folder `kind` ("image", "record"); an error where the
    // name leads outside or nothing is there (ENH-013).
    Result<std::filesystem::path> find(std::string_view kind, std::string_view name) const;

    // The same for a received image: what is not there yet is downloaded from the `url` of its
    // .cqimg file (get_image, ACT-153).
    asio::awaitable<Result<std::filesystem::path>> fetch_image(std::string name);

    // Converts a record with ffmpeg and returns the new file's name: argument vector, no shell, a
    // time limit. The error says what is missing (get_record, ACT-126): no_such_file_or_directory
    // and illegal_byte_sequence blame the record, everything else the machine.
    asio::awaitable<Result<std::string>> convert_record(std::string name, std::string format);

    // Empties one folder below data; it exists afterwards (ACT-013).
    Result<void> clean(std::string_view kind);

private:
    enum class Origin { web, file, data };
    struct Place;
    struct Source;

    // Nothing where the segment names no more than a local file: cheap.
    std::optional<Place> place_of(const protocol::Segment& segment) const;
    Source source_of(const protocol::Segment& segment, const Place& place) const;
    asio::awaitable<Result<std::string>> bring(Source source);
    asio::awaitable<Result<std::string>> download(Source source);
    asio::awaitable<Result<std::string>> copy(Source source);
    asio::awaitable<Result<std::string>> decode(Source source);
    // Bytes into a file of that name, piece by piece.
    asio::awaitable<Result<std::string>> keep(std::string_view kind, std::string name,
                                              std::string bytes);
    std::string local_name(std::string_view source) const;
    std::filesystem::path folder(std::string_view kind) const;
    // The `url` in the .cqimg file of an image; empty without one.
    std::string image_url(const std::string& name) const;
    void write_image_url(const std::string& name, const std::string& url) const;

    MediaOptions options_;
    const protocol::Profile& profile_;
    Fetcher& fetcher_;
    const Limits& limits_;
    Log log_;
    int conversions_ = 0;  // that run now
};

}  // namespace cqhttp::account
