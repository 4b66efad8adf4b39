#include "gateway/account/media_file.hpp"
#include "gateway/base/text.hpp"
#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

namespace fs = std::filesystem;
using protocol::Message;

constexpr const char* picture_url = "http://127.0.0.1:8080/a.png";
constexpr const char* picture_name = "957deee879e26652caecbde7e6ed63a7.tmp";
constexpr ProfileId every_profile[] = {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                       ProfileId::onebot_11};

// The message after enhancing, as CQ string.
std::string enhance(Desk& desk, const std::string& cq) {
    Message message = protocol::parse_cq(cq, desk.profile);
    CHECK(desk.media.needs_enhancing(message));
    return protocol::to_cq(
        cqhttp::test::run_coro(desk.loop, desk.media.enhance(std::move(message))));
}

bool is_enhanced(Desk& desk, const std::string& cq) {
    return desk.media.needs_enhancing(protocol::parse_cq(cq, desk.profile));
}

// The local name in "[CQ:image,file=NAME]" and the like.
std::string name_in(const std::string& cq) {
    const std::size_t start = cq.find("file=") + 5;
    return cq.substr(start, cq.find_first_of(",]", start) - start);
}

std::string received(Desk& desk, const std::string& cq) {
    Message message = protocol::parse_cq(cq, desk.profile);
    desk.media.add_image_urls(message);
    return protocol::to_cq(message);
}

}  // namespace

TEST_CASE("media: local names of the fixture", "[ENH-002][ENH-007]") {
    for (const auto& row : cqhttp::test::load_fixture("message/local_names.json")) {
        for (const ProfileId profile : every_profile) {
            Desk desk(profile);
            if (!row.holds_for(desk.profile.name)) {
                continue;
            }
            INFO(row.name << " in " << desk.profile.name);
            const std::string input = row.input;
            desk.fetcher.bodies[input] = "bytes";
            if (input.starts_with("http")) {
                CHECK(enhance(desk, "[CQ:image,file=" + input + "]") ==
                      "[CQ:image,file=" + row.expect.get<std::string>() + "]");
            } else {
                // The digest is of the path; the file itself does not exist on a test machine.
                const std::string path = input.substr(std::string("file://").size());
                CHECK(md5_hex(path) == fs::path(row.expect.get<std::string>()).stem());
            }
        }
    }
}

TEST_CASE("media: an address is downloaded into the folder of its kind", "[ENH-001][ENH-011]") {
    Desk desk;
    desk.fetcher.bodies[picture_url] = "picture";
    desk.fetcher.bodies["https://127.0.0.1/v.silk"] = "voice";
    CHECK(enhance(desk, std::string("a[CQ:image,cache=1,file=") + picture_url + ",x=1]b") ==
          std::string("a[CQ:image,cache=1,file=") + picture_name + ",x=1]b");
    const std::string record = name_in(enhance(desk, "[CQ:record,file=https://127.0.0.1/v.silk]"));
    CHECK(desk.folder.read(std::string("data/image/") + picture_name) == "picture");
    CHECK(desk.folder.read("data/record/" + record) == "voice");
    CHECK(desk.fetcher.requests.front().max_bytes == desk.limits.media);
}

TEST_CASE("media: a cached file is used without a download", "[ENH-003]") {
    Desk desk;
    desk.fetcher.bodies[picture_url] = "new";
    desk.folder.write(std::string("data/image/") + picture_name, "old");
    const std::string code = std::string("[CQ:image,file=") + picture_url + "]";
    CHECK(name_in(enhance(desk, code)) == picture_name);
    CHECK(desk.fetcher.requests.empty());
    CHECK(desk.folder.read(std::string("data/image/") + picture_name) == "old");
}

TEST_CASE("media: cache off under 4-0 keeps the cached file", "[ENH-004]") {
    Desk desk;
    desk.fetcher.bodies[picture_url] = "new";
    desk.folder.write(std::string("data/image/") + picture_name, "old");
    const std::string off = std::string("[CQ:image,cache=0,file=") + picture_url + "]";
    const std::string name = name_in(enhance(desk, off));
    CHECK(name != picture_name);
    CHECK(name.ends_with(".tmp"));
    CHECK(desk.folder.read("data/image/" + name) == "new");
    CHECK(desk.folder.read(std::string("data/image/") + picture_name) == "old");
    // Words are no switch yet.
    const std::string word = std::string("[CQ:image,cache=no,file=") + picture_url + "]";
    CHECK(name_in(enhance(desk, word)) == picture_name);
}

