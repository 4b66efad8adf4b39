#include "gateway/account/sandbox_actions.hpp"
#include "gateway/account/stimulus.hpp"
#include "gateway/account/world_json.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/event_json.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <array>
#include <string>
#include <utility>

// The control actions that look at the world or move it. Failures say why: they are for people.
namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
using protocol::Json;
using protocol::JsonWriter;
namespace retcode = protocol::retcode;

ActionReply bad_event(std::string wording) {
    return ActionReply::failure(retcode::bad_params, std::move(wording));
}

ActionReply inject(ActionContext& context, const Arguments& arguments) {
    const auto json = protocol::parse_json(arguments.object("event"));
    if (!json) {
        return bad_event("event: " + json.error().detail);
    }
    const std::int64_t self = context.world.self_id();
    const auto owner = json->find("self_id");
    if (owner != json->end() && *owner != self) {
        return bad_event("self_id: is " + protocol::dump_json(*owner) + ", but the account is " +
                         std::to_string(self));
    }
    auto event = protocol::parse_event(*json, context.profile, protocol::EventExtent::stimulus);
    if (!event) {
        return bad_event(event.error().detail);
    }
    if (const Refused refused = perform(context, *event, json->contains("raw_message"))) {
        return ActionReply::failure(refused->code, refused->wording);
    }
    ActionReply reply;
    reply.data = protocol::render_event(*event, self, context.form, context.profile);
    context.events.push_back(std::move(*event));
    return reply;
}

ActionReply requests(ActionContext& context, const Arguments& arguments) {
    const bool all = arguments.boolean("all");
    ActionReply reply;
    reply.data.clear();
    JsonWriter json(reply.data);
    json.array();
    for (const Request* row : context.world.requests()) {
        if (!all && row->state != "open") {
            continue;
        }
        json.object().member("flag", row->flag).member("request_type", row->type);
        if (row->type == "group") {
            json.member("sub_type", row->sub_type).member("group_id", row->group_id);
        }
        json.member("user_id", row->user_id)
            .member("comment", row->comment)
            .member("time", row->time)
            .member("state", row->state)
            .member("answer", row->answer)
            .end_object();
    }
    json.end_array();
    return reply;
}

ActionReply state(ActionContext& context, const Arguments&) {
    return ActionReply::with(world_to_json(context.world.snapshot()));
}

constexpr std::array rows{
    SandboxAction{".sandbox_inject", inject},
    SandboxAction{".sandbox_requests", requests},
    SandboxAction{".sandbox_state", state},
};

}  // namespace

std::span<const SandboxAction> control_actions() {
    return rows;
}

}  // namespace cqhttp::account
