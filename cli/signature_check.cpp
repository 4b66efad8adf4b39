#include "cli/signature_check.hpp"

#include "cli/body_variants.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view prefix = "sha1=";
constexpr std::string_view header_name = "x-signature:";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::size_t sha1_bytes = 20;
// Above it a body is not tried together with other secrets: that is a product of both.
constexpr std::size_t longest_combined = 64 * 1024;

struct Algorithm {
    std::size_t bytes;
    std::string_view name;
    const EVP_MD* (*digest)();
};
constexpr std::array<Algorithm, 4> algorithms{{{16, "MD5", &EVP_md5},
                                               {sha1_bytes, "SHA-1", &EVP_sha1},
                                               {32, "SHA-256", &EVP_sha256},
                                               {64, "SHA-512", &EVP_sha512}}};

const Algorithm* algorithm_of(std::size_t digest_bytes) {
    const auto found =
        std::find_if(algorithms.begin(), algorithms.end(),
                     [&](const Algorithm& algorithm) { return algorithm.bytes == digest_bytes; });
    return found == algorithms.end() ? nullptr : &*found;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

struct Keyed {
    std::string_view key, message;
};

std::string hmac(const Algorithm& algorithm, Keyed what) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const std::string_view key = what.key.empty() ? std::string_view("", 0) : what.key;
    HMAC(algorithm.digest(), key.data(), static_cast<int>(key.size()), bytes_of(what.message),
         what.message.size(), digest.data(), &size);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string plain_digest(const Algorithm& algorithm, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm.digest(), nullptr);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += percent_decode(fmt::format("%{}", digits.substr(i, 2)));
    }
    return bytes;
}

// The value of the header taken apart: the digest in it and what is odd about how it is written.
struct Reading {
    std::string digest;  // bytes; empty: it holds none
    std::string digits;  // as written
    std::vector<std::string> oddities;
};

void take_prefix(std::string_view& value, Reading& reading) {
    const std::size_t equals = value.find('=');
    const std::string_view word = value.substr(0, equals == std::string_view::npos ? 0 : equals);
    const std::string lower = to_lower(word);
    const bool names_hash = lower.starts_with("sha") || lower == "md5";
    if (value.starts_with(prefix)) {
        value.remove_prefix(prefix.size());
    } else if (names_hash) {
        value.remove_prefix(equals + 1);
        reading.oddities.push_back(
            fmt::format("\"{}=\" stands before the digits; it has to be \"sha1=\"{}", word,
                        lower == "sha1" ? " in lower case" : ""));
    } else {
        reading.oddities.emplace_back("\"sha1=\" is missing before the digits");
    }
}

// The value, where the whole header line was pasted.
std::string_view without_name(std::string_view value) {
    const bool named = to_lower(value.substr(0, header_name.size())) == header_name;
    return named ? trim(value.substr(header_name.size())) : value;
}

Reading read_value(std::string_view value) {
    Reading reading;
    const std::string_view trimmed = trim(value);
    if (trimmed != value) {
        reading.oddities.emplace_back("there are blanks or line breaks around the value");
    }
    value = trimmed;
    if (value.size() >= 2 && value.front() == value.back() &&
        (value.front() == '"' || value.front() == '\'')) {
        reading.oddities.emplace_back("there are quotes around the value");
        value = value.substr(1, value.size() - 2);
    }
    take_prefix(value, reading);
    reading.digits = value;
    if (value.find_first_not_of(hex_digits) == std::string_view::npos && value.size() % 2 == 0) {
        reading.digest = from_hex(value);
        if (to_lower(value) != value) {
            reading.oddities.emplace_back("the digits are upper-case; they are sent in lower case");
        }
    } else if (const auto bytes = base64_decode(value); bytes && algorithm_of(bytes->size())) {
        reading.digest = *bytes;
        reading.oddities.emplace_back("the digest is written in base64; it has to be hexadecimal");
    }
    return reading;
}

struct KeyVariant {
    std::string key;
    std::string name;
};

// What people sign with instead of the secret. Most likely first.
std::vector<KeyVariant> key_variants(std::string_view secret) {
    std::vector<KeyVariant> all;
    const std::string key(secret);
    const auto add = [&](std::string variant, std::string name) {
        if (variant != key) {
            all.push_back({std::move(variant), std::move(name)});
        }
    };
    const bool quoted =
        key.size() >= 2 && key.front() == key.back() && (key.front() == '"' || key.front() == '\'');
    add(key + "\n", "the secret with a line feed at its end (a file read without trimming)");
    add(key + "\r\n", "the secret with CR LF at its end");
    if (key.ends_with('\n') || key.ends_with('\r')) {
        add(key.substr(0, key.find_last_not_of("\r\n") + 1),
            "the secret without the line break at its end");
    }
    add(std::string(trim(key)), "the secret without the blanks around it");
    add(key + " ", "the secret with a blank at its end");
    add(" " + key, "the secret with a blank before it");
    add(" " + key + " ", "the secret with blanks around it");
    add(key + "\t", "the secret with a tab at its end");
    add(quoted ? key.substr(1, key.size() - 2) : key, "the secret without the quotes around it");
    add("\"" + key + "\"", "the secret with quotes around it");
    add("'" + key + "'", "the secret with single quotes around it");
    add("\xEF\xBB\xBF" + key, "the secret with a byte order mark before it");
    add("", "an empty secret (it was not set where the signature was made)");
    return all;
}

