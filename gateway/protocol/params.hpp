#pragma once

#include "gateway/protocol/message.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

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

// One parameter. The views are into the Params that hold it, or into whatever the caller keeps
// while he adds it to some.
struct Param {
    std::string_view name;
    ParamKind kind = ParamKind::text;
    std::string_view text;
};

// How many parameters one request may bring (no action reads ten): it keeps the walks short whoever
// calls.
inline constexpr std::size_t max_params = 1024;

// The parameters of one call, as they came. Small: looked up by walking. They own their names and
// texts, all of it in one block of memory, which stays where it is when they are moved: views into
// them are good until the next one is added, also after a move. Empty ones own nothing.
class Params {
public:
    Params() = default;
    ~Params() = default;
    Params(const Params& other);
    Params(Params&&) noexcept = default;
    Params& operator=(const Params& other);
    Params& operator=(Params&&) noexcept = default;

    // Room for that many parameters, and bytes of names and texts, in all.
    void reserve(std::size_t params, std::size_t bytes);

    // Both copy name and text. Repeated names: add_first keeps what is there (query and form,
    // HTTP-047; query over body, HTTP-042), add_last replaces it (JSON members, HTTP-051).
    void add_first(const Param& param);
    void add_last(const Param& param);
    // add_first for each of them.
    void add_missing(Params others);

    // For names and texts that need work first: a place for `size` bytes. What was written at its
    // beginning, the name and behind it the text, is kept by add_written, as add_first does.
    char* place_for(std::size_t size);
    void add_written(const Param& param);

    // Gives back memory that was reserved and not needed, if it is much.
    void trim();

    const Param* find(std::string_view name) const noexcept;
    std::size_t size() const noexcept { return block_ ? block_->count : 0; }
    const Param* begin() const noexcept { return block_ ? block_->params() : nullptr; }
    const Param* end() const noexcept { return begin() + size(); }

    // How much memory they hold.
    std::size_t bytes() const noexcept;
    // The parameters as one JSON object, for logs at debug and for the sandbox's record of effects.
    // `invalid` ones are null there.
    std::string to_json() const;

private:
    // The head of the block; the parameters follow, then the bytes of their names and texts.
    struct Block {
        std::size_t count, params_room;
        std::size_t used, bytes_room;

        Param* params() noexcept { return reinterpret_cast<Param*>(this + 1); }
        char* bytes() noexcept { return reinterpret_cast<char*>(params() + params_room); }
    };
    struct Free {
        void operator()(Block* block) const noexcept { ::operator delete(block); }
    };
    using BlockOwner = std::unique_ptr<Block, Free>;

    static BlockOwner make_block(std::size_t params, std::size_t bytes);
    static BlockOwner copy_block(Block& from, std::size_t params, std::size_t bytes);
    BlockOwner make_room(std::size_t params, std::size_t bytes);
    Param* find_own(std::string_view name) noexcept;
    std::string_view append(std::string_view bytes) noexcept;

    BlockOwner block_;
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
// PAR-011, PAR-012 (converted in onebot-11). The text is the parameter's own.
Reading<std::string_view> read_text(const Param* param, const Profile& profile);
// PAR-013, PAR-014, MSG-011. The result is normalised; an empty or malformed message is `absent`.
Reading<Message> read_message(const Param* param, bool auto_escape, const Profile& profile);

}  // namespace cqhttp::protocol
