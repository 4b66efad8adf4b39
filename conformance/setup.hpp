#pragma once

#include <span>
#include <string_view>

namespace cqhttp::conformance {

// A configuration that cases ask for by name. The target is started once for all cases of a setup.
// A row says what differs from the defaults of the profile; a template for a foreign program reads
// the same facts as {{token}}, {{#post}}...{{/post}} and so on (conformance/README.md).
struct Setup {
    std::string_view name;
    std::string_view about;

    bool http = true;
    bool ws = true;
    // Whether the token matters: a setup that does not care also runs on an attached target that
    // has one.
    enum class Token : unsigned char { any, none, set } token = Token::any;
    bool secret = false;  // event POSTs are signed
    bool post = false;    // events are posted to the suite's receiver
    std::string_view post_scheme = "http";
    std::string_view post_path = "/";  // of the address, with its query
    bool reverse_api = false;          // the target connects to the suite's server for calls,
    bool reverse_event = false;        // for events,
    bool universal = false;            // or, not in cqhttp-4.0, for both on one connection
    bool fallback = false;             // the address for both is there, without `universal`
    // Whether reverse WebSocket is on: if there is an address, or as it says here.
    enum class Switch : unsigned char { by_address, off, on } reverse = Switch::by_address;
    std::string_view reverse_api_path = "/api/";  // of the addresses at the suite
    std::string_view reverse_event_path = "/event/";
    bool reverse_defaults = false;  // the next two are not set at all
    int reconnect_interval = 3000;
    bool reconnect_on_code_1000 = false;
    bool array = false;          // post_message_format = array
    bool data_files = false;     // serve_data_files = yes
    bool compatibility = false;  // enable_backward_compatibility = yes
    bool emoji = true;           // convert_unicode_emoji = yes
    int heartbeat = 0;           // its interval in milliseconds; 0: off
    // Whether the suite's servers speak TLS, and whether there is reason to trust them: the target
    // is given the certificate, it is not, or the certificate is for another host.
    enum class Tls : unsigned char { none, trusted, unknown, other_host } tls = Tls::none;
    std::string_view filter = {};     // text of the event filter file
    std::string_view own_lines = {};  // further lines of [general], for our own gateway only
};

namespace setup {

inline constexpr Setup any{
    .name = "any", .about = "HTTP and WebSocket servers; whether there is a token does not matter"};
inline constexpr Setup open{.name = "open",
                            .about = "HTTP and WebSocket servers, no access token",
                            .token = Setup::Token::none};
inline constexpr Setup token{.name = "token",
                             .about = "HTTP and WebSocket servers, with an access token",
                             .token = Setup::Token::set};
inline constexpr Setup http_off{
    .name = "http-off", .about = "the HTTP server is off, the WebSocket server on", .http = false};
inline constexpr Setup ws_off{
    .name = "ws-off", .about = "the WebSocket server is off", .ws = false};
inline constexpr Setup post{
    .name = "post", .about = "events are posted to the suite, unsigned", .post = true};
inline constexpr Setup post_token{.name = "post-token",
                                  .about = "as post, with an access token",
                                  .token = Setup::Token::set,
                                  .post = true};
inline constexpr Setup signed_post{.name = "signed-post",
                                   .about = "events are posted to the suite, signed with a secret",
                                   .secret = true,
                                   .post = true};
inline constexpr Setup signed_long{
    .name = "signed-long",
    .about = "events are signed with a long secret that is not ASCII",
    .post = true,
    .own_lines = "secret = 密钥密钥密钥密钥密钥密钥密钥密钥密钥密钥密钥密钥"};
inline constexpr Setup post_path{.name = "post-path",
                                 .about = "events are posted to an address with path and query",
                                 .post = true,
                                 .post_path = "/Hook%201/in?key=a%2Fb&empty=&x"};
inline constexpr Setup post_no_path{.name = "post-no-path",
                                    .about = "events are posted to an address without a path",
                                    .post = true,
                                    .post_path = ""};
inline constexpr Setup post_capitals{.name = "post-capitals",
                                     .about = "events are posted to an address HTTP://...",
                                     .post = true,
                                     .post_scheme = "HTTP"};
inline constexpr Setup post_odd_address{.name = "post-odd-address",
                                        .about = "the address for events is none of HTTP",
                                        .own_lines = "post_url = ftp://127.0.0.1:9/"};
inline constexpr Setup post_ws_only{.name = "post-ws-only",
                                    .about = "events are posted; the HTTP server is off",
                                    .http = false,
                                    .post = true};
inline constexpr Setup post_http_only{.name = "post-http-only",
                                      .about = "events are posted; the WebSocket server is off",
                                      .ws = false,
                                      .post = true};
inline constexpr Setup post_reverse_only{
    .name = "post-reverse-only",
    .about = "events are posted; both servers are off, it connects to the suite for calls",
    .http = false,
    .ws = false,
    .post = true,
    .reverse_api = true,
    .reconnect_interval = 200};
inline constexpr Setup post_timeout{.name = "post-timeout",
                                    .about = "events are posted; an answer must come within 1 s",
                                    .post = true,
                                    .own_lines = "post_timeout = 1"};
inline constexpr Setup heartbeat{
    .name = "heartbeat",
    .about = "posts and connects to the suite; the heart beats every 500 ms",
    .post = true,
    .reverse_api = true,
    .reverse_event = true,
    .reconnect_interval = 200,
    .heartbeat = 500};
inline constexpr Setup heartbeat_filtered{
    .name = "heartbeat-filtered",
    .about = "as post; the heart beats every 200 ms, behind a filter for events of other types",
    .post = true,
    .heartbeat = 200,
    .filter = R"({"post_type": {".neq": "meta_event"}})"};
inline constexpr Setup token_debug{.name = "token-debug",
                                   .about = "with an access token; everything is logged",
                                   .token = Setup::Token::set,
                                   .own_lines = "gateway.log_level = debug"};
inline constexpr Setup compatible{.name = "compatible",
                                  .about = "events are posted and pushed in their 3.x form",
                                  .post = true,
                                  .compatibility = true};
inline constexpr Setup compatible_filtered{
    .name = "compatible-filtered",
    .about = "events in their 3.x form, behind a filter for notices in their 4.x form",
    .compatibility = true,
    .filter = R"({".or": [{"notice_type": "group_upload"}, {"post_type": "message"}]})"};
inline constexpr Setup array{.name = "array",
                             .about = "events carry messages as arrays; posted to the suite",
                             .post = true,
                             .array = true};
inline constexpr Setup odd_format{.name = "odd-format",
                                  .about = "as post, with a message format nobody knows",
                                  .post = true,
                                  .own_lines = "post_message_format = xml"};
inline constexpr Setup no_emoji{.name = "no-emoji",
                                .about = "as array; emoji codes are not converted",
                                .post = true,
                                .array = true,
                                .emoji = false};
inline constexpr Setup filter{.name = "filter",
                              .about = "as post, with an event filter that passes everything",
                              .post = true,
                              .filter = "{}"};
inline constexpr Setup filter_everywhere{
    .name = "filter-everywhere",
    .about = "an event filter, with events posted and pushed to the suite",
    .post = true,
    .reverse_event = true,
    .reconnect_interval = 200,
    .filter = R"({".not":{"raw_message":{".contains":"held"}}})"};
inline constexpr Setup filter_relative{
    .name = "filter-relative",
    .about = "as post, with an event filter given relative to the app directory",
    .post = true,
    .own_lines = "event_filter = filters/conformance.json"};
inline constexpr Setup no_file_urls{.name = "no-file-urls",
                                    .about = "messages may not name files of the machine",
                                    .own_lines = "gateway.allow_file_urls = no"};
inline constexpr Setup cors{.name = "cors",
                            .about = "pages of other origins may call; with an access token",
                            .token = Setup::Token::set,
                            .data_files = true,
                            .own_lines = "enable_cors = yes"};
inline constexpr Setup reverse{.name = "reverse",
                               .about =
                                   "connects to the suite for calls and for events; comes "
                                   "back after 200 ms, but not after code 1000",
                               .reverse_api = true,
                               .reverse_event = true,
                               .reconnect_interval = 200};
inline constexpr Setup reverse_token{.name = "reverse-token",
                                     .about = "as reverse, with an access token",
                                     .token = Setup::Token::set,
                                     .reverse_api = true,
                                     .reverse_event = true,
                                     .reconnect_interval = 200};
inline constexpr Setup reverse_1000{.name = "reverse-1000",
                                    .about = "as reverse, and comes back after code 1000, too",
                                    .reverse_api = true,
                                    .reverse_event = true,
                                    .reconnect_interval = 200,
                                    .reconnect_on_code_1000 = true};
inline constexpr Setup reverse_defaults{
    .name = "reverse-defaults",
    .about = "connects to the suite; how it reconnects is left at the defaults",
    .reverse_api = true,
    .reverse_event = true,
    .reverse_defaults = true};
inline constexpr Setup reverse_off{.name = "reverse-off",
                                   .about = "reverse WebSocket is off, addresses are given",
                                   .reverse_api = true,
                                   .reverse_event = true,
                                   .reverse = Setup::Switch::off};
inline constexpr Setup reverse_api_only{.name = "reverse-api-only",
                                        .about = "connects to the suite for calls only",
                                        .reverse_api = true,
                                        .reconnect_interval = 200};
inline constexpr Setup reverse_event_only{.name = "reverse-event-only",
                                          .about = "connects to the suite for events only",
                                          .reverse_event = true,
                                          .reconnect_interval = 200};
inline constexpr Setup reverse_nowhere{.name = "reverse-nowhere",
                                       .about = "reverse WebSocket is on, no address is given",
                                       .reverse = Setup::Switch::on};
inline constexpr Setup reverse_same{.name = "reverse-same",
                                    .about = "one address for calls and for events, path /",
                                    .reverse_api = true,
                                    .reverse_event = true,
                                    .reverse_api_path = "/",
                                    .reverse_event_path = "/",
                                    .reconnect_interval = 200};
inline constexpr Setup reverse_paths{
    .name = "reverse-paths",
    .about = "an address with a path and a query for calls, one without a path for events",
    .reverse_api = true,
    .reverse_event = true,
    .reverse_api_path = "/api/Bot%201/?key=a%2Fb&empty=&x",
    .reverse_event_path = "",
    .reconnect_interval = 200};
inline constexpr Setup reverse_post{
    .name = "reverse-post",
    .about = "connects to the suite for calls and for events; events are also posted, signed",
    .secret = true,
    .post = true,
    .reverse_api = true,
    .reverse_event = true,
    .reconnect_interval = 200};
inline constexpr Setup reverse_patient{.name = "reverse-patient",
                                       .about = "connects to the suite; comes back after an hour",
                                       .reverse_api = true,
                                       .reverse_event = true,
                                       .reconnect_interval = 3'600'000};
inline constexpr Setup reverse_zero{.name = "reverse-zero",
                                    .about = "connects to the suite; the reconnect interval is 0",
                                    .reverse_api = true,
                                    .reverse_event = true,
                                    .reconnect_interval = 0};
inline constexpr Setup reverse_odd_address{
    .name = "reverse-odd-address",
    .about = "connects to the suite for events; the address for calls is none of a WebSocket",
    .reverse_event = true,
    .reconnect_interval = 200,
    .own_lines = "ws_reverse_api_url = http://127.0.0.1:9/api/"};
inline constexpr Setup reverse_universal{
    .name = "reverse-universal",
    .about = "connects to the suite once for both, though addresses for either are given",
    .reverse_api = true,
    .reverse_event = true,
    .universal = true,
    .reconnect_interval = 200};
inline constexpr Setup reverse_fallback{
    .name = "reverse-fallback",
    .about = "has an address for calls and one for whatever has none of its own",
    .reverse_api = true,
    .fallback = true,
    .reconnect_interval = 200};
inline constexpr Setup tls{.name = "tls",
                           .about = "connects and posts to the suite with TLS, and trusts it",
                           .post = true,
                           .reverse_api = true,
                           .reverse_event = true,
                           .reconnect_interval = 200,
                           .tls = Setup::Tls::trusted};
inline constexpr Setup tls_unknown{
    .name = "tls-unknown",
    .about = "as tls, with a certificate of the suite that it has no reason to trust",
    .post = true,
    .reverse_api = true,
    .reverse_event = true,
    .reconnect_interval = 200,
    .tls = Setup::Tls::unknown};
inline constexpr Setup tls_other_host{
    .name = "tls-other-host",
    .about = "as tls, with a certificate that it trusts, for another host",
    .post = true,
    .reverse_api = true,
    .reverse_event = true,
    .reconnect_interval = 200,
    .tls = Setup::Tls::other_host};
inline constexpr Setup data_files{.name = "data-files",
                                  .about = "data files are served, no access token",
                                  .token = Setup::Token::none,
                                  .data_files = true};
inline constexpr Setup data_files_token{.name = "data-files-token",
                                        .about = "data files are served, with an access token",
                                        .token = Setup::Token::set,
                                        .data_files = true};
// Run last: what its cases do cannot be undone everywhere.
inline constexpr Setup lasting{.name = "lasting",
                               .about = "as any; its cases kick, leave and dissolve"};
inline constexpr Setup rate_limited{
    .name = "rate-limited",
    .about = "rate limited actions are offered, 60 ms apart",
    .own_lines = "enable_rate_limited_actions = yes\nrate_limit_interval = 60"};

}  // namespace setup

// Every setup a case uses, in the order they are run.
std::span<const Setup* const> setups();
const Setup* find_setup(std::string_view name);

}  // namespace cqhttp::conformance
