#include "cli/bench_report.hpp"

#include "gateway/base/version.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace cqhttp::cli::bench {
namespace {

using protocol::Json;

constexpr std::array<std::pair<const char*, double>, 4> percentiles{
    {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}}};

// Rounded to nanoseconds, so that a file of results stays readable.
double microseconds(std::chrono::nanoseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

double rounded(double value) {
    return std::round(value * 10'000) / 10'000;
}

double per_operation(std::chrono::nanoseconds time, std::uint64_t operations) {
    return operations == 0 ? 0 : rounded(microseconds(time) / static_cast<double>(operations));
}

std::uint64_t operations_of(const Report& report) {
    std::uint64_t sum = 0;
    for (const Tally& part : report.parts) {
        sum += part.operations;
    }
    return sum;
}

double per_second(std::uint64_t operations, const Report& report) {
    const double seconds = report.seconds.count();
    return seconds > 0 ? std::round(static_cast<double>(operations) / seconds * 10) / 10 : 0;
}

Json latency_json(const Histogram& latency) {
    Json json;
    json["count"] = latency.count();
    json["min"] = microseconds(latency.min());
    json["mean"] = microseconds(latency.mean());
    for (const auto& [name, percent] : percentiles) {
        json[name] = microseconds(latency.percentile(percent));
    }
    json["max"] = microseconds(latency.max());
    return json;
}

Json part_json(const Tally& part, const Report& report) {
    Json json;
    json["name"] = part.name;
    json["unit"] = part.unit;
    json["connections"] = part.connections;
    json["in_flight"] = part.in_flight;
    json["loop"] = part.rate > 0 ? "open" : "closed";
    if (part.rate > 0) {
        json["rate"] = part.rate;
        json["unfinished"] = part.unfinished;
    }
    json["operations"] = part.operations;
    json["per_second"] = per_second(part.operations, report);
    json["latency_us"] = latency_json(part.latency);
    json["reordered"] = part.reordered;
    if (part.event_bytes > 0) {
        json["events"] = part.events;
        json["event_bytes"] = part.event_bytes;
        json["foreign_events"] = part.foreign;
    }
    return json;
}

Json memory_json(const Memory& memory) {
    return {{"resident", memory.resident}, {"own", memory.own}};
}

Json server_json(const ServerCost& server, const Report& report) {
    const std::uint64_t operations = operations_of(report);
    Json json;
    json["pids"] = server.pids;
    json["cpu_us"] = per_operation(server.cpu.total, operations);
    json["user_us"] = per_operation(server.cpu.user, operations);
    json["kernel_us"] = per_operation(server.cpu.kernel, operations);
    const std::chrono::duration<double> cpu = server.cpu.total;
    json["cpu_seconds"] = cpu.count();
    json["memory_before"] = memory_json(server.before);
    json["memory_after"] = memory_json(server.after);
    return json;
}

double mebibytes(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1024 * 1024);
}

std::string signed_bytes(std::uint64_t before, std::uint64_t after) {
    const double difference = mebibytes(after) - mebibytes(before);
    return fmt::format("{:+.1f} MiB", difference);
}

std::string row(std::string_view head, const std::string& text) {
    return fmt::format("  {:<15} {}\n", head, text);
}

// Of the operations of all parts together.
std::string unit_of(const Report& report) {
    return report.parts.size() == 1 ? report.parts.front().unit : "operation";
}

std::string plural(std::string_view unit) {
    return unit == "delivery" ? "deliveries" : fmt::format("{}s", unit);
}

std::string shape_text(const Tally& part) {
    std::string text = fmt::format("{} connection{}", readable(part.connections),
                                   part.connections == 1 ? "" : "s");
    if (part.in_flight > 1) {
        text += fmt::format(", {} in flight", part.in_flight);
    }
    return text + (part.rate > 0 ? fmt::format(", open loop at {:g}/s", part.rate)
                                 : std::string(", closed loop"));
}

std::string part_text(const Tally& part, const Report& report) {
    std::string text =
        row(plural(part.unit), fmt::format("{}   {:.0f}/s", readable(part.operations),
                                           per_second(part.operations, report)));
    if (part.event_bytes > 0) {
        text +=
            row("events", fmt::format("{} of {} bytes", readable(part.events), part.event_bytes));
    }
    std::string latency;
    for (const auto& [name, percent] : percentiles) {
        latency += fmt::format("{} {}   ", name, readable(part.latency.percentile(percent)));
    }
    if (part.latency.count() > 0) {
        text += row("latency", latency + "max " + readable(part.latency.max()));
    }
    if (part.reordered > 0) {
        text += row("out of order", readable(part.reordered) + " answers");
    }
    if (part.foreign > 0) {
        text += row("other events", readable(part.foreign));
    }
    if (part.unfinished > 0) {
        text += row("NOT KEPT UP", readable(part.unfinished) +
                                       " were due and not done; their waiting is in the latency");
    }
    return text;
}

// The system counts user and kernel time in ticks: of a few ticks nothing can be said.
std::string split_text(const CpuTime& cpu, std::uint64_t operations) {
    if (cpu.user + cpu.kernel < std::chrono::milliseconds(200)) {
        return {};
    }
    return fmt::format(" (user {:.2f}, kernel {:.2f})", per_operation(cpu.user, operations),
                       per_operation(cpu.kernel, operations));
}

std::string cost_text(const Report& report) {
    const std::uint64_t operations = operations_of(report);
    std::string text;
    if (report.server) {
        const ServerCost& server = *report.server;
        const std::chrono::duration<double> cpu = server.cpu.total;
        text += row("server CPU", fmt::format("{:.3f} us per {}{}, {:.0f} % of a core",
                                              per_operation(server.cpu.total, operations),
                                              unit_of(report), split_text(server.cpu, operations),
                                              cpu.count() / report.seconds.count() * 100));
        text += row("server memory",
                    fmt::format("{:.1f} MiB resident ({}), {:.1f} MiB its own ({})",
                                mebibytes(server.after.resident),
                                signed_bytes(server.before.resident, server.after.resident),
                                mebibytes(server.after.own),
                                signed_bytes(server.before.own, server.after.own)));
    } else {
        text += row("server CPU", "unknown: " + report.no_server);
    }
    const std::chrono::duration<double> own = report.own_cpu;
    text += row("this tool", fmt::format("{:.3f} us per {}, {:.0f} % of a core",
                                         per_operation(report.own_cpu, operations), unit_of(report),
                                         own.count() / report.seconds.count() * 100));
    return text;
}

}  // namespace

