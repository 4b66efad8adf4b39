#pragma once

#include "conformance/runner.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

// What a person sees while a run goes on and after it.
class ConsoleReport final : public Observer {
public:
    struct Look {
        bool color = false;
        bool live = false;  // a terminal: the last line shows how far the run is
        std::size_t columns = 0;
        bool verbose = false;  // a line for every case
    };
    ConsoleReport(Look look, std::function<void(std::string_view)> write)
        : look_(look), write_(std::move(write)) {}

    void begun(const Case& which) override;
    void ended(const CaseResult& result, std::size_t done, std::size_t total) override;
    // Why cases were not run, then the counts.
    void finish(const RunReport& report);

private:
    std::string coloured(Verdict verdict, std::string_view text) const;
    void progress(std::string_view text);

    Look look_;
    std::function<void(std::string_view)> write_;
    std::size_t done_ = 0, total_ = 0, failed_ = 0;
    std::string last_error_;
};

// Everything about a result that did not hold, over several lines.
std::string details(const CaseResult& result);

}  // namespace cqhttp::conformance
