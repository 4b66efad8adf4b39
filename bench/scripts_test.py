#!/usr/bin/env python3
"""Tests of what bench/run and bench/plot do with results; nothing is measured here."""
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
import report  # noqa: E402
from rows import ROWS  # noqa: E402
from servers import Server, read_peer  # noqa: E402

FOLDER = Path(__file__).resolve().parent
SVG = "{http://www.w3.org/2000/svg}"


def result(name="x", cpu=1.0, connections=64, in_flight=1, rate=None, unfinished=0, own=(0, 0)):
    """A result of cqhttp-cli bench --json, as far as the scripts look at it."""
    latency = {"p50": 100.0 * cpu, "p99": 200.0 * cpu, "p99.9": 900.0 * cpu}
    part = {"connections": connections, "in_flight": in_flight, "latency_us": latency}
    if rate:
        part |= {"rate": rate, "unfinished": unfinished}
    return {"name": name, "scenario": "http", "what": "send_private_msg by GET", "parts": [part],
            "operations": connections, "per_second": rate or connections * 100.0, "own_cpu_us": 0.5,
            "server": {"cpu_us": cpu, "memory_before": {"own": own[0]},
                       "memory_after": {"own": own[1]}}}


def printed(notes):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        good = report.print_all(notes)
    return good, out.getvalue()


class Report(unittest.TestCase):
    def notes(self, costs):
        notes = report.Notes()
        for server, rounds in costs.items():
            for cpu in rounds:
                notes.load("get", server, result(cpu=cpu))
        return notes

    def test_medians_are_compared_with_the_bounds_of_peers_that_take_part(self):
        costs = {"baseline": [10, 10, 10], "ephemeral": [8, 9, 50], "nginx": [10.1, 11, 9]}
        good, text = printed(self.notes(costs))
        self.assertTrue(good)
        self.assertIn("2 of 2 bounds hold", text)
        good, text = printed(self.notes(costs | {"nginx": [9, 9, 9]}))
        self.assertFalse(good)
        self.assertIn("MISSED: get to nginx: 1.00, at most 0.9", text)

    def test_a_peer_without_a_bound_is_shown_and_not_judged(self):
        good, text = printed(self.notes({"ephemeral": [8.0], "mine": [1.0]}))
        self.assertTrue(good)
        self.assertIn("8.00 x", text)
        self.assertIn("0 of 0 bounds hold", text)

    def test_a_round_that_is_not_complete_does_not_count(self):
        notes = self.notes({"baseline": [10, 10], "ephemeral": [9, 9, 90]})
        self.assertEqual(notes.cost("get", "ephemeral"), [9, 9])

    def test_a_database_may_cost_so_much_more(self):
        notes = report.Notes()
        for server, cpu in (("ephemeral", 1.5), ("database", 5.6)):
            notes.load("sends", server, result(cpu=cpu))
        good, text = printed(notes)
        self.assertFalse(good)
        self.assertIn("a database costs 4.10 us more, at most 4: MISSED", text)

    def test_memory_and_start_have_bounds(self):
        notes = self.notes({"ephemeral": [8.0]})
        notes.memory("started, --ephemeral", 11.9)
        notes.idle("ephemeral", 1100)
        notes.idle("uws", 256)
        notes.start("--ephemeral", 14.0, 9.0)
        good, text = printed(notes)
        self.assertFalse(good)
        self.assertIn("2 of 3 bounds hold", text)
        self.assertIn("MISSED: bytes per idle WebSocket: 1100.00, at most 1024", text)

    def test_the_table_for_a_document_has_a_column_per_server(self):
        notes = self.notes({"baseline": [10.0], "ephemeral": [8.0], "uws": [4.0]})
        notes.load("report", "poster", result(cpu=12.0))
        notes.load("report", "go", result(cpu=30.0))
        lines = report.markdown(notes).splitlines()
        self.assertEqual(lines[0], "| server CPU, us per operation | Beast baseline | gateway | uws "
                                   "| go |")
        self.assertEqual(lines[2], f"| {ROWS['get'].title} | 10.00 (0.80) | 8.00 | 4.00 (2.00) |  |")
        self.assertEqual(lines[3], f"| {ROWS['report'].title} |  | 12.00 |  | 30.00 (0.40) |")


