#include "gateway/config/source.hpp"

#include "gateway/base/text.hpp"
#include "gateway/config/ini.hpp"
#include "gateway/config/settings.hpp"
#include "gateway/config/sink_lists.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace cqhttp::config {
namespace {

namespace fs = std::filesystem;
using protocol::Json;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

// One file being read: its names and where its faults go.
struct Reading {
    std::string file;
    std::string short_name;
    Report& report;

    void mistake(std::string_view what) const { report.mistake(file + ": " + std::string(what)); }
    void mistake(std::size_t line, std::string_view what) const {
        report.mistake(file + ":" + std::to_string(line) + ": " + std::string(what));
    }
    Place at(std::size_t line, std::string key) const {
        return {file, short_name, line, {}, std::move(key)};
    }
    Place at(std::string section, std::string key) const {
        return {file, short_name, 0, std::move(section), std::move(key)};
    }
};

std::optional<std::string> read_bytes(const fs::path& path, Layout layout, const Reading& reading) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        reading.mistake("is a directory, not a configuration file");
        return std::nullopt;
    }
    // A pipe is fine where it was named on purpose; one that lies about would block the start.
    if (layout != Layout::any && fs::is_other(path, ignored)) {
        reading.mistake("is not a regular file");
        return std::nullopt;
    }
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
    if (!file) {
        reading.mistake(std::string("cannot be opened: ") + std::strerror(errno));
        return std::nullopt;
    }
    std::string bytes(64 * 1024, '\0');
    std::size_t size = 0;
    while (const std::size_t got =
               std::fread(bytes.data() + size, 1, bytes.size() - size, file.get())) {
        size += got;
        if (size > max_file_size) {
            reading.mistake("is larger than 10 MiB");
            return std::nullopt;
        }
        bytes.resize(std::max(bytes.size(), 2 * size));
    }
    if (std::ferror(file.get()) != 0) {
        reading.mistake(std::string("cannot be read: ") + std::strerror(errno));
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

// Every line must be UTF-8 text; the first that is not is named.
bool is_text(std::string_view bytes, const Reading& reading) {
    for (std::size_t line = 1; !bytes.empty(); ++line) {
        const std::size_t end = bytes.find('\n');
        const std::string_view text = bytes.substr(0, end);
        if (!is_valid_utf8(text)) {
            reading.mistake(line, "is not valid UTF-8; save the file as UTF-8");
            return false;
        }
        if (text.find('\0') != std::string_view::npos) {
            reading.mistake(line, "contains a NUL byte");
            return false;
        }
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    return true;
}

bool looks_like_json(const fs::path& path, std::string_view text) {
    const std::string extension = path.extension().string();
    if (iequals(extension, ".json")) {
        return true;
    }
    if (iequals(extension, ".ini") || iequals(extension, ".cfg")) {
        return false;
    }
    return trim(text).starts_with('{');
}

bool is_known_section(std::string_view name) {
    return name == "general" || parse_account(name).has_value();
}

std::optional<Source> read_ini(const fs::path& path, std::string_view text,
                               const Reading& reading) {
    IniFile file = parse_ini(text);
    for (const IniFault& fault : file.faults) {
        const Place place = reading.at(fault.line, fault.key);
        reading.report.mistake(place.text() + ": " + fault.sentence);
    }
    if (!file.faults.empty()) {
        return std::nullopt;
    }
    Source source{path, false, false, {}};
    const auto add = [&](Section& section, std::vector<IniEntry>& entries,
                         const std::string& prefix = {}) {
        for (IniEntry& entry : entries) {
            std::string key = prefix + entry.key;
            Place place = reading.at(entry.line, key);
            section.entries.push_back(
                {std::move(key), std::move(entry.value), std::move(place), entry.only_comment});
        }
    };
    // Sections of sinks may stand before that of their owner.
    const auto section_of = [&](const std::string& name) -> Section& {
        const auto known =
            std::find_if(source.sections.begin(), source.sections.end(),
                         [&](const Section& section) { return section.name == name; });
        return known != source.sections.end() ? *known
                                              : source.sections.emplace_back(Section{name, {}});
    };
    if (!file.before_sections.empty()) {
        reading.report.warning(
            reading.file + ":" + std::to_string(file.before_sections.front().line) +
            ": keys above the first section are read as if they stood in [general]");
        add(section_of("general"), file.before_sections);
    }
    for (IniSection& section : file.sections) {
        if (const auto sink = sink_section(section.name)) {
            add(section_of(sink->owner), section.entries, sink->prefix);
        } else if (resembles_sink_section(section.name)) {
            reading.mistake(section.line,
                            "there is no such section; sinks are [gateway.post.<number>] and "
                            "[gateway.ws_reverse.<number>], numbers from 1 to " +
                                std::to_string(most_sinks) +
                                ", for one account [<account number>.gateway.post.<number>]");
        } else if (!is_known_section(section.name)) {
            reading.report.warning(reading.file + ":" + std::to_string(section.line) +
                                   ": this section is ignored; sections are [general] and "
                                   "[<account number>]");
        } else {
            add(section_of(section.name), section.entries);
        }
    }
    return source;
}

// The members of an object of settings; {"gateway":{"profile":...}} reads as "gateway.profile".
Section read_object(const Json& object, const std::string& name, const Reading& reading) {
    Section section{name, {}};
    const auto add = [&](std::string key, const Json& value) {
        Place place = reading.at(name, key);
        section.entries.push_back({std::move(key), value, std::move(place), false});
    };
    for (const auto& [key, value] : object.items()) {
        if (key == "$schema") {
            continue;
        }
        if (value.is_object() && is_setting_group(key)) {
            for (const auto& [inner, inner_value] : value.items()) {
                add(key + "." + inner, inner_value);
            }
        } else {
            add(key, value);
        }
    }
    return section;
}

void read_json_sections(Source& source, const Json& root, const Reading& reading) {
    for (const auto& [name, value] : root.items()) {
        if (name == "$schema") {
            continue;
        }
        if (!is_known_section(name)) {
            reading.report.warning(
                reading.at(std::string(), name).text() +
                ": this member is ignored; settings belong into \"general\" or a "
                "member named after an account number");
        } else if (!value.is_object()) {
            reading.report.mistake(reading.at(std::string(), name).text() + ": must be an object");
        } else {
            source.sections.push_back(read_object(value, name, reading));
        }
    }
}

std::optional<Source> read_json(const fs::path& path, std::string_view text, Layout layout,
                                const Reading& reading) {
    const auto parsed = protocol::parse_json(text);
    if (!parsed) {
        reading.mistake("is not valid JSON: " + parsed.error().detail);
        return std::nullopt;
    }
    if (!parsed->is_object()) {
        reading.mistake("must be a JSON object");
        return std::nullopt;
    }
    Source source{path, layout == Layout::json_flat, true, {}};
    if (layout == Layout::any) {
        const auto items = parsed->items();
        source.flat = std::none_of(items.begin(), items.end(),
                                   [](const auto& item) { return is_known_section(item.key()); });
    }
    if (source.flat) {
        source.sections.push_back(read_object(*parsed, {}, reading));
    } else {
        read_json_sections(source, *parsed, reading);
    }
    return source;
}

}  // namespace

std::string Place::text() const {
    std::string text = file;
    if (line > 0) {
        text += ":" + std::to_string(line);
    }
    const bool plain = key.size() <= 64 && std::all_of(key.begin(), key.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' ||
                                  c == '$';
                       });
    if (!key.empty() && plain) {
        text += ": ";
        text += section.empty() ? key : section + "." + key;
    }
    return text;
}

