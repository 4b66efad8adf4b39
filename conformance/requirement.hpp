#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::conformance {

enum class Level : std::uint8_t { must, should, may, open, withdrawn };
std::string_view to_text(Level level) noexcept;
std::optional<Level> level_of(std::string_view word) noexcept;

// Who is held to a requirement (docs/spec/README.md).
enum class Scope : char {
    wire = 'X',    // everybody of the profile
    source = 'S',  // everybody, but others only get a warning
    ours = 'G'     // our gateway only
};

enum class Profile : std::uint8_t { cqhttp_4_0, cqhttp_4_15, onebot_11 };
inline constexpr std::size_t profile_count = 3;
std::string_view to_text(Profile profile) noexcept;
std::optional<Profile> profile_of(std::string_view name) noexcept;

// A set of profiles.
class Profiles {
public:
    constexpr Profiles() = default;
    constexpr explicit Profiles(std::uint8_t bits) : bits_(bits) {}
    constexpr bool contains(Profile profile) const noexcept {
        return (bits_ >> static_cast<unsigned>(profile) & 1U) != 0;
    }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    constexpr std::uint8_t bits() const noexcept { return bits_; }
    // "cqhttp-4.0, cqhttp-4.15"
    std::string text() const;

private:
    std::uint8_t bits_ = 0;
};
namespace in {
inline constexpr Profiles cq40{1}, cq415{2}, ob11{4}, cq{3}, later{6}, all{7};
}  // namespace in

// One numbered statement of the specification.
struct Requirement {
    std::string id;       // "HTTP-012"
    std::string chapter;  // "01-http-api"
    Level level = Level::must;
    Scope scope = Scope::wire;
    Profiles profiles;
    std::string statement;  // Markdown of the specification
    std::string source;     // "s4.0 web/http.cpp; d4.0/API"
};

// Every requirement of docs/spec, which is part of the program, in the order of the text.
std::span<const Requirement> requirements();
// Null if there is none of that id.
const Requirement* find_requirement(std::string_view id);

// Reads one chapter; for tests.
std::vector<Requirement> read_chapter(std::string_view name, std::string_view markdown);

}  // namespace cqhttp::conformance
