// Chapter 07, section 7: where a received picture can be had.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/message_steps.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

void write_info(const Context& context, std::string_view image, std::string_view text) {
    const auto folder = context.target().data_root / "data" / "image";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / (std::string(image) + ".cqimg"), std::ios::binary) << text;
}

asio::awaitable<Outcome> url_is_added(Context& context) {
    Outcome outcome;
    write_info(context, "info-1.jpg", "[image]\nmd5=X\nurl=http://127.0.0.1/1?a=1&b=2\nsize=3\n");
    outcome.check(
        co_await arrives_as_text(context, "[CQ:image,file=info-1.jpg]",
                                 "[CQ:image,file=info-1.jpg,url=http://127.0.0.1/1?a=1&amp;b=2]"));
    co_return outcome;
}

asio::awaitable<Outcome> nothing_is_added(Context& context) {
    Outcome outcome;
    write_info(context, "info-2.jpg", "[image]\nurl=\n");
    write_info(context, "info-3.jpg", "[other]\nurl=http://127.0.0.1/3\n");
    for (const char* name : {"none.jpg", "info-2.jpg", "info-3.jpg", "../image/info-1.jpg"}) {
        const std::string cq = fmt::format("[CQ:image,file={}]", name);
        if (outcome.holds()) {
            outcome.check(co_await arrives_as_text(context, cq, cq));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> known_url(Context& context) {
    write_info(context, "info-4.jpg", "[image]\nurl=http://127.0.0.1/known\n");
    const char* const expected =
        context.is_40() ? "http://127.0.0.1/known" : "http://127.0.0.1/own";
    return arrives_as_text(context, "[CQ:image,file=info-4.jpg,url=http://127.0.0.1/own]",
                           fmt::format("[CQ:image,file=info-4.jpg,url={}]", expected));
}

asio::awaitable<Outcome> raw_stays(Context& context) {
    Outcome outcome;
    write_info(context, "info-5.jpg", "[image]\nurl=http://127.0.0.1/5\n");
    const Json event = co_await said(context, outcome, "x[CQ:image,file=info-5.jpg]");
    outcome.check(expect::equal("x[CQ:image,file=info-5.jpg,url=http://127.0.0.1/5]",
                                member(event, "message"), "the message"));
    outcome.check(
        expect::equal("x[CQ:image,file=info-5.jpg]", member(event, "raw_message"), "raw_message"));
    co_return outcome;
}

asio::awaitable<Outcome> info_is_written(Context& context) {
    Outcome outcome;
    outcome.check(
        co_await context.inject_message("[CQ:image,file=info-6.jpg,url=http://127.0.0.1/6]"));
    const HttpReply reply = co_await context.send(get("/data/image/info-6.jpg.cqimg"));
    outcome.check(expect::status(reply, 200), "GET /data/image/info-6.jpg.cqimg");
    const bool told = reply.body.starts_with("[image]") &&
                      reply.body.find("url=http://127.0.0.1/6") != std::string::npos;
    outcome.check(expect::that(told, "[image] with the url", reply.body));
    co_return outcome;
}

constexpr Needs receiving = for_events | Need::data_root;

constexpr Case table[] = {
    {.id = "enhanced-receive/url-is-added",
     .requirements = "ENH-020",
     .sentence = "A received image gets the url that its .cqimg file names.",
     .sends = "an image with such a file",
     .expects = "its url",
     .needs = receiving,
     .setup = &setup::post,
     .run = url_is_added},
    {.id = "enhanced-receive/nothing-is-added-without",
     .requirements = "ENH-020",
     .sentence = "Without such a file, or a url in it, an image stays as it is.",
     .sends = "images without a file, with an empty url and with another section",
     .expects = "unchanged",
     .needs = receiving,
     .setup = &setup::post,
     .run = nothing_is_added},
    {.id = "enhanced-receive/known-url-wins",
     .requirements = "ENH-020",
     .sentence = "In 4.0 the url of the file takes the place of another.",
     .sends = "an image with a url and such a file",
     .expects = "the url of the file",
     .needs = receiving,
     .setup = &setup::post,
     .own_profiles = in::cq40,
     .run = known_url},
    {.id = "enhanced-receive/own-url-is-kept",
     .requirements = "ENH-021",
     .sentence = "A url the image came with is kept.",
     .sends = "an image with a url and such a file",
     .expects = "the url it came with",
     .needs = receiving,
     .setup = &setup::post,
     .run = known_url},
    {.id = "enhanced-receive/raw-message-stays",
     .requirements = "ENH-022",
     .sentence = "raw_message is not enhanced.",
     .sends = "a text and an image with such a file",
     .expects = "the url in message, not in raw_message",
     .needs = receiving,
     .setup = &setup::post,
     .run = raw_stays},
    {.id = "enhanced-receive/info-file-is-written",
     .requirements = "ENH-023",
     .sentence = "The sandbox writes the .cqimg file of an image it delivers.",
     .sends = "an image with a url, then GET /data/image/<file>.cqimg",
     .expects = "a section [image] with the url",
     .needs = Needs(Need::http) | Need::inject | Need::user | Need::data_root,
     .setup = &setup::data_files,
     .run = info_is_written},
};

}  // namespace

std::span<const Case> enhanced_receive_cases() {
    return table;
}

}  // namespace cqhttp::conformance
