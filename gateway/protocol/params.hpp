#pragma once

#include "gateway/protocol/message.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::protocol {

// How a parameter stood in the request.
enum class ParamKind : std::uint8_t {
    text,     // JSON string, or any query or form value: `text` holds it decoded
    integer,  // JSON number without fraction and exponent: `text` holds its digits
    real,     // any other JSON number, as text
    boolean,  // "true" or "false"
    null,
    array,    // `text` holds the raw, checked JSON
    object,   // the same
    invalid,  // bytes that are not UTF-8 (HTTP-050), or a JSON string with half a surrogate pair
};

struct Param {
    std::string name;
    ParamKind kind = ParamKind::text;
    std::string text;
};

// How many parameters one request may bring (no action reads ten): it keeps the walks short whoever
// calls.
inline constexpr std::size_t max_params = 1024;

// The parameters of one call, as they came. Small: looked up by walking.
class Params {
public:
    // Repeated names: add_first keeps what is there (query and form, HTTP-047; query over body,
    // HTTP-042), add_last replaces it (JSON members, HTTP-051).
    void add_first(Param param);
    void add_last(Param param);
    // The parameter of that name, new and empty where there is none: add_last in place.
    Param& replace(std::string_view name);
    // add_first for each of them.
    void add_missing(Params others);

    const Param* find(std::string_view name) const;
    std::size_t size() const noexcept { return list_.size(); }
    auto begin() const { return list_.begin(); }
    auto end() const { return list_.end(); }

    // How much memory they hold, about.
    std::size_t bytes() const noexcept;
    // The parameters as one JSON object, for logs at debug and for the sandbox's record of effects.
    // `invalid` ones are null there.
    std::string to_json() const;

private:
    void reserve_usual();

    std::vector<Param> list_;
};

// The outcome of reading one parameter as a type.
template <class T>
struct Reading {
    enum class State { value, absent /* use the default */, invalid /* retcode 100 */ };
    State state = State::absent;
    T value{};
};

// PAR-001 ... PAR-006. `absent` also for what the rules map to the default; `invalid` for numbers
// beyond int64 (PAR-005) and bytes that are not UTF-8.
Reading<std::int64_t> read_integer(const Param* param);
// PAR-007 ... PAR-010, PAR-019.
Reading<bool> read_boolean(const Param* param);
// PAR-011, PAR-012 (converted in onebot-11).
Reading<std::string> read_text(const Param* param, const Profile& profile);
// PAR-013, PAR-014, MSG-011. The result is normalised; an empty or malformed message is `absent`.
Reading<Message> read_message(const Param* param, bool auto_escape, const Profile& profile);

}  // namespace cqhttp::protocol
