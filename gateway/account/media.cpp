#include "gateway/account/media.hpp"

#include "gateway/account/media_file.hpp"
#include "gateway/account/transcoder.hpp"
#include "gateway/base/text.hpp"
#include "gateway/base/url.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace cqhttp::account {
namespace {

namespace fs = std::filesystem;
using protocol::Message;
using protocol::Segment;

// Large files are written in pieces of this size, and other calls get their turn in between.
constexpr std::size_t piece_size = std::size_t{1} << 20U;
constexpr std::size_t image_info_size = 64 * 1024;
constexpr int most_conversions = 8;  // at once; more are refused
constexpr std::int64_t longest_timeout = 24 * 60 * 60;
constexpr std::string_view plain_extension = ".tmp";
constexpr std::string_view image_info_extension = ".cqimg";
constexpr std::string_view inline_prefix = "base64://";
constexpr std::string_view file_prefix = "file://";
constexpr std::string_view short_file_prefix = "file:";

bool is_web(std::string_view file) {
    return file.starts_with("http://") || file.starts_with("https://");
}

std::string_view kind_of(std::string_view type) {
    for (const std::string_view kind : {"image", "record", "video"}) {
        if (type == kind) {
            return kind;
        }
    }
    return {};
}

// For the log, without what a query may give away.
std::string printable(std::string_view source) {
    if (source.starts_with(inline_prefix)) {
        return "base64 data of " + std::to_string(source.size()) + " bytes";
    }
    if (!is_web(source)) {
        return std::string(source);
    }
    const auto url = parse_url(source);
    return url ? url->printable() : "an unreadable url";
}

Error too_large(std::size_t bound) {
    return failure("larger than " + std::to_string(bound) + " bytes");
}

bool is_missing(const fs::path& path) {
    std::error_code error;
    return !fs::exists(path, error);
}

// Counts one more as long as it lives.
class Counted {
public:
    explicit Counted(int& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    int& count_;
};

// The value of `url` in the section [image] of a .cqimg file.
std::string url_in(std::string_view ini) {
    bool in_section = false;
    while (!ini.empty()) {
        const std::size_t end = std::min(ini.find('\n'), ini.size());
        const std::string_view line = trim(ini.substr(0, end));
        ini.remove_prefix(std::min(end + 1, ini.size()));
        if (line.starts_with('[')) {
            in_section = line == "[image]";
            continue;
        }
        const std::size_t equals = line.find('=');
        if (in_section && equals != std::string_view::npos &&
            trim(line.substr(0, equals)) == "url") {
            return std::string(trim(line.substr(equals + 1)));
        }
    }
    return {};
}

}  // namespace

// What an image or record segment names, where it is more than a local name.
struct MediaFolder::Place {
    Origin origin;
    std::string_view kind;  // the folder
    std::string_view text;  // URL, path or base64 text
};

// The same with the segment's wishes, for a coroutine to keep.
struct MediaFolder::Source {
    Origin origin;
    std::string_view kind;
    std::string place;
    bool use_cached;
    std::chrono::milliseconds timeout;
};

MediaFolder::MediaFolder(MediaOptions options, const protocol::Profile& profile, Fetcher& fetcher,
                         const Limits& limits, Log log)
    : options_(std::move(options)),
      profile_(profile),
      fetcher_(fetcher),
      limits_(limits),
      log_(std::move(log)) {}

fs::path MediaFolder::folder(std::string_view kind) const {
    return options_.data_directory / kind;
}

std::string MediaFolder::local_name(std::string_view source) const {
    const std::string_view extension =
        profile_.image_extension_kept ? image_extension(source) : std::string_view();
    return md5_hex(source).append(extension.empty() ? plain_extension : extension);
}

std::optional<MediaFolder::Place> MediaFolder::place_of(const Segment& segment) const {
    const std::string_view kind = kind_of(segment.type);
    const std::string* file = kind.empty() ? nullptr : segment.find("file");
    const bool enhanced = kind != "video" || profile_.enhanced_video;
    if (file == nullptr || !enhanced) {
        return std::nullopt;
    }
    const std::string_view place = *file;
    if (is_web(place)) {
        return Place{Origin::web, kind, place};
    }
    if (place.starts_with(file_prefix)) {
        return Place{Origin::file, kind, place.substr(file_prefix.size())};
    }
    if (profile_.file_uri_without_slashes && place.starts_with(short_file_prefix)) {
        return Place{Origin::file, kind, place.substr(short_file_prefix.size())};
    }
    if (place.starts_with(inline_prefix)) {
        return Place{Origin::data, kind, place.substr(inline_prefix.size())};
    }
    return std::nullopt;  // a name in the folder (ENH-010)
}

MediaFolder::Source MediaFolder::source_of(const Segment& segment, const Place& place) const {
    Source source{place.origin, place.kind, std::string(place.text), true, {}};
    if (const std::string* cache = segment.find("cache")) {
        const bool word = profile_.cache_word_forms && (*cache == "no" || *cache == "false");
        source.use_cached = *cache != "0" && !word;
    }
    const std::string* timeout = segment.find("timeout");
    if (timeout != nullptr && profile_.download_timeout_parameter) {
        const std::int64_t seconds = parse_int64(*timeout).value_or(0);
        source.timeout =
            std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, longest_timeout));
    }
    return source;
}

