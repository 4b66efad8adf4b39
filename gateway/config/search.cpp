#include "gateway/config/search.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace cqhttp::config {
namespace {

namespace fs = std::filesystem;

using Endings = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> ini_endings{".cfg", ".ini"};  // the first that exists
constexpr std::array<std::string_view, 1> json_endings{".json"};

// Whatever is there, even a dangling link or what may not be looked at: opening it will say so. A
// configuration that exists is never passed over (CFG-007).
bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

// The first of `stem` + ending that exists.
std::optional<FileRef> pick(const fs::path& directory, const std::string& stem, Endings endings,
                            Layout layout) {
    for (const std::string_view ending : endings) {
        const std::string name = stem + std::string(ending);
        if (is_there(directory / name)) {
            return FileRef{directory / name, name, layout, true, true};
        }
    }
    return std::nullopt;
}

std::vector<FileRef> one_file(const fs::path& directory, Endings endings, Layout layout) {
    const auto file = pick(directory, "config", endings, layout);
    return file ? std::vector<FileRef>{*file} : std::vector<FileRef>{};
}

std::vector<FileRef> file_per_account(const fs::path& directory, const std::string& self,
                                      Endings endings, Layout layout) {
    std::vector<FileRef> files;
    if (auto general = pick(directory, "config/general", endings, layout)) {
        general->account = false;
        files.push_back(std::move(*general));
    }
    if (auto account = pick(directory, "config/" + self, endings, layout)) {
        files.push_back(std::move(*account));
    }
    return files;
}

// Numbers of the files config/<number> with one of the endings.
std::vector<std::int64_t> numbered_files(const fs::path& directory, Endings endings) {
    std::vector<std::int64_t> numbers;
    std::error_code error;
    for (fs::directory_iterator entry(directory / "config", error), end; !error && entry != end;
         entry.increment(error)) {
        const fs::path name = entry->path().filename();
        const std::string extension = name.extension().string();
        const auto number = parse_account(name.stem().string());
        if (number && std::find(endings.begin(), endings.end(), extension) != endings.end()) {
            numbers.push_back(*number);
        }
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

}  // namespace

Candidate find_candidate(const fs::path& app_directory, std::int64_t self_id) {
    const std::string self = std::to_string(self_id);
    const std::vector<FileRef> in_order[] = {
        one_file(app_directory, ini_endings, Layout::ini),
        file_per_account(app_directory, self, ini_endings, Layout::ini),
        one_file(app_directory, json_endings, Layout::json_sections),
        file_per_account(app_directory, self, json_endings, Layout::json_flat),
    };
    Candidate candidate;
    for (const auto& files : in_order) {
        if (candidate.files.empty()) {
            candidate.files = files;
            continue;
        }
        for (const FileRef& file : files) {
            candidate.shadowed.push_back(file.short_name);
        }
    }
    return candidate;
}

Accounts find_accounts(const fs::path& app_directory) {
    struct Kind {
        Endings endings;
        Layout one;
        Layout many;
    };
    const Kind kinds[] = {{ini_endings, Layout::ini, Layout::ini},
                          {json_endings, Layout::json_sections, Layout::json_flat}};
    for (const Kind& kind : kinds) {
        auto sections = one_file(app_directory, kind.endings, kind.one);
        if (!sections.empty()) {
            return {std::move(sections), {}, true};
        }
        auto numbers = numbered_files(app_directory, kind.endings);
        if (!numbers.empty() || pick(app_directory, "config/general", kind.endings, kind.many)) {
            return {{}, std::move(numbers), true};
        }
    }
    return {};
}

}  // namespace cqhttp::config
