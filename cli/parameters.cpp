#include "cli/parameters.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Param;
using protocol::ParamKind;
using protocol::Params;

struct Pair {
    std::string_view name, value;
    bool typed = false;
};

Result<Pair> split(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        return failure(
            fmt::format("\"{}\" is not a parameter: write name=value, or name:=JSON for "
                        "a typed value",
                        text));
    }
    Pair pair{text.substr(0, equals), text.substr(equals + 1), false};
    if (pair.name.ends_with(':')) {
        pair.name.remove_suffix(1);
        pair.typed = true;
    }
    if (pair.name.empty()) {
        return failure(fmt::format("\"{}\" has no name before the equals sign", text));
    }
    if (!is_valid_utf8(text)) {
        return failure("an argument is not UTF-8 text");
    }
    return pair;
}

// The value becomes a parameter of its JSON type: it is read as the only member of an object.
Result<void> add_typed(Params& params, const Pair& pair) {
    const auto checked = protocol::parse_json(pair.value);
    if (checked.has_error()) {
        return failure(fmt::format("the value of {}:= is not JSON ({}); a text is {}=value",
                                   pair.name, checked.error().detail, pair.name));
    }
    Params read;
    protocol::RequestParser parser;
    if (!parser.add_json_params(read, fmt::format("{{\"value\":{}}}", pair.value))) {
        return failure(fmt::format("the value of {}:= cannot be sent as JSON", pair.name));
    }
    const Param& typed = *read.begin();
    params.add_last({pair.name, typed.kind, typed.text});
    return {};
}

Result<void> add_pair(Params& params, std::string_view text) {
    const auto pair = split(text);
    if (pair.has_error()) {
        return pair.error();
    }
    if (params.find(pair->name) != nullptr) {
        return failure(fmt::format("the parameter {} is given twice", pair->name));
    }
    if (pair->typed) {
        return add_typed(params, *pair);
    }
    params.add_last({pair->name, ParamKind::text, pair->value});
    return {};
}

Result<void> add_object(Params& params, std::string_view text) {
    const auto checked = protocol::parse_json(text);
    if (checked.has_error()) {
        return failure("--param-json is not JSON: " + checked.error().detail);
    }
    protocol::RequestParser parser;
    if (!parser.add_json_params(params, text)) {
        return failure(R"(--param-json wants an object, like {"user_id":10001})");
    }
    return {};
}

// Query and form values are texts (HTTP-048), so a value with an inside has no form there.
Result<void> check_flat(const Params& params) {
    for (const Param& param : params) {
        const bool structured = param.kind == ParamKind::array || param.kind == ParamKind::object;
        if (structured || param.kind == ParamKind::null) {
            return failure(
                fmt::format("{} is {}, but --get and --form carry texts only: leave them "
                            "out to send JSON",
                            param.name, structured ? "an array or object" : "null"));
        }
    }
    return {};
}

}  // namespace

Result<Params> read_parameters(const ParameterTexts& texts, Encoding encoding) {
    Params params;
    for (const std::string& text : texts.pairs) {
        const auto added = add_pair(params, text);
        if (added.has_error()) {
            return added.error();
        }
    }
    if (texts.param_json) {
        const auto added = add_object(params, *texts.param_json);
        if (added.has_error()) {
            return added.error();
        }
    }
    if (encoding != Encoding::json) {
        const auto flat = check_flat(params);
        if (flat.has_error()) {
            return flat.error();
        }
    }
    return params;
}

}  // namespace cqhttp::cli
