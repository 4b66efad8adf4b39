#include "gateway/protocol/action_request.hpp"

#include "gateway/protocol/json_reader.hpp"

#include <utility>

namespace cqhttp::protocol {
namespace {

// What decoding may leave behind for the next document.
constexpr std::size_t kept_memory = 64 * 1024;
// Parameters for which there is room at once; their names and texts are no longer than the
// document.
constexpr std::size_t usual_members = 4;

// Strings that something has to be decoded in.
struct Memory {
    std::string& name;
    std::string& text;
};

// Reads the members of the object that comes next, whose own depth is `depth`, as parameters. Their
// names and texts are `most_bytes` at most. More than `max_params` are checked, but `complete`
// becomes false.
bool read_members(JsonReader& reader, std::size_t depth, std::size_t most_bytes, Memory memory,
                  Params& params, bool& complete) {
    std::size_t count = 0;
    return reader.for_each_member([&](const JsonString& name) {
        JsonValue value;
        if (!reader.read_value(depth + 1, value)) {
            return false;
        }
        complete = complete && ++count <= max_params;
        Param param{{}, value.kind, value.raw};
        // Half a surrogate pair makes a name that nothing is called.
        if (!complete || !decode_json_string(name, memory.name, param.name)) {
            return true;
        }
        if (value.kind == ParamKind::text &&
            !decode_json_string(value.string, memory.text, param.text)) {
            param.kind = ParamKind::invalid;
            param.text = {};
        }
        if (params.size() == 0) {
            params.reserve(usual_members, most_bytes);
        }
        params.add_last(param);
        return true;
    });
}

// `params` of a frame: anything but an object counts as {} (WS-023).
bool read_params(JsonReader& reader, std::size_t most_bytes, Memory memory, Params& params,
                 bool& complete) {
    params = {};
    complete = true;
    if (reader.at_object()) {
        return read_members(reader, 2, most_bytes, memory, params, complete);
    }
    JsonValue value;
    return reader.read_value(2, value);
}

// Of the frame's own members.
bool read_member(JsonReader& reader, std::string_view name, std::string& memory,
                 FrameRequest& request, bool& named) {
    JsonValue value;
    if (!reader.read_value(2, value)) {
        return false;
    }
    if (name == "echo") {
        request.echo.emplace(value.raw);
    } else if (name == "action") {
        std::string_view action;
        named = value.kind == ParamKind::text && decode_json_string(value.string, memory, action);
        request.call->action = action;
    }
    return true;
}

void release(std::string& memory) {
    if (memory.capacity() > kept_memory) {
        memory = std::string();  // not {}, which would keep the memory
    }
}

}  // namespace

bool RequestParser::add_json_params(Params& params, std::string_view body) {
    JsonReader reader(body);
    Params members;
    bool complete = true;
    const bool accepted = read_members(reader, 1, body.size(), {name_, text_}, members, complete) &&
                          complete && reader.at_end();
    release_memory();
    if (accepted) {
        members.trim();
        params.add_missing(std::move(members));
    }
    return accepted;
}

FrameRequest& RequestParser::read_frame(std::string_view frame) {
    JsonReader reader(frame);
    FrameRequest& request = request_;
    request.echo.reset();
    if (!request.call || request.call->action.capacity() > kept_memory) {
        request.call.emplace();
    }
    request.call->params = {};
    request.call->caller = {};
    bool named = false;
    bool complete = true;
    const auto member = [&](const JsonString& written) {
        std::string_view name;
        decode_json_string(written, name_, name);
        if (name == "params") {
            return read_params(reader, frame.size(), {name_, text_}, request.call->params,
                               complete);
        }
        return read_member(reader, name, text_, request, named);
    };
    const bool accepted = reader.for_each_member(member) && reader.at_end();
    release_memory();
    if (!accepted) {
        request = {};
    } else if (named && complete) {
        request.call->params.trim();
    } else {
        request.call.reset();
    }
    return request;
}

// One large document must not hold its memory for the rest of the loop's life.
void RequestParser::release_memory() {
    release(name_);
    release(text_);
}

}  // namespace cqhttp::protocol