bool MediaFolder::needs_enhancing(const Message& message) const {
    return std::any_of(message.begin(), message.end(),
                       [this](const Segment& segment) { return place_of(segment).has_value(); });
}

asio::awaitable<Message> MediaFolder::enhance(Message message) {
    for (Segment& segment : message) {
        const auto place = place_of(segment);
        if (!place) {
            continue;
        }
        Source source = source_of(segment, *place);
        Result<std::string> name = co_await bring(std::move(source));
        if (name) {
            segment.set("file", std::move(*name));
        } else {
            log_.warn("{} is sent as it is: source={} error={}", segment.type,
                      printable(*segment.find("file")), name.error().detail);
        }
    }
    co_return message;
}

asio::awaitable<Result<std::string>> MediaFolder::bring(Source source) {
    switch (source.origin) {
        case Origin::web: return download(std::move(source));
        case Origin::file: return copy(std::move(source));
        case Origin::data: break;
    }
    return decode(std::move(source));
}

asio::awaitable<Result<std::string>> MediaFolder::download(Source source) {
    std::string name = local_name(source.place);
    if (source.use_cached && find(source.kind, name)) {
        co_return name;  // ENH-003
    }
    if (!source.use_cached && !profile_.cached_file_replaced) {
        name = random_name().append(plain_extension);  // ENH-004
    }
    FetchRequest request{std::move(source.place), source.timeout, limits_.media};
    Result<std::string> body = co_await fetcher_.fetch(std::move(request));
    if (!body) {
        co_return body.error();
    }
    if (body->empty()) {
        co_return failure("the answer is empty");
    }
    auto keeping = keep(source.kind, std::move(name), std::move(*body));
    co_return co_await std::move(keeping);
}

asio::awaitable<Result<std::string>> MediaFolder::copy(Source source) {
    if (!options_.allow_file_urls) {
        co_return failure("gateway.allow_file_urls is off");
    }
    if (is_missing(source.place)) {
        source.place = percent_decode(source.place);  // ENH-008
    }
    const bool sound = source.place.find('\0') == std::string::npos;
    if (!sound || !source.place.starts_with('/')) {
        co_return failure("not an absolute path");
    }
    auto original = SourceFile::open(source.place);
    if (!original) {
        co_return original.error();
    }
    auto pending = PendingFile::create(folder(source.kind));
    if (!pending) {
        co_return pending.error();
    }
    auto executor = co_await asio::this_coro::executor;
    std::string piece;
    for (std::size_t size = 0;;) {
        if (auto read = original->read(piece, piece_size); !read) {
            co_return read.error();
        }
        size += piece.size();
        if (piece.empty()) {
            break;
        }
        if (size > limits_.media) {
            co_return too_large(limits_.media);
        }
        if (auto written = pending->append(piece); !written) {
            co_return written.error();
        }
        co_await asio::post(executor, asio::use_awaitable);
    }
    std::string name = local_name(source.place);
    if (auto done = pending->publish(folder(source.kind) / name); !done) {
        co_return done.error();
    }
    co_return name;
}

asio::awaitable<Result<std::string>> MediaFolder::decode(Source source) {
    if (source.place.size() / 4 * 3 > limits_.media) {
        co_return too_large(limits_.media);
    }
    auto bytes = base64_decode(source.place);
    if (!bytes || bytes->empty()) {
        co_return failure("not base64 of anything");
    }
    std::string name = random_name().append(plain_extension);
    if (profile_.image_extension_kept) {
        name = random_name().append(".").append(extension_by_content(*bytes));
    }
    auto keeping = keep(source.kind, std::move(name), std::move(*bytes));
    co_return co_await std::move(keeping);
}

asio::awaitable<Result<std::string>> MediaFolder::keep(std::string_view kind, std::string name,
                                                       std::string bytes) {
    if (bytes.size() > limits_.media) {
        co_return too_large(limits_.media);
    }
    auto pending = PendingFile::create(folder(kind));
    if (!pending) {
        co_return pending.error();
    }
    auto executor = co_await asio::this_coro::executor;
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
        if (at > 0) {
            co_await asio::post(executor, asio::use_awaitable);
        }
        const std::string_view piece = std::string_view(bytes).substr(at, piece_size);
        if (auto written = pending->append(piece); !written) {
            co_return written.error();
        }
    }
    if (auto done = pending->publish(folder(kind) / name); !done) {
        co_return done.error();
    }
    co_return name;
}

