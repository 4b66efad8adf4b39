#include "conformance/cases/action_steps.hpp"

#include "gateway/base/text.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using Type = expect::Type;

constexpr std::int64_t nobody = 1;  // a number that no person, group or discussion has

std::string_view take_word(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view word = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

Check is_one_of(const Json& object, std::string_view name, std::string_view words) {
    const Json& value = member(object, name);
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    for (std::string_view rest = words; !rest.empty();) {
        if (value.is_string() && take_word(rest, '/') == text) {
            return std::nullopt;
        }
        if (!value.is_string()) {
            break;
        }
    }
    return expect::that(false, fmt::format("\"{}\" is one of {}", name, words), dump_short(object));
}

Check has_type(const Json& object, std::string_view name, std::string_view type) {
    static constexpr std::pair<std::string_view, Type> types[] = {
        {"int", Type::integer},  {"int32", Type::int32},   {"str", Type::string},
        {"bool", Type::boolean}, {"object", Type::object}, {"array", Type::array},
    };
    if (type.ends_with('?')) {
        type.remove_suffix(1);
        if (has_member(object, name) && member(object, name).is_null()) {
            return std::nullopt;
        }
    }
    for (const auto& [word, wanted] : types) {
        if (word == type) {
            return expect::has(object, name, wanted);
        }
    }
    if (type == "any") {
        return expect::that(has_member(object, name), fmt::format("a member \"{}\"", name),
                            dump_short(object));
    }
    return is_one_of(object, name, type);
}

asio::awaitable<void> moment() {
    constexpr std::chrono::milliseconds length(3);
    asio::steady_timer pause(co_await asio::this_coro::executor, length);
    co_await pause.async_wait(asio::use_awaitable);
}

}  // namespace

Json sample(const Context& context, std::string_view parameter) {
    const Endpoints& target = context.target();
    const auto known = [](std::int64_t id) { return id == 0 ? nobody : id; };
    if (parameter == "user_id") {
        return known(target.user);
    }
    if (parameter == "group_id") {
        return known(target.group);
    }
    if (parameter == "discuss_id") {
        return known(target.discuss);
    }
    if (parameter == "message_id") {
        return 2147483600;
    }
    if (parameter == "context") {
        Json event;
        event["post_type"] = "message";
        event["message_type"] = "private";
        event["user_id"] = known(target.user);
        return event;
    }
    if (parameter == "operation") {
        return Json::object();
    }
    static constexpr std::pair<std::string_view, std::string_view> texts[] = {
        {"message", "cqhttp conformance"},
        {"message_type", "private"},
        {"type", "add"},
        {"sub_type", "add"},
        {"out_format", "mp3"},
        {"data_dir", "bface"},
        {"file", "no-such-file.mp3"},
        {"title", "t"},
        {"content", "c"},
        {"group_name", "n"},
        {"id", "no-such-id"},
        {"flag", "no-such-flag"},
    };
    for (const auto& [name, value] : texts) {
        if (name == parameter) {
            return std::string(value);
        }
    }
    return Json();
}

Json samples(const Context& context, std::string_view parameters) {
    Json params = Json::object();
    while (!parameters.empty()) {
        const std::string name(take_word(parameters, ' '));
        params[name] = sample(context, name);
    }
    return params;
}

Json samples_and(const Context& context, std::string_view parameters, std::string_view name,
                 Json value) {
    Json params = samples(context, parameters);
    params[std::string(name)] = std::move(value);
    return params;
}

std::string call_text(std::string_view action, const Json& params) {
    return fmt::format("{} {}", action, dump_short(params));
}

asio::awaitable<Json> data_of(Context& context, Outcome& outcome, std::string action, Json params) {
    const std::string when = call_text(action, params);
    const HttpReply reply = co_await context.call(std::move(action), std::move(params));
    outcome.check(expect::ok(reply), when);
    const Json body = reply.json();
    co_return expect::data_of(body);
}

asio::awaitable<void> done(Context& context, Outcome& outcome, std::string action, Json params) {
    const std::string when = call_text(action, params);
    const Json data = co_await data_of(context, outcome, std::move(action), std::move(params));
    outcome.check(expect::equal(Json(), data, "data"), when);
}

asio::awaitable<void> refused(Context& context, Outcome& outcome, std::string action, Json params,
                              std::string situation) {
    const std::string when = fmt::format("{}: {}", situation, call_text(action, params));
    const HttpReply reply = co_await context.call(std::move(action), std::move(params));
    outcome.check(context.is_ob11() ? expect::failed(reply) : expect::failed(reply, 100), when);
}

asio::awaitable<void> fails(Context& context, Outcome& outcome, std::string action, Json params,
                            std::string situation) {
    const std::string when = fmt::format("{}: {}", situation, call_text(action, params));
    const HttpReply reply = co_await context.call(std::move(action), std::move(params));
    outcome.check(expect::failed(reply), when);
}

