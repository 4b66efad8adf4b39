#pragma once

#include "gateway/action/restarter.hpp"
#include "gateway/action/status.hpp"

#include <chrono>
#include <vector>

namespace cqhttp::test {

class FakeStatus final : public action::StatusSource {
public:
    std::vector<action::PartStatus> parts() const override { return list; }

    std::vector<action::PartStatus> list{{"http", true}};
};

class FakeRestarter final : public action::Restarter {
public:
    void restart_after(std::chrono::milliseconds delay) override { delays.push_back(delay); }

    std::vector<std::chrono::milliseconds> delays;
};

}  // namespace cqhttp::test