TEST_CASE("media: cache off since 4-15 replaces the cached file", "[ENH-004]") {
    const std::string name = "957deee879e26652caecbde7e6ed63a7.png";
    for (const std::string off : {"0", "no", "false"}) {
        INFO(off);
        Desk desk(ProfileId::cqhttp_4_15);
        desk.fetcher.bodies[picture_url] = "new";
        desk.folder.write("data/image/" + name, "old");
        const std::string code = "[CQ:image,cache=" + off + ",file=" + picture_url + "]";
        CHECK(name_in(enhance(desk, code)) == name);
        CHECK(desk.folder.read("data/image/" + name) == "new");
        CHECK(desk.folder.list("data/image") == std::vector<std::string>{name});
    }
}

TEST_CASE("media: a download may be given a time", "[ENH-005]") {
    struct Row {
        ProfileId profile;
        const char* timeout;
        std::chrono::milliseconds expected;
    };
    const std::vector<Row> rows{
        {ProfileId::cqhttp_4_15, "3", std::chrono::seconds(3)},
        {ProfileId::cqhttp_4_15, "soon", std::chrono::seconds(0)},
        {ProfileId::cqhttp_4_15, "-3", std::chrono::seconds(0)},
        {ProfileId::cqhttp_4_15, "9223372036854775807", std::chrono::hours(24)},
        {ProfileId::cqhttp_4_0, "3", std::chrono::seconds(0)},
    };
    for (const Row& row : rows) {
        INFO(row.timeout);
        Desk desk(row.profile);
        desk.fetcher.bodies[picture_url] = "picture";
        enhance(desk,
                std::string("[CQ:image,timeout=") + row.timeout + ",file=" + picture_url + "]");
        REQUIRE(desk.fetcher.requests.size() == 1);
        CHECK(desk.fetcher.requests.front().timeout == row.expected);
    }
}

TEST_CASE("media: a failed download leaves nothing behind", "[ENH-006][R-18]") {
    Desk desk;
    const std::string missing = "[CQ:image,file=http://127.0.0.1:8080/none.png?token=secret]";
    CHECK(enhance(desk, missing) == missing);
    CHECK(desk.sink.count(LogLevel::warn, "status 404") == 1);
    CHECK(desk.sink.count(LogLevel::debug, "secret") == 0);
    desk.fetcher.bodies["http://127.0.0.1:8080/empty.png"] = "";
    const std::string empty = "[CQ:image,file=http://127.0.0.1:8080/empty.png]";
    CHECK(enhance(desk, empty) == empty);
    CHECK(desk.folder.list("data/image").empty());
}

TEST_CASE("media: one bad source does not spoil the others", "[ENH-006]") {
    Desk desk;
    desk.fetcher.bodies[picture_url] = "picture";
    const std::string bad = "[CQ:image,file=http://127.0.0.1/none]";
    CHECK(enhance(desk, bad + "[CQ:image,file=" + picture_url + "]") ==
          bad + "[CQ:image,file=" + picture_name + "]");
}

TEST_CASE("media: a folder that cannot be written sends the message as it is", "[R-18]") {
    Desk desk;
    desk.folder.write("data/image", "a file where the folder should be");
    desk.fetcher.bodies[picture_url] = "picture";
    const std::string code = std::string("[CQ:image,file=") + picture_url + "]";
    CHECK(enhance(desk, code) == code);
    CHECK(desk.sink.count(LogLevel::warn, "cannot create") == 1);
}

TEST_CASE("media: two downloads of one address do not harm each other", "[ENH-001]") {
    Desk desk;
    desk.fetcher.bodies[picture_url] = std::string(3'000'000, 'x');
    const std::string code = std::string("[CQ:image,file=") + picture_url + "]";
    std::vector<std::string> sent;
    auto note = [&sent](std::exception_ptr error, Message message) {
        REQUIRE_FALSE(error);
        sent.push_back(protocol::to_cq(message));
    };
    for (int i = 0; i < 2; ++i) {
        asio::co_spawn(desk.loop, desk.media.enhance(protocol::parse_cq(code, desk.profile)), note);
    }
    desk.loop.run();
    CHECK(desk.fetcher.requests.size() == 2);
    const std::string expected = std::string("[CQ:image,file=") + picture_name + "]";
    CHECK(sent == std::vector<std::string>{expected, expected});
    CHECK(desk.folder.list("data/image") == std::vector<std::string>{picture_name});
    CHECK(desk.folder.read(std::string("data/image/") + picture_name).size() == 3'000'000);
}

