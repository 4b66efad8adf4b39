#include "gateway/account/world_reader.hpp"

#include <algorithm>
#include <optional>

namespace cqhttp::account {
namespace {

constexpr std::size_t max_lines = 20;

std::optional<std::int64_t> to_integer(const protocol::Json& value, Range range) {
    if (const auto* big = value.get_ptr<const std::uint64_t*>();
        big != nullptr && *big > static_cast<std::uint64_t>(range.max)) {
        return std::nullopt;
    }
    const auto* number = value.get_ptr<const std::int64_t*>();
    if (number == nullptr || *number < range.min || *number > range.max) {
        return std::nullopt;
    }
    return *number;
}

std::string range_text(Range range) {
    return "must be an integer from " + std::to_string(range.min) + " to " +
           std::to_string(range.max);
}

bool one_of(std::string_view word, std::string_view words) {
    while (!words.empty()) {
        const std::size_t bar = std::min(words.find('|'), words.size());
        if (words.substr(0, bar) == word) {
            return true;
        }
        words.remove_prefix(std::min(bar + 1, words.size()));
    }
    return false;
}

}  // namespace

void SeedErrors::add(const std::string& path, std::string_view what) {
    if (lines_.size() == max_lines) {
        ++left_out_;
        return;
    }
    lines_.push_back((path.empty() ? std::string("the document") : path) + ": " +
                     std::string(what));
}

std::string SeedErrors::text() const {
    std::string all;
    for (const std::string& line : lines_) {
        all += all.empty() ? "" : "; ";
        all += line;
    }
    if (left_out_ != 0) {
        all += "; and " + std::to_string(left_out_) + " more";
    }
    return all;
}

SeedObject::SeedObject(const protocol::Json& json, std::string path, std::int64_t self_id,
                       SeedErrors& errors)
    : json_(json), path_(std::move(path)), self_id_(self_id), errors_(errors) {
    if (!json_.is_object()) {
        errors_.add(path_, "must be an object");
    }
}

SeedObject::~SeedObject() {
    if (!json_.is_object()) {
        return;
    }
    for (auto member = json_.begin(); member != json_.end(); ++member) {
        if (std::find(known_.begin(), known_.end(), member.key()) == known_.end()) {
            errors_.add(this->path(member.key()), "unknown member");
        }
    }
}

std::string SeedObject::path(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const protocol::Json* SeedObject::find(const char* name) {
    known_.emplace_back(name);
    const auto found = json_.find(name);
    return found == json_.end() ? nullptr : &*found;
}

bool SeedObject::has(const char* name) const {
    return json_.contains(name);
}

std::int64_t SeedObject::integer(const char* name, Range range, std::int64_t absent) {
    const protocol::Json* value = find(name);
    if (value == nullptr) {
        return absent;
    }
    const auto number = to_integer(*value, range);
    if (!number) {
        fail(name, range_text(range));
    }
    return number.value_or(absent);
}

std::int32_t SeedObject::int32(const char* name, std::int32_t absent) {
    return static_cast<std::int32_t>(integer(name, int32_range, absent));
}

std::int64_t SeedObject::required_integer(const char* name, Range range) {
    if (!has(name) && json_.is_object()) {
        fail(name, "missing");
    }
    return integer(name, range, 0);
}

std::int64_t SeedObject::to_account(const protocol::Json& value, const std::string& at) {
    if (const auto* word = value.get_ptr<const std::string*>();
        word != nullptr && *word == "self") {
        return self_id_;
    }
    const auto number = to_integer(value, id_range);
    if (!number) {
        errors_.add(at, "must be a user's number or \"self\"");
    }
    return number.value_or(0);
}

std::int64_t SeedObject::required_account(const char* name) {
    const protocol::Json* value = find(name);
    if (value == nullptr) {
        if (json_.is_object()) {
            fail(name, "missing");
        }
        return 0;
    }
    return to_account(*value, path(name));
}

std::string SeedObject::text(const char* name, const char* absent) {
    const protocol::Json* value = find(name);
    if (value == nullptr) {
        return absent;
    }
    const auto* words = value->get_ptr<const std::string*>();
    if (words == nullptr) {
        fail(name, "must be a string");
        return absent;
    }
    return *words;
}

std::string SeedObject::required_text(const char* name) {
    if (!has(name) && json_.is_object()) {
        fail(name, "missing");
    }
    std::string words = text(name);
    if (words.empty() && has(name)) {
        fail(name, "must not be empty");
    }
    return words;
}

std::string SeedObject::word(const char* name, std::string_view words, const char* absent) {
    if (!has(name)) {
        find(name);
        if (absent == nullptr && json_.is_object()) {
            fail(name, "missing");
        }
        return absent == nullptr ? std::string() : std::string(absent);
    }
    std::string found = text(name);
    if (!one_of(found, words)) {
        fail(name, "must be one of " + std::string(words));
    }
    return found;
}

bool SeedObject::boolean(const char* name, bool absent) {
    const protocol::Json* value = find(name);
    if (value == nullptr) {
        return absent;
    }
    const auto* flag = value->get_ptr<const bool*>();
    if (flag == nullptr) {
        fail(name, "must be true or false");
        return absent;
    }
    return *flag;
}

void SeedObject::objects(const char* name, const std::function<void(SeedObject&)>& read) {
    const protocol::Json* list = find(name);
    if (list == nullptr) {
        return;
    }
    if (!list->is_array()) {
        fail(name, "must be an array");
        return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        SeedObject element((*list)[i], path(name) + "[" + std::to_string(i) + "]", self_id_,
                           errors_);
        if (element.json_.is_object()) {
            read(element);
        }
    }
}

std::vector<std::int64_t> SeedObject::accounts(const char* name) {
    std::vector<std::int64_t> ids;
    const protocol::Json* list = find(name);
    if (list == nullptr) {
        return ids;
    }
    if (!list->is_array()) {
        fail(name, "must be an array");
        return ids;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
        ids.push_back(to_account((*list)[i], path(name) + "[" + std::to_string(i) + "]"));
    }
    return ids;
}

void SeedObject::object(const char* name, const std::function<void(SeedObject&)>& read) {
    const protocol::Json* value = find(name);
    const protocol::Json nothing = protocol::Json::object();
    SeedObject member(value == nullptr ? nothing : *value, path(name), self_id_, errors_);
    read(member);
}

}  // namespace cqhttp::account
