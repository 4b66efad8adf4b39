"""What bench/run measures, and what each row may cost.

`bounds` are ratios of server CPU per operation, gateway to the server of that name; those to a peer
count where that peer takes part (bench/run --peer).
"""
from servers import ADDRESSES

MESSAGE = ["send_private_msg", "user_id:=10001", "message=hello from the bench"]
DATABASE_US = 4        # that a pipelined send may cost more with a database
IDLE_BYTES = 1024      # of the gateway's own memory, for each idle WebSocket
IDLE_CONNECTIONS = 10000
MEMORY_MB = {"started, --ephemeral": 12, "started, new database": 12}
START_MS = {"--ephemeral": 15, "a small database": 15}
LOADED_MEMORY_MB = 25  # after the load, and started on what it left behind
LOADED_START_MS = 100


class Row:
    def __init__(self, title, scenario, arguments, share, bounds):
        self.title = title
        self.scenario = scenario    # of cqhttp-cli bench
        self.arguments = arguments
        self.share = share          # of the operations of --requests
        self.bounds = bounds

    def command(self, server, requests):
        """Arguments of cqhttp-cli bench; None where that server has no such side."""
        if self.scenario == "report":
            return self.report_command(server, requests)
        url = server.http if self.scenario == "http" else server.ws
        if url is None:
            return None
        number = max(1, round(requests * self.share))
        return [self.scenario, *self.arguments, "--url", url, *server.pids(), "--requests", number,
                "--warm-up", 0.2]

    def report_command(self, server, requests):
        if server.posts_to is None:
            return None
        port, pid = server.posts_to
        number = max(1, round(requests * self.share))
        command = ["report", "--listen", port, "--pid", pid, "--warm-up", 0.2, "--secret-file",
                   server.secret_file]
        if server.ws is None:  # posts all the time, to one address
            return [*command, "--only-receive", "--requests", number]
        return [*command, "--url", server.ws, "--burst", 8, "--addresses", ADDRESSES,
                "--requests", max(20, number // ADDRESSES)]


ROWS = {
    "get": Row("HTTP GET `send_private_msg`, 64 connections", "http",
               [*MESSAGE, "--get", "--connections", 64], 1,
               {"baseline": 1, "nginx": 0.9, "seed": 0.52}),
    "post": Row("HTTP POST JSON, the same", "http", [*MESSAGE, "--connections", 64], 1,
                {"baseline": 1, "nginx": 1, "seed": 0.52}),
    "ws": Row("WebSocket `send_private_msg`, 64 connections, one in flight", "ws",
              [*MESSAGE, "--connections", 64], 1,
              {"baseline": 1, "uws-nlohmann": 0.8, "seed": 0.4}),
    "pipelined": Row("WebSocket `get_login_info`, 16 connections, 32 in flight", "ws",
                     ["get_login_info", "--connections", 16, "--in-flight", 32], 5,
                     {"baseline": 0.27, "uws": 1.25, "seed": 0.05}),
    "sends": Row("WebSocket `send_private_msg`, 16 connections, 32 in flight", "ws",
                 [*MESSAGE, "--connections", 16, "--in-flight", 32], 2,
                 {"baseline": 0.4, "seed": 0.08}),
    "events": Row("event of 350 bytes to 1 000 subscribers, per delivery", "events",
                  ["--subscribers", 1000], 1 / 400, {"baseline": 1, "uws": 1.1, "seed": 0.42}),
    "burst": Row("burst of 16 events to 1 000 subscribers, per delivery", "events",
                 ["--subscribers", 1000, "--burst", 16], 1 / 100,
                 {"baseline": 0.15, "uws": 1.1, "seed": 0.03}),
    "report": Row(f"signed POST of an event, {ADDRESSES} in flight, kept connections", "report", [],
                  1, {"go": 0.4, "raw": 1.4}),
}


def kept_up(result):
    """Whether the server has done what was due in an open loop."""
    part = result["parts"][0]
    return part["unfinished"] == 0 and result["per_second"] >= 0.95 * part["rate"]