std::string Place::origin() const {
    if (line > 0) {
        return short_name + ":" + std::to_string(line);
    }
    return section.empty() ? short_name : short_name + " " + section;
}

const Section* Source::find(std::string_view section) const {
    const auto found =
        std::find_if(sections.begin(), sections.end(),
                     [section](const Section& known) { return known.name == section; });
    return found == sections.end() ? nullptr : &*found;
}

std::vector<std::int64_t> Source::accounts() const {
    std::vector<std::int64_t> numbers;
    for (const Section& section : sections) {
        if (const auto number = parse_account(section.name)) {
            numbers.push_back(*number);
        }
    }
    if (sorted) {
        std::sort(numbers.begin(), numbers.end());
    }
    return numbers;
}

std::optional<std::int64_t> parse_account(std::string_view text) {
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (text.empty() || !digits || text.front() == '0') {
        return std::nullopt;
    }
    return parse_int64(text);
}

std::optional<Source> read_source(const std::filesystem::path& path, const std::string& short_name,
                                  Layout layout, Report& report) {
    const Reading reading{path.string(), short_name, report};
    const auto bytes = read_bytes(path, layout, reading);
    if (!bytes) {
        return std::nullopt;
    }
    std::string_view text = *bytes;
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    if (!is_text(text, reading)) {
        return std::nullopt;
    }
    const bool json = layout == Layout::any ? looks_like_json(path, text) : layout != Layout::ini;
    return json ? read_json(path, text, layout, reading) : read_ini(path, text, reading);
}

}  // namespace cqhttp::config