class Peers(unittest.TestCase):
    def test_addresses_say_in_which_rows_a_peer_takes_part(self):
        peer = read_peer("uws=http://127.0.0.1:9001,ws://127.0.0.1:9002")
        self.assertEqual((peer.name, peer.http, peer.ws),
                         ("uws", "http://127.0.0.1:9001", "ws://127.0.0.1:9002"))
        self.assertIn("http://127.0.0.1:9001", ROWS["get"].command(peer, 100))
        self.assertIsNone(ROWS["report"].command(peer, 100))
        sender = read_peer("go=posts:8099:4711")
        self.assertIsNone(ROWS["get"].command(sender, 100))
        self.assertIn("--only-receive", ROWS["report"].command(sender, 100))

    def test_what_is_no_peer_is_refused(self):
        for text in ("", "uws", "uws=", "=http://h:1", "A=http://h:1", "x=ftp://h:1", "x=http://h",
                     "x=http://h:1,", "x=posts:1"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_peer(text)

    def test_the_number_of_operations_follows_the_row(self):
        server = Server("x", "http://h:1", "ws://h:1")
        command = ROWS["pipelined"].command(server, 1000)
        self.assertEqual(command[command.index("--requests") + 1], 5000)


class Plot(unittest.TestCase):
    def plot(self, results, lines=()):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "series.json")
            file.write_text("\n".join([*map(json.dumps, results), *lines]) + "\n")
            done = subprocess.run([sys.executable, FOLDER / "plot", file, "--folder", folder],
                                  capture_output=True, text=True, check=False)
            charts = {one.stem: ElementTree.parse(one).getroot()
                      for one in Path(folder).glob("*.svg")}
        return done, charts

    def texts(self, chart):
        return [one.text for one in chart.iter(f"{SVG}text")]

    def test_throughput_is_drawn_for_each_server(self):
        done, charts = self.plot([result(f"http/{server}", connections=number)
                                  for server in ("gateway", "uws") for number in (1, 10, 1000)])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        chart = charts["http"]
        self.assertEqual(chart.get("role"), "img")
        self.assertIn("throughput", chart.find(f"{SVG}title").text)
        self.assertTrue(chart.find(f"{SVG}desc").text)
        texts = self.texts(chart)
        for wanted in ("gateway", "uWebSockets, simdjson", "calls per second", "1", "10", "1\u2009000"):
            self.assertIn(wanted, texts)
        circles = chart.findall(f"{SVG}circle")
        self.assertEqual(len(circles), 2 + 2 * 3)  # legend and points
        for circle in circles:
            self.assertTrue(0 <= float(circle.get("cx")) <= 720)
            self.assertTrue(0 <= float(circle.get("cy")) <= float(chart.get("height")))

    def test_rounds_count_by_their_median(self):
        one = [result("http/gateway", connections=number) for number in (1, 10)]
        rounds = [dict(result("http/gateway", connections=1), per_second=speed)
                  for speed in (1.0, 100.0, 9999.0)]
        self.assertEqual(*(ElementTree.tostring(self.plot(results)[1]["http"])
                           for results in (one, [*rounds, one[1]])))

    def test_latency_has_a_panel_per_percentile_without_what_was_not_kept_up_with(self):
        _, charts = self.plot([result("load/gateway", rate=1000.0),
                               result("load/gateway", rate=2000.0),
                               result("load/gateway", cpu=1000, rate=4000.0, unfinished=7),
                               dict(result("load/gateway", rate=8000.0), per_second=7000.0)])
        texts = self.texts(charts["load"])
        for name in ("p50", "p99", "p99.9"):
            self.assertIn(f"{name} of latency, microseconds", texts)
        self.assertEqual(len(charts["load"].findall(f"{SVG}circle")), 1 + 3 * 2)

    def test_memory_begins_without_connections(self):
        _, charts = self.plot([result("memory/gateway", connections=1000, own=(2 << 20, 4 << 20)),
                               result("memory/gateway", connections=9000, own=(3 << 20, 20 << 20))])
        self.assertIn("MiB of the server's own", self.texts(charts["memory"]))
        self.assertEqual(len(charts["memory"].findall(f"{SVG}circle")), 1 + 3)

    def test_what_is_no_result_is_said_with_its_line(self):
        done, charts = self.plot([result("http/gateway")], ["{"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("series.json:2: this is no result", done.stderr)
        self.assertEqual(charts, {})
        done, _ = self.plot([result("get")])
        self.assertEqual(done.returncode, 1)
        self.assertIn("named CHART/SERVER", done.stderr)


if __name__ == "__main__":
    unittest.main()
