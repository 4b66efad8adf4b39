#include "gateway/event/hub.hpp"

#include "gateway/tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cqhttp::event {
namespace {

class Noting final : public Subscriber {
public:
    Noting(std::string name, std::vector<std::string>& all) : name_(std::move(name)), all_(all) {}
    bool wants_events() const override { return wants; }
    void offer(const SharedText& text) override { all_.push_back(name_ + ":" + *text); }

    bool wants = true;

private:
    std::string name_;
    std::vector<std::string>& all_;
};

}  // namespace

TEST_CASE("hub: subscribers are served in the order they were added", "[WSR-034]") {
    std::vector<std::string> all;
    Noting forward("forward", all), reverse("reverse", all);
    Hub hub;
    CHECK_FALSE(hub.wants_events());
    hub.add(forward);
    hub.add(reverse);
    hub.publish(std::make_shared<const std::string>("a"));
    hub.publish(std::make_shared<const std::string>("b"));
    CHECK(all == std::vector<std::string>{"forward:a", "reverse:a", "forward:b", "reverse:b"});
}

TEST_CASE("hub: it wants events while any subscriber does", "[event]") {
    std::vector<std::string> all;
    Noting one("one", all), two("two", all);
    Hub hub;
    hub.add(one);
    hub.add(two);
    one.wants = false;
    CHECK(hub.wants_events());
    two.wants = false;
    CHECK_FALSE(hub.wants_events());
    two.wants = true;
    hub.remove(two);
    CHECK_FALSE(hub.wants_events());
}

}  // namespace cqhttp::event
