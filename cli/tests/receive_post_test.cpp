#include "gateway/protocol/signature.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/http_peer.hpp"
#include "gateway/tests/support/process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

using cqhttp::Secret;
using cqhttp::protocol::Signer;
using cqhttp::test::http;
using cqhttp::test::HttpPeer;
using cqhttp::test::PeerResponse;
using cqhttp::test::TempDir;
using Arguments = std::vector<std::string>;
using Clock = std::chrono::steady_clock;

// cqhttp-cli receive-post as gateways meet it: a program on a port.
namespace {

const std::string message = R"({"post_type":"message","user_id":1,"message":"hi"})";
const std::string notice = R"({"post_type":"notice","user_id":1})";

class Receiver {
public:
    explicit Receiver(const Arguments& arguments,
                      std::vector<std::pair<std::string, std::string>> environment = {})
        : process_({command(arguments), std::move(environment), {}, folder_.path()}) {
        const std::string errors = wait_for("receiving events at http://127.0.0.1:");
        const std::size_t at = errors.find("127.0.0.1:") + 10;
        port_ = static_cast<std::uint16_t>(std::stoi(errors.substr(at)));
    }

    std::uint16_t port() const { return port_; }
    std::string output() const { return process_.output(); }
    std::string errors() const { return process_.errors(); }
    void signal(int number) { process_.signal(number); }
    int code() { return process_.wait().value_or(-1); }

    PeerResponse post(const std::string& body, std::vector<std::string> headers = {}) const {
        headers.emplace_back("Content-Type: application/json");
        return http(port_, "POST", "/", headers, body);
    }

