#pragma once

#include "conformance/http.hpp"
#include "conformance/requirement.hpp"
#include "conformance/setup.hpp"
#include "conformance/ws.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::conformance::test {

// An HTTP request on its way through the relay.
struct Message {
    std::string method, target, version;
    Headers headers;
    std::string body;

    std::string path() const { return target.substr(0, target.find('?')); }
    std::string query() const {
        const std::size_t mark = target.find('?');
        return mark == std::string::npos ? std::string() : target.substr(mark + 1);
    }
    void set_query(const std::string& query) { target = path() + "?" + query; }
    std::string header(std::string_view name) const {
        return find_header(headers, name).value_or("");
    }
    void set_header(std::string_view name, std::string value);
    void remove_header(std::string_view name);
};

using Frames = std::vector<Frame>;

// What a hook has put aside for its next call.
struct Memory {
    Frames frames;
    int count = 0;
};

// What a hook may know of the relay it works in.
struct Place {
    std::string token;        // of the target; empty: none
    std::string path, query;  // of a WebSocket
    bool reverse = false;     // whether the gateway opened it
    int number = 0;           // of the connection among those with its path, from 1
    std::shared_ptr<Memory> link = std::make_shared<Memory>();   // of the connection
    std::shared_ptr<Memory> relay = std::make_shared<Memory>();  // of all of them
};

// One way to be wrong: what the relay does to the traffic of a correct gateway. Hooks that are null
// let everything pass.
struct Deviation {
    std::string_view name;
    std::string_view requirement;  // cases that prove it must notice
    std::string_view like = {};    // deployed implementations that do so: D1 ... D26
    Profile profile = Profile::cqhttp_4_0;

    // The gateway is configured otherwise than it was told to.
    void (*configured)(Setup&) = nullptr;

    // HTTP API: the request before the gateway sees it, the answer, or an answer instead.
    void (*request)(const Place&, Message&) = nullptr;
    void (*reply)(const Place&, const Message&, HttpReply&) = nullptr;
    std::optional<HttpReply> (*instead)(const Place&, const Message&) = nullptr;
    // Forward and reverse WebSocket: the handshake, and frames from the bot and from the gateway.
    void (*handshake)(const Place&, Message&) = nullptr;
    void (*handshake_reply)(const Place&, const Message&, HttpReply&) = nullptr;
    Frames (*from_bot)(const Place&, Frame) = nullptr;
    Frames (*from_gateway)(const Place&, Frame) = nullptr;
    // What the bot gets at once for a frame, beside what the gateway makes of it.
    Frames (*at_once)(const Place&, const Frame&) = nullptr;
    // Without a method nobody gets there.
    void (*reverse_handshake)(const Place&, Message&) = nullptr;
    void (*reverse_reply)(const Place&, const Message&, HttpReply&) = nullptr;
    // Event POST: the request before the backend sees it, and the backend's answer.
    void (*post)(const Place&, Message&) = nullptr;
    void (*post_answer)(const Place&, HttpReply&) = nullptr;

    // What takes more than a look at one message.
    enum class Trick : std::uint8_t {
        none,
        close_after_reply,   // every HTTP answer ends its connection
        never_close,         // not even where the client asks for it
        one_at_a_time,       // the next HTTP connection is served when the last has ended
        first_segment_only,  // a body is what came with its first piece
        wait_for_posts,      // no HTTP answer while an event POST is open
        upgrade_everybody,   // 101 for strangers, closed by and by
        upgrade_and_obey,    // 101 for strangers, and their frames are carried out
        events_on_api,       // /api is an event connection, too
        push_before_post,    // the event is pushed when its POST begins
        drop_after_answer,   // a WebSocket ends after the first answer
        silent_end,          // a WebSocket ends without a close frame
        break_is_1000,       // a connection the bot breaks ends with a close frame of 1000
        post_again,          // a POST that was not answered well is sent again
        twice,               // every reverse connection is made a second time
        answers_for_all,     // an answer goes to every WebSocket
        push_in_turn,        // the next push begins when the last has been taken
        back_off,            // each reverse connection is later than the last
        fall_together,       // the close of one reverse connection ends the others
        listens_always,      // on the port of a server that is off, too
        no_group_posts,      // what happens in groups is not posted
        impatient_posts,     // the answer to a POST is waited for a second
        follow_posts,        // redirects of POSTs are followed
        post_connects,       // a connection for events is posted, too
    } trick = Trick::none;
};

// A gateway that does nothing wrong, and those that do.
const Deviation& correct();
std::span<const Deviation> http_deviations();
std::span<const Deviation> auth_deviations();
std::span<const Deviation> ws_deviations();
std::span<const Deviation> echo_deviations();
std::span<const Deviation> push_deviations();
std::span<const Deviation> reverse_deviations();
std::span<const Deviation> post_deviations();
std::span<const Deviation> message_deviations();
std::span<const Deviation> file_deviations();
std::span<const Deviation> action_deviations();
std::span<const Deviation> action_row_deviations();
std::span<const Deviation> later_action_deviations();
std::span<const Deviation> event_deviations();
// All of these.
std::vector<std::span<const Deviation>> deviation_groups();

}  // namespace cqhttp::conformance::test
