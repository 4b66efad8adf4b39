#include "gateway/protocol/params.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

namespace cqhttp::protocol {
namespace {

// Of what is added without a word about how much there will be.
constexpr std::size_t usual_params = 4;
constexpr std::size_t usual_bytes = 96;

template <class T>
Reading<T> absent() {
    return {Reading<T>::State::absent, {}};
}

template <class T>
Reading<T> invalid() {
    return {Reading<T>::State::invalid, {}};
}

template <class T>
Reading<T> value_of(T value) {
    return {Reading<T>::State::value, std::move(value)};
}

// The number at the start of `text`, as the original's std::stoll reads it: white space before and
// anything after it are ignored (PAR-004).
Reading<std::int64_t> leading_integer(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') {  // rarely
        const std::size_t start = text.find_first_not_of(" \t\n\v\f\r");
        if (start == std::string_view::npos) {
            return absent<std::int64_t>();
        }
        text.remove_prefix(start);
        if (text.front() == '+') {
            text.remove_prefix(1);
            if (text.starts_with('-')) {
                return absent<std::int64_t>();
            }
        }
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) {
        return invalid<std::int64_t>();
    }
    return error == std::errc{} ? value_of(number) : absent<std::int64_t>();
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [text](std::string_view word) { return iequals(text, word); });
}

}  // namespace

Params::BlockOwner Params::make_block(std::size_t params, std::size_t bytes) {
    void* const memory = ::operator new(sizeof(Block) + params * sizeof(Param) + bytes);
    return BlockOwner(new (memory) Block{0, params, 0, bytes});
}

// The views of the copy are into the copy.
Params::BlockOwner Params::copy_block(Block& from, std::size_t params, std::size_t bytes) {
    BlockOwner copy = make_block(params, bytes);
    copy->count = from.count;
    copy->used = from.used;
    const char* const old_bytes = from.bytes();
    char* const new_bytes = copy->bytes();
    std::memcpy(new_bytes, old_bytes, from.used);
    const auto moved = [=](std::string_view view) {
        return view.empty() ? view
                            : std::string_view(new_bytes + (view.data() - old_bytes), view.size());
    };
    for (std::size_t i = 0; i < from.count; ++i) {
        const Param& param = from.params()[i];
        new (copy->params() + i) Param{moved(param.name), param.kind, moved(param.text)};
    }
    return copy;
}

Params::Params(const Params& other) {
    if (other.block_) {
        block_ = copy_block(*other.block_, other.block_->count, other.block_->used);
    }
}

Params& Params::operator=(const Params& other) {
    return *this = Params(other);
}

void Params::reserve(std::size_t params, std::size_t bytes) {
    if (!block_) {
        block_ = make_block(params, bytes);
    } else if (params > block_->params_room || bytes > block_->bytes_room) {
        block_ = copy_block(*block_, std::max(params, block_->params_room),
                            std::max(bytes, block_->bytes_room));
    }
}

// For so many more of both. The block that became too small is returned: what is about to be added
// may be a part of it.
Params::BlockOwner Params::make_room(std::size_t params, std::size_t bytes) {
    if (!block_) {
        block_ = make_block(std::max(params, usual_params), std::max(bytes, usual_bytes));
        return nullptr;
    }
    params += block_->count;
    bytes += block_->used;
    if (params <= block_->params_room && bytes <= block_->bytes_room) {
        return nullptr;
    }
    const auto grown = [](std::size_t wanted, std::size_t room) {
        return wanted > room ? std::max(wanted, 2 * room) : room;
    };
    BlockOwner larger =
        copy_block(*block_, grown(params, block_->params_room), grown(bytes, block_->bytes_room));
    std::swap(block_, larger);
    return larger;
}

// There is room.
std::string_view Params::append(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return {};
    }
    char* const place = block_->bytes() + block_->used;
    std::memcpy(place, bytes.data(), bytes.size());
    block_->used += bytes.size();
    return {place, bytes.size()};
}

const Param* Params::find(std::string_view name) const noexcept {
    for (const Param& param : *this) {
        if (param.name == name) {
            return &param;
        }
    }
    return nullptr;
}

Param* Params::find_own(std::string_view name) noexcept {
    return const_cast<Param*>(find(name));
}

