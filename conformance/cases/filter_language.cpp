// Chapter 08, sections 3 and 4: what rules mean. Numbers of the specification's events are those of
// the sandbox's world: group 901 is 20001, user 501 is 1234567, 502 is 10005; who speaks
// anonymously has the number 80000000.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/filter_steps.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> operators_apply_to_the_value(Context& context) {
    std::vector<Rule> rules{{R"({"user_id":{".neq":1234567,".in":[1234567,10005]}})", "G"},
                            {R"({".contains":"x"})", ""},
                            {R"({".eq":{}})", ""},
                            {R"({".neq":{}})", "PGAN"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> objects_go_inside(Context& context) {
    std::vector<Rule> rules{{R"({"anonymous":{"flag":{".regex":"^anonymous"}}})", "A"},
                            {R"({"group_id":{}})", "GAN"},
                            {R"({"group_id":{},"user_id":{}})", "GAN"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> other_values_are_compared(Context& context) {
    std::vector<Rule> rules{{R"({"anonymous":null})", "G"},
                            {R"({"message":[{"type":"text","data":{"text":"/hi"}}]})", "P"},
                            {R"({"message":[]})", ""},
                            {R"({"user_id":1234567})", "P"},
                            {R"({"post_type":"notice"})", "N"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> missing_members_fail(Context& context) {
    std::vector<Rule> rules{{R"({"absent":null})", ""},
                            {R"({"absent":{".neq":1}})", ""},
                            {R"({"absent":{".not":{".eq":1}}})", ""},
                            {R"({"absent":{}})", ""},
                            {R"({"user_id":{"x":{".neq":1}}})", ""},
                            {R"({"anonymous":{"name":{".neq":"nobody"}}})", "A"},
                            {R"({".not":{"absent":{}}})", "PGAN"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> empty_key(Context& context) {
    std::vector<Rule> rules{{R"({"":1,"user_id":1234567})", "P"}, {R"({"":{".foo":1}})", "PGAN"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> operators(Context& context) {
    std::vector<Rule> rules{{R"({".not":{"user_id":1234567}})", "GAN"},
                            {R"({".not":{".not":{"user_id":1234567}}})", "P"},
                            {R"({"raw_message":{".and":{".contains":"公",".regex":"x$"}}})", "GA"},
                            {R"({".or":[{"user_id":1},{}]})", "PGAN"},
                            {R"({".or":[{"user_id":1234567},{"post_type":"notice"}]})", "PN"},
                            {R"({"user_id":{".eq":10005}})", "G"},
                            {R"({"user_id":{".neq":"10005"}})", "PGAN"},
                            {R"({"sub_type":{".in":"a friend of mine"}})", "P"},
                            {R"({"sub_type":{".in":"frien"}})", ""},
                            {R"({"user_id":{".in":["1234567",null,10005.0,[10005]]}})", "G"},
                            {R"({"user_id":{".in":[]}})", ""},
                            {R"({"raw_message":{".contains":""}})", "PGA"},
                            {R"({"raw_message":{".contains":"HI"}})", ""},
                            {R"({"raw_message":{".regex":"i"}})", "P"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> other_types_are_false(Context& context) {
    std::vector<Rule> rules{{R"({"user_id":{".contains":"1"}})", ""},
                            {R"({"user_id":{".regex":"."}})", ""},
                            {R"({"user_id":{".in":"1234567,10005"}})", ""},
                            {R"({"anonymous":{".contains":""}})", ""},
                            {R"({"message":{".contains":"公告"}})", ""}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> equality(Context& context) {
    std::vector<Rule> rules{
        {R"({"user_id":1234567.0})", "P"},
        {R"({"user_id":1234567.5})", ""},
        {R"({"user_id":"1234567"})", ""},
        {R"({"font":0})", "PGA"},
        {R"({"font":-0.0})", "PGA"},
        {R"({"font":{".in":[false,null,"","0"]}})", ""},
        {R"({"anonymous":{".eq":false}})", ""},
        {R"({"message":{".eq":[{"data":{"text":"/hi"},"type":"text"}]}})", "P"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> expressions(Context& context) {
    std::vector<Rule> rules{{R"({"raw_message":{".regex":""}})", "PGA"},
                            {R"({"raw_message":{".regex":"^hi$"}})", ""},
                            {R"({"raw_message":{".regex":"^/hi$"}})", "P"},
                            {R"({"raw_message":{".regex":"HI"}})", ""},
                            {R"x({"raw_message":{".regex":"^(/|公)(?=h|告)"}})x", "PGA"},
                            {R"({"raw_message":{".regex":"\\bx\\b"}})", "GA"},
                            {R"({"raw_message":{".regex":"h[a-i]|\\d"}})", "P"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> text_beyond_ascii(Context& context) {
    std::vector<Rule> rules{{R"({"raw_message":{".regex":"公告"}})", "GA"},
                            {R"({"raw_message":{".regex":"^公告 x$"}})", "GA"},
                            {R"({"raw_message":{".regex":"告公"}})", ""}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> dots_are_letters(Context& context) {
    std::vector<Rule> rules{{R"({"anonymous.name":{".regex":"."}})", ""},
                            {R"({".not":{"anonymous.name":{}}})", "PGAN"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> worked_cases(Context& context) {
    std::vector<Rule> rules{
        {R"({"raw_message":{".regex":"^/"}})", "P"},
        {R"({"message_type":"group","anonymous":{".eq":null}})", "G"},
        {R"({"message_type":"group","anonymous":{".neq":null}})", "A"},
        {R"({".or":[{"group_id":{".in":[20001,20002]},"user_id":{".neq":10005}},{"user_id":777}]})",
         "AN"},
        {R"({"group_id":{".neq":1}})", "GAN"},
        {R"({".not":{"group_id":1}})", "PGAN"},
        {R"({"message_type":{".regex":"gr.*p|xyz"},
             ".or":[{"group_id":5},{"raw_message":{".contains":"公告"}}]})",
         "GA"},
        {R"({"user_id":"10005"})", ""},
        {R"({"message":{".contains":"公告"}})", ""},
        {R"({"post_type":{".in":"message,notice"}})", "PGAN"},
        {R"({".or":[]})", ""},
        {R"({".and":{"post_type":"message"}})", "PGA"}};
    return rules_hold(context, std::move(rules));
}

constexpr Needs filtering = Needs(Need::http) | Need::ws | Need::inject | Need::user | Need::group |
                            Need::restart | Need::data_root;

constexpr Case table[] = {
    {.id = "filter-language/operators-apply-to-the-value",
     .requirements = "FLT-020",
     .sentence = "A key with a dot in front is an operator on the current value.",
     .sends = "rules with several operators on one value and with operators on the event",
     .expects = "the events for which all hold",
     .needs = filtering,
     .setup = &setup::filter,
     .run = operators_apply_to_the_value},
    {.id = "filter-language/objects-go-inside",
     .requirements = "FLT-021",
     .sentence = "An object is evaluated on the member of that name.",
     .sends = "rules on members of members, and without any rule",
     .expects = "the events that have them",
     .needs = filtering,
     .setup = &setup::filter,
     .run = objects_go_inside},
    {.id = "filter-language/other-values-are-compared",
     .requirements = "FLT-022",
     .sentence = "Any other value must equal the member, also null and arrays.",
     .sends = "rules with null, arrays, numbers and texts",
     .expects = "the events whose members are equal",
     .needs = filtering,
     .setup = &setup::filter,
     .run = other_values_are_compared},
    {.id = "filter-language/missing-members-fail",
     .requirements = "FLT-023",
     .sentence = "What is not there fails, whatever is asked of it.",
     .sends = "rules on members that are missing, with .neq and .not inside",
     .expects = "nothing; everything with .not outside",
     .needs = filtering,
     .setup = &setup::filter,
     .run = missing_members_fail},
    {.id = "filter-language/empty-key-is-skipped",
     .requirements = "FLT-024",
     .sentence = "The empty key is skipped.",
     .sends = "rules with one",
     .expects = "what the rest says",
     .needs = filtering,
     .setup = &setup::filter,
     .run = empty_key},
    {.id = "filter-language/operators",
     .requirements = "FLT-030",
     .sentence = "Operators do what the table says.",
     .sends = "rules with each of them",
     .expects = "the events for which they are true",
     .needs = filtering,
     .setup = &setup::filter,
     .run = operators},
    {.id = "filter-language/other-types-are-false",
     .requirements = "FLT-032",
     .sentence = "An operator on a value of another type is false, and no error.",
     .sends = "operators for texts on numbers, null and arrays",
     .expects = "nothing",
     .needs = filtering,
     .setup = &setup::filter,
     .run = other_types_are_false},
    {.id = "filter-language/equality",
     .requirements = "FLT-033",
     .sentence = "Equality is that of JSON: by type, deep, and 1 is 1.0.",
     .sends = "rules with numbers, texts, booleans, null and arrays",
     .expects = "the events whose members are equal",
     .needs = filtering,
     .setup = &setup::filter,
     .run = equality},
    {.id = "filter-language/expressions",
     .requirements = "FLT-034",
     .sentence = "Expressions are those of ECMAScript, found anywhere, with regard to case.",
     .sends = "rules with anchors, alternatives, look-ahead and classes",
     .expects = "the events that match",
     .needs = filtering,
     .setup = &setup::filter,
     .run = expressions},
    {.id = "filter-language/text-beyond-ascii",
     .requirements = "FLT-035",
     .sentence = "Literal text that is not ASCII is found as it is.",
     .sends = "rules with Chinese",
     .expects = "the events that have it",
     .needs = filtering,
     .setup = &setup::filter,
     .run = text_beyond_ascii},
    {.id = "filter-language/dots-inside-keys-are-letters",
     .requirements = "FLT-036",
     .sentence = "A dot inside a key is a letter of it.",
     .sends = "rules on \"anonymous.name\"",
     .expects = "there is no such member",
     .needs = filtering,
     .setup = &setup::filter,
     .run = dots_are_letters},
    {.id = "filter-language/worked-cases",
     .requirements = "FLT-040",
     .sentence = "The worked cases hold.",
     .sends = "the rules of the table and its four events",
     .expects = "the events of the table",
     .needs = filtering,
     .setup = &setup::filter,
     .run = worked_cases},
};

}  // namespace

std::span<const Case> filter_language_cases() {
    return table;
}

}  // namespace cqhttp::conformance
