#include "cli/bench_wire.hpp"

#include "cli/console.hpp"
#include "cli/parameters.hpp"
#include "gateway/net/ws_frame.hpp"
#include "gateway/tests/support/catch.hpp"

#include <span>

namespace bench = cqhttp::cli::bench;
namespace cli = cqhttp::cli;
namespace net = cqhttp::net;
using cqhttp::Secret;
using State = cqhttp::cli::bench::HttpMessage::State;

namespace {

cli::ApiTarget target(std::string_view url) {
    cli::ApiTarget target;
    target.url = cqhttp::parse_url(url).value();
    return target;
}

cli::ApiCall call_with(std::string message) {
    cli::ApiCall call;
    call.action = "send_private_msg";
    const std::vector<std::string> pairs{
        "user_id=10001", "message=" + bench::with_running_number(std::move(message))};
    call.params = cli::read_parameters({pairs, {}}, cli::Encoding::json).value();
    return call;
}

// The payload of the one frame that a client has written.
std::string payload_of(std::string frame) {
    net::WsDecoder decoder(net::WsRole::server, 1024 * 1024);
    std::span<char> bytes(frame);
    REQUIRE(decoder.next(bytes) == net::WsDecoder::Found::message);
    REQUIRE(bytes.empty());
    return std::string(decoder.message().payload);
}

bench::HttpMessage answer_in(std::string_view received) {
    static std::string chunks;
    return bench::find_http_answer(received, chunks);
}

}  // namespace

TEST_CASE("bench wire: a prepared frame carries other numbers each time", "[cli][bench]") {
    const auto call = bench::PreparedCall::ws(call_with("event {n}, again {n}"));
    REQUIRE(call.numbered());
    for (const std::uint32_t number : {bench::first_number, 12'345'678U, bench::last_number}) {
        std::string out = "before";
        call.append(out, number, 87'654'321);
        REQUIRE(out.size() == call.size() + 6);
        REQUIRE(payload_of(out.substr(6)) ==
                R"({"action":"send_private_msg","params":{"user_id":"10001",)"
                R"("message":"event 87654321, again 87654321"},"echo":)" +
                    std::to_string(number) + "}");
    }
    REQUIRE_FALSE(bench::PreparedCall::ws(call_with("plain")).numbered());
}