Check shaped(const Json& object, std::string_view shape) {
    if (!object.is_object()) {
        return expect::that(false, "an object", dump_short(object));
    }
    while (!shape.empty()) {
        std::string_view item = take_word(shape, ',');
        const std::string_view name = take_word(item, ' ');
        if (auto wrong = has_type(object, name, trim(item))) {
            return wrong;
        }
    }
    return std::nullopt;
}

Check list_shaped(const Json& array, std::string_view shape) {
    if (!array.is_array()) {
        return expect::that(false, "an array", dump_short(array));
    }
    for (const Json& element : array) {
        if (auto wrong = shaped(element, shape)) {
            return wrong;
        }
    }
    return std::nullopt;
}

Check filled_list(const Json& array, std::string_view shape) {
    if (array.is_array() && array.empty()) {
        return expect::that(false, "an array with an element", "[]");
    }
    return list_shaped(array, shape);
}

asio::awaitable<Json> until(Context& context, std::string action, Json params, Wanted wanted) {
    const auto deadline = Clock::now() + context.patience();
    for (;;) {
        const HttpReply reply = co_await context.call(action, params);
        const Json body = reply.json();
        const Json& data = expect::data_of(body);
        if (wanted(data) || Clock::now() > deadline) {
            co_return data;
        }
        co_await moment();
    }
}

asio::awaitable<std::string> until_card(Context& context, std::string card) {
    const auto deadline = Clock::now() + context.patience();
    for (;;) {
        std::string now = co_await context.own_card();
        if (now == card || Clock::now() > deadline) {
            co_return now;
        }
        co_await moment();
    }
}

asio::awaitable<Json> until_effects(Context& context, std::size_t count) {
    const auto deadline = Clock::now() + context.patience();
    for (;;) {
        Json effects = co_await context.effects();
        if (effects.size() >= count || Clock::now() > deadline) {
            co_return effects;
        }
        co_await moment();
    }
}

asio::awaitable<void> put_card(Context& context, std::string card) {
    Json params = samples(context, "group_id");
    params["user_id"] = context.target().self_id;
    params["card"] = std::move(card);
    co_await context.call("set_group_card", std::move(params));
}

asio::awaitable<Json> member_of_group(Context& context, std::int64_t user) {
    Json params = samples(context, "group_id");
    params["user_id"] = user;
    params["no_cache"] = true;
    const HttpReply reply = co_await context.call("get_group_member_info", std::move(params));
    const Json body = reply.json();
    co_return expect::data_of(body);
}

asio::awaitable<Json> send_private(Context& context, Outcome& outcome, Json message,
                                   Json auto_escape) {
    Json params = samples_and(context, "user_id", "message", std::move(message));
    if (!auto_escape.is_null()) {
        params["auto_escape"] = std::move(auto_escape);
    }
    const Json data = co_await data_of(context, outcome, "send_private_msg", std::move(params));
    co_return member(data, "message_id");
}

asio::awaitable<std::optional<std::string>> kept_message(Context& context, Json message_id) {
    if (context.is_ob11()) {
        Json params;
        params["message_id"] = message_id;
        const HttpReply reply = co_await context.call("get_msg", std::move(params));
        const Json body = reply.json();
        const Json& message = member(expect::data_of(body), "message");
        if (message.is_string()) {
            co_return message.get<std::string>();
        }
        co_return std::nullopt;
    }
    const HttpReply reply = co_await context.call(".sandbox_state");
    const Json body = reply.json();
    for (const Json& row : member(expect::data_of(body), "messages")) {
        if (same_json(member(row, "id"), message_id)) {
            co_return member(row, "content").get<std::string>();
        }
    }
    co_return std::nullopt;
}

asio::awaitable<void> take_back(Context& context) {
    co_await context.call(".sandbox_reset");
}

std::vector<PlainCall> asking_calls(const Context& context) {
    std::vector<PlainCall> calls;
    const auto add = [&](const char* action, std::string_view params) {
        calls.push_back({action, samples(context, params)});
    };
    for (const char* action : {"get_login_info", "get_group_list", "get_cookies", "get_csrf_token",
                               "get_status", "get_version_info"}) {
        add(action, "");
    }
    add("get_stranger_info", "user_id");
    add("get_group_member_info", "group_id user_id");
    add("get_group_member_list", "group_id");
    add("get_record", "file out_format");
    if (!context.is_ob11()) {
        add("_get_friend_list", "");
        add("_get_group_info", "group_id");
        add(".check_update", "");
    }
    if (!context.is_40()) {
        for (const char* action :
             {"get_friend_list", "get_credentials", "can_send_image", "can_send_record"}) {
            add(action, "");
        }
        add("get_group_info", "group_id");
        add("get_image", "file");
        add(".handle_quick_operation", "context operation");
    }
    if (context.is_415()) {
        add("_get_vip_info", "user_id");
        add("_get_group_notice", "group_id");
    }
    if (context.is_ob11()) {
        add("get_msg", "message_id");
        add("get_forward_msg", "id");
        calls.push_back({"get_group_honor_info", samples_and(context, "group_id", "type", "all")});
    }
    return calls;
}

}  // namespace cqhttp::conformance