// Looks for what was done. One deviation at a time first, then two.
class Search {
public:
    Search(const Secret& secret, std::string_view body, const std::string& digest)
        : secret_(secret.reveal()),
          body_(body),
          digest_(digest),
          algorithm_(*algorithm_of(digest.size())) {}

    std::optional<std::vector<std::string>> run() {
        if (matches({secret_, body_})) {
            return named({});
        }
        if (auto found = without_hmac()) {
            return found;
        }
        const std::vector<KeyVariant> keys = key_variants(secret_);
        if (auto found = with_other_key(keys, body_)) {
            return named({"the key is " + *found});
        }
        std::optional<std::string> body_name, key_name;
        for_each_variant(body_, [&](const BodyVariant& variant) {
            body_name =
                matches({secret_, variant.text}) ? std::optional(variant.name) : std::nullopt;
            return body_name.has_value();
        });
        if (!body_name && body_.size() <= longest_combined) {
            for_each_variant(body_, [&](const BodyVariant& variant) {
                key_name = with_other_key(keys, variant.text);
                body_name = key_name ? std::optional(variant.name) : std::nullopt;
                return key_name.has_value();
            });
        }
        if (!body_name) {
            return {};
        }
        std::vector<std::string> remarks{"it is the signature of " + *body_name};
        if (key_name) {
            remarks.push_back("the key is " + *key_name);
        }
        return named(std::move(remarks));
    }

private:
    bool matches(Keyed what) const { return hmac(algorithm_, what) == digest_; }

    std::vector<std::string> named(std::vector<std::string> remarks) const {
        if (algorithm_.bytes != sha1_bytes) {
            remarks.insert(
                remarks.begin(),
                fmt::format("it is HMAC with {}; CQHTTP signs with SHA-1", algorithm_.name));
        }
        return remarks;
    }

    std::optional<std::vector<std::string>> without_hmac() const {
        const std::string secret(secret_), body(body_);
        if (matches({body_, secret_})) {
            return named(
                {"secret and body are swapped: the secret is the key of HMAC and the body "
                 "the message"});
        }
        const auto remark = [this](const char* of) {
            return std::vector<std::string>{
                fmt::format("it is {} of {}; it has to be HMAC-SHA1 with the secret as key",
                            algorithm_.name, of)};
        };
        if (plain_digest(algorithm_, body) == digest_) {
            return remark("the body without any secret");
        }
        if (plain_digest(algorithm_, secret + body) == digest_) {
            return remark("the secret followed by the body");
        }
        if (plain_digest(algorithm_, body + secret) == digest_) {
            return remark("the body followed by the secret");
        }
        return {};
    }

    std::optional<std::string> with_other_key(const std::vector<KeyVariant>& keys,
                                              std::string_view body) const {
        for (const KeyVariant& variant : keys) {
            if (matches({variant.key, body})) {
                return variant.name;
            }
        }
        return {};
    }

    std::string_view secret_, body_;
    const std::string& digest_;
    const Algorithm& algorithm_;
};

// A value in which there is no digest of any length we know.
std::string malformed(const Reading& reading, std::string_view expected) {
    const std::string_view right = expected.substr(prefix.size());
    const std::string digits = to_lower(reading.digits);
    if (digits.empty()) {
        return "there are no digits in the value; it has to be \"sha1=\" and 40 hexadecimal digits";
    }
    if (right.starts_with(digits)) {
        return fmt::format("the value is cut off: these are the first {} of 40 digits",
                           digits.size());
    }
    if (digits.find_first_not_of(hex_digits) == std::string::npos) {
        return fmt::format("there are {} digits in the value instead of 40", digits.size());
    }
    return "the value has to be \"sha1=\" and 40 hexadecimal digits";
}

}  // namespace

SignatureCheck check_signature(const Secret& secret, SignedBody received) {
    SignatureCheck check;
    protocol::Signer signer(secret);
    check.expected = signer.sign(received.body);
    const std::string_view value = without_name(received.signature);
    Reading reading = read_value(value);
    check.valid = signer.verify(received.body, value);
    check.remarks = std::move(reading.oddities);
    if (check.valid) {
        return check;
    }
    if (algorithm_of(reading.digest.size()) == nullptr) {
        check.remarks.push_back(malformed(reading, check.expected));
        return check;
    }
    const auto found = Search(secret, received.body, reading.digest).run();
    if (found) {
        check.remarks.insert(check.remarks.end(), found->begin(), found->end());
    } else {
        check.remarks.emplace_back(
            "no usual mistake explains it: compare the secrets of both sides, and take the body "
            "byte for byte as it came");
    }
    return check;
}

}  // namespace cqhttp::cli
