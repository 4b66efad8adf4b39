// Chapter 01, section 6: the files below /data/.
#include "conformance/cases/chapters.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

namespace fs = std::filesystem;

// Every byte once.
std::string all_bytes() {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
    }
    return bytes;
}

// A file below the folder of data files, for one case.
class DataFile {
public:
    DataFile(const Context& context, std::string_view path, std::string_view content)
        : file_(context.target().data_root / "data" / path) {
        std::error_code ignored;
        fs::create_directories(file_.parent_path(), ignored);
        std::ofstream(file_, std::ios::binary) << content;
    }
    ~DataFile() {
        std::error_code ignored;
        fs::remove(file_, ignored);
    }
    DataFile(const DataFile&) = delete;
    DataFile& operator=(const DataFile&) = delete;

    const fs::path& path() const noexcept { return file_; }

private:
    fs::path file_;
};

struct Wanted {
    std::string_view path;
    int status;
};

asio::awaitable<Outcome> all_get(Context& context, std::vector<Wanted> wanted) {
    Outcome outcome;
    for (const Wanted& one : wanted) {
        const HttpReply reply = co_await context.send(get(std::string(one.path)));
        outcome.check(expect::status(reply, one.status), one.path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> whole_file(Context& context) {
    Outcome outcome;
    const std::string bytes = all_bytes();
    const DataFile file(context, "image/conformance-1.bin", bytes);
    const HttpReply reply = co_await context.send(get("/data/image/conformance-1.bin"));
    outcome.check(expect::status(reply, 200));
    outcome.check(expect::text(bytes, reply.body, "the body"));
    co_return outcome;
}

asio::awaitable<Outcome> large_file(Context& context) {
    Outcome outcome;
    std::string bytes;
    while (bytes.size() < 3'000'000) {
        bytes += fmt::format("{} ", bytes.size());
    }
    const DataFile file(context, "image/conformance-large.bin", bytes);
    HttpConnection connection = context.http();
    const HttpReply reply = co_await connection.exchange(get("/data/image/conformance-large.bin"));
    outcome.check(expect::status(reply, 200));
    outcome.check(expect::that(reply.body == bytes, "the three megabytes of the file",
                               fmt::format("{} bytes", reply.body.size())));
    const HttpReply next = co_await connection.exchange(get("/get_login_info"));
    outcome.check(expect::ok(next), "the next request on the connection");
    co_return outcome;
}

asio::awaitable<Outcome> four_folders(Context& context) {
    Outcome outcome;
    for (const char* folder : {"image", "record", "show", "bface"}) {
        const DataFile file(context, fmt::format("{}/deep/er/conformance.bin", folder), folder);
        const HttpReply reply =
            co_await context.send(get(fmt::format("/data/{}/deep/er/conformance.bin", folder)));
        outcome.check(expect::status(reply, 200), folder);
        outcome.check(expect::text(folder, reply.body, "the body"), folder);
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_paths(Context& context) {
    const DataFile account(context, "conformance.db", "secret");
    const DataFile other(context, "log/conformance.log", "secret");
    std::vector<Wanted> wanted{{"/data/conformance.db", 404}, {"/data/log/conformance.log", 404},
                               {"/data/image", 404},          {"/data/image/", 404},
                               {"/data/Image/x", 404},        {"/data//image/x", 404},
                               {"/data/images/x", 404},       {"/Data/image/x", 404}};
    co_return co_await all_get(context, std::move(wanted));
}

asio::awaitable<Outcome> off_by_default(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance-off.bin", "off");
    const HttpReply with = co_await context.send(get("/data/image/conformance-off.bin"));
    outcome.check(expect::status(with, 404), "with the token");
    const HttpReply without =
        co_await context.send(get("/data/image/conformance-off.bin").anonymous());
    outcome.check(expect::status(without, 404), "without a token");
    co_return outcome;
}

asio::awaitable<Outcome> token_is_needed(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance-token.bin", "token");
    const std::string path = "/data/image/conformance-token.bin";
    const HttpReply none = co_await context.send(get(path).anonymous());
    outcome.check(expect::status(none, 401), "without a token");
    const HttpReply wrong =
        co_await context.send(get(path).anonymous().header("Authorization", "Token bad"));
    outcome.check(expect::status(wrong, 403), "with a wrong token");
    const HttpReply right = co_await context.send(get(path));
    outcome.check(expect::status(right, 200), "with the token");
    co_return outcome;
}

asio::awaitable<Outcome> dots(Context& context) {
    const DataFile file(context, "image/a..b.jpg", "dots");
    const DataFile outside(context, "conformance.db", "secret");
    std::vector<Wanted> wanted{{"/data/image/../conformance.db", 403},
                               {"/data/image/..", 403},
                               {"/data/image/x/../a..b.jpg", 403},
                               {"/data/image/a..b.jpg", 403},
                               {"/data/image/../../../../etc/hostname", 403}};
    co_return co_await all_get(context, std::move(wanted));
}

asio::awaitable<Outcome> hidden_dots(Context& context) {
    Outcome outcome;
    const DataFile outside(context, "conformance.db", "secret");
    const DataFile inside(context, "record/conformance.bin", "secret");
    for (const char* path :
         {"/data/image/%2e%2e/conformance.db", "/data/image/..%2fconformance.db",
          "/data/image/%2e%2e%2fconformance.db", "/data/image/..\\conformance.db",
          "/data/image/..%5cconformance.db", "/data/image/.%2e/record/conformance.bin",
          "/data/image/%252e%252e/conformance.db", "/data/image/%2fetc/hostname",
          "/data/image//etc/hostname", "/data/image/x%00/../../conformance.db",
          "/data/%2e%2e/data/record/conformance.bin"}) {
        const HttpReply reply = co_await context.send(get(path));
        outcome.check(expect::status_in(reply, {403, 404}), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> links(Context& context) {
    Outcome outcome;
    const DataFile outside(context, "conformance.db", "secret");
    const DataFile inside(context, "image/conformance-real.bin", "real");
    const fs::path folder = inside.path().parent_path();
    std::error_code ignored;
    const fs::path bad = folder / "conformance-bad.bin";
    const fs::path up = folder / "conformance-up";
    const fs::path good = folder / "conformance-good.bin";
    fs::create_symlink(outside.path(), bad, ignored);
    fs::create_directory_symlink(folder.parent_path(), up, ignored);
    fs::create_symlink(inside.path(), good, ignored);
    std::vector<Wanted> wanted{{"/data/image/conformance-bad.bin", 404},
                               {"/data/image/conformance-up/conformance.db", 404},
                               {"/data/image/conformance-good.bin", 200}};
    outcome.check(co_await all_get(context, std::move(wanted)));
    for (const fs::path& link : {bad, up, good}) {
        fs::remove(link, ignored);
    }
    co_return outcome;
}

asio::awaitable<Outcome> nothing_there(Context& context) {
    const DataFile file(context, "image/conformance-folder/x", "x");
    std::vector<Wanted> wanted{{"/data/image/conformance-none.bin", 404},
                               {"/data/image/conformance-folder", 404},
                               {"/data/image/conformance-folder/", 404},
                               {"/data/image/conformance-folder/y", 404},
                               {"/data/image/conformance-folder/x/", 404}};
    co_return co_await all_get(context, std::move(wanted));
}

asio::awaitable<Outcome> unreadable(Context& context) {
    const DataFile file(context, "image/conformance-closed.bin", "closed");
    std::error_code ignored;
    fs::permissions(file.path(), fs::perms::none, ignored);
    if (::access(file.path().c_str(), R_OK) == 0) {
        co_return Outcome::note("run as root, who may read every file");
    }
    const HttpReply reply = co_await context.send(get("/data/image/conformance-closed.bin"));
    co_return expect::status(reply, 403);
}

asio::awaitable<Outcome> headers(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance-headers.png", "12345");
    const HttpReply reply = co_await context.send(get("/data/image/conformance-headers.png"));
    outcome.check(expect::status(reply, 200));
    outcome.check(expect::header(reply, "Content-Length", "5"));
    outcome.check(expect::header(reply, "Content-Type", "application/octet-stream"));
    outcome.check(expect::header(reply, "Content-Disposition", "attachment"));
    co_return outcome;
}

asio::awaitable<Outcome> only_get(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance-post.bin", "post");
    const HttpReply plain = co_await context.send(post("/data/image/conformance-post.bin"));
    outcome.check(expect::status(plain, 404), "POST without a body");
    const HttpReply json =
        co_await context.send(post("/data/image/conformance-post.bin").json(std::string("{}")));
    outcome.check(expect::status(json, 404), "POST with {}");
    const HttpReply same = co_await context.send(get("/data/image/conformance-post.bin"));
    outcome.check(expect::status(same, 200), "GET");
    co_return outcome;
}

asio::awaitable<Outcome> encoded_names(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance 图 +%.jpg", "encoded");
    for (const char* path : {"/data/image/conformance%20%E5%9B%BE%20+%25.jpg",
                             "/data/image/conformance%20%e5%9b%be%20%2B%25.jpg"}) {
        const HttpReply reply = co_await context.send(get(path));
        outcome.check(expect::status(reply, 200), path);
        outcome.check(expect::text("encoded", reply.body, "the body"), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_data_routes(Context& context) {
    std::vector<Wanted> wanted{{"/data", 404}, {"/data/", 404}};
    return all_get(context, std::move(wanted));
}

// `/data` is an action's name, so the token is looked at before it is found unknown; `/data/` is
// the same with a slash behind it.
asio::awaitable<Outcome> data_is_an_action(Context& context) {
    Outcome outcome = co_await no_data_routes(context);
    const HttpReply reply = co_await context.send(get("/data").anonymous());
    outcome.check(expect::status(reply, 401), "GET /data without a token");
    co_return outcome;
}

asio::awaitable<Outcome> nothing_extra(Context& context) {
    Outcome outcome;
    const DataFile file(context, "image/conformance-range.bin", "0123456789");
    const HttpReply reply = co_await context.send(
        get("/data/image/conformance-range.bin").header("Range", "bytes=2-4"));
    outcome.check(expect::status(reply, 200), "with Range: bytes=2-4");
    outcome.check(expect::text("0123456789", reply.body, "the body"), "with Range: bytes=2-4");
    for (const char* name : {"ETag", "Last-Modified", "Cache-Control", "Accept-Ranges"}) {
        outcome.check(expect::no_header(reply, name));
    }
    co_return outcome;
}

asio::awaitable<Outcome> order_with_token(Context& context) {
    Outcome outcome;
    const HttpReply dots = co_await context.send(get("/data/image/../x").anonymous());
    outcome.check(expect::status(dots, 401), "`..` without a token");
    const HttpReply none = co_await context.send(get("/data/image/none").anonymous());
    outcome.check(expect::status(none, 401), "no file, no token");
    const HttpReply both = co_await context.send(get("/data/image/none..bin"));
    outcome.check(expect::status(both, 403), "no file, and `..`");
    co_return outcome;
}

asio::awaitable<Outcome> not_offered(Context& context) {
    const DataFile file(context, "image/conformance-onebot.bin", "x");
    const HttpReply reply = co_await context.send(get("/data/image/conformance-onebot.bin"));
    co_return expect::status(reply, 404);
}

constexpr Needs files = Needs(Need::http) | Need::data_root;

constexpr Case table[] = {
    {.id = "data-files/whole-file",
     .requirements = "DATA-001",
     .sentence = "GET /data/<folder>/<name> returns the bytes of the file.",
     .sends = "GET for a file that has every byte once",
     .expects = "200 and these bytes",
     .needs = files,
     .setup = &setup::data_files,
     .run = whole_file},
    {.id = "data-files/large-file",
     .requirements = "DATA-001",
     .sentence = "A large file comes as a whole, and the connection stays usable.",
     .sends = "GET for a file of three megabytes, then a call on the same connection",
     .expects = "200 with all of it, and the answer to the call",
     .needs = files,
     .setup = &setup::data_files,
     .run = large_file},
    {.id = "data-files/four-folders",
     .requirements = "DATA-002",
     .sentence = "image, record, show and bface are served, with folders inside.",
     .sends = "GET for a file two folders down in each",
     .expects = "200 and the file",
     .needs = files,
     .setup = &setup::data_files,
     .run = four_folders},
    {.id = "data-files/nothing-else-below-data",
     .requirements = "DATA-002",
     .sentence = "Every other path below /data/ is unknown.",
     .sends = "GET for other files and folders, for no name, with other capitals",
     .expects = "404",
     .needs = files,
     .setup = &setup::data_files,
     .run = other_paths},
    {.id = "data-files/off-by-default",
     .requirements = "DATA-003 DATA-016",
     .sentence = "With serve_data_files off the files are unknown, whoever asks.",
     .sends = "GET with the token and without",
     .expects = "404 both times",
     .needs = files,
     .setup = &setup::token,
     .run = off_by_default},
    {.id = "data-files/token-is-needed",
     .requirements = "DATA-004",
     .sentence = "Data files need the token.",
     .sends = "GET without, with a wrong and with the right token",
     .expects = "401, 403, 200",
     .needs = files,
     .setup = &setup::data_files_token,
     .run = token_is_needed},
    {.id = "data-files/dots-are-refused",
     .requirements = "DATA-005",
     .sentence = "A path with .. anywhere is refused.",
     .sends = "GET with .. as a folder, at the end and inside a name",
     .expects = "403",
     .needs = files,
     .setup = &setup::data_files,
     .run = dots},
    {.id = "data-files/hidden-dots-are-refused",
     .requirements = "DATA-006",
     .sentence = "Encoded dots, encoded slashes and backslashes lead nowhere either.",
     .sends = "GET with %2e%2e, ..%2f, ..\\ and others",
     .expects = "403 or 404",
     .needs = files,
     .setup = &setup::data_files,
     .run = hidden_dots},
    {.id = "data-files/links-stay-inside",
     .requirements = "DATA-007",
     .sentence = "Symbolic links that lead outside are not served.",
     .sends = "GET for links to a file and a folder outside, and to a file inside",
     .expects = "404, 404, 200",
     .needs = files,
     .setup = &setup::data_files,
     .run = links},
    {.id = "data-files/nothing-there",
     .requirements = "DATA-008",
     .sentence = "What is no file is not found.",
     .sends = "GET for a missing file and for a folder",
     .expects = "404",
     .needs = files,
     .setup = &setup::data_files,
     .run = nothing_there},
    {.id = "data-files/unreadable-file",
     .requirements = "DATA-009",
     .sentence = "A file that cannot be opened is refused.",
     .sends = "GET for a file nobody may read",
     .expects = "403",
     .needs = files,
     .setup = &setup::data_files,
     .run = unreadable},
    {.id = "data-files/headers",
     .requirements = "DATA-010",
     .sentence = "The answer says its size, application/octet-stream and attachment.",
     .sends = "GET for a file of five bytes",
     .expects = "these headers",
     .needs = files,
     .setup = &setup::data_files,
     .run = headers},
    {.id = "data-files/only-get",
     .requirements = "DATA-011",
     .sentence = "Files are there for GET only.",
     .sends = "POST without a body and with {}, then GET",
     .expects = "404, 404, 200",
     .needs = files,
     .setup = &setup::data_files,
     .run = only_get},
    {.id = "data-files/encoded-names",
     .requirements = "DATA-012",
     .sentence = "Percent-encoded names are decoded.",
     .sends = "GET for a name with blanks, Chinese, a plus and a percent sign",
     .expects = "200 and the file",
     .needs = files,
     .setup = &setup::data_files,
     .run = encoded_names},
    {.id = "data-files/data-alone-is-an-action",
     .requirements = "DATA-013",
     .sentence = "/data and /data/ are no data routes.",
     .sends = "GET for both, and for /data without a token",
     .expects = "404, 404, 401",
     .needs = files,
     .setup = &setup::data_files_token,
     .run = data_is_an_action},
    {.id = "data-files/nothing-extra",
     .requirements = "DATA-014",
     .sentence = "There are no ranges and no headers for caches.",
     .sends = "GET with a range",
     .expects = "200 with the whole file",
     .needs = files,
     .setup = &setup::data_files,
     .run = nothing_extra},
    {.id = "data-files/not-in-onebot",
     .requirements = "DATA-015",
     .sentence = "OneBot 11 has no data files.",
     .sends = "GET for a file that is there, with serve_data_files on",
     .expects = "404",
     .needs = files,
     .setup = &setup::data_files,
     .run = not_offered},
    {.id = "data-files/order-of-checks",
     .requirements = "DATA-016",
     .sentence = "The token is looked at before the path, the path before the file.",
     .sends = "GET with .. or no file and no token, GET with .. and no file",
     .expects = "401, 401, 403",
     .needs = files,
     .setup = &setup::data_files_token,
     .run = order_with_token},
};

}  // namespace

std::span<const Case> data_files_cases() {
    return table;
}

}  // namespace cqhttp::conformance
