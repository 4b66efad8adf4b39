// Chapter 07, sections 2 to 4: CQ strings. What a string means is seen in events with arrays, how
// one is written in events with strings.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/message_steps.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// What somebody says, and the segments of the event as JSON text.
struct Row {
    std::string_view cq;
    std::string_view expected;
};

asio::awaitable<Outcome> rows_hold(Context& context, std::vector<Row> rows) {
    Outcome outcome;
    for (const Row& row : rows) {
        if (outcome.holds()) {
            outcome.check(co_await arrives_as(context, row.cq, *parse_json(row.expected)));
        }
    }
    co_return outcome;
}

// What is written equals what came.
asio::awaitable<Outcome> texts_stay(Context& context, std::vector<std::string> texts) {
    Outcome outcome;
    for (const std::string& text : texts) {
        if (outcome.holds()) {
            outcome.check(co_await arrives_as_text(context, text, text));
        }
    }
    co_return outcome;
}

// --- escapes ----------------------------------------------------------------------------------

asio::awaitable<Outcome> escapes_of_text(Context& context) {
    std::vector<std::string> texts{"&#91;x&#93; a&amp;b 1,2", "&amp;#91; &amp;amp;",
                                   "<b>\"q\" 'r' = ; \\ /</b>", "1,2，3"};
    return texts_stay(context, std::move(texts));
}

asio::awaitable<Outcome> escapes_of_values(Context& context) {
    std::vector<std::string> texts{"[CQ:at,qq=a&#44;b&#91;c&#93;&amp;d]",
                                   "[CQ:at,qq=&amp;#44;&amp;amp;]", "[CQ:at,qq=<a=b>\"'; /]"};
    return texts_stay(context, std::move(texts));
}

