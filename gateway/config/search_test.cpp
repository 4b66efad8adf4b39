#include "gateway/config/search.hpp"

#include "gateway/config/temporary_tree.hpp"
#include "gateway/tests/support/catch.hpp"

namespace cqhttp::config {
namespace {

std::vector<std::string> names(const std::vector<FileRef>& files) {
    std::vector<std::string> names;
    for (const FileRef& file : files) {
        names.push_back(file.short_name);
    }
    return names;
}

using Names = std::vector<std::string>;

TEST_CASE("search: each file removed uncovers the next of the documented order", "[CFG-002]") {
    const test::TemporaryTree tree;
    const char* const all[] = {"config.cfg",         "config.ini",          "config/general.cfg",
                               "config/general.ini", "config/1.cfg",        "config/1.ini",
                               "config.json",        "config/general.json", "config/1.json"};
    for (const char* name : all) {
        tree.write("4.0/" + std::string(name), "");
    }
    const auto next = [&](std::initializer_list<const char*> removed) {
        for (const char* name : removed) {
            std::filesystem::remove(tree.at("4.0/" + std::string(name)));
        }
        return names(find_candidate(tree.at("4.0"), 1).files);
    };
    CHECK(next({}) == Names{"config.cfg"});
    CHECK(next({"config.cfg"}) == Names{"config.ini"});
    CHECK(next({"config.ini"}) == Names{"config/general.cfg", "config/1.cfg"});
    CHECK(next({"config/general.cfg"}) == Names{"config/general.ini", "config/1.cfg"});
    CHECK(next({"config/1.cfg"}) == Names{"config/general.ini", "config/1.ini"});
    CHECK(next({"config/general.ini"}) == Names{"config/1.ini"});
    CHECK(next({"config/1.ini"}) == Names{"config.json"});
    CHECK(next({"config.json"}) == Names{"config/general.json", "config/1.json"});
    CHECK(next({"config/general.json"}) == Names{"config/1.json"});
    CHECK(next({"config/1.json"}).empty());
}

TEST_CASE("search: later candidates are named as not read", "[CFG-002]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config.ini", "");
    tree.write("4.0/config/1.json", "");
    tree.write("4.0/config/2.json", "");
    CHECK(find_candidate(tree.at("4.0"), 1).shadowed == Names{"config/1.json"});
}

TEST_CASE("search: accounts come from the names of files of one kind", "[CFG-002][CFG-004]") {
    const test::TemporaryTree tree;
    CHECK_FALSE(find_accounts(tree.at("4.0")).found);
    tree.write("4.0/config/20.json", "");
    tree.write("4.0/config/3.json", "");
    tree.write("4.0/config/007.json", "");
    tree.write("4.0/config/99999999999999999999.json", "");
    tree.write("4.0/config/3.json.bak", "");
    CHECK(find_accounts(tree.at("4.0")).numbers == std::vector<std::int64_t>{3, 20});
    tree.write("4.0/config/20.cfg", "");
    tree.write("4.0/config/20.ini", "");
    CHECK(find_accounts(tree.at("4.0")).numbers == std::vector<std::int64_t>{20});
    tree.write("4.0/config.ini", "");
    const Accounts accounts = find_accounts(tree.at("4.0"));
    CHECK(accounts.numbers.empty());
    CHECK(names(accounts.sections) == Names{"config.ini"});
}

TEST_CASE("search: a general file alone is found and names no account", "[CFG-002]") {
    const test::TemporaryTree tree;
    tree.write("4.0/config/general.json", "{}");
    const Accounts accounts = find_accounts(tree.at("4.0"));
    CHECK(accounts.found);
    CHECK(accounts.numbers.empty());
    CHECK(accounts.sections.empty());
}

}  // namespace
}  // namespace cqhttp::config
