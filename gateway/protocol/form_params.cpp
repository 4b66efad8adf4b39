#include "gateway/protocol/form_params.hpp"

#include "gateway/base/text.hpp"

#include <array>
#include <cstdint>

namespace cqhttp::protocol {
namespace {

// Both as they came, still encoded.
struct Pair {
    std::string_view name, value;
};

// Takes the first pair off `rest`; its name is empty where there is none (HTTP-045, HTTP-046).
Pair take_pair(std::string_view& rest) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::size_t equals = pair.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    return {pair.substr(0, equals), value};
}

// Whether `encoded` stands for `plain`. Most names hold nothing to decode.
bool stands_for(std::string_view encoded, std::string_view plain) {
    if (encoded.size() == plain.size()) {
        return encoded == plain ||
               (encoded.find('+') != encoded.npos && form_decode(encoded) == plain);
    }
    return encoded.size() > plain.size() && form_decode(encoded) == plain;
}

constexpr std::array<std::int8_t, 256> hex_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (int i = 0; i < 10; ++i) {
        values[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
    }
    for (int i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
        values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}();

constexpr std::array<bool, 256> signs = [] {
    std::array<bool, 256> table{};
    table['&'] = table['='] = table['+'] = table['%'] = true;
    return table;
}();

constexpr std::size_t index_of(char byte) {
    return static_cast<unsigned char>(byte);
}

// Walks over the pairs once: splits and decodes them on the way. What comes out is never longer
// than what went in.
class PairReader {
public:
    explicit PairReader(std::string_view encoded) : rest_(encoded) {}

    bool at_end() const noexcept { return rest_.empty(); }
    std::size_t bytes_left() const noexcept { return rest_.size(); }

    // The next pair, decoded to `place`: the name, and behind it the value.
    Param take(char* place) {
        std::size_t at = 0;
        unsigned char bits = 0;
        Param param;
        param.name = take_part(place, '=', at, bits);
        if (at < rest_.size() && rest_[at] == '=') {
            ++at;
            param.text = take_part(place + param.name.size(), '&', at, bits);
        }
        rest_.remove_prefix(at < rest_.size() ? at + 1 : at);
        const bool ascii = bits < 0x80;
        if (!ascii && !(is_valid_utf8(param.name) && is_valid_utf8(param.text))) {
            param.kind = ParamKind::invalid;
            param.text = {};
        }
        return param;
    }

private:
    // What is before the next '&' or `end`. `bits` gets those that are set in any of its bytes.
    std::string_view take_part(char* place, char end, std::size_t& at, unsigned char& bits) {
        const char* next = rest_.data() + at;
        const char* const last = rest_.data() + rest_.size();
        char* out = place;
        unsigned seen = bits;
        for (; next != last; ++next, ++out) {
            char byte = *next;
            if (signs[index_of(byte)]) {
                if (byte == '&' || byte == end) {
                    break;
                }
                byte = byte == '+' ? ' ' : byte == '%' ? decode(next, last) : byte;
            }
            *out = byte;
            seen |= static_cast<unsigned char>(byte);
        }
        bits = static_cast<unsigned char>(seen);
        at = static_cast<std::size_t>(next - rest_.data());
        return {place, static_cast<std::size_t>(out - place)};
    }

    // A % that two hex digits do not follow stays as it is.
    static char decode(const char*& next, const char* last) {
        if (last - next <= 2) {
            return '%';
        }
        const int high = hex_values[index_of(next[1])];
        const int low = hex_values[index_of(next[2])];
        if (high < 0 || low < 0) {
            return '%';
        }
        next += 2;
        return static_cast<char>(high * 16 + low);
    }

    std::string_view rest_;
};

}  // namespace

void add_form_params(Params& params, std::string_view encoded) {
    PairReader pairs(encoded);
    for (std::size_t count = 0; !pairs.at_end() && count < max_params; ++count) {
        const Param param = pairs.take(params.place_for(pairs.bytes_left()));
        if (!param.name.empty()) {
            params.add_written(param);
        }
    }
    params.trim();
}

std::optional<std::string> find_query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const Pair pair = take_pair(query);
        if (!name.empty() && stands_for(pair.name, name)) {
            return form_decode(pair.value);
        }
    }
    return std::nullopt;
}

}  // namespace cqhttp::protocol