TEST_CASE("media: a local file is copied", "[ENH-007][ENH-008]") {
    for (const ProfileId profile : every_profile) {
        Desk desk(profile);
        INFO(desk.profile.name);
        const std::string path = desk.folder.write("pic/1.png", "picture").string();
        const std::string extension = profile == ProfileId::cqhttp_4_0 ? ".tmp" : ".png";
        const std::string name = name_in(enhance(desk, "[CQ:image,file=file://" + path + "]"));
        CHECK(name == md5_hex(path) + extension);
        CHECK(desk.folder.read("data/image/" + name) == "picture");
        desk.folder.write("pic/1.png", "changed");
        enhance(desk, "[CQ:image,file=file://" + path + "]");
        CHECK(desk.folder.read("data/image/" + name) == "changed");
    }
}

TEST_CASE("media: a path may be percent-encoded", "[ENH-008]") {
    Desk desk;
    const std::string plain = desk.folder.write("pic/a b.png", "blank").string();
    const std::string odd = desk.folder.write("pic/c%20d.png", "literal").string();
    desk.folder.write("pic/c d.png", "decoded");
    const std::string encoded = plain.substr(0, plain.size() - 7) + "a%20b.png";
    const std::string first = name_in(enhance(desk, "[CQ:image,file=file://" + encoded + "]"));
    CHECK(first == md5_hex(plain) + ".tmp");
    CHECK(desk.folder.read("data/image/" + first) == "blank");
    const std::string second = name_in(enhance(desk, "[CQ:image,file=file://" + odd + "]"));
    CHECK(desk.folder.read("data/image/" + second) == "literal");
}

TEST_CASE("media: file URIs without slashes since 4-15", "[ENH-008][R-19]") {
    Desk later(ProfileId::cqhttp_4_15);
    const std::string path = later.folder.write("pic/1.png", "picture").string();
    CHECK(name_in(enhance(later, "[CQ:image,file=file:" + path + "]")) == md5_hex(path) + ".png");
    Desk old;
    CHECK_FALSE(is_enhanced(old, "[CQ:image,file=file:" + path + "]"));
}

TEST_CASE("media: what is not copied", "[ENH-007][ENH-014][R-18]") {
    Desk desk;
    desk.limits.media = 10;
    const std::string folder = desk.folder.path().string();
    desk.folder.write("large", "01234567890");
    for (const std::string& path :
         {folder + "/none", folder, folder + "/large", std::string("/dev/zero"),
          std::string("relative/1.png"), folder + "/x%00y"}) {
        INFO(path);
        const std::string code = "[CQ:image,file=file://" + path + "]";
        CHECK(enhance(desk, code) == code);
    }
    CHECK(desk.folder.list("data/image").empty());
    CHECK(desk.sink.count(LogLevel::warn, "is sent as it is") == 6);
}

TEST_CASE("media: copying files can be forbidden", "[ENH-014]") {
    Desk desk(ProfileId::cqhttp_4_0, false);
    const std::string path = desk.folder.write("pic/1.png", "picture").string();
    const std::string code = "[CQ:image,file=file://" + path + "]";
    CHECK(enhance(desk, code) == code);
    CHECK(desk.folder.list("data/image").empty());
    CHECK(desk.sink.count(LogLevel::warn, "allow_file_urls") == 1);
}

TEST_CASE("media: base64 becomes a file", "[ENH-009]") {
    Desk old;
    const std::string png("\x89PNG\r\n\x1A\n....", 12);
    const std::string code = "[CQ:image,file=base64://" + base64_encode(png) + "]";
    const std::string name = name_in(enhance(old, code));
    CHECK(name.size() == 36);
    CHECK(name.ends_with(".tmp"));
    CHECK(old.folder.read("data/image/" + name) == png);
    CHECK(name_in(enhance(old, code)) != name);

    Desk later(ProfileId::cqhttp_4_15);
    CHECK(name_in(enhance(later, code)).ends_with(".png"));
    CHECK(name_in(enhance(later, "[CQ:record,file=base64://YWI]")).ends_with(".tmp"));
}

