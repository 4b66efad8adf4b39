#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

namespace fs = std::filesystem;

// A program in ffmpeg's place; the desk's media folder knows it by its path.
void install_ffmpeg(Desk& desk, const std::string& script) {
    const fs::path path = desk.folder.write("ffmpeg", "#!/bin/sh\n" + script + "\n");
    fs::permissions(path, fs::perms::owner_all);
}

constexpr const char* converting = "for last; do :; done\necho converted > \"$last\"";
constexpr const char* voice_to_mp3 = R"({"file":"voice.silk","out_format":"mp3"})";

}  // namespace

TEST_CASE("actions media: a record is converted", "[ACT-126]") {
    Desk desk;
    install_ffmpeg(desk, converting);
    desk.folder.write("data/record/voice.silk", "silk");
    CHECK(desk.data("get_record", voice_to_mp3) == protocol::Json({{"file", "voice.mp3"}}));
    CHECK(desk.folder.read("data/record/voice.mp3") == "converted\n");
    CHECK(desk.folder.list("data/record") == std::vector<std::string>{"voice.mp3", "voice.silk"});
}

TEST_CASE("actions media: a record in a folder of the folder", "[ACT-126]") {
    Desk desk;
    install_ffmpeg(desk, converting);
    desk.folder.write("data/record/sub/voice", "silk");
    CHECK(desk.data("get_record", R"({"file":"sub/voice","out_format":"wav"})").at("file") ==
          "sub/voice.wav");
    CHECK(desk.folder.read("data/record/sub/voice.wav") == "converted\n");
}

TEST_CASE("actions media: a record that is right already stays", "[ACT-126]") {
    Desk desk;
    install_ffmpeg(desk, "exit 1");
    desk.folder.write("data/record/voice.mp3", "mp3");
    CHECK(desk.data("get_record", R"({"file":"voice.mp3","out_format":"mp3"})").at("file") ==
          "voice.mp3");
    CHECK(desk.folder.read("data/record/voice.mp3") == "mp3");
}

TEST_CASE("actions media: profiles differ in how they name a record", "[ACT-126]") {
    struct Row {
        ProfileId profile;
        const char* params;
        bool path;
    };
    const std::vector<Row> rows{
        {ProfileId::cqhttp_4_15, voice_to_mp3, false},
        {ProfileId::cqhttp_4_15, R"({"file":"voice.silk","out_format":"mp3","full_path":true})",
         true},
        {ProfileId::cqhttp_4_0, R"({"file":"voice.silk","out_format":"mp3","full_path":true})",
         false},
        {ProfileId::onebot_11, voice_to_mp3, true},
    };
    for (const Row& row : rows) {
        Desk desk(row.profile);
        install_ffmpeg(desk, converting);
        desk.folder.write("data/record/voice.silk", "silk");
        const auto file = desk.data("get_record", row.params).at("file").get<std::string>();
        if (row.path) {
            CHECK(fs::path(file) == fs::canonical(desk.folder.path() / "data/record/voice.mp3"));
        } else {
            CHECK(file == "voice.mp3");
        }
    }
}

TEST_CASE("actions media: records that cannot be had", "[ACT-014][ACT-015][SBX-001][ENH-013]") {
    Desk desk;
    install_ffmpeg(desk, converting);
    desk.folder.write("data/secret.silk", "silk");
    struct Row {
        const char* name;
        const char* params;
        std::int32_t code;
    };
    const std::vector<Row> rows{
        {"no such file", R"({"file":"none.silk","out_format":"mp3"})", -11},
        {"outside", R"({"file":"../secret.silk","out_format":"mp3"})", -11},
        {"empty file", R"({"file":"","out_format":"mp3"})", 100},
        {"no file", R"({"out_format":"mp3"})", 100},
        {"empty format", R"({"file":"voice.silk","out_format":""})", 100},
        {"no format", R"({"file":"voice.silk"})", 100},
        {"another format", R"({"file":"voice.silk","out_format":"exe"})", 100},
        {"a path for a format", R"({"file":"voice.silk","out_format":"/../x.mp3"})", 100},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(desk.code("get_record", row.params) == row.code);
    }
}

TEST_CASE("actions media: a bad record is told from a bad machine", "[ACT-126][SBX-001]") {
    Desk desk;
    desk.folder.write("data/record/voice.silk", "silk");
    CHECK(desk.code("get_record", voice_to_mp3) == 103);
    CHECK(desk.sink.count(LogLevel::error, "needs ffmpeg") == 1);

    install_ffmpeg(desk, "exit 1");
    CHECK(desk.code("get_record", voice_to_mp3) == -11);
    install_ffmpeg(desk, "exit 0");  // and writes nothing
    CHECK(desk.code("get_record", voice_to_mp3) == -11);
    CHECK(desk.folder.list("data/record") == std::vector<std::string>{"voice.silk"});

    desk.limits.transcode = std::chrono::milliseconds(50);
    install_ffmpeg(desk, "exec sleep 600");
    CHECK(desk.code("get_record", voice_to_mp3) == 103);
    CHECK(desk.sink.count(LogLevel::error, "too long") == 1);
    CHECK(desk.folder.list("data/record") == std::vector<std::string>{"voice.silk"});
}

