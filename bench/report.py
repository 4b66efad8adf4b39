"""The tables of bench/run, and whether the bounds hold."""
from collections import defaultdict
from statistics import median

from rows import (DATABASE_US, IDLE_BYTES, IDLE_CONNECTIONS, LOADED_MEMORY_MB, LOADED_START_MS,
                  MEMORY_MB, ROWS, START_MS)

TITLES = {"baseline": "Beast baseline", "ephemeral": "gateway, --ephemeral",
          "database": "gateway, database", "poster": "gateway, posting"}
GATEWAY = ("ephemeral", "poster")  # whose figures the bounds are about


class Notes:
    """All that was measured."""

    def __init__(self):
        self.loads = defaultdict(list)   # by row and server: results of cqhttp-cli bench
        self.memories, self.starts, self.idles = {}, defaultdict(list), {}

    def load(self, row, server, result):
        self.loads[row, server].append(result)

    def memory(self, label, size):
        self.memories[label] = size

    def idle(self, server, size):
        self.idles[server] = size

    def start(self, label, time, cpu):
        self.starts[label].append((time, cpu))

    def rows(self):
        return [row for row in ROWS if any(name == row for name, _ in self.loads)]

    def servers(self, row):
        return [server for name, server in self.loads if name == row]

    def cost(self, row, server):
        """Server CPU of every round. The last round may be incomplete and is left out then."""
        rounds = min(len(self.loads[row, other]) for other in self.servers(row))
        return [run["server"]["cpu_us"] for run in self.loads[row, server][:rounds]]

    def gateway(self, row):
        return next((one for one in GATEWAY if (row, one) in self.loads), None)


def spread(values, form):
    return f"{min(values):{form}} ... {max(values):{form}}"


def verdict(holds):
    return "ok" if holds else "MISSED"


def missing(result):
    return result["server"] is None


def print_load(notes, row):
    """Prints the table of one row; returns its verdicts: what, ratio or figure, bound."""
    servers = notes.servers(row)
    first = notes.loads[row, servers[0]][0]
    part = first["parts"][0]
    print(f"\n{row}: {ROWS[row].title.replace('`', '')} ({part['connections']} x {part['in_flight']})")
    print(f"{'':24} {'CPU us':>8} {'spread':>18} {'gateway is':>10} {'by round':>16} "
          f"{'per second':>10} {'p50 us':>8} {'p99 us':>8} {'tool us':>8}")
    gateway = notes.gateway(row)
    ours = notes.cost(row, gateway) if gateway else None
    verdicts = []
    for server in servers:
        runs, cost = notes.loads[row, server], notes.cost(row, server)
        ratio = by_round = mark = ""
        if ours and server != gateway:
            value = median(ours) / median(cost)
            ratio = f"{value:.2f} x"
            by_round = spread([one / other for one, other in zip(ours, cost)], ".2f")
            bound = ROWS[row].bounds.get(server)
            if bound is not None:
                mark = f"  at most {bound}: {verdict(value <= bound)}"
                verdicts.append((f"{row} to {server}", value, bound))
        p50, p99 = (median(run["parts"][0]["latency_us"][key] for run in runs)
                    for key in ("p50", "p99"))
        print(f"{TITLES.get(server, server):24} {median(cost):8.3f} {spread(cost, '.3f'):>18} "
              f"{ratio:>10} {by_round:>16} {median(run['per_second'] for run in runs):10.0f} "
              f"{p50:8.0f} {p99:8.0f} {median(run['own_cpu_us'] for run in runs):8.3f}{mark}")
    if row == "sends" and {"database", "ephemeral"} <= set(servers):
        more = median(notes.cost(row, "database")) - median(notes.cost(row, "ephemeral"))
        print(f"a database costs {more:.2f} us more, at most {DATABASE_US}: "
              f"{verdict(more <= DATABASE_US)}")
        verdicts.append(("sends with a database, us more", more, DATABASE_US))
    return verdicts


def print_memory(notes):
    verdicts = []
    if notes.memories:
        print(f"\n{'resident memory of the gateway':38} {'MB':>6}")
    for label, size in notes.memories.items():
        bound = MEMORY_MB.get(label, LOADED_MEMORY_MB)
        print(f"{label:38} {size:6.1f}  at most {bound}: {verdict(size <= bound)}")
        verdicts.append((f"MB {label}", size, bound))
    if notes.idles:
        print(f"\n{f'own memory per idle WebSocket of {IDLE_CONNECTIONS}':38} {'bytes':>6}")
    for server, size in notes.idles.items():
        mark = ""
        if server == "ephemeral":
            mark = f"  at most {IDLE_BYTES}: {verdict(size <= IDLE_BYTES)}"
            verdicts.append(("bytes per idle WebSocket", size, IDLE_BYTES))
        print(f"{TITLES.get(server, server):38} {size:6.0f}{mark}")
    return verdicts


def print_starts(notes):
    verdicts = []
    if notes.starts:
        print(f"\n{'start of the gateway to first answer':38} {'ms':>6} {'spread':>18} {'CPU ms':>7}")
    for label, runs in notes.starts.items():
        times, cpu = zip(*runs)
        bound = START_MS.get(label, LOADED_START_MS)
        print(f"{label:38} {median(times):6.1f} {spread(times, '.1f'):>18} {median(cpu):7.1f}  "
              f"at most {bound}: {verdict(median(times) <= bound)}")
        verdicts.append((f"ms to first answer, {label}", median(times), bound))
    return verdicts


def print_all(notes):
    """Prints all tables; returns whether every bound holds."""
    rounds = min((len(runs) for runs in notes.loads.values()), default=0)
    print(f"{rounds} rounds; medians")
    verdicts = []
    for row in notes.rows():
        verdicts += print_load(notes, row)
    verdicts += print_memory(notes) + print_starts(notes)
    missed = [(what, value, bound) for what, value, bound in verdicts if value > bound]
    print(f"\n{len(verdicts) - len(missed)} of {len(verdicts)} bounds hold")
    for what, value, bound in missed:
        print(f"MISSED: {what}: {value:.2f}, at most {bound}")
    return not missed


def markdown(notes):
    """The medians as a table: a row of work, a column of a server, with what the gateway costs as a
    share of it."""
    columns = []
    for row in notes.rows():
        columns += [one for one in notes.servers(row) if one not in columns and one != "poster"]
    lines = ["| server CPU, us per operation | " + " | ".join(
        TITLES.get(name, name).replace("gateway, --ephemeral", "gateway") for name in columns) + " |",
        "| --- |" + " --- |" * len(columns)]
    for row in notes.rows():
        gateway = notes.gateway(row)
        cells = []
        for name in columns:
            name = "poster" if name == "ephemeral" and gateway == "poster" else name
            if (row, name) not in notes.loads:
                cells.append("")
                continue
            cost = median(notes.cost(row, name))
            text = f"{cost:.2f}"
            if gateway and name != gateway:
                text += f" ({median(notes.cost(row, gateway)) / cost:.2f})"
            cells.append(text)
        lines.append(f"| {ROWS[row].title} | " + " | ".join(cells) + " |")
    if notes.idles:
        lines.append("| bytes per idle WebSocket, 10 000 of them | " + " | ".join(
            f"{notes.idles[name]:.0f}" if name in notes.idles else "" for name in columns) + " |")
    return "\n".join(lines) + "\n"
