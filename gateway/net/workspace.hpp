#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::net {

// What a connection needs while it has something to do, and only then: room for one read and the
// answers that are gathered for one write.
struct Workspace {
    std::array<char, 64 * 1024> input;
    std::string output;
};

// Lends workspaces to the connections of one event loop, so that idle connections hold none and
// busy ones share what is warm. Outlives what it lends.
class WorkspacePool {
public:
    class GiveBack {
    public:
        explicit GiveBack(WorkspacePool* pool = nullptr) noexcept : pool_(pool) {}
        void operator()(Workspace* workspace) const noexcept {
            pool_->give_back(std::unique_ptr<Workspace>(workspace));
        }

    private:
        WorkspacePool* pool_;
    };
    using Lease = std::unique_ptr<Workspace, GiveBack>;

    WorkspacePool() { free_.reserve(kept); }

    Lease lend() {
        if (free_.empty()) {
            // Not make_unique: it would clear 64 KiB that are written before they are read.
            return Lease(new Workspace, GiveBack(this));
        }
        Lease lease(free_.back().release(), GiveBack(this));
        free_.pop_back();
        return lease;
    }

private:
    static constexpr std::size_t kept = 16;
    static constexpr std::size_t largest_output = 512 * 1024;

    void give_back(std::unique_ptr<Workspace> workspace) noexcept {
        if (free_.size() < kept && workspace->output.capacity() <= largest_output) {
            workspace->output.clear();
            free_.push_back(std::move(workspace));
        }
    }

    std::vector<std::unique_ptr<Workspace>> free_;
};

}  // namespace cqhttp::net
