#pragma once

#include "gateway/config/report.hpp"
#include "gateway/config/settings.hpp"
#include "gateway/config/source.hpp"

#include <map>
#include <span>

namespace cqhttp::config {

// What the files give for the settings of one account, by setting.
using Given = std::map<const Setting*, const Entry*>;

// Merges sections key by key, later ones over earlier ones (CFG-003). Keys that do not exist, or
// not in this profile, are reported and left out (CFG-023, CFG-031, CFG-032). The lists of sinks
// are left to settle_sinks().
Given merge(std::span<const Section* const> layers, protocol::ProfileId profile, Report& report);

// The value of a setting that was given: checked for type, range and meaning (CFG-020 ... CFG-022).
// What only earns a warning comes back as the default or as the nearest value that works.
Value checked(const Setting& setting, const Entry& entry, protocol::ProfileId profile,
              Report& report);

}  // namespace cqhttp::config
