#pragma once

#include "gateway/protocol/params.hpp"
#include "gateway/protocol/profile.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

// No action has more parameters.
inline constexpr std::size_t max_arguments = 8;

// The parameters of one call, read as its row demands: every one is there, with its default where
// the caller gave none. Asking for a name or type that the row does not have is a mistake of ours
// and aborts. Texts are not copied: what is returned is valid until take_raw() and as long as this
// object.
class Arguments {
public:
    std::int64_t integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::string_view text(std::string_view name) const;
    // Raw JSON text of an object parameter; empty where none was given.
    std::string_view object(std::string_view name) const;

    // The message of the call; no action has two. Most are plain: one text that is its own CQ
    // string. Such a message is not taken apart; for any other one this is empty.
    std::string_view plain_message() const;
    // The segments of the message, plain or not.
    Message message() const;
    Message take_message();
    // The same without a copy, of a message that is not plain.
    const Message& segments() const;

    // Whether the caller gave a usable value for it.
    bool given(std::string_view name) const;

    // All of it as it came, for backends that hand a call on.
    const Params& raw() const noexcept { return raw_; }
    Params take_raw() noexcept { return std::move(raw_); }

private:
    friend std::optional<Arguments> bind_arguments(const ActionSpec&, Params, const Profile&);

    static constexpr std::uint32_t no_param = std::numeric_limits<std::uint32_t>::max();
    struct Slot {
        const ParamSpec* spec = nullptr;
        std::int64_t number = 0;         // an integer, or a boolean as 0 or 1
        std::uint32_t param = no_param;  // which of raw_ holds the text, object or plain message
        bool given = false;
    };

    bool bind(Slot& slot, const Profile& profile);
    bool bind_integer(Slot& slot) const;
    bool bind_boolean(Slot& slot) const;
    bool bind_text(Slot& slot, const Profile& profile) const;
    bool bind_message(Slot& slot, const Profile& profile);
    bool bind_object(Slot& slot) const;
    void keep(Slot& slot, const Param* param) const;

    const Slot& slot_of(std::string_view name) const;
    const Slot& slot_of(std::string_view name, ParamType type) const;
    std::string_view text_at(const Slot& slot) const;

    std::array<Slot, max_arguments> slots_;
    std::size_t count_ = 0;
    std::size_t message_at_ = max_arguments;  // the slot of the message; that is none
    Message message_;                         // empty if it is plain
    Params raw_;
};

// Nothing where a required parameter is missing or a value is not allowed: retcode 100 (RET-001).
// `auto_escape` is read before `message` (PAR-015).
std::optional<Arguments> bind_arguments(const ActionSpec& spec, Params params,
                                        const Profile& profile);

}  // namespace cqhttp::protocol
