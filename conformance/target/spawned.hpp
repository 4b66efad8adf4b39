#pragma once

#include "conformance/target/hook.hpp"
#include "conformance/target/target.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace cqhttp::conformance {

// An implementation that the suite starts itself, once per setup.
struct SpawnOptions {
    // For the shell; {config}, {dir}, {http_port} and {ws_port} are put in.
    std::string command;
    std::string config_template;         // see template.hpp
    std::string config_name = "config";  // name of the file; programs look at its ending
    std::string name;                    // for reports; empty: the command
    std::int64_t account = 10086001, user = 0, group = 0, discuss = 0;
    std::string data_root;  // {dir} is put in
    bool disposable = false;
    bool sandbox_control = false;
    Hook hook;
    std::chrono::milliseconds patience{5000};
    std::chrono::milliseconds start_limit{15'000};
    bool own = false;  // our gateway, which tells its ports itself
    Profile profile = Profile::cqhttp_4_0;
};

std::unique_ptr<Target> make_spawned(SpawnOptions options);

// Our own gateway with its built-in world.
std::unique_ptr<Target> make_self(const std::string& gateway_program, Profile profile,
                                  std::chrono::milliseconds patience);

// Names a template may use, with what they stand for; for the documentation and error texts.
struct TemplateName {
    std::string_view name, about;
};
std::span<const TemplateName> template_vocabulary();

}  // namespace cqhttp::conformance
