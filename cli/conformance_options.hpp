#pragma once

#include "conformance/registry.hpp"
#include "conformance/report/formats.hpp"
#include "conformance/runner.hpp"
#include "conformance/target/attached.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli {

// What `conformance run` runs against.
enum class TargetKind : std::uint8_t { attached, spawned, self };

// What `conformance` was asked for. Behind a pointer in ConformanceOptions, so that the other
// commands do not read the headers of the suite.
struct ConformanceRequest {
    enum class Deed : std::uint8_t { run, list, explain, coverage, report } deed = Deed::run;

    conformance::Selection selection;
    conformance::RunOptions run;
    bool json = false;     // list, coverage
    bool verbose = false;  // one line per case, also for those that pass
    std::string case_id;   // explain

    std::vector<conformance::ReportFile> reports;  // to write; of `report`, exactly one
    std::vector<std::string> inputs;               // report: JSON files of runs
    std::string known_file, write_known_file;

    TargetKind target = TargetKind::attached;
    conformance::AttachedOptions attached;  // also what is known of a spawned target's account
    std::string token_file, secret_file;
    std::string exec, template_file, gateway, name;
};

}  // namespace cqhttp::cli
