#include "gateway/protocol/event_filter.hpp"

#include "gateway/protocol/filter_regex.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace cqhttp::protocol {
namespace {

std::string with_article(const Json& value) {
    const std::string name = value.type_name();
    if (name == "null") {
        return name;
    }
    return (name == "array" || name == "object" ? "an " : "a ") + name;
}

// JSON text of a value for people, cut where it is long.
std::string shown(const Json& value) {
    constexpr std::size_t longest = 80;
    std::string text = dump_json(value);
    if (text.size() > longest) {
        std::size_t end = longest;
        while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;  // not inside a character
        }
        text.resize(end);
        text += "...";
    }
    return text;
}

bool equal_numbers(const Json& a, const Json& b) {
    if (a.is_number_float() || b.is_number_float()) {
        return a.get<double>() == b.get<double>();
    }
    // The library compares the bits of a large unsigned number with those of a negative one.
    const auto negative = [](const Json& number) {
        return !number.is_number_unsigned() && number.get<std::int64_t>() < 0;
    };
    return negative(a) == negative(b) && a.get<std::uint64_t>() == b.get<std::uint64_t>();
}

// JSON equality (FLT-033). Both are bounded in depth.
bool equal(const Json& a, const Json& b) {
    if (a.is_number() && b.is_number()) {
        return equal_numbers(a, b);
    }
    if (a.type() != b.type() || (a.is_structured() && a.size() != b.size())) {
        return false;
    }
    if (a.is_array()) {
        return std::equal(a.begin(), a.end(), b.begin(), equal);
    }
    if (a.is_object()) {
        return std::all_of(a.items().begin(), a.items().end(), [&b](const auto& member) {
            const auto other = b.find(member.key());
            return other != b.end() && equal(member.value(), *other);
        });
    }
    return a == b;
}

bool contains(const std::string& text, const std::string& piece) {
    return text.find(piece) != std::string::npos;
}

}  // namespace

// A compiled rule. Where it stands is known to it, so that it can explain itself.
class EventFilter::Rule {
public:
    // The members of an object, all of which must hold.
    static Result<Rule> compile(const Json& object, const std::string& path) {
        if (!object.is_object()) {
            return wrong(path, "must be an object, not " + with_article(object));
        }
        Rule all(Kind::all, path);
        for (const auto& [key, value] : object.items()) {
            if (key.empty()) {
                continue;  // FLT-024
            }
            const std::string below = path.empty() ? key : path + "/" + key;
            Result<Rule> rule = key.front() == '.' ? compile_operator(key, value, below)
                                                   : compile_member(key, value, below);
            if (!rule) {
                return rule;
            }
            all.rules_.push_back(std::move(*rule));
        }
        return all;
    }

    bool passes(const Json& value) const {
        const auto holds = [&value](const Rule& rule) { return rule.passes(value); };
        switch (kind_) {
            case Kind::all: return std::all_of(rules_.begin(), rules_.end(), holds);
            case Kind::any: return std::any_of(rules_.begin(), rules_.end(), holds);
            case Kind::none: return !rules_.front().passes(value);
            case Kind::member: {
                const Json* const found = member_of(value);
                return found != nullptr && rules_.front().passes(*found);
            }
            default: return compares(value);
        }
    }

    Verdict explain(const Json& value) const {
        switch (kind_) {
            case Kind::all: return explain_all(value);
            case Kind::any: return explain_any(value);
            case Kind::none: {
                const Verdict inner = rules_.front().explain(value);
                return {!inner.pass, at(inner.pass ? "forbids what holds" : "forbids what fails") +
                                         " (" + inner.reason + ")"};
            }
            case Kind::member: {
                const Json* const found = member_of(value);
                return found == nullptr ? Verdict{false, at("there is no such member")}
                                        : rules_.front().explain(*found);
            }
            default: {
                const bool pass = compares(value);
                return {pass, at(shown(value) + " " + comparison(pass) + " " + shown(argument_))};
            }
        }
    }

private:
    enum class Kind {
        all,
        any,
        none,
        member,
        equal,
        not_equal,
        in_text,
        in_list,
        contains,
        regex,
    };

    Rule(Kind kind, std::string path) : kind_(kind), path_(std::move(path)) {}

    static Error wrong(const std::string& path, const std::string& what) {
        return failure((path.empty() ? "the filter" : path) + ": " + what);
    }

    // A rule that only hands on to one other.
    static Result<Rule> around(Rule outer, Result<Rule> inner) {
        if (!inner) {
            return inner;
        }
        outer.rules_.push_back(std::move(*inner));
        return outer;
    }

    static Rule comparing(Kind kind, const std::string& path, const Json& argument) {
        Rule rule(kind, path);
        rule.argument_ = argument;
        return rule;
    }

    static Result<Rule> compile_member(const std::string& key, const Json& value,
                                       const std::string& path) {
        Rule member(Kind::member, path);
        member.key_ = key;
        return around(std::move(member), value.is_object()
                                             ? compile(value, path)
                                             : Result<Rule>(comparing(Kind::equal, path, value)));
    }