std::string MediaFolder::image_url(const std::string& name) const {
    const auto info = find("image", name + std::string(image_info_extension));
    if (!info) {
        return {};
    }
    const auto text = read_small_file(*info, image_info_size);
    if (!text) {
        log_.warn("cannot read image information: {}", text.error().detail);
        return {};
    }
    return is_valid_utf8(*text) ? url_in(*text) : std::string();
}

void MediaFolder::write_image_url(const std::string& name, const std::string& url) const {
    const bool plain_name = !name.empty() && name.find('/') == std::string::npos &&
                            name.find('\0') == std::string::npos;
    const bool one_line = url.find_first_of("\r\n") == std::string::npos;
    if (!plain_name || !one_line) {
        return;
    }
    auto pending = PendingFile::create(folder("image"));
    Result<void> done = pending ? pending->append("[image]\nurl=" + url + "\n") : pending.error();
    if (done) {
        done = pending->publish(folder("image") / (name + std::string(image_info_extension)));
    }
    if (!done) {
        log_.warn("cannot write image information: {}", done.error().detail);
    }
}

void MediaFolder::add_image_urls(Message& message) const {
    for (Segment& segment : message) {
        const std::string* file = segment.type == "image" ? segment.find("file") : nullptr;
        if (file == nullptr) {
            continue;
        }
        const std::string* url = segment.find("url");
        std::string known = image_url(*file);
        const bool came_with_url = url != nullptr && !url->empty();
        if (known.empty()) {
            if (came_with_url && !find("image", *file + std::string(image_info_extension))) {
                write_image_url(*file, *url);
            }
            continue;
        }
        if (!came_with_url || profile_.known_image_url_wins) {
            segment.set("url", std::move(known));
        }
    }
}

Result<fs::path> MediaFolder::find(std::string_view kind, std::string_view name) const {
    return find_inside(folder(kind), name);
}

asio::awaitable<Result<fs::path>> MediaFolder::fetch_image(std::string name) {
    auto there = find("image", name);
    const std::string url = image_url(name);
    if (there || !is_web(url) || name.find('/') != std::string::npos) {
        co_return there;
    }
    FetchRequest request{url, std::chrono::milliseconds(0), limits_.media};
    Result<std::string> body = co_await fetcher_.fetch(std::move(request));
    if (!body) {
        co_return body.error();
    }
    if (body->empty()) {
        co_return failure("the answer is empty");
    }
    auto keeping = keep("image", name, std::move(*body));
    Result<std::string> kept = co_await std::move(keeping);
    if (!kept) {
        co_return kept.error();
    }
    co_return find("image", name);
}

asio::awaitable<Result<std::string>> MediaFolder::convert_record(std::string name,
                                                                 std::string format) {
    auto source = find("record", name);
    if (!source) {
        co_return source.error();
    }
    const std::string extension = "." + format;
    const std::string new_name = fs::path(name).replace_extension(extension).string();
    if (new_name == name) {
        co_return name;  // it is what is asked for
    }
    if (conversions_ >= most_conversions) {
        co_return failure("too many conversions at once");
    }
    const Counted running(conversions_);
    auto pending = PendingFile::create(source->parent_path(), extension);
    if (!pending) {
        co_return pending.error();
    }
    TranscodeJob job{options_.ffmpeg, *source, pending->path(), limits_.transcode};
    Result<void> converted = co_await transcode(std::move(job));
    if (!converted) {
        co_return converted.error();
    }
    std::error_code error;
    if (fs::file_size(pending->path(), error) == 0) {
        co_return Error{make_error_code(boost::system::errc::illegal_byte_sequence),
                        "nothing to hear in " + source->string()};
    }
    if (auto done = pending->publish(folder("record") / new_name); !done) {
        co_return done.error();
    }
    co_return new_name;
}

Result<void> MediaFolder::clean(std::string_view kind) {
    const fs::path path = folder(kind);
    std::error_code error;
    fs::create_directories(path, error);
    for (auto entry = fs::directory_iterator(path, error); !error && entry != fs::end(entry);) {
        const fs::path inner = entry->path();
        entry.increment(error);
        if (!error) {
            fs::remove_all(inner, error);
        }
    }
    if (error) {
        return failure(boost::system::error_code(error), "cannot empty " + path.string());
    }
    return {};
}

}  // namespace cqhttp::account
