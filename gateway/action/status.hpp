#pragma once

#include <string>
#include <vector>

namespace cqhttp::action {

// One part of the gateway whose health get_status reports: a server that is to listen, a reverse
// client that is to be connected (ACT-032).
struct PartStatus {
    std::string name;
    bool good = false;
};

// Asked by get_status. Implemented where the parts are owned.
class StatusSource {
public:
    virtual ~StatusSource() = default;
    virtual std::vector<PartStatus> parts() const = 0;
};

}  // namespace cqhttp::action
