#include "gateway/account/media_file.hpp"

#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <sys/stat.h>
#include <utility>

namespace cqhttp::account::test {
namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_CASE("media file: names by digest", "[ENH-002]") {
    CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(md5_hex("http://127.0.0.1:8080/a.png") == "957deee879e26652caecbde7e6ed63a7");
}

TEST_CASE("media file: random names differ", "[ENH-009]") {
    const std::string name = random_name();
    CHECK(name.size() == 32);
    CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(name != random_name());
}

TEST_CASE("media file: image extensions", "[ENH-002]") {
    CHECK(image_extension("http://a/b.png") == ".png");
    CHECK(image_extension("http://a/b.JPG") == ".JPG");
    CHECK(image_extension("x.jpeg") == ".jpeg");
    CHECK(image_extension("x.Gif") == ".Gif");
    CHECK(image_extension("x.bmp") == ".bmp");
    CHECK(image_extension("x.webp").empty());
    CHECK(image_extension("x.png?y=1").empty());
    CHECK(image_extension("png").empty());
    CHECK(image_extension("").empty());
}

TEST_CASE("media file: extensions by content", "[ENH-009]") {
    CHECK(extension_by_content("\xFF\xD8\xFF\xE0rest") == "jpg");
    CHECK(extension_by_content("\x89PNG\r\n\x1A\nrest") == "png");
    CHECK(extension_by_content("GIF89a") == "gif");
    CHECK(extension_by_content("BMrest") == "bmp");
    CHECK(extension_by_content("RIFF") == "tmp");
    CHECK(extension_by_content("\xFF\xD8") == "tmp");
    CHECK(extension_by_content("") == "tmp");
}

TEST_CASE("media file: names never lead out of the folder", "[ENH-013]") {
    const TemporaryFolder temporary;
    const fs::path folder = temporary.path() / "image";
    temporary.write("image/a.png", "a");
    temporary.write("image/sub/b.png", "b");
    temporary.write("image-2/c.png", "c");
    temporary.write("secret", "s");
    fs::create_symlink(temporary.path() / "secret", folder / "link");
    fs::create_symlink(temporary.path(), folder / "up");
    fs::create_symlink(folder / "a.png", folder / "inner");

    REQUIRE(find_inside(folder, "a.png").has_value());
    CHECK(find_inside(folder, "a.png")->filename() == "a.png");
    CHECK(find_inside(folder, "sub/b.png").has_value());
    CHECK(find_inside(folder, "inner").has_value());
    const std::string absolute = (folder / "a.png").string();
    for (const std::string& name :
         {std::string("../secret"), std::string("../image/a.png"), std::string("sub/../a.png"),
          std::string("link"), std::string("up/secret"), std::string("/etc/passwd"), absolute,
          std::string("../image-2/c.png"), std::string(""), std::string("."), std::string("sub"),
          std::string("none.png"), std::string("a.png\0.x", 8), std::string("a.png/")}) {
        INFO(name);
        CHECK_FALSE(find_inside(folder, name).has_value());
    }
    CHECK_FALSE(find_inside(temporary.path() / "no folder", "a.png").has_value());
}

TEST_CASE("media file: a pending file appears complete or not at all", "[ENH-006]") {
    const TemporaryFolder temporary;
    const fs::path folder = temporary.path() / "new" / "image";
    {
        auto lost = PendingFile::create(folder, ".mp3");
        REQUIRE(lost.has_value());
        CHECK(lost->path().extension() == ".mp3");
        CHECK(lost->append("half").has_value());
    }
    CHECK(temporary.list("new/image").empty());
    {
        auto pending = PendingFile::create(folder);
        REQUIRE(pending.has_value());
        CHECK(pending->append("whole ").has_value());
        CHECK(pending->append("file").has_value());
        CHECK_FALSE(fs::exists(folder / "a.tmp"));
        PendingFile moved = std::move(*pending);
        CHECK(moved.publish(folder / "a.tmp").has_value());
    }
    CHECK(temporary.list("new/image") == std::vector<std::string>{"a.tmp"});
    CHECK(temporary.read("new/image/a.tmp") == "whole file");
}

TEST_CASE("media file: a pending file that cannot be published is gone", "[ENH-006]") {
    const TemporaryFolder temporary;
    temporary.write("image/taken/x", "x");
    {
        auto pending = PendingFile::create(temporary.path() / "image");
        REQUIRE(pending.has_value());
        CHECK_FALSE(pending->publish(temporary.path() / "image" / "taken").has_value());
    }
    CHECK(temporary.list("image") == std::vector<std::string>{"taken"});
    temporary.write("file", "no folder");
    CHECK_FALSE(PendingFile::create(temporary.path() / "file").has_value());
}

TEST_CASE("media file: only regular files are read", "[ENH-014]") {
    const TemporaryFolder temporary;
    temporary.write("text", "0123456789");
    REQUIRE(::mkfifo((temporary.path() / "pipe").c_str(), 0600) == 0);
    CHECK(SourceFile::open(temporary.path() / "text").has_value());
    CHECK_FALSE(SourceFile::open(temporary.path() / "pipe").has_value());
    CHECK_FALSE(SourceFile::open(temporary.path()).has_value());
    CHECK_FALSE(SourceFile::open("/dev/zero").has_value());
    CHECK_FALSE(SourceFile::open(temporary.path() / "none").has_value());
    CHECK(read_small_file(temporary.path() / "text", 10).value() == "0123456789");
    CHECK_FALSE(read_small_file(temporary.path() / "text", 9).has_value());
    CHECK_FALSE(read_small_file(temporary.path() / "none", 9).has_value());
}

}  // namespace cqhttp::account::test
