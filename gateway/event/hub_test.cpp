#include "gateway/event/hub.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::event {
namespace {

class Noting final : public Subscriber {
public:
    Noting(std::string name, std::vector<std::string>& all) : name_(std::move(name)), all_(all) {}
    bool wants_events() const override { return wants; }
    void offer(const SharedText& text) override {
        const auto event = protocol::Json::parse(*text);
        all_.push_back(name_ + ":" + event.at("message_id").dump());
        texts.push_back(text);
    }

    std::vector<SharedText> texts;

    bool wants = true;

private:
    std::string name_;
    std::vector<std::string>& all_;
};

protocol::Event message(std::int32_t id) {
    protocol::MessageEvent said;
    said.message_type = "private";
    said.sub_type = "friend";
    said.message_id = id;
    said.user_id = 10001;
    said.message = {protocol::Segment::text("hi")};
    said.raw_message = "hi";
    return {1'700'000'000, said};
}

struct Events {
    void publish(Hub& hub, std::int32_t id) {
        const protocol::Event event = message(id);
        Findings findings;
        Delivery delivery(event, findings, around, counters);
        hub.publish(delivery);
    }

    Filters filters;
    Delivery::Surroundings around{10086001, protocol::profile(protocol::ProfileId::cqhttp_4_0),
                                  filters};
    Delivery::Counters counters;
};

protocol::EventFilter filter(std::string_view text) {
    auto parsed = protocol::EventFilter::parse(text);
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

}  // namespace

TEST_CASE("hub: subscribers are served in the order they were added", "[WSR-034]") {
    std::vector<std::string> all;
    Noting forward("forward", all), reverse("reverse", all);
    Hub hub;
    CHECK_FALSE(hub.wants_events());
    hub.add(forward, {});
    hub.add(reverse, {});
    Events events;
    events.publish(hub, 1);
    events.publish(hub, 2);
    CHECK(all == std::vector<std::string>{"forward:1", "reverse:1", "forward:2", "reverse:2"});
}

TEST_CASE("hub: each subscriber has its own form and filter and equal forms share one text",
          "[WSR-031][FLT-010]") {
    std::vector<std::string> all;
    Noting plain("plain", all), array("array", all), other("other", all), even("even", all);
    Noting held("held", all), gone("gone", all);
    gone.wants = false;
    Events events;
    events.filters.set(filter(R"({"message_id":{".in":[1,2]}})"));
    const Wish of_account{};
    const Wish as_array{Filters::of_account, {.message_array = true}};
    const Wish unfiltered{events.filters.add_open(), {}};
    const Wish second{events.filters.add(filter(R"({"message_id":{".in":[2,3]}})")), {}};
    const Wish none{events.filters.add_closed(), {}};
    Hub hub;
    hub.add(plain, of_account);
    hub.add(array, as_array);
    hub.add(other, unfiltered);
    hub.add(even, second);
    hub.add(held, none);
    hub.add(gone, {unfiltered.filter, {.message_array = true, .backward_compatibility = true}});
    for (const int id : {1, 2, 3}) {
        events.publish(hub, id);
    }
    CHECK(all == std::vector<std::string>{"plain:1", "array:1", "other:1", "plain:2", "array:2",
                                          "other:2", "even:2", "other:3", "even:3"});
    CHECK(plain.texts[1] == other.texts[1]);  // the same text, not an equal one
    CHECK(plain.texts[1] == even.texts[0]);
    CHECK(plain.texts[1] != array.texts[1]);
    CHECK(protocol::Json::parse(*array.texts[0]).at("message").is_array());
    CHECK(events.counters.rendered == 5);
    CHECK(events.counters.filtered == 1);
}

TEST_CASE("hub: it wants events while any subscriber does", "[event]") {
    std::vector<std::string> all;
    Noting one("one", all), two("two", all);
    Hub hub;
    hub.add(one, {});
    hub.add(two, {});
    one.wants = false;
    CHECK(hub.wants_events());
    two.wants = false;
    CHECK_FALSE(hub.wants_events());
    two.wants = true;
    hub.remove(two);
    CHECK_FALSE(hub.wants_events());
}

}  // namespace cqhttp::event
