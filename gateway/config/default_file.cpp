#include "gateway/config/default_file.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/config/settings.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace cqhttp::config {
namespace {

using protocol::ProfileId;

// The members in the order of the original; each stands in the files of `in`.
struct Member {
    std::string_view name;
    protocol::ProfileSet in = protocol::all_profiles;
};

using protocol::cq_profiles;
using protocol::only_4_0;
using protocol::only_4_15;
using protocol::only_onebot;
using protocol::since_4_15;

constexpr Member members[] = {
    {"host"},
    {"port"},
    {"use_http"},
    {"ws_host"},
    {"ws_port"},
    {"use_ws"},
    {"ws_reverse_url", since_4_15},
    {"ws_reverse_api_url", since_4_15},
    {"ws_reverse_event_url", since_4_15},
    {"ws_reverse_reconnect_interval", since_4_15},
    {"ws_reverse_reconnect_on_code_1000", only_4_15},
    {"use_ws_reverse", since_4_15},
    {"post_url"},
    {"access_token"},
    {"secret"},
    {"post_message_format"},
    {"serve_data_files", cq_profiles},
    {"update_source", cq_profiles},
    {"update_channel", cq_profiles},
    {"auto_check_update", cq_profiles},
    {"auto_perform_update", cq_profiles},
    {"thread_pool_size", only_4_0},
    {"server_thread_pool_size", only_4_0},
    {"show_log_console", cq_profiles},
    {"log_level", since_4_15},
    {"enable_backward_compatibility", only_4_0},
    // The app directory is that of 4.15, so the file has to say what it is.
    {"gateway.profile", only_onebot},
};

Error failed(const std::filesystem::path& path) {
    return failure(boost::system::error_code(errno, boost::system::generic_category()),
                   "cannot write the default configuration " + path.string());
}

}  // namespace

std::string default_file_text(ProfileId profile) {
    std::string text = "{\n";
    const auto add = [&](std::string_view name, std::string_view value) {
        text += text.size() > 2 ? ",\n    \"" : "    \"";
        text += name;
        text += "\": ";
        text += value;
    };
    if (profile == ProfileId::cqhttp_4_15) {
        add("$schema", "\"https://cqhttp.cc/config-schema.json\"");
    }
    for (const Member& member : members) {
        if (member.in.contains(profile)) {
            const Setting* setting = find_setting(member.name);
            ensure(setting != nullptr, "members of the default file are settings");
            const std::string_view value = setting->in(profile).value;
            add(member.name, setting->type == SettingType::text ? "\"" + std::string(value) + "\""
                                                                : std::string(value));
        }
    }
    return text + "\n}\n";
}

Result<void> write_default_file(const std::filesystem::path& path, ProfileId profile) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (error) {
        errno = error.value();
        return failed(path);
    }
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return failed(path);
    }
    const std::string text = default_file_text(profile);
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (::close(file) == 0 && written) {
        return {};
    }
    const Error why = failed(path);
    std::filesystem::remove(path, error);  // half a file would stop the next start
    return why;
}

}  // namespace cqhttp::config
