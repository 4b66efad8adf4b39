#include "gateway/config/ini.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::config {
namespace {

TEST_CASE("ini: every key keeps the line it stands on", "[CFG-015]") {
    const IniFile file = parse_ini("; head\n\n[general]\nhost = a\n\n# c\nport=1\n[5]\nport=2");
    REQUIRE(file.faults.empty());
    REQUIRE(file.sections.size() == 2);
    CHECK(file.sections[0].name == "general");
    CHECK(file.sections[0].line == 3);
    REQUIRE(file.sections[0].entries.size() == 2);
    CHECK(file.sections[0].entries[0].key == "host");
    CHECK(file.sections[0].entries[0].value == "a");
    CHECK(file.sections[0].entries[0].line == 4);
    CHECK(file.sections[0].entries[1].line == 7);
    CHECK(file.sections[1].name == "5");
    REQUIRE(file.sections[1].entries.size() == 1);
    CHECK(file.sections[1].entries[0].line == 9);
}

TEST_CASE("ini: a value ends before white space and a number sign", "[CFG-016]") {
    struct Row {
        const char* line;
        const char* value;
        bool only_comment;
    };
    const Row rows[] = {
        {"k=yes  # comment", "yes", false},
        {"k=yes\t# comment", "yes", false},
        {"k=a#b", "a#b", false},
        {"k=a#b #c #d", "a#b", false},
        {"k=#a", "#a", false},
        {"k= #a", "", true},
        {"k = # a", "", true},
        {"k =", "", false},
        {"k = a #", "a", false},
        {"k = a;b ;c", "a;b ;c", false},
        {"k == a = b", "= a = b", false},
        {"k = \t a b \t ", "a b", false},
    };
    for (const Row& row : rows) {
        INFO(row.line);
        const IniFile file = parse_ini(row.line);
        REQUIRE(file.faults.empty());
        REQUIRE(file.before_sections.size() == 1);
        CHECK(file.before_sections[0].key == "k");
        CHECK(file.before_sections[0].value == row.value);
        CHECK(file.before_sections[0].only_comment == row.only_comment);
    }
}

TEST_CASE("ini: every fault is listed with its line and without the text of the line",
          "[CFG-017][CFG-036]") {
    const IniFile file = parse_ini(
        "[general]\n"
        "access_token hidden\n"
        "=hidden\n"
        "port = 1\n"
        "port = hidden\n"
        "[general]\n"
        "[hidden\n"
        "[]\n"
        "[7] hidden\n");
    REQUIRE(file.faults.size() == 7);
    const std::size_t lines[] = {2, 3, 5, 6, 7, 8, 9};
    for (std::size_t i = 0; i < file.faults.size(); ++i) {
        CHECK(file.faults[i].line == lines[i]);
        CHECK(file.faults[i].sentence.find("hidden") == std::string::npos);
    }
    CHECK(file.faults[2].key == "port");
    CHECK(file.faults[2].sentence.find("line 4") != std::string::npos);
    CHECK(file.faults[3].sentence.find("line 1") != std::string::npos);
}

TEST_CASE("ini: the same key in another section is no duplicate", "[CFG-017]") {
    CHECK(parse_ini("port=1\n[a]\nport=2\n[b]\nport=3\n").faults.empty());
}

TEST_CASE("ini: all line ends are understood", "[CFG-015]") {
    const IniFile file = parse_ini("[general]\r\nport = 1 # x\r\n\r\nhost = a\r\n");
    REQUIRE(file.faults.empty());
    REQUIRE(file.sections.size() == 1);
    CHECK(file.sections[0].entries[0].value == "1");
    CHECK(file.sections[0].entries[1].value == "a");
    CHECK(file.sections[0].entries[1].line == 4);
}

TEST_CASE("ini: nothing at all has no sections", "[CFG-005]") {
    const IniFile file = parse_ini("");
    CHECK(file.sections.empty());
    CHECK(file.before_sections.empty());
    CHECK(file.faults.empty());
}

TEST_CASE("ini: a file cut off anywhere is read without harm", "[CFG-007]") {
    const std::string whole = "\n[general] # x\nhost = 127.0.0.1 # y\n;z\n[10086001]\nport=5710\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const IniFile file = parse_ini(std::string_view(whole).substr(0, size));
        CHECK(file.sections.size() <= 2);
        CHECK(file.faults.size() <= 1);
    }
    CHECK(parse_ini(whole).faults.empty());
}

}  // namespace
}  // namespace cqhttp::config
