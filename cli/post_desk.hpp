#pragma once

#include "cli/console.hpp"
#include "cli/post_answers.hpp"
#include "cli/receive_options.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/protocol/signature.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// What receive-post does with one POST after another: checks the signature, prints, saves, and says
// what to answer. Knows no socket.
class PostDesk {
public:
    // `console` must outlive the desk.
    PostDesk(const ReceivePostOptions& options, PostAnswers answers, const Secret& secret,
             Console& console);

    // Makes the folder of --save and finds the first free number in it.
    Result<void> open_folder();

    struct Answer {
        unsigned status = 204;
        std::string body = {};
    };
    Answer take(const net::HttpRequest& post);

    std::size_t received() const noexcept { return received_; }
    // Posts that were not signed, or wrongly.
    std::size_t refused() const noexcept { return refused_; }
    // Why no more can be taken: a body was not saved, or the output is lost.
    const std::optional<std::string>& broken() const noexcept { return broken_; }

private:
    enum class Signed { unchecked, valid, missing, wrong };

    Signed check(const net::HttpRequest& post);
    void look_at_headers(const net::HttpRequest& post);
    void print(const net::HttpRequest& post, Signed state);
    void save(std::string_view body);
    void note(std::string_view what);

    const ReceivePostOptions& options_;
    PostAnswers answers_;
    Secret secret_;
    std::optional<protocol::Signer> signer_;
    Console& console_;
    std::size_t received_ = 0, refused_ = 0, first_number_ = 1;
    bool unchecked_said_ = false;
    std::optional<std::string> broken_;
};

}  // namespace cqhttp::cli
