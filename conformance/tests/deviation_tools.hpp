#pragma once

#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <string_view>
#include <utility>

// What the tables of gateways with wrong actions share.
namespace cqhttp::conformance::test {

inline void set_body(HttpReply& reply, const Json& body) {
    reply.body = dump(body);
    std::erase_if(reply.headers, [](const auto& h) { return iequals(h.first, "Content-Length"); });
    reply.headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
}

inline HttpReply reply_of(std::string_view status, int retcode) {
    HttpReply reply;
    reply.status = 200;
    reply.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    Json body;
    body["status"] = status;
    body["retcode"] = retcode;
    body["data"] = Json();
    set_body(reply, body);
    return reply;
}

inline bool calls(const Message& m, std::string_view action) {
    return m.path() == "/" + std::string(action);
}

// Changes the reply object, if it has one.
template <class Change>
void change_reply(HttpReply& reply, Change change) {
    Json body = reply.json();
    if (reply.status == 200 && body.is_object()) {
        change(body);
        set_body(reply, body);
    }
}

// Changes the data of a call that went well.
template <class Change>
void change_data(const Message& m, HttpReply& reply, std::string_view action, Change change) {
    if (calls(m, action)) {
        change_reply(reply, [&change](Json& body) {
            if (member(body, "retcode") == 0) {
                change(body["data"]);
            }
        });
    }
}

inline void without(const Message& m, HttpReply& reply, std::string_view action, const char* name) {
    change_data(m, reply, action, [name](Json& data) { data.erase(name); });
}

inline void as_text(const Message& m, HttpReply& reply, std::string_view action, const char* name) {
    change_data(m, reply, action, [name](Json& data) { data[name] = dump(data[name]); });
}

// Changes the parameters of a call, if they came as JSON.
template <class Change>
void change_params(Message& m, Change change) {
    auto params = parse_json(m.body);
    if (params && params->is_object()) {
        change(*params);
        m.body = dump(*params);
    }
}

template <class Change>
void change_params_of(Message& m, std::string_view action, Change change) {
    if (calls(m, action)) {
        change_params(m, change);
    }
}

inline void by_default(Message& m, std::string_view action, const char* name, Json value) {
    change_params_of(m, action, [name, &value](Json& params) {
        if (!params.contains(name)) {
            params[name] = std::move(value);
        }
    });
}

inline void ignores(Message& m, std::string_view action, const char* name) {
    change_params_of(m, action, [name](Json& params) { params.erase(name); });
}

inline Json params_of(const Message& m) {
    return parse_json(m.body).value_or(Json());
}

inline bool is_async(const Message& m) {
    return m.path().ends_with("_async");
}

inline void ok_for_async(HttpReply& reply) {
    change_reply(reply, [](Json& body) {
        if (member(body, "retcode") == 1) {
            body["status"] = "ok";
            body["retcode"] = 0;
        }
    });
}

}  // namespace cqhttp::conformance::test