    static Result<Rule> compile_operator(const std::string& name, const Json& argument,
                                         const std::string& path) {
        if (name == ".not") {
            return around(Rule(Kind::none, path), compile(argument, path));
        }
        if (name == ".and") {
            return compile(argument, path);
        }
        if (name == ".or") {
            return compile_any(argument, path);
        }
        if (name == ".eq") {
            return comparing(Kind::equal, path, argument);
        }
        if (name == ".neq") {
            return comparing(Kind::not_equal, path, argument);
        }
        if (name == ".in") {
            if (!argument.is_string() && !argument.is_array()) {
                return wrong(path, "must be a string or an array, not " + with_article(argument));
            }
            return comparing(argument.is_string() ? Kind::in_text : Kind::in_list, path, argument);
        }
        if (name == ".contains" || name == ".regex") {
            if (!argument.is_string()) {
                return wrong(path, "must be a string, not " + with_article(argument));
            }
            return name == ".regex" ? compile_regex(argument, path)
                                    : Result<Rule>(comparing(Kind::contains, path, argument));
        }
        return wrong(path, "there is no such operator");
    }

    static Result<Rule> compile_any(const Json& argument, const std::string& path) {
        if (!argument.is_array()) {
            return wrong(path, "must be an array of objects, not " + with_article(argument));
        }
        Rule any(Kind::any, path);
        for (const Json& element : argument) {
            Result<Rule> rule = compile(element, path + "/" + std::to_string(any.rules_.size()));
            if (!rule) {
                return rule;
            }
            any.rules_.push_back(std::move(*rule));
        }
        return any;
    }

    static Result<Rule> compile_regex(const Json& argument, const std::string& path) {
        Result<FilterRegex> regex = FilterRegex::compile(argument.get_ref<const Json::string_t&>());
        if (!regex) {
            return wrong(path, regex.error().detail);
        }
        Rule rule = comparing(Kind::regex, path, argument);
        rule.regex_ = std::move(*regex);
        return rule;
    }

    // The member the rule is about (FLT-023).
    const Json* member_of(const Json& value) const {
        const auto found = value.find(key_);  // none in what is no object
        return found == value.end() ? nullptr : &*found;
    }

    bool compares(const Json& value) const {
        if (kind_ == Kind::equal || kind_ == Kind::not_equal) {
            return equal(value, argument_) == (kind_ == Kind::equal);
        }
        if (kind_ == Kind::in_list) {
            return std::any_of(argument_.begin(), argument_.end(),
                               [&value](const Json& element) { return equal(value, element); });
        }
        const auto* const text = value.get_ptr<const Json::string_t*>();
        if (text == nullptr) {
            return false;  // FLT-032
        }
        if (kind_ == Kind::regex) {
            return regex_->found_in(*text);
        }
        const auto& other = argument_.get_ref<const Json::string_t&>();
        return kind_ == Kind::in_text ? contains(other, *text) : contains(*text, other);
    }

    std::string comparison(bool pass) const {
        switch (kind_) {
            case Kind::in_text:
            case Kind::in_list: return pass ? "is in" : "is not in";
            case Kind::contains: return pass ? "contains" : "does not contain";
            case Kind::regex: return pass ? "matches" : "does not match";
            default: return pass == (kind_ == Kind::equal) ? "is" : "is not";
        }
    }

    Verdict explain_all(const Json& value) const {
        Verdict last{true, at("no rule forbids it")};
        for (const Rule& rule : rules_) {
            last = rule.explain(value);
            if (!last.pass) {
                return last;
            }
        }
        if (rules_.size() < 2) {
            return last;
        }
        return {true, at("all " + std::to_string(rules_.size()) + " rules hold")};
    }

    Verdict explain_any(const Json& value) const {
        for (const Rule& rule : rules_) {
            Verdict verdict = rule.explain(value);
            if (verdict.pass) {
                return verdict;
            }
        }
        return {false, at("none of " + std::to_string(rules_.size()) + " alternatives holds")};
    }

    std::string at(const std::string& what) const {
        return (path_.empty() ? "the filter" : path_) + ": " + what;
    }

    Kind kind_;
    std::string path_;  // the keys that lead to it, joined by slashes
    std::string key_;   // member
    Json argument_;
    std::optional<FilterRegex> regex_;
    std::vector<Rule> rules_;
};

EventFilter::EventFilter(std::unique_ptr<Rule> rule) : rule_(std::move(rule)) {}
EventFilter::EventFilter(EventFilter&&) noexcept = default;
EventFilter& EventFilter::operator=(EventFilter&&) noexcept = default;
EventFilter::~EventFilter() = default;

Result<EventFilter> EventFilter::parse(std::string_view text) {
    const Result<Json> document = parse_json(text);
    if (!document) {
        return document.error();
    }
    Result<Rule> rule = Rule::compile(*document, {});
    if (!rule) {
        return rule.error();
    }
    return EventFilter(std::make_unique<Rule>(std::move(*rule)));
}

bool EventFilter::passes(const Json& event) const {
    return rule_->passes(event);
}

EventFilter::Verdict EventFilter::explain(const Json& event) const {
    return rule_->explain(event);
}

}  // namespace cqhttp::protocol
