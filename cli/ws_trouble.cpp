#include "cli/ws_trouble.hpp"

#include "cli/console.hpp"
#include "cli/verdict.hpp"

#include <fmt/format.h>

namespace cqhttp::cli {
namespace {

using net::WsStage;

std::string host_and_port(const Url& url) {
    Url root = url;
    root.target = "/";
    std::string text = root.printable();
    text.pop_back();
    return text;  // with the scheme, without the path
}

std::string stage_advice(const net::WsConnectError& error, const WsAsked& asked) {
    switch (error.stage) {
        case WsStage::resolve: return "is the host name right?";
        case WsStage::connect: return "is the gateway running there, with use_ws = yes?";
        case WsStage::tls:
            return "if the certificate is your own, name its issuer with --ca-file; a port without "
                   "TLS needs ws://";
        case WsStage::http:
        case WsStage::upgrade:
            return asked.url.tls() ? "does a WebSocket server listen on this port?"
                                   : "does a WebSocket server listen on this port? a TLS port "
                                     "needs wss://";
    }
    return {};
}

WsRefusal explain_token(unsigned status, const WsAsked& asked) {
    ApiAnswer answer;
    answer.status = status;
    CallFacts facts;
    facts.scheme = asked.scheme;
    facts.token_given = asked.token_given;
    Verdict verdict = judge(answer, facts);
    return {verdict.exit_code, false, std::move(verdict.notes)};
}

WsRefusal explain_status(const net::WsConnectError& error, const WsAsked& asked) {
    WsRefusal refusal{exit_code::not_a_reply, false, {}};
    const unsigned status = error.status;
    std::string line;
    if (status == 404) {
        const std::string root = host_and_port(asked.url);
        line = fmt::format(
            "404: there is no WebSocket at this address; calls go to {}/api/, "
            "events come from {}/event/",
            root, root);
    } else if (status >= 300 && status < 400) {
        line = error.detail;
    } else if (status >= 500) {
        line = fmt::format("{}: the gateway, or a proxy before it, failed", status);
        refusal.passing = true;
    } else if (status == 426) {
        line = "426: the server does not speak version 13 of the WebSocket protocol";
    } else if (status == 400) {
        line = "400: the server does not take the handshake; is it a WebSocket server?";
    } else {
        line = fmt::format(
            "{}: an answer, but no WebSocket; this may be the HTTP API, which "
            "cqhttp-cli call reaches with --url http://HOST:PORT",
            status);
    }
    refusal.notes.push_back(std::move(line));
    return refusal;
}

// What a close code means coming from a gateway.
std::string_view meaning(std::uint16_t code) {
    switch (code) {
        case net::close_code::going_away: return "it stops or restarts";
        case net::close_code::protocol_error: return "it found a breach of the protocol";
        case net::close_code::bad_utf8: return "it found a text that is not UTF-8";
        case net::close_code::policy: return "against its rules";
        case net::close_code::too_big: return "a message was too big for it";
        case net::close_code::try_again_later: return "it found this client too slow";
        default: return {};
    }
}

}  // namespace

WsRefusal explain_refusal(const net::WsConnectError& error, const WsAsked& asked) {
    if (error.status == 401 || error.status == 403) {
        return explain_token(error.status, asked);
    }
    if (error.status != 0) {
        return explain_status(error, asked);
    }
    const bool answered = error.stage == WsStage::upgrade;
    return {answered ? exit_code::not_a_reply : exit_code::no_answer,
            !answered && error.stage != WsStage::tls,
            {error.detail + "; " + stage_advice(error, asked)}};
}

std::string explain_end(const net::WsEnd& end) {
    const std::string_view why = end.by_peer ? meaning(end.code) : std::string_view();
    std::string line = end.detail;
    if (end.by_peer && end.code != net::close_code::none && end.code != net::close_code::abnormal) {
        line += fmt::format(" (close code {}{}{})", end.code, why.empty() ? "" : ": ", why);
    }
    return line;
}

}  // namespace cqhttp::cli
