#pragma once

#include "conformance/outcome.hpp"
#include "conformance/report.hpp"
#include "gateway/tests/support/process.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// `cqhttp-cli conformance` as a program, and a foreign implementation for it to judge.
namespace cqhttp::conformance::test {

using cqhttp::test::Finished;
using cqhttp::test::Process;
using cqhttp::test::TempDir;
using Words = std::vector<std::string>;

Words operator+(Words words, const Words& more);

// The command line of `cqhttp-cli conformance` with these words.
Words suite_command(const Words& words);
// Runs it to its end.
Finished suite(const Words& words);

std::string content(const std::filesystem::path& file);
void write(const std::filesystem::path& file, const std::string& text);
// What a JSON report says.
RunReport report_in(const std::filesystem::path& file);
std::map<std::string, Verdict> verdicts(const std::filesystem::path& file);

std::uint16_t free_port();

// conformance/tests/foreign.py
std::string foreign_script();
// Words of a run that starts it, or a script that is like it, for every setup.
Words spawned(const std::string& script = foreign_script());
// Writes a script into the folder that is like foreign.py but for some texts in it.
std::string changed_foreign(const std::filesystem::path& folder,
                            const std::vector<std::pair<std::string, std::string>>& changes);

// foreign.py, running and configured by hand.
class RunningForeign {
public:
    explicit RunningForeign(std::string token = {}, const std::string& script = foreign_script());

    // Words of a run against it where it stands.
    Words attached() const;
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::string http() const;
    // Has it cause an event.
    void inject(const std::string& event);

private:
    TempDir folder_;
    std::uint16_t http_, ws_;
    std::string token_;
    std::unique_ptr<Process> process_;
};

// Waits until something holds, and returns whether it came to that.
bool eventually(const std::function<bool()>& holds);

}  // namespace cqhttp::conformance::test
