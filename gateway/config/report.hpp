#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::config {

// Collects what is wrong with a configuration, each sentence once: several accounts share a general
// section. A file full of rubbish is not echoed line by line.
class Report {
public:
    static constexpr std::size_t most = 100;

    void mistake(std::string sentence) { add(mistakes_, std::move(sentence)); }
    void warning(std::string sentence) { add(warnings_, std::move(sentence)); }

    // Whether another sentence of the kind would still be kept; making one may be costly.
    bool takes_mistakes() const { return mistakes_.size() <= most; }
    bool takes_warnings() const { return warnings_.size() <= most; }

    const std::vector<std::string>& mistakes() const { return mistakes_; }
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    void add(std::vector<std::string>& list, std::string sentence) {
        if (list.size() > most || !seen_.insert(sentence).second) {
            return;
        }
        list.push_back(list.size() < most ? std::move(sentence)
                                          : "more of this kind is not listed");
    }

    std::vector<std::string> mistakes_;
    std::vector<std::string> warnings_;
    std::set<std::string> seen_;
};

}  // namespace cqhttp::config
