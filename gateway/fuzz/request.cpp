// A call in any of its forms. The first byte chooses: f a frame, j a JSON body, q a query.
#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/fuzz/profiles.hpp"
#include "gateway/fuzz/targets.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/json.hpp"

#include <string>

namespace cqhttp::fuzz {
namespace {

using protocol::Json;
using protocol::ParamKind;
using protocol::Params;

void check(const Params& params) {
    ensure(params.size() <= protocol::max_params, "parameters are bounded");
    for (const auto& param : params) {
        ensure(param.kind == ParamKind::invalid || is_valid_utf8(param.text), "text is text");
    }
    ensure(protocol::parse_json(params.to_json()).has_value(), "parameters can be written down");
}

// Every action reads them, whatever they are.
void bind(const Params& params) {
    for (const protocol::ActionSpec& spec : protocol::action_catalogue()) {
        for (const protocol::ProfileId id : all_profile_ids) {
            if (spec.profiles.contains(id)) {
                protocol::bind_arguments(spec, params, protocol::profile(id));
            }
        }
    }
}

// nlohmann's parser, which reads nothing else of ours, is the other opinion.
void compare(const protocol::FrameRequest& frame, std::string_view bytes) {
    const auto json = protocol::parse_json(bytes);
    if (!json) {
        return;  // it refuses half surrogates and numbers like 1E400, which are JSON
    }
    if (!json->is_object()) {
        ensure(!frame.call && !frame.echo, "only an object is a call");
        return;
    }
    ensure(frame.echo.has_value() == json->contains("echo"), "an echo is where it is");
    if (frame.echo) {
        const auto echo = protocol::parse_json(*frame.echo);
        ensure(echo && *echo == (*json)["echo"], "and is that value");
    }
    const auto action = json->find("action");
    const bool named = action != json->end() && action->is_string();
    ensure(named || !frame.call, "a call has a name");
    if (frame.call) {
        ensure(frame.call->action == action->get<std::string>(), "which is that of the frame");
    }
}

void read_frame(protocol::RequestParser& parser, std::string_view bytes) {
    const protocol::FrameRequest frame = parser.read_frame(bytes);
    compare(frame, bytes);
    std::string reply;
    if (frame.echo) {
        protocol::append_reply(reply, protocol::ActionReply::asynchronous(), *frame.echo);
        ensure(reply.ends_with("\"echo\":" + *frame.echo + "}"), "an echo goes back as it came");
    }
    if (frame.call) {
        check(frame.call->params);
        bind(frame.call->params);
    }
}

}  // namespace

void request(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    static protocol::RequestParser parser;  // as in the gateway, one for all
    const std::string_view rest = bytes.substr(1);
    Params params;
    switch (bytes.front()) {
        case 'f': read_frame(parser, rest); return;
        case 'j':
            if (!parser.add_json_params(params, rest)) {
                ensure(params.size() == 0, "a refused body leaves nothing");
                return;
            }
            break;
        case 'q': {
            protocol::add_form_params(params, rest);
            const auto token = protocol::find_query_value(rest, "access_token");
            const protocol::Param* param = params.find("access_token");
            ensure(param == nullptr || token.has_value(), "a token that is there is found");
            break;
        }
        default: return;
    }
    check(params);
    bind(params);
}

}  // namespace cqhttp::fuzz
