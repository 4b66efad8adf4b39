#include "conformance/cases/enhanced_steps.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

namespace cqhttp::conformance {

namespace fs = std::filesystem;

namespace {

std::string md5(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
    return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace

std::string local_name(const Context& context, std::string_view source) {
    const std::string lower = to_lower(source);
    std::string extension = ".tmp";
    for (const std::string_view known : {".png", ".jpg", ".jpeg", ".gif", ".bmp"}) {
        if (!context.is_40() && lower.ends_with(known)) {
            extension = source.substr(source.size() - known.size());
        }
    }
    return md5(source) + extension;
}

std::string suite_address(Context& context, std::string_view path) {
    return fmt::format("http://127.0.0.1:{}{}", context.post().port(), path);
}

fs::path media_folder(const Context& context, std::string_view kind) {
    return context.target().data_root / "data" / kind;
}

std::string file_content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_file(const fs::path& file, std::string_view content) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

Json media(std::string_view type, std::string_view file, std::string_view name,
           std::string_view value) {
    Json data;
    data["file"] = file;
    if (!name.empty()) {
        data[std::string(name)] = value;
    }
    return segment(type, std::move(data));
}

std::string answer_with(std::string_view body, int status) {
    return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

asio::awaitable<Json> send_media(Context& context, Outcome& outcome, Json message,
                                 std::vector<std::string> answers) {
    context.hold_posts();
    HttpConnection connection = context.http();
    Json params;
    params["user_id"] = context.target().user;
    params["message"] = std::move(message);
    co_await connection.send(post("/send_private_msg").json(params));
    for (const std::string& answer : answers) {
        auto asked = co_await context.next_post();
        const bool download = asked && asked->request_line().starts_with("GET ");
        if (!outcome.check(expect::that(download, "a download",
                                        asked ? asked->request_line() : "none was asked for"))) {
            break;
        }
        asked->answer_bytes(answer, true);
    }
    const HttpReply reply = co_await connection.receive("POST");
    outcome.check(sent(reply), dump_short(params));
    outcome.check(expect::that(!context.post().came(), "no further download", "one was asked for"));
    const auto content = co_await sent_content(context, reply);
    const Json list = segments_of(content.value_or(Json()));
    co_return list.is_array() && !list.empty() ? member(list[0], "data") : Json();
}

Check holds_content(const Context& context, std::string_view kind, const Json& data,
                    std::string_view content) {
    const Json& name = member(data, "file");
    const std::string file = name.is_string() ? name.get<std::string>() : "";
    const bool local = !file.empty() && file.find('/') == std::string::npos;
    return expect::that(local && file_content(media_folder(context, kind) / file) == content,
                        fmt::format("a file in the folder {} with what was given", kind),
                        dump_short(data));
}

}  // namespace cqhttp::conformance
