#include "gateway/protocol/meta_event.hpp"

#include "gateway/protocol/json_writer.hpp"

namespace cqhttp::protocol {
namespace {

constexpr std::string_view lifecycle = "lifecycle/";

}  // namespace

std::string_view describe(MetaKind kind) noexcept {
    switch (kind) {
        case MetaKind::enable: return "lifecycle/enable";
        case MetaKind::disable: return "lifecycle/disable";
        case MetaKind::connect: return "lifecycle/connect";
        case MetaKind::heartbeat: break;
    }
    return "heartbeat";
}

std::string render_meta_event(const MetaEvent& event, std::int64_t self_id) {
    std::string text;
    JsonWriter json(text);
    json.object().member("time", event.time).member("self_id", self_id);
    json.member("post_type", "meta_event");
    if (event.kind == MetaKind::heartbeat) {
        json.member("meta_event_type", "heartbeat");
        json.key("status").raw(event.status).member("interval", event.interval.count());
    } else {
        json.member("meta_event_type", "lifecycle");
        json.member("sub_type", describe(event.kind).substr(lifecycle.size()));
    }
    json.end_object();
    return text;
}

}  // namespace cqhttp::protocol