asio::awaitable<Outcome> escapes_are_read(Context& context) {
    std::vector<Row> rows{
        {"1&#44;2 &#91;&#93; &amp;", R"([{"type":"text","data":{"text":"1,2 [] &"}}])"},
        {"&amp;#91; &amp;amp; &amp;#44;",
         R"([{"type":"text","data":{"text":"&#91; &amp; &#44;"}}])"},
        {"[CQ:rich,content=&amp;#91;&#44;&#91;&#93;&amp;]",
         R"([{"type":"rich","data":{"content":"&#91;,[]&"}}])"}};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> other_entities(Context& context) {
    std::vector<Row> rows{
        {"x&lt;y &#65; &nbsp; a&b &",
         R"([{"type":"text","data":{"text":"x&lt;y &#65; &nbsp; a&b &"}}])"},
        {"[CQ:rich,content=&lt;&#65;&a]", R"([{"type":"rich","data":{"content":"&lt;&#65;&a"}}])"}};
    return rows_hold(context, std::move(rows));
}

// --- strings to segments ----------------------------------------------------------------------

asio::awaitable<Outcome> case_counts(Context& context) {
    std::vector<Row> rows{
        {"[cq:face,id=1]", R"([{"type":"text","data":{"text":"[cq:face,id=1]"}}])"},
        {"[Cq:face,id=1]", R"([{"type":"text","data":{"text":"[Cq:face,id=1]"}}])"},
        {"[CQ:fAcE,ID=1]", R"([{"type":"fAcE","data":{"ID":"1"}}])"}};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> values_hold_anything(Context& context) {
    std::vector<Row> rows{
        {"[CQ:share,title=a b = c==d\ne\r\n f ,url=http://127.0.0.1/?a=1]",
         R"([{"type":"share","data":{"title":"a b = c==d\ne\r\n f ","url":"http://127.0.0.1/?a=1"}}])"}};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> empty_string(Context& context) {
    Json params;
    params["message"] = "";
    const HttpReply reply = co_await send_private(context, std::move(params));
    co_return expect::failed(reply, 100);
}

// Rows of the table of section 3 as they are numbered there.
constexpr Row row_1{
    "&#91;公告&#93;[CQ:image,file=cat.jpg]看图，[CQ:face,id=7]",
    R"([{"type":"text","data":{"text":"[公告]"}},{"type":"image","data":{"file":"cat.jpg"}},
        {"type":"text","data":{"text":"看图，"}},{"type":"face","data":{"id":"7"}}])"};
constexpr Row row_2{"[CQ:face,id=7] [CQ:image,file=cat.jpg]",
                    R"([{"type":"face","data":{"id":"7"}},{"type":"text","data":{"text":" "}},
        {"type":"image","data":{"file":"cat.jpg"}}])"};
constexpr Row row_3{"[CQ:face,id=1][CQ:face,id=2]",
                    R"([{"type":"face","data":{"id":"1"}},{"type":"face","data":{"id":"2"}}])"};
constexpr Row row_4{"[CQ:shake]", R"([{"type":"shake","data":{}}])"};
constexpr Row row_14{"[CQ:share,title=a=b+c,url=http://127.0.0.1/]",
                     R"([{"type":"share","data":{"title":"a=b+c","url":"http://127.0.0.1/"}}])"};
constexpr Row row_15{
    "[CQ:share,title=一&#44;二,url=http://127.0.0.1/?a=1&amp;b=2]",
    R"([{"type":"share","data":{"title":"一,二","url":"http://127.0.0.1/?a=1&b=2"}}])"};
constexpr Row row_22{"&amp;#91;", R"([{"type":"text","data":{"text":"&#91;"}}])"};
constexpr Row row_24{"a&b", R"([{"type":"text","data":{"text":"a&b"}}])"};

// Where a picture lies may be added to it.
Json without_addresses(const Json& message) {
    Json out = segments_of(message);
    for (Json& one : out) {
        if (member(one, "type") == "image") {
            one["data"].erase("url");
        }
    }
    return out;
}

asio::awaitable<Outcome> codes_and_texts(Context& context) {
    Outcome outcome;
    for (const Row* row : {&row_1, &row_2, &row_3, &row_4}) {
        const Json event = co_await said(context, outcome, row->cq);
        outcome.check(expect::equal(*parse_json(row->expected),
                                    without_addresses(member(event, "message")), "the message"),
                      row->cq);
    }
    co_return outcome;
}

asio::awaitable<Outcome> codes_with_values(Context& context) {
    std::vector<Row> rows{row_14, row_15};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> ampersands(Context& context) {
    std::vector<Row> rows{row_22, row_24};
    return rows_hold(context, std::move(rows));
}

// A row that holds in some profiles only.
struct TableRow {
    Row row;
    Profiles profiles = in::all;
};

constexpr TableRow whole_table[] = {
    {row_1},
    {row_2},
    {row_3},
    {row_4},
    {{"[CQ:a]", R"([{"type":"a","data":{}}])"}},
    {{"[CQ:]", R"([{"type":"text","data":{"text":"[CQ:]"}}])"}},
    {{"[CQ:,a=b]", R"([{"type":"","data":{"a":"b"}}])"}},
    {{"[CQ:face", R"([{"type":"text","data":{"text":"[CQ:face"}}])"}},
    {{"[CQ:face,id=1", R"([{"type":"text","data":{"text":"[CQ:face,id=1"}}])"}},
    {{"a[CQ:face,id=1[CQ:face,id=2]b",
      R"([{"type":"text","data":{"text":"a"}},{"type":"face","data":{"id":"2"}},
          {"type":"text","data":{"text":"b"}}])"}},
    {{"[[CQ:face,id=1]]",
      R"([{"type":"text","data":{"text":"["}},{"type":"face","data":{"id":"1"}},
          {"type":"text","data":{"text":"]"}}])"}},
    {{"[CQ:fa ce,id=1]", R"([{"type":"text","data":{"text":"[CQ:fa ce,id=1]"}}])"}},
    {{"[CQ:my_seg,a=1]", R"([{"type":"text","data":{"text":"[CQ:my_seg,a=1]"}}])"}, in::cq},
    {{"[CQ:my_seg,a=1]", R"([{"type":"my_seg","data":{"a":"1"}}])"}, in::ob11},
    {row_14},
    {row_15},
    {{"[CQ:x,a=1,a=2]", R"([{"type":"x","data":{"a":"2"}}])"}},
    {{"[CQ:x,a=]", R"([{"type":"x","data":{"a":""}}])"}},
    {{"[CQ:x,a=1,]", R"([{"type":"x","data":{"a":"1"}}])"}},
    {{"[CQ:at,qq]", R"([{"type":"at","data":{"qq":""}}])"}, in::cq40},
    {{"[CQ:at,qq]", R"([{"type":"at","data":{}}])"}, in::later},
    {{"[CQ:at, qq=123]", R"([{"type":"at","data":{" qq":"123"}}])"}, in::cq40},
    {{"[CQ:at, qq=123]", R"([{"type":"at","data":{"qq":"123"}}])"}, in::later},
    {{"[CQ:x,a,b=1]", R"([{"type":"x","data":{"a,b":"1"}}])"}, in::cq40},
    {{"[CQ:x,a,b=1]", R"([{"type":"x","data":{"b":"1"}}])"}, in::later},
    {row_22},
    {{"&#44;", R"([{"type":"text","data":{"text":","}}])"}},
    {row_24},
    {{"x&lt;y", R"([{"type":"text","data":{"text":"x&lt;y"}}])"}},
    {{R"([CQ:rich,content={"a":&#91;1&#44;2&#93;}])",
      R"([{"type":"rich","data":{"content":"{\"a\":[1,2]}"}}])"}},
};

asio::awaitable<Outcome> table_holds(Context& context) {
    std::vector<Row> rows;
    for (const TableRow& one : whole_table) {
        if (one.profiles.contains(context.profile())) {
            rows.push_back(one.row);
        }
    }
    return rows_hold(context, std::move(rows));
}

// What the rows of the table do not touch.
asio::awaitable<Outcome> rules_hold(Context& context) {
    std::vector<Row> rows{
        {"[CQ:a,]", R"([{"type":"a","data":{}}])"},
        {"[CQ", R"([{"type":"text","data":{"text":"[CQ"}}])"},
        {"[CQ:x", R"([{"type":"text","data":{"text":"[CQ:x"}}])"},
        {"[CQ:fa[CQ:face,id=1]",
         R"([{"type":"text","data":{"text":"[CQ:fa"}},{"type":"face","data":{"id":"1"}}])"},
        {"[CQ:[CQ:face,id=1]",
         R"([{"type":"text","data":{"text":"[CQ:"}},{"type":"face","data":{"id":"1"}}])"},
        {"[CQ:x,a=[b,c=d]e", R"([{"type":"x","data":{"a":"[b","c":"d"}},
                                 {"type":"text","data":{"text":"e"}}])"}};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> parameters_of_4_0(Context& context) {
    std::vector<Row> rows{{"[CQ:x,a]", R"([{"type":"x","data":{"a":""}}])"},
                          {"[CQ:x, a = 1 ]", R"([{"type":"x","data":{" a ":" 1 "}}])"},
                          {"[CQ:x,a=1,b]", R"([{"type":"x","data":{"a":"1","b":""}}])"},
                          {"[CQ:x,a,b=1,c=2]", R"([{"type":"x","data":{"a,b":"1","c":"2"}}])"}};
    return rows_hold(context, std::move(rows));
}

asio::awaitable<Outcome> wide_names(Context& context) {
    std::vector<Row> rows{
        {"[CQ:my_seg-2.x,a=1]", R"([{"type":"my_seg-2.x","data":{"a":"1"}}])"},
        {"[CQ:my seg,a=1]", R"([{"type":"text","data":{"text":"[CQ:my seg,a=1]"}}])"},
        {"[CQ:x,a,b=1]", R"([{"type":"x","data":{"b":"1"}}])"}};
    return rows_hold(context, std::move(rows));
}

// --- segments to strings ----------------------------------------------------------------------

asio::awaitable<Outcome> codes_are_written(Context& context) {
    std::vector<std::string> texts{"a[CQ:face,id=7]b [CQ:at,qq=all]", "[CQ:shake]",
                                   "[CQ:face,id=1][CQ:face,id=2]"};
    return texts_stay(context, std::move(texts));
}

asio::awaitable<Outcome> parameters_in_order(Context& context) {
    Outcome outcome;
    outcome.check(co_await arrives_as_text(context, "[CQ:share,url=u,title=t,image=i,content=c]",
                                           "[CQ:share,content=c,image=i,title=t,url=u]"));
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json data;
    data["url"] = "u";
    data["file"] = "f";
    data["Z"] = "1";
    Json params;
    params["message"] = segment("image", std::move(data));
    const HttpReply reply = co_await send_private(context, std::move(params));
    outcome.check(sent(reply));
    const auto content = co_await sent_content(context, reply);
    outcome.check(
        expect::equal("[CQ:image,Z=1,file=f,url=u]", content.value_or(Json()), "what was sent"));
    co_return outcome;
}

asio::awaitable<Outcome> nothing_is_written(Context& context) {
    return message_is_sent_as(
        context, *parse_json(R"([{"type":"","data":{"a":"b"}},{"type":"text","data":{}},
                        {"type":"text","data":{"text":"x"}},{"type":"text","data":{"other":"y"}}])"),
        segments(text_segment("x")));
}

// What was written means the same as what was said, and is written the same again.
asio::awaitable<Outcome> there_and_back(Context& context) {
    Outcome outcome;
    for (const char* cq :
         {"&#91;公告&#93; "
          "a&amp;b[CQ:share,url=http://127.0.0.1/?a=1&amp;b=2,title=一&#44;二&#93;]1,2",
          "[CQ:x,b=2,a=1][CQ:shake] [CQ:rich,content={\"a\":&#91;1&#44;&amp;#44;&#93;}]",
          "line\nline[CQ:face,id=7]\t"}) {
        const Json first = co_await said(context, outcome, cq);
        const Json& written = member(first, "message");
        outcome.check(expect::equal(segments_of(Json(cq)), segments_of(written), "the message"),
                      cq);
        const Json second = co_await said(context, outcome, written);
        outcome.check(expect::equal(written, member(second, "message"), "the message"), "again");
    }
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "message-codes/escapes-of-text",
     .requirements = "MSG-020",
     .sentence = "In text & [ ] are written as entities, and nothing else is.",
     .sends = "texts with all of them and with other special letters, with events as strings",
     .expects = "the same strings",
     .needs = for_events,
     .setup = &setup::post,
     .run = escapes_of_text},
    {.id = "message-codes/escapes-of-values",
     .requirements = "MSG-020",
     .sentence = "In values & [ ] and the comma are written as entities, and nothing else is.",
     .sends = "codes with all of them in a value, with events as strings",
     .expects = "the same strings",
     .needs = for_events,
     .setup = &setup::post,
     .run = escapes_of_values},
    {.id = "message-codes/escapes-are-read",
     .requirements = "MSG-021",
     .sentence = "The four entities are read in text and in values, &amp; last.",
     .sends = "texts and a value with them, with events as arrays",
     .expects = "the plain letters; &amp;#91; is &#91;",
     .needs = for_events,
     .setup = &setup::array,
     .run = escapes_are_read},
    {.id = "message-codes/other-entities-stay",
     .requirements = "MSG-022",
     .sentence = "Other entities and a lone & are left as they are.",
     .sends = "&lt; &#65; &nbsp; and & in a text and in a value, with events as arrays",
     .expects = "the same letters",
     .needs = for_events,
     .setup = &setup::array,
     .run = other_entities},
    {.id = "message-codes/case-counts",
     .requirements = "MSG-030",
     .sentence = "CQ: and names are case-sensitive.",
     .sends = "[cq:face,id=1], [Cq:face,id=1] and [CQ:fAcE,ID=1], with events as arrays",
     .expects = "two texts, and a segment with the names as written",
     .needs = for_events,
     .setup = &setup::array,
     .run = case_counts},
    {.id = "message-codes/values-hold-anything",
     .requirements = "MSG-034",
     .sentence = "Values may contain blanks, line breaks and equals signs.",
     .sends = "a share with all of them, with events as arrays",
     .expects = "the whole values",
     .needs = for_events,
     .setup = &setup::array,
     .run = values_hold_anything},
    {.id = "message-codes/empty-string-is-no-message",
     .requirements = "MSG-035",
     .sentence = "An empty string gives no segments.",
     .sends = "send_private_msg with an empty message",
     .expects = "retcode 100",
     .needs = for_sending,
     .run = empty_string},
    {.id = "message-codes/texts-and-codes",
     .requirements = "MSG-037",
     .sentence = "A string is cut into texts and codes.",
     .sends = "rows 1 to 4 of the table, with events as arrays",
     .expects = "the segments of the table",
     .needs = for_events,
     .setup = &setup::array,
     .run = codes_and_texts},
    {.id = "message-codes/codes-with-values",
     .requirements = "MSG-037",
     .sentence = "Values are cut at commas, ended by the bracket and unescaped.",
     .sends = "rows 14 and 15 of the table, with events as arrays",
     .expects = "the segments of the table",
     .needs = for_events,
     .setup = &setup::array,
     .run = codes_with_values},
    {.id = "message-codes/ampersands",
     .requirements = "MSG-037",
     .sentence = "&amp; is read last, and a lone & is a letter.",
     .sends = "rows 22 and 24 of the table, with events as arrays",
     .expects = "the texts of the table",
     .needs = for_events,
     .setup = &setup::array,
     .run = ampersands},
    {.id = "message-codes/whole-table",
     .requirements = "MSG-036 MSG-031",
     .sentence = "Every row of the table holds.",
     .sends = "the rows, with events as arrays",
     .expects = "the segments of the profile",
     .needs = for_events,
     .setup = &setup::array,
     .run = table_holds},
    {.id = "message-codes/rules",
     .requirements = "MSG-031",
     .sentence = "The rules for codes hold where they are broken in the middle.",
     .sends = "codes that end early, in the middle of another, and without a parameter",
     .expects = "texts and segments as the rules say",
     .needs = for_events,
     .setup = &setup::array,
     .run = rules_hold},
    {.id = "message-codes/parameters-of-4-0",
     .requirements = "MSG-032",
     .sentence = "4.0 looks for the equals sign first: names may hold commas and blanks.",
     .sends = "parameters without an equals sign and with blanks, with events as arrays",
     .expects = "the names as 4.0 reads them",
     .needs = for_events,
     .setup = &setup::array,
     .run = parameters_of_4_0},
    {.id = "message-codes/wide-names",
     .requirements = "MSG-033",
     .sentence = "Names may contain _ - and a dot; the rest is as in 4.15.",
     .sends = "a code with such a name, one with a blank, one without an equals sign",
     .expects = "a segment, a text, a segment without that parameter",
     .needs = for_events,
     .setup = &setup::array,
     .run = wide_names},
    {.id = "message-codes/codes-are-written",
     .requirements = "MSG-040",
     .sentence = "A message is written as its texts and codes, one behind the other.",
     .sends = "texts and codes with one parameter or none, with events as strings",
     .expects = "the same strings",
     .needs = for_events,
     .setup = &setup::post,
     .run = codes_are_written},
    {.id = "message-codes/parameters-in-order",
     .requirements = "MSG-041",
     .sentence = "Parameters are written in the order of the bytes of their names.",
     .sends = "a share that is said and an image that is sent, in another order",
     .expects = "content, image, title, url; Z, file, url",
     .needs = for_events | Need::http | Need::effects,
     .setup = &setup::post,
     .run = parameters_in_order},
    {.id = "message-codes/nothing-is-written-for-nothing",
     .requirements = "MSG-042",
     .sentence = "A segment with an empty type and a text without text are written as nothing.",
     .sends = "both, and a text",
     .expects = "the text alone",
     .needs = for_sending,
     .run = nothing_is_written},
    {.id = "message-codes/there-and-back",
     .requirements = "MSG-043",
     .sentence = "What is written means the same segments as what came.",
     .sends = "texts and codes with escapes, and once more what they became",
     .expects = "the same segments, and the same string the second time",
     .needs = for_events,
     .setup = &setup::post,
     .run = there_and_back},
};

}  // namespace

std::span<const Case> message_codes_cases() {
    return table;
}

}  // namespace cqhttp::conformance
