#pragma once

#include "gateway/protocol/json.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::account {

// The mistakes of one seed file, in the order they were met.
class SeedErrors {
public:
    void add(const std::string& path, std::string_view what);
    bool empty() const noexcept { return lines_.empty(); }
    // The first twenty, separated by "; ".
    std::string text() const;

private:
    std::vector<std::string> lines_;
    std::size_t left_out_ = 0;
};

// Range of an integer member.
struct Range {
    std::int64_t min = 0;
    std::int64_t max = std::int64_t{1} << 53U;  // JSON numbers of other readers end here (PAR-018)
};
inline constexpr Range id_range{.min = 1};
inline constexpr Range int32_range{.max = std::numeric_limits<std::int32_t>::max()};

// One object of a seed, read member by member. A wrong member is noted and read as its default; a
// member nobody asked for is a mistake too, most likely a misspelled one. It lives while its object
// is being read, on the stack.
class SeedObject {
public:
    SeedObject(const protocol::Json& json, std::string path, std::int64_t self_id,
               SeedErrors& errors);
    // Notes the members nobody asked for.
    ~SeedObject();
    SeedObject(const SeedObject&) = delete;
    SeedObject& operator=(const SeedObject&) = delete;

    std::int64_t integer(const char* name, Range range, std::int64_t absent);
    std::int32_t int32(const char* name, std::int32_t absent);
    std::int64_t required_integer(const char* name, Range range);
    // A number, or "self".
    std::int64_t required_account(const char* name);
    std::string text(const char* name, const char* absent = "");
    std::string required_text(const char* name);
    // `words` are separated by '|'; without `absent` it is required.
    std::string word(const char* name, std::string_view words, const char* absent = nullptr);
    bool boolean(const char* name, bool absent);

    bool has(const char* name) const;
    // Calls `read` with each element that is an object.
    void objects(const char* name, const std::function<void(SeedObject&)>& read);
    // Numbers or "self".
    std::vector<std::int64_t> accounts(const char* name);
    // Calls `read` for the object of that name, or for an empty one.
    void object(const char* name, const std::function<void(SeedObject&)>& read);

    // Path of a member, or of the object itself.
    std::string path(std::string_view name) const;
    const std::string& path() const noexcept { return path_; }
    void fail(std::string_view name, std::string_view what) { errors_.add(path(name), what); }

private:
    const protocol::Json* find(const char* name);
    std::int64_t to_account(const protocol::Json& value, const std::string& at);

    const protocol::Json& json_;
    std::string path_;
    std::int64_t self_id_;
    SeedErrors& errors_;
    std::vector<std::string_view> known_{"about"};
};

}  // namespace cqhttp::account
