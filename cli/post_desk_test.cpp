#include "cli/post_desk.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace cli = cqhttp::cli;
using cqhttp::Secret;
using cqhttp::cli::PostAnswers;
using cqhttp::cli::PostDesk;
using cqhttp::cli::ReceivePostOptions;
using cqhttp::net::HeaderView;
using cqhttp::net::HttpRequest;
using cqhttp::test::TempDir;
using Headers = std::vector<HeaderView>;

namespace {

const std::string body = R"({"post_type":"message", "user_id":1, "self_id":7,"message":"hi"})";
const std::string signature = cqhttp::protocol::Signer(Secret("hush-hush")).sign(body);
const HeaderView json_type{"Content-Type", "application/json; charset=UTF-8"};

// A desk with its console.
struct Bench {
    explicit Bench(ReceivePostOptions how = {}, const std::string& secret = {})
        : options(std::move(how)),
          console(out, err, {}),
          desk(options, *PostAnswers::read(options), Secret(secret), console) {}

    PostDesk::Answer take(const Headers& headers, std::string_view text = body) {
        HttpRequest post;
        post.method = "POST";
        post.path = "/hook";
        post.query = "a=1";
        post.headers = headers;
        post.body = text;
        return desk.take(post);
    }

    ReceivePostOptions options;
    std::ostringstream out, err;
    cli::Console console;
    PostDesk desk;
};

ReceivePostOptions json_lines() {
    ReceivePostOptions options;
    options.json = true;
    options.reply = "hi";
    return options;
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("post desk: an event is printed and answered with nothing", "[cli][QOP-002]") {
    Bench bench;
    const auto answer = bench.take({json_type, {"X-Self-ID", "7"}});
    CHECK(answer.status == 204);
    CHECK(answer.body.empty());
    CHECK(bench.err.str().empty());
    CHECK(bench.out.str() == "--:--:--  message  user 1  hi\n");
    CHECK(bench.desk.received() == 1);
}

TEST_CASE("post desk: an event is one line of JSON as it was spelled", "[cli]") {
    Bench bench(json_lines());
    bench.take({json_type}, "{ \"b\": 1e2,\r\n \"a\" : \"\\u4f60\" }\n");
    bench.take({json_type}, "no JSON");
    bench.take({json_type});
    CHECK(bench.out.str() ==
          "{\"b\":1e2,\"a\":\"\\u4f60\"}\n"
          R"({"post_type":"message","user_id":1,"self_id":7,"message":"hi"})"
          "\n");
    CHECK(contains(bench.err.str(), "event 2: the body is not JSON: line 1"));
}

TEST_CASE("post desk: a signature decides about answer and exit",
          "[cli][SIG-001][SIG-002][SIG-005]") {
    Bench bench(json_lines(), "hush-hush");
    CHECK(bench.take({json_type, {"X-Signature", signature}}).status == 200);
    CHECK(bench.err.str().empty());
    CHECK(bench.desk.refused() == 0);

    const auto missing = bench.take({json_type});
    CHECK(missing.status == 401);
    CHECK(missing.body.empty());
    CHECK(contains(bench.err.str(), "event 2: there is no X-Signature"));

    const auto wrong = bench.take({json_type, {"x-signature", signature}}, body + "\n");
    CHECK(wrong.status == 403);
    CHECK(wrong.body.empty());
    CHECK(contains(bench.err.str(), "event 3: X-Signature is wrong: " + signature + ", expected"));
    CHECK(contains(bench.err.str(), "event 3: it is the signature of the body without the line"));
    CHECK(bench.desk.refused() == 2);
    CHECK(bench.desk.received() == 3);
    CHECK_FALSE(contains(bench.err.str(), "hush-hush"));
}

TEST_CASE("post desk: the state of the signature stands in the line", "[cli]") {
    Bench bench({}, "hush-hush");
    bench.take({json_type, {"X-Signature", signature}});
    bench.take({json_type});
    bench.take({json_type, {"X-Signature", "sha1=0"}});
    CHECK(contains(bench.out.str(), "hi  (signature valid)\n"));
    CHECK(contains(bench.out.str(), "hi  (not signed)\n"));
    CHECK(contains(bench.out.str(), "hi  (SIGNATURE WRONG)\n"));
}

TEST_CASE("post desk: a signature that is not checked is mentioned once", "[cli]") {
    Bench bench;
    bench.take({json_type, {"X-Signature", signature}});
    bench.take({json_type, {"X-Signature", signature}});
    CHECK(contains(bench.err.str(), "event 1: it is signed; give --secret-file"));
    CHECK_FALSE(contains(bench.err.str(), "event 2"));
}

TEST_CASE("post desk: headers that contradict the event are mentioned",
          "[cli][POST-007][POST-008]") {
    Bench bench;
    bench.take({{"Content-Type", "text/plain"}, {"X-Self-ID", "8"}});
    bench.take({});
    CHECK(contains(bench.err.str(), "event 1: Content-Type is text/plain"));
    CHECK(contains(bench.err.str(), "event 1: X-Self-ID is 8, but self_id is 7"));
    CHECK(contains(bench.err.str(), "event 2: there is no Content-Type"));
}

TEST_CASE("post desk: a status of choice holds for every event", "[cli]") {
    for (const unsigned status : {204U, 304U, 500U}) {
        ReceivePostOptions options;
        options.reply = "hi";
        options.status = status;
        Bench bench(options, "hush-hush");
        const auto valid = bench.take({json_type, {"X-Signature", signature}});
        CHECK(valid.status == status);
        CHECK(valid.body.empty() == (status != 500U));
        CHECK(bench.take({json_type}).status == status);
    }
}

TEST_CASE("post desk: head and answer are shown where they are asked for", "[cli]") {
    ReceivePostOptions options;
    options.include = true;
    options.reply = "hi";
    Bench bench(options);
    bench.take({json_type, {"X-Odd", "a\x1b[31mb"}});
    CHECK(bench.out.str() ==
          "POST /hook?a=1 HTTP/1.1\n"
          "Content-Type: application/json; charset=UTF-8\n"
          "X-Odd: a [31mb\n\n"
          "--:--:--  message  user 1  hi\n"
          "          answered 200 {\"reply\":\"hi\"}\n");
}

TEST_CASE("post desk: bodies are kept byte for byte under the next numbers", "[cli]") {
    const TempDir folder;
    ReceivePostOptions options;
    options.save = (folder.path() / "deep" / "er").string();
    const std::string odd("{\"a\":1}\r\n\0\xFF", 11);
    {
        Bench bench(options);
        REQUIRE(bench.desk.open_folder().has_value());
        bench.take({json_type}, odd);
        bench.take({json_type}, "");
    }
    std::ofstream(options.save + "/notes.txt") << "mine";
    Bench bench(options);
    REQUIRE(bench.desk.open_folder().has_value());
    bench.take({json_type});
    CHECK(content_of(options.save + "/000001.json") == odd);
    CHECK(content_of(options.save + "/000002.json").empty());
    CHECK(std::filesystem::exists(options.save + "/000002.json"));
    CHECK(content_of(options.save + "/000003.json") == body);
    CHECK_FALSE(bench.desk.broken().has_value());
}

TEST_CASE("post desk: a body that cannot be kept and a lost output end it", "[cli]") {
    const TempDir folder;
    ReceivePostOptions options;
    options.save = (folder.path() / "gone").string();
    Bench bench(options);
    REQUIRE(bench.desk.open_folder().has_value());
    std::filesystem::remove_all(options.save);
    bench.take({json_type});
    REQUIRE(bench.desk.broken().has_value());
    CHECK(contains(*bench.desk.broken(), "cannot write " + options.save));

    options.save = (folder.path() / "file").string();
    std::ofstream(options.save) << "x";
    Bench in_the_way(options);
    const auto opened = in_the_way.desk.open_folder();
    REQUIRE(opened.has_error());
    CHECK(contains(opened.error().detail, "--save: cannot use the folder " + options.save));

    Bench lost;
    lost.out.setstate(std::ios::badbit);
    lost.take({json_type});
    CHECK(contains(lost.desk.broken().value_or(""), "standard output"));
}
