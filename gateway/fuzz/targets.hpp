#pragma once

#include <array>
#include <string_view>

// One function per parser that reads what strangers send. Each takes any bytes, lets the parser
// read them, and ensures what must be true whatever they are. A fuzzer calls one of them with what
// it makes up, `fuzz_replay` calls all with the files of fixtures/corpus.
namespace cqhttp::fuzz {

void cq_code(std::string_view bytes);
void event(std::string_view bytes);
void event_filter(std::string_view bytes);
void http_request(std::string_view bytes);
void ini(std::string_view bytes);
void message(std::string_view bytes);
void quick_operation(std::string_view bytes);
void request(std::string_view bytes);
void url(std::string_view bytes);
void ws_frame(std::string_view bytes);

struct Target {
    std::string_view name;  // of its program, without "fuzz_", and of its folder of the corpus
    void (*run)(std::string_view bytes);
};

inline constexpr std::array<Target, 10> targets{{{"cq_code", cq_code},
                                                 {"event", event},
                                                 {"event_filter", event_filter},
                                                 {"http_request", http_request},
                                                 {"ini", ini},
                                                 {"message", message},
                                                 {"quick_operation", quick_operation},
                                                 {"request", request},
                                                 {"url", url},
                                                 {"ws_frame", ws_frame}}};

}  // namespace cqhttp::fuzz
