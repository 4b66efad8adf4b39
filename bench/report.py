#!/usr/bin/env python3
"""Prints the tables of bench/run from its notes and says whether the bounds hold.

Lines of the notes: `load ROW SERVER JSON`, `bound ROW RATIO`, `memory KIB LABEL`, `start MS CPU_MS LABEL`. The last
round may be incomplete and is left out then.
Exits 1 if a bound is missed.
"""
import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

MAX_MEMORY_MB = 25
MAX_START_MS = 100
SERVERS = {"baseline": "Beast baseline", "ephemeral": "gateway, --ephemeral",
           "database": "gateway, database"}


def spread(values, form):
    low, high = min(values), max(values)
    return f"{low:{form}} ... {high:{form}}"


def verdict(holds):
    return "ok" if holds else "MISSED"


def report_load(loads, bounds):
    """Prints one table per row of load; returns whether every ratio is within its bound."""
    holds = True
    for name, bound in bounds.items():
        runs = {server: loads[name, server] for server in SERVERS}
        first = runs["baseline"][0]
        part = first["parts"][0]
        base = [run["server"]["cpu_us"] for run in runs["baseline"]]
        print(f"\n{name}: {first['scenario']} {first['what']}, {part['connections']} connections, "
              f"{part['in_flight']} in flight; a {part['unit']} may cost {bound} x the baseline")
        print(f"{'':24} {'CPU us':>8} {'spread':>18} {'ratio':>6} {'by round':>16} "
              f"{'per second':>10} {'p50 us':>8} {'p99 us':>8} {'tool us':>8}")
        for server, title in SERVERS.items():
            cost = [run["server"]["cpu_us"] for run in runs[server]]
            ratio = median(cost) / median(base)
            rate = median(run["per_second"] for run in runs[server])
            p50, p99 = (median(run["parts"][0]["latency_us"][key] for run in runs[server])
                        for key in ("p50", "p99"))
            tool = median(run["own_cpu_us"] for run in runs[server])
            line = (f"{title:24} {median(cost):8.3f} {spread(cost, '.3f'):>18} {ratio:6.2f} "
                    f"{spread([one / other for one, other in zip(cost, base)], '.2f'):>16} "
                    f"{rate:10.0f} {p50:8.0f} {p99:8.0f} {tool:8.3f}")
            if server == "ephemeral":
                line += "  " + verdict(ratio <= bound)
                holds = holds and ratio <= bound
            print(line)
    return holds


def report_memory(memory):
    print(f"\n{'idle resident memory of the gateway':38} {'MB':>6}")
    for label, size in memory.items():
        print(f"{label:38} {size:6.1f}  {verdict(size < MAX_MEMORY_MB)}")
    return max(memory.values()) < MAX_MEMORY_MB


def report_starts(starts):
    print(f"\n{'start of the gateway to first answer':38} {'ms':>6} {'spread':>18} {'CPU ms':>7}")
    holds = True
    for label, runs in starts.items():
        times, cpu = zip(*runs)
        good = median(times) < MAX_START_MS
        holds = holds and good
        print(f"{label:38} {median(times):6.1f} {spread(times, '.1f'):>18} {median(cpu):7.1f}  "
              f"{verdict(good)}")
    return holds


def main():
    loads, bounds, memory, starts = defaultdict(list), {}, {}, defaultdict(list)
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        kind, first, rest = line.split(" ", 2)
        if kind == "load":
            server, text = rest.split(" ", 1)
            loads[first, server].append(json.loads(text))
        elif kind == "bound":
            bounds[first] = float(rest)
        elif kind == "memory":
            memory[rest] = int(first) * 1024 / 1e6
        else:
            cpu, label = rest.split(" ", 1)
            starts[label].append((float(first), float(cpu)))
    rounds = min(len(runs) for runs in loads.values())
    loads = {key: runs[:rounds] for key, runs in loads.items()}
    requests = loads["get", "baseline"][0]["operations"]
    print(f"{rounds} rounds of {requests} requests and what takes as long; medians")
    good = [report_load(loads, bounds), report_memory(memory), report_starts(starts)]
    print(f"\nbounds: ratios as above, memory below {MAX_MEMORY_MB} MB, start below "
          f"{MAX_START_MS} ms: {verdict(all(good))}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