TEST_CASE("media: what is not base64 stays", "[ENH-009][R-18]") {
    Desk desk;
    desk.limits.media = 300;
    const std::string large(800, 'A');
    for (const std::string& data : {std::string("*"), std::string(), large}) {
        const std::string code = "[CQ:image,file=base64://" + data + "]";
        CHECK(enhance(desk, code) == code);
    }
    CHECK(desk.folder.list("data/image").empty());
    CHECK(desk.sink.count(LogLevel::warn, "AAAA") == 0);
}

TEST_CASE("media: what is left alone", "[ENH-010][ENH-012]") {
    Desk desk;
    for (const char* code :
         {"plain text", "[CQ:image,file=a.png]", "[CQ:image,file=../a.png]", "[CQ:image]",
          "[CQ:share,file=http://127.0.0.1/x]", "[CQ:image,file=ftp://127.0.0.1/x]",
          "[CQ:video,file=http://127.0.0.1/x]", "[CQ:image,url=http://127.0.0.1/x]"}) {
        INFO(code);
        CHECK_FALSE(is_enhanced(desk, code));
    }
    Desk onebot(ProfileId::onebot_11);
    onebot.fetcher.bodies["http://127.0.0.1/v.mp4"] = "film";
    const std::string name = name_in(enhance(onebot, "[CQ:video,file=http://127.0.0.1/v.mp4]"));
    CHECK(onebot.folder.read("data/video/" + name) == "film");
}

TEST_CASE("media: received images get their address", "[ENH-020][ENH-021]") {
    struct Row {
        const char* name;
        const char* input;
        const char* since_4_15;
        const char* in_4_0;
    };
    const std::vector<Row> rows{
        {"known", "a[CQ:image,file=k.png]", "a[CQ:image,file=k.png,url=http://h/k?a=1]",
         "a[CQ:image,file=k.png,url=http://h/k?a=1]"},
        {"an address is there", "[CQ:image,file=k.png,url=mine]", "[CQ:image,file=k.png,url=mine]",
         "[CQ:image,file=k.png,url=http://h/k?a=1]"},
        {"unknown", "[CQ:image,file=u.png]", "[CQ:image,file=u.png]", "[CQ:image,file=u.png]"},
        {"no url in the section", "[CQ:image,file=n.png]", "[CQ:image,file=n.png]",
         "[CQ:image,file=n.png]"},
        {"empty url", "[CQ:image,file=e.png]", "[CQ:image,file=e.png]", "[CQ:image,file=e.png]"},
        {"outside", "[CQ:image,file=../k.png]", "[CQ:image,file=../k.png]",
         "[CQ:image,file=../k.png]"},
        {"records", "[CQ:record,file=k.png]", "[CQ:record,file=k.png]", "[CQ:record,file=k.png]"},
    };
    for (const ProfileId profile : {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15}) {
        Desk desk(profile);
        const std::string known =
            "[image]\r\nmd5=AB\r\nsize=3\r\nurl = http://h/k?a=1\r\n[x]\nurl=no\n";
        desk.folder.write("data/image/k.png.cqimg", known);
        desk.folder.write("data/k.png.cqimg", known);
        desk.folder.write("data/image/n.png.cqimg", "url=http://h/no\n[other]\nurl=http://h/no\n");
        desk.folder.write("data/image/e.png.cqimg", "[image]\nurl=\n");
        for (const Row& row : rows) {
            INFO(row.name);
            CHECK(received(desk, row.input) ==
                  (profile == ProfileId::cqhttp_4_0 ? row.in_4_0 : row.since_4_15));
        }
        CHECK(desk.folder.read("data/image/k.png.cqimg") == known);
        CHECK(desk.folder.read("data/image/e.png.cqimg") == "[image]\nurl=\n");
    }
}

TEST_CASE("media: a delivered image leaves its address behind", "[ENH-023]") {
    Desk desk;
    CHECK(received(desk, "[CQ:image,file=d.png,url=http://h/d]") ==
          "[CQ:image,file=d.png,url=http://h/d]");
    CHECK(desk.folder.read("data/image/d.png.cqimg") == "[image]\nurl=http://h/d\n");
    CHECK(received(desk, "[CQ:image,file=d.png]") == "[CQ:image,file=d.png,url=http://h/d]");
    received(desk, "[CQ:image,file=../out.png,url=http://h/d]");
    received(desk, "[CQ:image,file=two.png,url=http://h/d\nmd5=1]");
    CHECK(desk.folder.list("data/image") == std::vector<std::string>{"d.png.cqimg"});
    CHECK(desk.folder.list("data") == std::vector<std::string>{"image"});
}

}  // namespace cqhttp::account::test
