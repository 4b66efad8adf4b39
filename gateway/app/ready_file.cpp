#include "gateway/app/ready_file.hpp"

#include "gateway/protocol/json_writer.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <unistd.h>

namespace cqhttp::app {

Result<void> write_ready_file(const std::filesystem::path& file,
                              const std::vector<std::unique_ptr<Service>>& services) {
    std::string text;
    protocol::JsonWriter json(text);
    json.object().member("pid", ::getpid()).key("accounts").array();
    for (const auto& service : services) {
        json.object().member("self_id", service->self_id());
        if (const std::string url = service->http_url(); !url.empty()) {
            json.member("http", url);
        }
        if (const std::string url = service->ws_url(); !url.empty()) {
            json.member("ws", url);
        }
        json.end_object();
    }
    json.end_array().end_object();
    text += '\n';

    const std::filesystem::path part = file.string() + ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    std::error_code error;
    if (out) {
        std::filesystem::rename(part, file, error);
    }
    if (!out || error) {
        return failure(fmt::format("cannot write the ready file {}", file.string()));
    }
    return {};
}

}  // namespace cqhttp::app
