#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/restarter.hpp"
#include "gateway/action/status.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/profile.hpp"

#include <string>

namespace cqhttp::action {

// The actions that the gateway carries out itself: status, version, restart, update check
// (chapter 06 sections 6 and 7).
class SystemActions {
public:
    // `data_root` is what get_version_info calls coolq_directory.
    SystemActions(account::Backend& backend, const StatusSource& status, Restarter& restarter,
                  const protocol::Profile& profile, std::string data_root);

    // `spec.owner` is gateway.
    protocol::ActionReply call(const protocol::ActionSpec& spec,
                               const protocol::Arguments& arguments);

    // `data` of get_status, as JSON.
    std::string status() const;

private:
    protocol::ActionReply version() const;
    protocol::ActionReply restart_account(bool clean_cache);
    protocol::ActionReply restart_gateway(std::int64_t delay);

    account::Backend& backend_;
    const StatusSource& status_;
    Restarter& restarter_;
    const protocol::Profile& profile_;
    std::string data_root_;
};

}  // namespace cqhttp::action
