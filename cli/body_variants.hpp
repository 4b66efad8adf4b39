#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// What people sign instead of the bytes that were sent: the body as an editor, a shell or a JSON
// library turned it into something that looks the same.
struct BodyVariant {
    std::string text;
    std::string name;  // completes "it is the signature of ...": "the body without the line ..."
};

// Calls `take` with each variant of `body` that differs from it, likely ones first, until it
// returns true. A long body has the cheap ones only. Bounded: some sixty variants.
void for_each_variant(std::string_view body, const std::function<bool(const BodyVariant&)>& take);

// How a JSON text may be written otherwise. Members stay in their order.
enum class Spacing { as_it_is, compact, blank_after, indent_2, indent_4 };
enum class Spelling { as_it_is, escaped, unescaped, escaped_slashes, escaped_all };
struct JsonManner {
    Spacing spacing = Spacing::as_it_is;
    Spelling spelling = Spelling::as_it_is;
};
// `json` must be valid JSON.
std::string rewrite_json(std::string_view json, JsonManner manner);

}  // namespace cqhttp::cli