TEST_CASE("actions media: a crowd of conversions is refused", "[ACT-126]") {
    Desk desk;
    // Each waits until the refused one has been counted, so that all of them run at once.
    install_ffmpeg(desk,
                   "for last; do :; done\n"
                   "until test -e \"$(dirname \"$0\")/go\"; do sleep 0.01; done\n"
                   "echo converted > \"$last\"");
    desk.folder.write("data/record/voice.silk", "silk");
    int converted = 0;
    int refused = 0;
    auto count = [&](std::exception_ptr, const Result<std::string>& name) {
        name ? ++converted : ++refused;
        if (!name) {
            CHECK(name.error().detail == "too many conversions at once");
            desk.folder.write("go", "");
        }
    };
    for (int i = 0; i < 9; ++i) {
        asio::co_spawn(desk.loop, desk.media.convert_record("voice.silk", "mp3"), count);
    }
    desk.loop.run_for(std::chrono::seconds(60));
    CHECK(converted == 8);
    CHECK(refused == 1);
    CHECK(desk.folder.list("data/record") == std::vector<std::string>{"voice.mp3", "voice.silk"});
    desk.loop.restart();
    CHECK(desk.code("get_record", voice_to_mp3) == 0);
}

TEST_CASE("actions media: data folders are emptied", "[ACT-131][ACT-013]") {
    for (const std::string name : {"image", "record", "show", "bface"}) {
        INFO(name);
        Desk desk;
        desk.folder.write("data/" + name + "/a", "a");
        desk.folder.write("data/" + name + "/b", "b");
        desk.folder.write("data/" + name + "/sub/c", "c");
        desk.folder.write("outside/d", "d");
        desk.folder.write("data/other/e", "e");
        fs::create_symlink(desk.folder.path() / "outside",
                           desk.folder.path() / "data" / name / "link");
        CHECK(desk.code("clean_data_dir", R"({"data_dir":")" + name + "\"}") == 0);
        CHECK(fs::is_directory(desk.folder.path() / "data" / name));
        CHECK(desk.folder.list("data/" + name).empty());
        CHECK(desk.folder.read("outside/d") == "d");
        CHECK(desk.folder.read("data/other/e") == "e");
    }
}

TEST_CASE("actions media: a data folder that is not there arises", "[ACT-013]") {
    Desk desk;
    CHECK(desk.code("clean_data_dir", R"({"data_dir":"image"})") == 0);
    CHECK(fs::is_directory(desk.folder.path() / "data" / "image"));
}

TEST_CASE("actions media: other folders are none of its business", "[ACT-013][SBX-001]") {
    Desk desk;
    desk.folder.write("data/video/a", "a");
    desk.folder.write("x/a", "a");
    for (const char* params : {R"({"data_dir":"video"})", R"({"data_dir":"../x"})",
                               R"({"data_dir":""})", R"({"data_dir":"image/"})", "{}"}) {
        INFO(params);
        CHECK(desk.code("clean_data_dir", params) == 100);
    }
    CHECK(desk.folder.read("data/video/a") == "a");
    CHECK(desk.folder.read("x/a") == "a");

    desk.folder.write("data/image", "no folder");
    CHECK(desk.code("clean_data_dir", R"({"data_dir":"image"})") == 103);
    CHECK(desk.sink.count(LogLevel::error, "cannot empty") == 1);
}

TEST_CASE("actions media: the cache is emptied", "[ACT-174]") {
    Desk desk(ProfileId::onebot_11);
    desk.folder.write("data/cache/a", "a");
    desk.folder.write("data/image/b", "b");
    CHECK(desk.code("clean_cache") == 0);
    CHECK(desk.folder.list("data/cache").empty());
    CHECK(desk.folder.read("data/image/b") == "b");
}

TEST_CASE("actions media: images are found or fetched", "[ACT-153]") {
    for (const ProfileId profile : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Desk desk(profile);
        desk.folder.write("data/image/a.png", "a");
        desk.folder.write("data/image/b.png.cqimg", "[image]\nurl=http://127.0.0.1/b\n");
        desk.folder.write("data/image/c.png.cqimg", "[image]\nurl=http://127.0.0.1/c\n");
        desk.folder.write("data/d.png", "d");
        desk.fetcher.bodies["http://127.0.0.1/b"] = "picture";
        const auto found =
            desk.data("get_image", R"({"file":"a.png"})").at("file").get<std::string>();
        CHECK(fs::path(found) == fs::canonical(desk.folder.path() / "data/image/a.png"));
        const auto fetched =
            desk.data("get_image", R"({"file":"b.png"})").at("file").get<std::string>();
        CHECK(fs::path(fetched) == fs::canonical(desk.folder.path() / "data/image/b.png"));
        CHECK(desk.folder.read("data/image/b.png") == "picture");
        CHECK(desk.code("get_image", R"({"file":"c.png"})") == -11);
        CHECK(desk.code("get_image", R"({"file":"../d.png"})") == -11);
        CHECK(desk.code("get_image", R"({"file":"none.png"})") == -11);
        CHECK(desk.code("get_image", "{}") == 100);
    }
}

TEST_CASE("actions media: images and records can be sent", "[ACT-154][ACT-155]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.data("can_send_image") == protocol::Json({{"yes", true}}));
    CHECK(desk.data("can_send_record") == protocol::Json({{"yes", true}}));
}

}  // namespace cqhttp::account::test