std::string json_text(const Report& report) {
    Json json;
    json["tool"] = fmt::format("cqhttp-cli/{}", product_version);
    json["name"] = report.name;
    json["scenario"] = report.scenario;
    json["what"] = report.what;
    json["unit"] = unit_of(report);
    json["target"] = report.target;
    json["started"] = report.started;
    json["seconds"] = rounded(report.seconds.count());
    json["operations"] = operations_of(report);
    json["per_second"] = per_second(operations_of(report), report);
    json["parts"] = Json::array();
    for (const Tally& part : report.parts) {
        json["parts"].push_back(part_json(part, report));
    }
    json["server"] = report.server ? server_json(*report.server, report) : Json();
    json["own_cpu_us"] = per_operation(report.own_cpu, operations_of(report));
    return protocol::dump_json(json);
}

std::string plain_text(const Report& report) {
    std::string text =
        fmt::format("{} {}, {:.1f} s\n", report.scenario, report.what, report.seconds.count());
    for (const Tally& part : report.parts) {
        text += report.parts.size() > 1 ? fmt::format("  {}: ", part.name) : std::string("  ");
        text += shape_text(part) + "\n";
        text += part_text(part, report);
    }
    if (report.parts.size() > 1) {
        text += "  all of it\n";
    }
    return text + cost_text(report);
}

std::string readable(std::chrono::nanoseconds time) {
    const double us = microseconds(time);
    if (us < 1000) {
        return fmt::format("{:.1f} us", us);
    }
    if (us < 1'000'000) {
        return fmt::format("{:.2f} ms", us / 1000);
    }
    return fmt::format("{:.2f} s", us / 1'000'000);
}

std::string readable(std::uint64_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ' ');
    }
    return text;
}

}  // namespace cqhttp::cli::bench