TEST_CASE("bench wire: a prepared request is whole HTTP", "[cli][bench]") {
    auto there = target("http://127.0.0.1:5700");
    there.token = Secret("tok");
    auto call = call_with("n {n}");
    std::string out;
    bench::PreparedCall::http(there, call).append(out, bench::first_number, 12'345'678);
    const std::string body = R"({"user_id":"10001","message":"n 12345678"})";
    REQUIRE(out.starts_with("POST /send_private_msg HTTP/1.1\r\nHost: 127.0.0.1:5700\r\n"));
    REQUIRE(out.find("\r\nAuthorization: Token tok\r\n") != out.npos);
    REQUIRE(
        out.ends_with("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    call.encoding = cli::Encoding::query;
    out.clear();
    bench::PreparedCall::http(there, call).append(out, bench::first_number, 12'345'678);
    REQUIRE(out.starts_with("GET /send_private_msg?user_id=10001&message=n%2012345678 HTTP/1.1"));
    REQUIRE(out.find("Content-Length") == out.npos);
    REQUIRE(out.ends_with("\r\n\r\n"));
}

TEST_CASE("bench wire: an HTTP answer is found however it is cut", "[cli][bench]") {
    const std::string text =
        "HTTP/1.1 200 OK\r\ncontent-length:  5\r\nServer: x\r\n\r\nhelloHTTP/1.1 ";
    const std::size_t size = text.find("hello") + 5;
    for (std::size_t cut = 0; cut < size; ++cut) {
        REQUIRE(answer_in(text.substr(0, cut)).state == State::incomplete);
    }
    const auto answer = answer_in(text);
    REQUIRE(answer.state == State::complete);
    REQUIRE(answer.status == 200);
    REQUIRE(answer.body == "hello");
    REQUIRE(answer.size == size);
    REQUIRE_FALSE(answer.close);
}

TEST_CASE("bench wire: an HTTP answer in chunks is put together", "[cli][bench]") {
    const std::string text =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        REQUIRE(answer_in(text.substr(0, cut)).state == State::incomplete);
    }
    const auto answer = answer_in(text);
    REQUIRE(answer.state == State::complete);
    REQUIRE(answer.body == "hello");
    REQUIRE(answer.size == text.size());
    REQUIRE(answer.close);
}

TEST_CASE("bench wire: what is no HTTP answer with an end is told", "[cli][bench]") {
    REQUIRE(answer_in("SSH-2.0").state == State::broken);
    REQUIRE(answer_in("HTTP/1.1 200 OK\r\n\r\nuntil the end").state == State::broken);
    const auto empty = answer_in("HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(empty.state == State::complete);
    REQUIRE(empty.status == 204);
    REQUIRE(answer_in("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").status == 401);
}

TEST_CASE("bench wire: a reply is good in any spelling", "[cli][bench]") {
    for (const std::string_view text : {
             R"({"status":"ok","retcode":0,"data":{"message_id":1},"echo":10000001})",
             R"({"data":null,"echo":10000001,"retcode":0,"status":"ok"})",
             R"({"status": "ok", "retcode": 0, "data": null, "echo": 10000001})",
             R"({"status":"async","retcode":1,"data":null,"echo":10000001})",
             R"({"data":{"echo":"x","retcode":100},"echo":10000001,"retcode":0})",
         }) {
        INFO(text);
        const auto facts = bench::read_reply(text, true);
        REQUIRE_FALSE(facts.fault.has_value());
        REQUIRE(facts.echo == 10'000'001U);
    }
    REQUIRE_FALSE(bench::read_reply(R"({"status":"ok","retcode":0,"data":null})", false).fault);
}

TEST_CASE("bench wire: a wrong reply is a fault with its exit code", "[cli][bench]") {
    const auto code = [](std::string_view text) {
        const auto facts = bench::read_reply(text, true);
        return facts.fault ? facts.fault->exit_code : 0;
    };
    REQUIRE(code(R"({"status":"failed","retcode":100,"data":null,"echo":10000001})") ==
            cli::exit_code::failed);
    REQUIRE(code(R"({"status":"failed","retcode":10,"data":null,"echo":10000001})") ==
            cli::exit_code::failed);
    REQUIRE(code(R"({"status":"failed","retcode":1404,"data":null,"echo":10000001})") ==
            cli::exit_code::not_a_reply);
    REQUIRE(code(R"({"status":"failed","retcode":1403,"data":null,"echo":10000001})") ==
            cli::exit_code::refused);
    REQUIRE(code(R"({"status":"ok","retcode":0,"data":null})") == cli::exit_code::failed);
    REQUIRE(code(R"({"status":"ok","retcode":0,"echo":"10000001"})") == cli::exit_code::failed);
    REQUIRE(code("hello") == cli::exit_code::not_a_reply);
    REQUIRE(code("[]") == cli::exit_code::not_a_reply);
    REQUIRE(code("") == cli::exit_code::not_a_reply);
}

TEST_CASE("bench wire: a frame like one that was checked is found at once", "[cli][bench]") {
    bench::ReplyReader replies(true);
    const auto frame = [](std::string_view payload) {
        std::string bytes;
        net::append_frame(bytes, net::WsOpcode::text, payload);
        return bytes;
    };
    const std::string first = R"({"status":"ok","retcode":0,"data":{"id":17},"echo":10000001})";
    REQUIRE(replies.find_frame(frame(first)).size == 0);
    REQUIRE(replies.read(first, {}).echo == 10'000'001U);
    const std::string next = R"({"status":"ok","retcode":0,"data":{"id":17},"echo":10000002})";
    const auto known = replies.find_frame(frame(next) + "more");
    REQUIRE(known.size == frame(next).size());
    REQUIRE(known.echo == 10'000'002U);
    for (const char* other : {R"({"status":"ok","retcode":1,"data":{"id":17},"echo":10000002})",
                              R"({"status":"ok","retcode":0,"data":{"id":18},"echo":10000002})",
                              R"({"status":"ok","retcode":0,"data":{"id":17},"echo":1000000x})",
                              R"({"status":"ok","retcode":0,"data":{"id":17},"echo":00000002})",
                              R"({"status":"failed","retcode":100,"data":null,"echo":10000002})"}) {
        INFO(other);
        REQUIRE(replies.find_frame(frame(other)).size == 0);
    }
    REQUIRE(replies.find_frame(frame(next).substr(0, 40)).size == 0);
    std::string binary = frame(next);
    binary[0] = '\x82';
    REQUIRE(replies.find_frame(binary).size == 0);
}

TEST_CASE("bench wire: an answer like one that was checked is found at once", "[cli][bench]") {
    bench::ReplyReader replies(false);
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 35";
    const std::string body = R"({"retcode":0,"data":{"id":10},"x":1})";
    const std::string whole = head + "\r\n\r\n" + body;
    const std::string_view view(whole);
    REQUIRE(replies.find_answer(whole).size == 0);
    REQUIRE_FALSE(replies.read(view.substr(head.size() + 4), view.substr(0, head.size())).fault);
    REQUIRE(replies.find_answer(whole + whole).size == whole.size());
    REQUIRE(replies.find_answer(whole.substr(0, 50)).size == 0);
    std::string refused = whole;
    refused.replace(9, 3, "403");
    REQUIRE(replies.find_answer(refused).size == 0);
    // A body that came in chunks lies elsewhere.
    REQUIRE_FALSE(replies.read(body, view.substr(0, head.size())).fault);
    REQUIRE(replies.find_answer(whole).size == 0);
}

TEST_CASE("bench wire: a whole text frame is found and nothing else", "[cli][bench]") {
    std::string bytes;
    net::append_frame(bytes, net::WsOpcode::text, std::string(300, 'x'));
    REQUIRE(bench::whole_text_frame(bytes + "more") == std::string(300, 'x'));
    REQUIRE(bench::whole_text_frame(bytes.substr(0, 303)).empty());
    REQUIRE(bench::whole_text_frame("\x81").empty());
    REQUIRE(bench::whole_text_frame("\x89\x02ok").empty());
    std::string large;
    net::append_frame(large, net::WsOpcode::text, std::string(70'000, 'x'));
    REQUIRE(bench::whole_text_frame(large).empty());
}
