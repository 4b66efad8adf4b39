// Chapter 07, section 7: pictures and records that a message names by address, path or content.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/enhanced_steps.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> downloaded(Context& context, std::vector<std::string> kinds) {
    Outcome outcome;
    for (const std::string& kind : kinds) {
        const std::string url = suite_address(context, "/" + kind + "-1");
        const Json data = co_await send_media(context, outcome, media(kind, url),
                                              std::vector<std::string>(1, answer_with(png)));
        outcome.check(holds_content(context, kind, data, png), kind);
    }
    co_return outcome;
}

asio::awaitable<Outcome> image_and_record_are_downloaded(Context& context) {
    std::vector<std::string> kinds{"image", "record"};
    return downloaded(context, std::move(kinds));
}

asio::awaitable<Outcome> string_form_too(Context& context) {
    Outcome outcome;
    const std::string url = suite_address(context, "/string-form");
    const Json data = co_await send_media(context, outcome, fmt::format("[CQ:image,file={}]", url),
                                          std::vector<std::string>(1, answer_with("of a string")));
    outcome.check(holds_content(context, "image", data, "of a string"));
    co_return outcome;
}

asio::awaitable<Outcome> names(Context& context) {
    Outcome outcome;
    for (const char* path : {"/a.png", "/pic?id=1", "/voice.silk", "/B.JPG", "/c.jpeg", "/d.Gif",
                             "/e.bmp", "/f.webp", "/g.png?x=1", "/h?x=i.png"}) {
        const std::string url = suite_address(context, path);
        const Json data = co_await send_media(context, outcome, media("image", url),
                                              std::vector<std::string>(1, answer_with(path)));
        outcome.check(expect::equal(local_name(context, url), member(data, "file"), "`file`"), url);
        outcome.check(holds_content(context, "image", data, path), url);
    }
    co_return outcome;
}

asio::awaitable<Outcome> cached(Context& context) {
    Outcome outcome;
    const std::string url = suite_address(context, "/cached");
    const Json first = co_await send_media(context, outcome, media("image", url),
                                           std::vector<std::string>(1, answer_with("first")));
    const Json second = co_await send_media(context, outcome, media("image", url));
    outcome.check(expect::equal(first, second, "the second time the data"));
    outcome.check(holds_content(context, "image", second, "first"));
    co_return outcome;
}

// What a word for `cache` does to a picture that was sent before.
asio::awaitable<Outcome> cache_word(Context& context, std::string word, bool again) {
    Outcome outcome;
    const std::string url = suite_address(context, "/cache-" + word);
    const Json first = co_await send_media(context, outcome, media("image", url),
                                           std::vector<std::string>(1, answer_with("first")));
    std::vector<std::string> answers(again ? 1 : 0, answer_with("second"));
    const Json second = co_await send_media(context, outcome, media("image", url, "cache", word),
                                            std::move(answers));
    outcome.check(holds_content(context, "image", second, again ? "second" : "first"));
    const bool same_name = member(first, "file") == member(second, "file");
    const bool kept = context.is_40();
    outcome.check(expect::that(same_name != (again && kept),
                               kept ? "another name" : "the same name", dump_short(second)));
    outcome.check(holds_content(context, "image", first, again && !kept ? "second" : "first"),
                  "the cached file");
    co_return outcome;
}

