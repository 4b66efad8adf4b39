// Times the functions calls and events pass through, without sockets. A sample is a loop long
// enough for the clock; the best of many samples is what the code costs, and how far median and
// ninth decile lie above it shows how much the machine was disturbed. Argument: a word that selects
// rows.

#include "gateway/base/ensure.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/event_filter.hpp"
#include "gateway/protocol/event_json.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/message.hpp"
#include "gateway/protocol/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::size_t most_samples = 500;
constexpr auto sample_time = 1ms;
constexpr auto row_time = 1s;  // on a busy machine this ends a row

constexpr std::string_view query = "user_id=10001&message=hello+from+the+bench";
constexpr std::string_view body = R"({"user_id":10001,"message":"hello from the bench"})";
constexpr std::string_view frame =
    R"({"action":"send_private_msg","params":{"user_id":10001,"message":"hello"},"echo":12345})";
constexpr std::string_view plain = "hello from the bench";
constexpr std::string_view codes =
    "[CQ:at,qq=10001] look at this: [CQ:image,file=a1b2c3d4e5f6.jpg] and &#91;that&#93;, then "
    "[CQ:face,id=14] or [CQ:share,url=http://x.org/?a&amp;b]";

// Makes the compiler believe that the value is looked at.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

template <class Work>
Clock::duration time_of(std::size_t times, Work& work) {
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < times; ++i) {
        work();
    }
    return Clock::now() - begin;
}

class Bench {
public:
    explicit Bench(std::string_view selection) : selection_(selection) {
        fmt::print("{:<44} {:>8} {:>8} {:>8}\n", "ns per call", "best", "median", "p90");
    }

    template <class Work>
    void row(std::string_view name, Work work) {
        if (name.find(selection_) == name.npos) {
            return;
        }
        std::size_t times = 1;
        while (time_of(times, work) < sample_time) {
            times *= 2;
        }
        std::vector<double> found;
        const auto end = Clock::now() + row_time;
        while (found.size() < most_samples && (found.empty() || Clock::now() < end)) {
            const std::chrono::duration<double, std::nano> time = time_of(times, work);
            found.push_back(time.count() / static_cast<double>(times));
        }
        std::sort(found.begin(), found.end());
        fmt::print("{:<44} {:>8.1f} {:>8.1f} {:>8.1f}\n", name, found.front(),
                   found[found.size() / 2], found[found.size() * 9 / 10]);
    }

private:
    std::string_view selection_;
};

void bench_requests(Bench& bench) {
    protocol::RequestParser parser;
    bench.row(fmt::format("add_form_params, {} bytes", query.size()), [] {
        protocol::Params params;
        protocol::add_form_params(params, query);
        keep(params);
    });
    bench.row(fmt::format("RequestParser::add_json_params, {} bytes", body.size()), [&parser] {
        protocol::Params params;
        const bool good = parser.add_json_params(params, body);
        ensure(good, "the body is a JSON object");
        keep(params);
    });
    bench.row(fmt::format("RequestParser::read_frame, {} bytes", frame.size()), [&parser] {
        const protocol::FrameRequest& request = parser.read_frame(frame);
        ensure(request.call.has_value(), "the frame is a call");
        keep(request);
    });
}

void bench_messages(Bench& bench) {
    const protocol::Profile& profile = protocol::profile(protocol::ProfileId::cqhttp_4_15);
    const protocol::Message message = protocol::parse_cq(codes, profile);
    bench.row(fmt::format("parse_cq, {} bytes of text", plain.size()),
              [&profile] { keep(protocol::parse_cq(plain, profile)); });
    bench.row(fmt::format("parse_cq, {} segments in {} bytes", message.size(), codes.size()),
              [&profile] { keep(protocol::parse_cq(codes, profile)); });
    bench.row("to_cq, the same", [&message] { keep(protocol::to_cq(message)); });
}

void bench_replies(Bench& bench) {
    const protocol::ActionReply reply{protocol::retcode::ok, R"({"message_id":12345})"};
    std::string out;
    bench.row("append_reply, with echo", [&reply, &out] {
        out.clear();
        protocol::append_reply(out, reply, "12345");
        keep(out);
    });
}

void bench_arguments(Bench& bench) {
    const protocol::Profile& profile = protocol::profile(protocol::ProfileId::cqhttp_4_15);
    const protocol::ActionSpec* spec = protocol::find_action("send_private_msg", profile.id);
    ensure(spec != nullptr, "send_private_msg is an action");
    protocol::Params params;
    protocol::add_form_params(params, query);
    bench.row("find_action",
              [&profile] { keep(protocol::find_action("send_private_msg", profile.id)); });
    bench.row("copy of Params, part of the next row", [&params] {
        const protocol::Params copy = params;
        keep(copy);
    });
    bench.row("bind_arguments, send_private_msg", [&] {
        const auto arguments = protocol::bind_arguments(*spec, params, profile);
        ensure(arguments.has_value(), "the call is complete");
        keep(arguments);
    });
}

protocol::Event group_message(const protocol::Profile& profile) {
    protocol::MessageEvent message;
    message.message_type = "group";
    message.sub_type = "normal";
    message.message_id = 12345;
    message.user_id = 10001;
    message.group_id = 20001;
    message.message = protocol::parse_cq(codes, profile);
    message.raw_message = codes;
    message.sender.user_id = 10001;
    message.sender.nickname = "somebody";
    return {1'600'000'000, std::move(message)};
}

void bench_events(Bench& bench) {
    constexpr std::int64_t self_id = 10086001;
    const protocol::Profile& profile = protocol::profile(protocol::ProfileId::cqhttp_4_15);
    const protocol::Event event = group_message(profile);
    const std::string text = protocol::render_event(event, self_id, {}, profile);
    bench.row(fmt::format("render_event, {} bytes", text.size()),
              [&] { keep(protocol::render_event(event, self_id, {}, profile)); });
    protocol::Signer signer{Secret("kSLuTF2GC2Q4q4ugm3")};
    bench.row(fmt::format("Signer::sign, {} bytes", text.size()), [&] { keep(signer.sign(text)); });
    const protocol::Json canonical = protocol::canonical_event(event, self_id, profile);
    bench.row("canonical_event, for filters",
              [&] { keep(protocol::canonical_event(event, self_id, profile)); });
    const auto filter = protocol::EventFilter::parse(
        R"({".or":[{"group_id":{".in":[1,2,3]}},{"raw_message":{".regex":"look at"}}]})");
    ensure(filter.has_value(), "the filter is one");
    bench.row("EventFilter::passes, two rules and a regex", [&] {
        const bool passes = filter->passes(canonical);
        ensure(passes, "the second rule lets it pass");
    });
}

}  // namespace
}  // namespace cqhttp::bench

int main(int argc, char** argv) {
    cqhttp::bench::Bench bench(argc > 1 ? argv[1] : "");
    cqhttp::bench::bench_requests(bench);
    cqhttp::bench::bench_messages(bench);
    cqhttp::bench::bench_replies(bench);
    cqhttp::bench::bench_arguments(bench);
    cqhttp::bench::bench_events(bench);
    return 0;
}
