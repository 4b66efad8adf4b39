#include "gateway/action/system_actions.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/version.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::action {

using protocol::ActionReply;
using protocol::JsonWriter;
using protocol::PluginsGood;

SystemActions::SystemActions(account::Backend& backend, const StatusSource& status,
                             Restarter& restarter, const protocol::Profile& profile,
                             std::string data_root)
    : backend_(backend),
      status_(status),
      restarter_(restarter),
      profile_(profile),
      data_root_(std::move(data_root)) {}

ActionReply SystemActions::call(const protocol::ActionSpec& spec,
                                const protocol::Arguments& arguments) {
    if (spec.name == "get_status") {
        ActionReply reply;
        reply.data = status();
        return reply;
    }
    if (spec.name == "get_version_info") {
        return version();
    }
    if (spec.name == "set_restart_plugin") {
        return restart_gateway(arguments.integer("delay"));
    }
    if (spec.name == "set_restart" && profile_.restart_is_gateways) {
        return restart_gateway(arguments.integer("delay"));
    }
    if (spec.name == "set_restart" || spec.name == "_set_restart") {
        return restart_account(arguments.boolean("clean_cache"));
    }
    if (spec.name == ".check_update") {
        // ACT-021: the answer of the original; a gateway from a package has nothing to check.
        return ActionReply::asynchronous();
    }
    if (spec.name == "clean_plugin_log") {
        // ACT-156: the log goes to standard error, so that there is never anything to empty.
        return {};
    }
    return ActionReply::failure(protocol::retcode::unknown_action);
}

std::string SystemActions::status() const {
    const auto parts = status_.parts();
    const bool plugins_good =
        std::all_of(parts.begin(), parts.end(), [](const PartStatus& part) { return part.good; });
    const bool online = backend_.online();
    std::string data;
    JsonWriter json(data);
    json.object();
    if (profile_.plugins_good != PluginsGood::absent) {
        json.member("app_initialized", true).member("app_enabled", true).key("plugins_good");
        if (profile_.plugins_good == PluginsGood::boolean) {
            json.value(plugins_good);
        } else {
            json.object();
            for (const PartStatus& part : parts) {
                json.member(part.name, part.good);
            }
            json.end_object();
        }
        json.member("app_good", plugins_good);
    }
    json.member("online", online).member("good", plugins_good && online).end_object();
    return data;
}

ActionReply SystemActions::version() const {
    ActionReply reply;
    reply.data.clear();
    JsonWriter json(reply.data);
    json.object();
    if (profile_.plugin_build_number == 0) {
        json.member("app_name", "cqhttp-gateway")
            .member("app_version", product_version)
            .member("protocol_version", "v11");
    } else {
        // bots compare these with the original's; the product's own name and version stand
        // beside them.
        json.member("coolq_directory", data_root_)
            .member("coolq_edition", "pro")
            .member("plugin_version", profile_.plugin_version)
            .member("plugin_build_number", profile_.plugin_build_number)
            .member("plugin_build_configuration", "release")
            .member("app_name", "cqhttp-gateway")
            .member("app_version", product_version);
    }
    json.end_object();
    return reply;
}

ActionReply SystemActions::restart_account(bool clean_cache) {
    ActionReply reply = backend_.restart(clean_cache);
    if (reply.ok()) {
        restarter_.restart_after(std::chrono::milliseconds(0));
    }
    return reply;
}

ActionReply SystemActions::restart_gateway(std::int64_t delay) {
    constexpr std::int64_t longest = 24LL * 3600 * 1000;
    const auto wait = std::clamp<std::int64_t>(delay, 0, longest);  // ACT-043
    restarter_.restart_after(std::chrono::milliseconds(wait));
    return ActionReply::asynchronous();
}

}  // namespace cqhttp::action
