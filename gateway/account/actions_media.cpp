#include "gateway/account/sandbox_actions.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <array>
#include <string>
#include <utility>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
using protocol::JsonWriter;
using protocol::RecordPath;
namespace errc = boost::system::errc;
namespace retcode = protocol::retcode;

ActionReply file_reply(std::string_view file) {
    ActionReply reply;
    reply.data.clear();
    JsonWriter(reply.data).object().member("file", file).end_object();
    return reply;
}

// The record is at fault, or the machine.
ActionReply record_failure(const ActionContext& context, const Error& error) {
    const bool bad_record =
        error.code == errc::no_such_file_or_directory || error.code == errc::illegal_byte_sequence;
    if (bad_record) {
        context.log.warn("get_record: {}", error.detail);
        return ActionReply::failure(retcode::bad_media);
    }
    if (error.code == errc::function_not_supported) {
        context.log.error("get_record needs ffmpeg, install it: {}", error.detail);
    } else {
        context.log.error("get_record: {}", error.detail);
    }
    return ActionReply::failure(retcode::failed);
}

asio::awaitable<ActionReply> get_record(ActionContext& context, Arguments arguments) {
    auto converting = context.media.convert_record(std::string(arguments.text("file")),
                                                   std::string(arguments.text("out_format")));
    const Result<std::string> name = co_await std::move(converting);
    if (!name) {
        co_return record_failure(context, name.error());
    }
    const RecordPath rule = context.profile.record_path;
    const bool full_path = rule == RecordPath::always ||
                           (rule == RecordPath::on_request && arguments.boolean("full_path"));
    if (!full_path) {
        co_return file_reply(*name);
    }
    const auto path = context.media.find("record", *name);
    if (!path) {
        co_return record_failure(context, path.error());
    }
    co_return file_reply(replace_invalid_utf8(path->string()));
}

asio::awaitable<ActionReply> get_image(ActionContext& context, Arguments arguments) {
    auto fetching = context.media.fetch_image(std::string(arguments.text("file")));
    const Result<std::filesystem::path> path = co_await std::move(fetching);
    if (!path) {
        context.log.warn("get_image: {}", path.error().detail);
        co_return ActionReply::failure(retcode::bad_media);
    }
    co_return file_reply(replace_invalid_utf8(path->string()));
}

ActionReply can_send(ActionContext&, const Arguments&) {
    return {retcode::ok, R"({"yes":true})"};
}

ActionReply clean(ActionContext& context, std::string_view folder) {
    const auto cleaned = context.media.clean(folder);
    if (!cleaned) {
        context.log.error("{}", cleaned.error().detail);
        return ActionReply::failure(retcode::failed);
    }
    return {};
}

ActionReply clean_data_dir(ActionContext& context, const Arguments& arguments) {
    return clean(context, arguments.text("data_dir"));
}

// The folder that a restart with clean_cache empties too.
ActionReply clean_cache(ActionContext& context, const Arguments&) {
    return clean(context, "cache");
}

constexpr std::array rows{
    SandboxAction{"get_record", nullptr, get_record},
    SandboxAction{"get_image", nullptr, get_image},
    SandboxAction{"can_send_image", can_send},
    SandboxAction{"can_send_record", can_send},
    SandboxAction{"clean_data_dir", clean_data_dir},
    SandboxAction{"clean_cache", clean_cache},
};

}  // namespace

std::span<const SandboxAction> media_actions() {
    return rows;
}

}  // namespace cqhttp::account