asio::awaitable<Outcome> not_cached(Context& context) {
    Outcome outcome = co_await cache_word(context, "0", true);
    for (const char* word : {"no", "false", "1", "yes", "x"}) {
        const bool off = word == std::string_view("no") || word == std::string_view("false");
        if (outcome.holds()) {
            outcome.check(co_await cache_word(context, word, off && !context.is_40()), word);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> timeout(Context& context) {
    Outcome outcome;
    context.hold_posts();
    const std::string url = suite_address(context, "/slow");
    HttpConnection connection = context.http();
    Json params;
    params["user_id"] = context.target().user;
    params["message"] = media("image", url, "timeout", "1");
    co_await connection.send(post("/send_private_msg").json(params));
    const auto asked = co_await context.next_post();
    outcome.check(expect::that(asked.has_value(), "a download", "none was asked for"));
    const HttpReply reply = co_await connection.receive("POST");
    outcome.check(sent(reply), "when a download of one second is not answered");
    const auto content = co_await sent_content(context, reply);
    outcome.check(expect::equal(segments(member(params, "message")),
                                segments_of(content.value_or(Json())), "what was sent"));
    co_return outcome;
}

asio::awaitable<Outcome> odd_timeout(Context& context) {
    Outcome outcome;
    for (const char* word : {"soon", "", "60"}) {
        const std::string url = suite_address(context, fmt::format("/timeout-{}", word));
        const Json data =
            co_await send_media(context, outcome, media("image", url, "timeout", word),
                                std::vector<std::string>(1, answer_with("in time")));
        outcome.check(holds_content(context, "image", data, "in time"), word);
    }
    co_return outcome;
}

asio::awaitable<Outcome> failed_downloads(Context& context) {
    Outcome outcome;
    const auto before = names_in(media_folder(context, "image"));
    int number = 0;
    for (const std::string& answer :
         {answer_with("no", 404), answer_with("no", 500), answer_with(""), answer_with("", 204),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"),
          std::string("no HTTP at all")}) {
        const std::string url = suite_address(context, fmt::format("/failed-{}.png", ++number));
        const Json data = co_await send_media(context, outcome, media("image", url),
                                              std::vector<std::string>(1, answer));
        outcome.check(expect::equal(url, member(data, "file"), "`file`"),
                      "answered with " + printable(answer));
    }
    outcome.check(expect::equal(before, names_in(media_folder(context, "image")), "the folder"));
    co_return outcome;
}

// --- files ------------------------------------------------------------------------------------

asio::awaitable<Outcome> file_is_taken(Context& context, std::string prefix, std::string name) {
    Outcome outcome;
    const std::filesystem::path file = context.target().data_root / "pictures" / name;
    write_file(file, "picture " + name);
    const Json data = co_await send_media(context, outcome, media("image", prefix + file.string()));
    outcome.check(expect::equal(local_name(context, file.string()), member(data, "file"), "`file`"),
                  prefix + name);
    outcome.check(holds_content(context, "image", data, "picture " + name), prefix + name);
    co_return outcome;
}

asio::awaitable<Outcome> files_are_copied(Context& context) {
    Outcome outcome = co_await file_is_taken(context, "file://", "1.png");
    if (outcome.holds()) {
        outcome.check(co_await file_is_taken(context, "file://", "two.dat"));
    }
    const std::string missing =
        "file://" + (context.target().data_root / "pictures/none.png").string();
    const Json data = co_await send_media(context, outcome, media("image", missing));
    outcome.check(expect::equal(missing, member(data, "file"), "`file`"), "where there is no file");
    const std::string directory = "file://" + (context.target().data_root / "pictures").string();
    const Json other = co_await send_media(context, outcome, media("image", directory));
    outcome.check(expect::equal(directory, member(other, "file"), "`file`"), "a directory");
    co_return outcome;
}

asio::awaitable<Outcome> forms_of_file_addresses(Context& context) {
    Outcome outcome;
    const std::filesystem::path file = context.target().data_root / "pictures" / "with blank.png";
    write_file(file, "blank");
    std::string encoded = file.string();
    encoded.replace(encoded.find(' '), 1, "%20");
    const Json decoded = co_await send_media(context, outcome, media("image", "file://" + encoded));
    outcome.check(holds_content(context, "image", decoded, "blank"), "percent-encoded");
    const std::filesystem::path literal = context.target().data_root / "pictures" / "100%25.png";
    write_file(literal, "literal");
    const Json as_is =
        co_await send_media(context, outcome, media("image", "file://" + literal.string()));
    outcome.check(holds_content(context, "image", as_is, "literal"), "as it is written");
    const std::string one_slash = "file:" + file.string();
    const Json shorter = co_await send_media(context, outcome, media("image", one_slash));
    if (context.is_40()) {
        outcome.check(expect::equal(one_slash, member(shorter, "file"), "`file`"), "file:/");
    } else {
        outcome.check(holds_content(context, "image", shorter, "blank"), "file:/");
    }
    co_return outcome;
}

asio::awaitable<Outcome> files_can_be_forbidden(Context& context) {
    Outcome outcome;
    const std::filesystem::path file = context.target().data_root / "pictures" / "forbidden.png";
    write_file(file, "forbidden");
    const std::string source = "file://" + file.string();
    const Json data = co_await send_media(context, outcome, media("image", source));
    outcome.check(expect::equal(source, member(data, "file"), "`file`"));
    co_return outcome;
}

// --- content ----------------------------------------------------------------------------------

asio::awaitable<Outcome> base64_is_decoded(Context& context) {
    struct Row {
        std::string content, extension;
    };
    Outcome outcome;
    std::set<std::string> seen;
    const std::string jpg = "\xff\xd8\xff\xe0 and so on";
    for (const Row& row :
         {Row{std::string(png), ".png"}, Row{jpg, ".jpg"}, Row{"GIF89a...", ".gif"},
          Row{"BM......", ".bmp"}, Row{"a", ".tmp"}, Row{"a", ".tmp"}}) {
        std::string text = base64_encode(row.content);
        text.erase(seen.size() % 2 == 0 ? text.size() : text.find_last_not_of('=') + 1);
        const Json data = co_await send_media(context, outcome, media("image", "base64://" + text));
        outcome.check(holds_content(context, "image", data, row.content), text);
        const std::string name = dump(member(data, "file"));
        const std::string extension = context.is_40() ? ".tmp" : row.extension;
        outcome.check(expect::that(name.ends_with(extension + "\"") && seen.insert(name).second,
                                   "a new name with " + extension, name),
                      text);
    }
    co_return outcome;
}

asio::awaitable<Outcome> names_stay(Context& context) {
    Outcome outcome;
    for (const char* file : {"cat.jpg", "ftp://127.0.0.1/x.png", "a/b.png", "data:,x"}) {
        const Json data = co_await send_media(context, outcome, media("image", file));
        outcome.check(expect::equal(file, member(data, "file"), "`file`"), file);
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_parameters_stay(Context& context) {
    Outcome outcome;
    Json given = *parse_json(
        R"({"file":"base64://YWJj","cache":"0","timeout":"3","type":"flash","x":"&,]"})");
    Json data = co_await send_media(context, outcome, segment("image", given));
    outcome.check(holds_content(context, "image", data, "abc"));
    given.erase("file");
    if (data.is_object()) {
        data.erase("file");
    }
    outcome.check(expect::equal(given, data, "the rest of the data"));
    co_return outcome;
}

asio::awaitable<Outcome> sources_of_onebot(Context& context) {
    std::vector<std::string> kinds{"image", "record", "video"};
    Outcome outcome = co_await downloaded(context, std::move(kinds));
    const std::filesystem::path file = context.target().data_root / "pictures" / "onebot.png";
    write_file(file, "onebot");
    for (const char* kind : {"image", "record", "video"}) {
        const Json copied =
            co_await send_media(context, outcome, media(kind, "file://" + file.string()));
        outcome.check(holds_content(context, kind, copied, "onebot"), kind);
        const Json decoded = co_await send_media(context, outcome, media(kind, "base64://YWJj"));
        outcome.check(holds_content(context, kind, decoded, "abc"), kind);
        const Json named = co_await send_media(context, outcome, media(kind, "received.dat"));
        outcome.check(expect::equal("received.dat", member(named, "file"), "`file`"), kind);
    }
    co_return outcome;
}

// A record that is asked for in the form it has needs no conversion.
asio::awaitable<Outcome> names_stay_in_the_folder(Context& context) {
    Outcome outcome;
    write_file(context.target().data_root / "data" / "outside.mp3", "outside");
    write_file(media_folder(context, "record") / "inside.mp3", "inside");
    for (const char* file :
         {"inside.mp3", "../outside.mp3", "x/../../outside.mp3", "/etc/hostname"}) {
        Json params;
        params["file"] = file;
        params["out_format"] = "mp3";
        const HttpReply reply = co_await context.call("get_record", std::move(params));
        const bool inside = file == std::string_view("inside.mp3");
        outcome.check(inside ? expect::ok(reply) : expect::failed(reply), file);
    }
    co_return outcome;
}

constexpr Needs sending = for_sending | Need::effects | Need::data_root;

constexpr Case table[] = {
    {.id = "enhanced-send/addresses-are-downloaded",
     .requirements = "ENH-001",
     .sentence = "An http address is downloaded into the folder and replaced by the local name.",
     .sends = "an image and a record with an address at the suite",
     .expects = "files with what the suite served",
     .needs = sending,
     .run = image_and_record_are_downloaded},
    {.id = "enhanced-send/strings-are-enhanced-too",
     .requirements = "ENH-001",
     .sentence = "CQ strings are enhanced like arrays.",
     .sends = "[CQ:image,file=http://...]",
     .expects = "a file with what the suite served",
     .needs = sending,
     .run = string_form_too},
    {.id = "enhanced-send/local-names",
     .requirements = "ENH-002",
     .sentence = "The name is the MD5 of the address and .tmp, since 4.15 with known endings.",
     .sends = "images with addresses of several endings",
     .expects = "those names",
     .needs = sending,
     .run = names},
    {.id = "enhanced-send/cached-by-default",
     .requirements = "ENH-003",
     .sentence = "A file that is there is used without a download.",
     .sends = "the same image twice",
     .expects = "one download",
     .needs = sending,
     .run = cached},
    {.id = "enhanced-send/cache-0-downloads-again",
     .requirements = "ENH-004",
     .sentence = "cache=0 downloads again; since 4.15 no and false do, too, and replace the file.",
     .sends = "images that were sent before, with cache = 0, no, false, 1, yes, x",
     .expects = "a second download where it means no, under another name in 4.0",
     .needs = sending,
     .run = not_cached},
    {.id = "enhanced-send/timeout",
     .requirements = "ENH-005 ENH-006",
     .sentence = "timeout limits a download to so many seconds.",
     .sends = "an image with timeout=1 whose address does not answer",
     .expects = "sent unchanged",
     .needs = sending,
     .run = timeout},
    {.id = "enhanced-send/timeout-that-is-no-number",
     .requirements = "ENH-005",
     .sentence = "A timeout that is no number is ignored.",
     .sends = "images with such a timeout, and one with 60",
     .expects = "they are downloaded",
     .needs = sending,
     .run = odd_timeout},
    {.id = "enhanced-send/failed-downloads-change-nothing",
     .requirements = "ENH-006",
     .sentence = "A failed download leaves no file and the segment unchanged.",
     .sends = "images whose addresses answer 404, 500, nothing, half, and no HTTP",
     .expects = "ok, the addresses as they were, no new file",
     .needs = sending,
     .run = failed_downloads},
    {.id = "enhanced-send/files-are-copied",
     .requirements = "ENH-007",
     .sentence = "A file:// path is copied into the folder; what cannot be copied stays.",
     .sends = "images with paths of files, of nothing and of a directory",
     .expects = "copies named after the path; unchanged",
     .needs = sending,
     .run = files_are_copied},
    {.id = "enhanced-send/forms-of-file-addresses",
     .requirements = "ENH-008",
     .sentence = "The path is tried as it is written, then percent-decoded; 4.15 takes file:/.",
     .sends = "images with encoded and literal paths, and with one slash",
     .expects = "copies; one slash unchanged in 4.0",
     .needs = sending,
     .run = forms_of_file_addresses},
    {.id = "enhanced-send/base64-is-decoded",
     .requirements = "ENH-009",
     .sentence = "base64:// is decoded into a file with a random name.",
     .sends = "pictures of several kinds and other bytes, with and without padding",
     .expects = "files with the bytes; since 4.15 with the ending of their kind",
     .needs = sending,
     .run = base64_is_decoded},
    {.id = "enhanced-send/names-stay",
     .requirements = "ENH-010",
     .sentence = "Any other file is a name and left alone.",
     .sends = "names and addresses of other kinds",
     .expects = "the same",
     .needs = sending,
     .run = names_stay},
    {.id = "enhanced-send/other-parameters-stay",
     .requirements = "ENH-011",
     .sentence = "All other parameters stay in the segment.",
     .sends = "an image with cache, timeout, type and an unknown one",
     .expects = "all of them beside the new file",
     .needs = sending,
     .run = other_parameters_stay},
    {.id = "enhanced-send/sources-of-onebot",
     .requirements = "ENH-012",
     .sentence = "OneBot 11 takes addresses, paths, base64 and names for image, record and video.",
     .sends = "each kind with each source",
     .expects = "files with the content; names unchanged",
     .needs = sending,
     .run = sources_of_onebot},
    {.id = "enhanced-send/names-stay-in-the-folder",
     .requirements = "ENH-013",
     .sentence = "A name that leads out of the folder refers to nothing.",
     .sends = "get_record with a name inside and with names that lead outside",
     .expects = "ok for the first, failed for the others",
     .needs = Needs(Need::http) | Need::data_root,
     .run = names_stay_in_the_folder},
    {.id = "enhanced-send/files-can-be-forbidden",
     .requirements = "ENH-014",
     .sentence = "A setting forbids messages to name files of the machine.",
     .sends = "an image with file://, with gateway.allow_file_urls = no",
     .expects = "sent unchanged",
     .needs = sending,
     .setup = &setup::no_file_urls,
     .own_level = Level::must,
     .run = files_can_be_forbidden},
};

}  // namespace

std::span<const Case> enhanced_send_cases() {
    return table;
}

}  // namespace cqhttp::conformance
