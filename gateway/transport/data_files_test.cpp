#include "gateway/transport/data_files.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cqhttp {

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

std::string content(const net::FileBody& file) {
    std::string text(file.size(), '\0');
    const ssize_t got = ::pread(file.descriptor(), text.data(), text.size(), 0);
    return got == static_cast<ssize_t>(text.size()) ? text : "short read";
}

// Opens files as nobody would, so that a test run by root sees a refusal too.
class WithoutPower {
public:
    WithoutPower() { ::setfsuid(65534); }
    ~WithoutPower() { ::setfsuid(::geteuid()); }
};

}  // namespace

TEST_CASE("data files: which paths are data files", "[DATA-002][DATA-013]") {
    for (const char* path : {"/data/image/a.jpg", "/data/record/x/y.amr", "/data/show/1",
                             "/data/bface/1", "/data/image/../x"}) {
        INFO(path);
        CHECK(transport::is_data_path(path));
    }
    for (const char* path : {"/data", "/data/", "/data/image", "/data/image/", "/data/log/x",
                             "/data/1234/eventv2.db", "/Data/image/x", "/data//x", "/x"}) {
        INFO(path);
        CHECK_FALSE(transport::is_data_path(path));
    }
}

TEST_CASE("data files: paths that lead upwards are known in every disguise",
          "[DATA-005][DATA-006]") {
    for (const char* path : {"/data/image/../x", "/data/image/a..b.jpg", "/data/image/%2e%2e/x",
                             "/data/image/%2E./x", "/data/image/..%2fx", "/data/image/..\\x"}) {
        INFO(path);
        CHECK(transport::leads_upwards(path));
    }
    CHECK_FALSE(transport::leads_upwards("/data/image/a.b.jpg"));
}

TEST_CASE("data files: a file is served with its headers", "[DATA-001][DATA-010][DATA-012]") {
    const test::TempDir root;
    write(root.path() / "image" / "a.jpg", std::string("\x00\x01 bytes", 8));
    write(root.path() / "image" / "sub" / "猫.jpg", "cat");
    const auto response = transport::serve_data_file(root.path(), "/data/image/a.jpg");
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/octet-stream");
    REQUIRE(response.headers.size() == 1);
    CHECK(response.headers[0].first == "Content-Disposition");
    CHECK(response.headers[0].second == "attachment");
    REQUIRE(response.file);
    CHECK(content(*response.file) == std::string("\x00\x01 bytes", 8));
    const auto cat = transport::serve_data_file(root.path(), "/data/image/sub/%E7%8C%AB.jpg");
    REQUIRE(cat.file);
    CHECK(content(*cat.file) == "cat");
}

TEST_CASE("data files: what is no file in the folder is not found", "[DATA-007][DATA-008]") {
    const test::TempDir root;
    write(root.path() / "secret.txt", "secret");
    write(root.path() / "image" / "sub" / "a.jpg", "a");
    std::filesystem::create_symlink(root.path() / "secret.txt", root.path() / "image" / "link");
    std::filesystem::create_symlink("sub/a.jpg", root.path() / "image" / "inner");
    REQUIRE(::mkfifo((root.path() / "image" / "pipe").c_str(), 0600) == 0);
    for (const char* path :
         {"/data/image/none.jpg", "/data/image/sub", "/data/image/sub/", "/data/image/link",
          "/data/image/pipe", "/data/image/%00a.jpg", "/data/image//etc/passwd",
          "/data/image/%2Fetc%2Fpasswd", "/data/image/%5Cetc", "/data/image/%252e%252e/secret.txt",
          "/data/record/a.jpg"}) {
        INFO(path);
        const auto response = transport::serve_data_file(root.path(), path);
        CHECK(response.status == 404);
        CHECK_FALSE(response.file);
    }
    CHECK(transport::serve_data_file(root.path(), "/data/image/inner").status == 200);
}

TEST_CASE("data files: upward paths are never served even if asked for", "[DATA-006]") {
    const test::TempDir root;
    write(root.path() / "secret.txt", "secret");
    std::filesystem::create_directories(root.path() / "image");
    for (const char* path : {"/data/image/../secret.txt", "/data/image/%2e%2e/secret.txt",
                             "/data/image/..%5csecret.txt"}) {
        INFO(path);
        CHECK(transport::serve_data_file(root.path(), path).status == 404);
    }
}

TEST_CASE("data files: a file that cannot be opened is forbidden", "[DATA-009]") {
    const test::TempDir root;
    write(root.path() / "image" / "closed.jpg", "x");
    std::filesystem::permissions(root.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(root.path() / "image" / "closed.jpg", std::filesystem::perms(0));
    const WithoutPower nobody;
    CHECK(transport::serve_data_file(root.path(), "/data/image/closed.jpg").status == 403);
}

TEST_CASE("data files: a folder that cannot be opened is not found", "[DATA-008][DATA-016]") {
    const test::TempDir root;
    std::filesystem::create_directories(root.path() / "image" / "closed");
    std::filesystem::permissions(root.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(root.path() / "image" / "closed", std::filesystem::perms(0));
    const WithoutPower nobody;
    CHECK(transport::serve_data_file(root.path(), "/data/image/closed").status == 404);
}

}  // namespace cqhttp
