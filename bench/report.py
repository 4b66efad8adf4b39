#!/usr/bin/env python3
"""Prints the tables of bench/run from its notes and says whether the bounds hold.

Lines of the notes: `load METHOD SERVER JSON`, `memory KIB LABEL`, `start MS CPU_MS LABEL`. The last
round may be incomplete and is left out then.
Exits 1 if a bound is missed.
"""
import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

MAX_RATIO = 1.5
MAX_MEMORY_MB = 25
MAX_START_MS = 100
SERVERS = {"baseline": "Beast baseline", "ephemeral": "gateway, --ephemeral",
           "database": "gateway, database"}


def spread(values, form):
    low, high = min(values), max(values)
    return f"{low:{form}} ... {high:{form}}"


def verdict(holds):
    return "ok" if holds else "MISSED"


def report_load(loads):
    """Prints one table per method; returns whether every ratio is within the bound."""
    holds = True
    for method in ("get", "post"):
        runs = {server: loads[method, server] for server in SERVERS}
        base = [run["server_cpu_us"] for run in runs["baseline"]]
        print(f"\n{method.upper() + ' send_private_msg':24} {'CPU us/request':>14} {'spread':>18} "
              f"{'ratio':>6} {'by round':>16} {'requests/s':>10} {'p50 us':>7} {'p99 us':>7}")
        for server, name in SERVERS.items():
            cost = [run["server_cpu_us"] for run in runs[server]]
            ratio = median(cost) / median(base)
            middle = {key: median(run[key] for run in runs[server]) for key in runs[server][0]}
            line = (f"{name:24} {median(cost):14.2f} {spread(cost, '.2f'):>18} {ratio:6.2f} "
                    f"{spread([one / other for one, other in zip(cost, base)], '.2f'):>16} "
                    f"{middle['requests_per_second']:10.0f} {middle['p50_us']:7.0f} "
                    f"{middle['p99_us']:7.0f}")
            if server != "baseline":
                line += "  " + verdict(ratio <= MAX_RATIO)
                holds = holds and ratio <= MAX_RATIO
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
    loads, memory, starts = defaultdict(list), {}, defaultdict(list)
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        kind, first, rest = line.split(" ", 2)
        if kind == "load":
            server, text = rest.split(" ", 1)
            loads[first, server].append(json.loads(text))
        elif kind == "memory":
            memory[rest] = int(first) * 1024 / 1e6
        else:
            cpu, label = rest.split(" ", 1)
            starts[label].append((float(first), float(cpu)))
    rounds = min(len(runs) for runs in loads.values())
    loads = {key: runs[:rounds] for key, runs in loads.items()}
    requests = loads["get", "baseline"][0]["requests"]
    print(f"{rounds} rounds of {requests} requests on 64 keep-alive connections; medians")
    good = [report_load(loads), report_memory(memory), report_starts(starts)]
    print(f"\nbounds: ratio at most {MAX_RATIO}, memory below {MAX_MEMORY_MB} MB, start below "
          f"{MAX_START_MS} ms: {verdict(all(good))}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
