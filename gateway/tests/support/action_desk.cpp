#include "gateway/tests/support/action_desk.hpp"

#include "gateway/account/media_file.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cqhttp::account::test {
namespace {

namespace fs = std::filesystem;

User user(std::int64_t id, std::string nickname) {
    User row;
    row.id = id;
    row.nickname = std::move(nickname);
    return row;
}

Member member(std::int64_t group_id, std::int64_t user_id, std::string role = "member") {
    Member row;
    row.group_id = group_id;
    row.user_id = user_id;
    row.role = std::move(role);
    row.joined = 1'600'000'000;
    return row;
}

Group group(std::int64_t id, std::string name) {
    Group row;
    row.id = id;
    row.name = std::move(name);
    row.created = 1'500'000'000;
    return row;
}

Request request(std::string flag, std::string sub_type, std::int64_t user_id,
                std::int64_t group_id) {
    Request row;
    row.flag = std::move(flag);
    row.type = group_id == 0 ? "friend" : "group";
    row.sub_type = std::move(sub_type);
    row.user_id = user_id;
    row.group_id = group_id;
    return row;
}

}  // namespace

TemporaryFolder::TemporaryFolder()
    : path_(fs::temp_directory_path() / ("cqhttp-" + random_name())) {
    fs::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::write(const fs::path& name, std::string_view content) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream file(path_ / name, std::ios::binary);
    file << content;
    return path_ / name;
}

std::string TemporaryFolder::read(const fs::path& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    if (!file) {
        throw std::runtime_error("no file " + name.string());
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> TemporaryFolder::list(const fs::path& folder) const {
    std::vector<std::string> names;
    if (fs::exists(path_ / folder)) {
        for (const auto& entry : fs::directory_iterator(path_ / folder)) {
            names.push_back(entry.path().filename().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

asio::awaitable<Result<std::string>> FakeFetcher::fetch(FetchRequest request) {
    requests.push_back(request);
    auto executor = co_await asio::this_coro::executor;
    for (int turn = 0; turn < 3; ++turn) {
        co_await asio::post(executor, asio::use_awaitable);
    }
    const auto found = bodies.find(request.url);
    if (found == bodies.end()) {
        co_return failure("status 404");
    }
    co_return found->second;
}

WorldData small_world() {
    WorldData data;
    data.self = user(10001, "Robot");
    data.users = {user(10002, "Ann"), user(10003, "Bob"), user(10004, "Carl"), user(10005, "Dora"),
                  user(10009, "Eve")};
    data.users[0].sex = "female";
    data.users[0].age = 23;
    data.users[0].area = "Oslo";
    data.categories = {{1, "friends"}, {2, "family"}};
    data.friends = {{10002, "Annie", 1}};
    data.groups = {group(20001, "Readers"), group(20002, "Writers"), group(20003, "Listeners"),
                   group(20004, "Others")};
    data.groups[0].category = 7;
    data.groups[0].introduction = "We read";
    data.groups[2].anonymity = false;
    data.members = {
        member(20001, 10001, "admin"), member(20001, 10002), member(20001, 10003, "owner"),
        member(20001, 10004, "admin"), member(20001, 10005), member(20002, 10001, "owner"),
        member(20002, 10004, "admin"), member(20002, 10005), member(20003, 10001),
        member(20003, 10003, "owner"), member(20003, 10005), member(20004, 10003, "owner")};
    data.discusses = {{30001, "Lunch", {10001, 10005}}, {30002, "Dinner", {10003}}};
    data.anonymous = {{1, 20001, 10005, "Fox", "anon-1", 0}, {3, 20003, 10005, "Owl", "anon-3", 0}};
    data.requests = {request("f-1", "", 10009, 0), request("g-1", "add", 10009, 20001),
                     request("g-2", "invite", 10003, 20004), request("g-3", "invite", 10002, 20005),
                     request("g-4", "add", 10009, 20003)};
    return data;
}

Result<std::optional<WorldData>> OldMessages::load(std::size_t) {
    return std::optional<WorldData>();
}

Result<void> OldMessages::reset(const WorldData&) {
    return {};
}

Result<void> OldMessages::commit(const std::vector<Change>&) {
    return {};
}

Result<std::optional<StoredMessage>> OldMessages::find_message(std::int32_t id) {
    if (broken) {
        return failure("the disk is on fire");
    }
    const auto found = rows.find(id);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
}

Desk::Desk(ProfileId id, bool allow_file_urls)
    : log(sink, "sandbox"),
      profile(protocol::profile(id)),
      media({folder.path() / "data", allow_file_urls, (folder.path() / "ffmpeg").string()}, profile,
            fetcher, limits, log.named("media")),
      context{world, &store, media, clock, profile, log, events} {}

std::vector<SandboxAction> all_rows() {
    std::vector<SandboxAction> rows;
    for (const auto table : {message_actions(), group_actions(), request_actions(), info_actions(),
                             media_actions(), experimental_actions(), control_actions()}) {
        rows.insert(rows.end(), table.begin(), table.end());
    }
    return rows;
}

namespace {

SandboxAction row_of(std::string_view action) {
    for (const SandboxAction& row : all_rows()) {
        if (row.name == action) {
            return row;
        }
    }
    throw std::runtime_error("no handler for " + std::string(action));
}

const protocol::ActionSpec& spec_of(std::string_view action, ProfileId profile) {
    const auto* spec = protocol::find_action(action, profile);
    if (spec == nullptr) {
        throw std::runtime_error("the profile lacks " + std::string(action));
    }
    return *spec;
}

protocol::Params params_of(protocol::RequestParser& parser, std::string_view json) {
    protocol::Params params;
    if (!parser.add_json_params(params, json)) {
        throw std::runtime_error("the test's parameters are not JSON");
    }
    return params;
}

}  // namespace

protocol::ActionReply Desk::run(const SandboxAction& row, protocol::Arguments arguments) {
    const bool slow =
        row.now == nullptr || (row.needs_time != nullptr && row.needs_time(context, arguments));
    if (!slow) {
        return row.now(context, arguments);
    }
    return cqhttp::test::run_coro(loop, row.later(context, std::move(arguments)));
}

protocol::ActionReply Desk::call(std::string_view action, std::string_view params) {
    const auto& spec = spec_of(action, profile.id);
    auto arguments = protocol::bind_arguments(spec, params_of(parser_, params), profile);
    if (!arguments) {
        return protocol::ActionReply::failure(protocol::retcode::bad_params);
    }
    return run(row_of(action), std::move(*arguments));
}

std::int32_t Desk::code(std::string_view action, std::string_view params) {
    const auto reply = call(action, params);
    if (!reply.ok() && reply.data != "null") {
        throw std::runtime_error("a failed call has data");
    }
    return reply.retcode;
}

protocol::Json Desk::data(std::string_view action, std::string_view params) {
    const auto reply = call(action, params);
    if (!reply.ok()) {
        throw std::runtime_error(std::string(action) + " failed with " +
                                 std::to_string(reply.retcode));
    }
    return protocol::parse_json(reply.data_text()).value();
}

bool Desk::is_slow(std::string_view action, std::string_view params) {
    const auto& spec = spec_of(action, profile.id);
    auto arguments = protocol::bind_arguments(spec, params_of(parser_, params), profile);
    const SandboxAction row = row_of(action);
    return row.now == nullptr || (row.needs_time != nullptr && row.needs_time(context, *arguments));
}

}  // namespace cqhttp::account::test