void Params::add_first(const Param& param) {
    if (find(param.name) != nullptr) {
        return;
    }
    const BlockOwner outgrown = make_room(1, param.name.size() + param.text.size());
    const std::string_view name = append(param.name);
    new (block_->params() + block_->count) Param{name, param.kind, append(param.text)};
    ++block_->count;
}

void Params::add_last(const Param& param) {
    if (find(param.name) == nullptr) {
        add_first(param);
        return;
    }
    const Param given = param;  // it may be one of ours
    const BlockOwner outgrown = make_room(0, given.text.size());
    Param& there = *find_own(given.name);
    there.kind = given.kind;
    there.text = append(given.text);
}

void Params::add_missing(Params others) {
    if (size() == 0) {
        *this = std::move(others);
        return;
    }
    for (const Param& param : others) {
        add_first(param);
    }
}

char* Params::place_for(std::size_t size) {
    make_room(1, size);
    return block_->bytes() + block_->used;
}

void Params::add_written(const Param& param) {
    if (find(param.name) == nullptr) {
        new (block_->params() + block_->count) Param(param);
        ++block_->count;
        block_->used += param.name.size() + param.text.size();
    }
}

void Params::trim() {
    constexpr std::size_t much = 4096;
    if (block_ && block_->bytes_room - block_->used > much) {
        block_ = copy_block(*block_, block_->count, block_->used);
    }
}

std::size_t Params::bytes() const noexcept {
    return block_ ? sizeof(Block) + block_->params_room * sizeof(Param) + block_->bytes_room : 0;
}

std::string Params::to_json() const {
    constexpr std::size_t signs = 6;  // around a name and a text
    std::size_t size = 2;
    for (const Param& param : *this) {
        size += param.name.size() + param.text.size() + signs;
    }
    std::string out;
    out.reserve(size);
    JsonWriter json(out);
    json.object();
    for (const Param& param : *this) {
        if (is_valid_utf8(param.name)) {
            json.key(param.name);
        } else {
            json.key(replace_invalid_utf8(param.name));
        }
        switch (param.kind) {
            case ParamKind::text: json.value(param.text); break;
            case ParamKind::null:
            case ParamKind::invalid: json.null(); break;
            default: json.raw(param.text);
        }
    }
    json.end_object();
    return out;
}

Reading<std::int64_t> read_integer(const Param* param) {
    if (param == nullptr) {
        return absent<std::int64_t>();
    }
    switch (param->kind) {
        case ParamKind::text:
        case ParamKind::integer: return leading_integer(param->text);
        case ParamKind::invalid: return invalid<std::int64_t>();
        default: return absent<std::int64_t>();
    }
}

Reading<bool> read_boolean(const Param* param) {
    if (param == nullptr) {
        return absent<bool>();
    }
    switch (param->kind) {
        case ParamKind::boolean: return value_of(param->text == "true");
        case ParamKind::text:
            if (is_any_of(param->text, {"true", "yes", "1"})) {
                return value_of(true);
            }
            if (is_any_of(param->text, {"false", "no", "0"})) {
                return value_of(false);
            }
            return absent<bool>();
        case ParamKind::invalid: return invalid<bool>();
        default: return absent<bool>();
    }
}

Reading<std::string_view> read_text(const Param* param, const Profile& profile) {
    if (param == nullptr) {
        return absent<std::string_view>();
    }
    switch (param->kind) {
        case ParamKind::text: return value_of(param->text);
        case ParamKind::integer:
        case ParamKind::real:
        case ParamKind::boolean:
            return profile.text_from_scalars ? value_of(param->text) : absent<std::string_view>();
        case ParamKind::invalid: return invalid<std::string_view>();
        default: return absent<std::string_view>();
    }
}

Reading<Message> read_message(const Param* param, bool auto_escape, const Profile& profile) {
    if (param == nullptr) {
        return absent<Message>();
    }
    Message message;
    switch (param->kind) {
        case ParamKind::text:
            if (auto_escape) {
                message.push_back(Segment::text(std::string(param->text)));
            } else {
                message = parse_cq(param->text, profile);
            }
            break;
        case ParamKind::array:
        case ParamKind::object:
            if (auto segments = parse_segments(param->text, profile)) {
                message = std::move(*segments);
            }
            break;
        case ParamKind::invalid: return invalid<Message>();
        default: break;
    }
    normalise(message);
    return message.empty() ? absent<Message>() : value_of(std::move(message));
}

}  // namespace cqhttp::protocol
