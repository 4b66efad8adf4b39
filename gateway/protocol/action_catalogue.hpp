#pragma once

#include "gateway/protocol/params.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cqhttp::protocol {

enum class ParamType : std::uint8_t { integer, boolean, text, message, object };

// One parameter of an action: a row of the table that gateway, command line tool and documentation
// share. What differs between profiles has a row for each, under the same name.
struct ParamSpec {
    std::string_view name;
    ParamType type = ParamType::integer;
    bool required = false;               // missing, 0 or empty: retcode 100
    std::int64_t integer_default = 0;    // used by integer
    bool boolean_default = false;        // used by boolean
    std::string_view text_default = {};  // used by text
    std::int64_t min = std::numeric_limits<std::int64_t>::min();  // below: retcode 100
    std::string_view allowed = {};  // words separated by '|'; other text: retcode 100
    std::string_view alias = {};    // of a text, read when `name` is absent or empty
    ProfileSet profiles = all_profiles;
    std::string_view about = {};  // one line for people
};

// Who carries an action out.
enum class ActionOwner : std::uint8_t {
    account,  // the backend: sandbox or another implementation
    gateway,  // the gateway itself: status, version, restart
    sandbox,  // the sandbox's control surface, only where gateway.sandbox_control allows
};

// One action: a row of chapter 06 section 5.
struct ActionSpec {
    std::string_view name;
    std::string_view id;  // "ACT-101"; empty for the sandbox's control actions
    ProfileSet profiles;
    ActionOwner owner = ActionOwner::account;
    std::span<const ParamSpec> params;
    std::string_view data;   // what `data` holds, in the table's words; "" is null
    bool lasting = false;    // leaves a mark on a real account
    std::string_view about;  // one line for people
};

// All rows, in the table's order.
std::span<const ActionSpec> action_catalogue();

// The row of that name if the profile has it (ACT-001, HTTP-013: case-sensitive); constant time.
const ActionSpec* find_action(std::string_view name, ProfileId profile);

// Position of a row in action_catalogue(), for tables of handlers.
std::size_t action_index(const ActionSpec& spec);

// The parameters of one call, read as its row demands: every one is there, with its default where
// the caller gave none. Asking for a name or type that the row does not have is a mistake of ours
// and aborts.
class Arguments {
public:
    std::int64_t integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    const std::string& text(std::string_view name) const;
    const Message& message(std::string_view name) const;
    Message take_message(std::string_view name);
    // Raw JSON text of an object parameter; empty where none was given.
    const std::string& object(std::string_view name) const;

    // Whether the caller gave a usable value for it.
    bool given(std::string_view name) const;

    // All of it as it came, for backends that hand a call on.
    const Params& raw() const noexcept { return raw_; }
    Params take_raw() noexcept { return std::move(raw_); }

private:
    friend std::optional<Arguments> bind_arguments(const ActionSpec&, Params, const Profile&);
    struct Slot {
        const ParamSpec* spec = nullptr;
        bool given = false;
        std::variant<std::monostate, std::int64_t, bool, std::string, Message> value;
    };
    static bool bind_integer(Slot& slot, const Params& params);
    static bool bind_boolean(Slot& slot, const Params& params);
    static bool bind_text(Slot& slot, const Params& params, const Profile& profile);
    static bool bind_message(Slot& slot, const Params& params, const Profile& profile);
    static bool bind_object(Slot& slot, const Params& params);
    static bool bind(Slot& slot, const Params& params, const Profile& profile);

    std::size_t position_of(std::string_view name) const;
    template <class T>
    const T& value_of(std::string_view name) const;

    std::vector<Slot> slots_;
    Params raw_;
};

// Nothing where a required parameter is missing or a value is not allowed: retcode 100 (RET-001).
// `auto_escape` is read before `message` (PAR-015).
std::optional<Arguments> bind_arguments(const ActionSpec& spec, Params params,
                                        const Profile& profile);

}  // namespace cqhttp::protocol