    // Standard error as soon as it holds `text`.
    std::string wait_for(const std::string& text) const {
        const auto deadline = Clock::now() + std::chrono::seconds(30);
        while (errors().find(text) == std::string::npos) {
            if (Clock::now() > deadline) {
                throw std::runtime_error("never said: " + text + "\nbut: " + errors());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return errors();
    }

private:
    static Arguments command(const Arguments& arguments) {
        Arguments all{CQHTTP_CLI, "receive-post", "--port", "0"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }

    TempDir folder_;
    cqhttp::test::Process process_;
    std::uint16_t port_ = 0;
};

std::string post_text(const std::string& body) {
    return "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("cli: receive-post prints events and ends after the count", "[cli][POST-006][QOP-002]") {
    Receiver receiver({"--count", "2", "--json"});
    HttpPeer gateway(receiver.port());
    gateway.send(post_text(message));
    const PeerResponse first = gateway.receive();
    CHECK(first.status == 204);
    CHECK(first.body.empty());
    gateway.send(post_text("{ \"post_type\": \"notice\" }\n"));
    CHECK(gateway.receive().status == 204);
    CHECK(gateway.ended());
    CHECK(receiver.code() == 0);
    CHECK(receiver.output() == message + "\n{\"post_type\":\"notice\"}\n");
}

TEST_CASE("cli: receive-post keeps bodies byte for byte", "[cli][POST-006]") {
    const TempDir folder;
    const std::string body("{\"a\" : \"\xE4\xBD\xA0\" }\r\n");
    Receiver receiver({"--count", "1", "--save", folder.path().string()});
    CHECK(receiver.post(body).status == 204);
    CHECK(receiver.code() == 0);
    CHECK(content_of(folder.path() / "000001.json") == body);
}

TEST_CASE("cli: receive-post checks signatures and says why one is wrong",
          "[cli][SIG-001][SIG-002][SIG-005]") {
    Receiver receiver({"--count", "3", "--reply", "ok"}, {{"CQHTTP_SECRET", "some-secret"}});
    Signer signer(Secret("some-secret"));
    CHECK(receiver.post(message, {"X-Signature: " + signer.sign(message)}).body ==
          R"({"reply":"ok"})");
    const PeerResponse unsigned_one = receiver.post(message);
    CHECK(unsigned_one.status == 401);
    CHECK(unsigned_one.body.empty());
    CHECK(receiver.post(message, {"X-Signature: " + signer.sign(message + "\n")}).status == 403);
    CHECK(receiver.code() == 1);
    CHECK(contains(receiver.output(), "(signature valid)"));
    CHECK(contains(receiver.errors(), "event 2: there is no X-Signature"));
    CHECK(contains(receiver.errors(), "event 3: it is the signature of the body with a line feed"));
    CHECK(contains(receiver.errors(), "not signed with this secret: 2 of 3"));
    CHECK_FALSE(contains(receiver.errors(), "some-secret"));
}

TEST_CASE("cli: receive-post answers by rules", "[cli][QOP-001]") {
    const TempDir folder;
    const std::string file = (folder.path() / "answer.json").string();
    std::ofstream(file) << "{\"block\": true}\n";
    Receiver receiver({"--count", "2", "--respond-when", R"({"post_type":"notice"}=)" + file,
                       "--reply", "hello"});
    const PeerResponse to_message = receiver.post(message);
    CHECK(to_message.status == 200);
    CHECK(to_message.body == R"({"reply":"hello"})");
    CHECK(to_message.header("Content-Type") == "application/json");
    CHECK(receiver.post(notice).body == "{\"block\": true}\n");
    CHECK(receiver.code() == 0);
    CHECK(contains(receiver.output(), "answered 200 {\"reply\":\"hello\"}"));
}

TEST_CASE("cli: receive-post fails as it is told", "[cli][QOP-003]") {
    Receiver receiver({"--count", "1", "--status", "500", "--reply", "hello"});
    const PeerResponse answer = receiver.post(message);
    CHECK(answer.status == 500);
    CHECK(answer.body == R"({"reply":"hello"})");
    CHECK(receiver.code() == 0);
    Receiver redirecting({"--count", "1", "--status", "302"});
    const PeerResponse redirect = redirecting.post(message);
    CHECK(redirect.status == 302);
    CHECK(redirect.header("Location") == "/redirected");
}

TEST_CASE("cli: receive-post answers late and then ends", "[cli]") {
    Receiver receiver({"--count", "1", "--delay", "300ms", "--reply", "late"});
    const auto start = Clock::now();
    CHECK(receiver.post(message).body == R"({"reply":"late"})");
    CHECK(Clock::now() - start >= std::chrono::milliseconds(300));
    CHECK(receiver.code() == 0);
}

TEST_CASE("cli: receive-post sends half an answer", "[cli]") {
    for (const Arguments& more : {Arguments{}, Arguments{"--delay", "10ms"}}) {
        Arguments arguments{"--count", "1", "--truncate", "--reply", "0123456789"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        Receiver receiver(arguments);
        HttpPeer gateway(receiver.port());
        gateway.send(post_text(message));
        const std::string head = gateway.receive_head();
        CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(contains(head, "\r\nContent-Length: 22\r\n"));
        std::string half;
        for (std::string some = gateway.receive_some(); !some.empty();
             some = gateway.receive_some()) {
            half += some;
        }
        CHECK(half == R"({"reply":"0)");
        CHECK(receiver.code() == 0);
    }
}

TEST_CASE("cli: receive-post that hangs never answers and still ends", "[cli]") {
    Receiver counted({"--count", "1", "--hang", "--json"});
    HttpPeer gateway(counted.port());
    gateway.send(post_text(message));
    CHECK(gateway.ended());
    CHECK(counted.code() == 0);
    CHECK(counted.output() == message + "\n");

    Receiver interrupted({"--hang", "--secret", "s"});
    HttpPeer another(interrupted.port());
    another.send(post_text(message));
    interrupted.wait_for("event 1: there is no X-Signature");
    interrupted.signal(SIGINT);
    CHECK(another.ended());
    CHECK(interrupted.code() == 130);
    CHECK(contains(interrupted.errors(), "events received: 1"));
}

TEST_CASE("cli: receive-post gives up when events do not come", "[cli]") {
    Receiver receiver({"--count", "2", "--timeout", "50ms"});
    CHECK(receiver.code() == 1);
    CHECK(contains(receiver.errors(), "only 0 of 2 came within 0.05 s"));
    Receiver without_count({"--timeout", "50ms"});
    CHECK(without_count.code() == 0);
}

TEST_CASE("cli: receive-post takes POST only", "[cli]") {
    Receiver receiver({"--count", "1", "--json"});
    const PeerResponse answer = http(receiver.port(), "GET", "/");
    CHECK(answer.status == 405);
    CHECK(answer.header("Allow") == "POST");
    receiver.wait_for("GET / is no event POST, answered 405");
    CHECK(receiver.post(message).status == 204);
    CHECK(receiver.code() == 0);
    CHECK(receiver.output() == message + "\n");
}

TEST_CASE("cli: receive-post names the port that is taken", "[cli]") {
    Receiver first({});
    const auto second =
        cqhttp::test::run({CQHTTP_CLI, "receive-post", "--port", std::to_string(first.port())});
    CHECK(second.code == 2);
    CHECK(contains(second.errors, "127.0.0.1:" + std::to_string(first.port())));
    CHECK(contains(second.errors, "--port 0 takes a free one"));
    const auto no_file = cqhttp::test::run(
        {CQHTTP_CLI, "receive-post", "--port", "0", "--respond", "/nowhere/a.json"});
    CHECK(no_file.code == 2);
    CHECK(contains(no_file.errors, "--respond: cannot read /nowhere/a.json"));
}
