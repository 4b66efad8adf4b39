"""The servers that bench/run and bench/series compare, and the tool that loads them."""
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "build/bench/bin"
TOKEN = "cqhttp-bench"    # every call has it; the gateway checks it
SECRET = "cqhttp-bench"   # every POST of an event is signed with it
ADDRESSES = 16            # an event is posted to so many at once
START_TIME = 20
END_TIME = 10


class Broken(Exception):
    """It could not be measured."""


def on_core(index):
    """What stands before a command that shall run on the first or second core."""
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cores[index])] if len(cores) > 1 else []


class Server:
    """One that answers at `http` and `ws`, or posts events to `posts_to`; where one of them is None,
    the rows that need it are left out. `process` is None for a peer that somebody else has started."""

    def __init__(self, name, http=None, ws=None, posts_to=None, process=None):
        self.name, self.http, self.ws, self.posts_to = name, http, ws, posts_to
        self.process = process
        self.secret_file = None  # for the tool, which checks what is posted

    def pids(self):
        """For the tool; it finds a peer itself, by the port."""
        return [] if self.process is None else ["--pid", str(self.process.pid)]

    def resident(self):
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024 / 1e6

    def end(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_TIME)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def read_peer(text):
    """NAME=ADDRESS[,ADDRESS] of the command line; raises ValueError where it is none."""
    name, _, addresses = text.partition("=")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"{text}: a name of small letters comes before the =")
    peer = Server(name)
    for address in addresses.split(","):
        if re.fullmatch(r"http://[^/]+:\d+", address):
            peer.http = address
        elif re.fullmatch(r"ws://[^/]+:\d+", address):
            peer.ws = address
        elif re.fullmatch(r"posts:\d+:\d+", address):
            peer.posts_to = tuple(int(number) for number in address.split(":")[1:])
        else:
            raise ValueError(f"{text}: an address is http://HOST:PORT, ws://HOST:PORT or posts:PORT:PID")
    return peer


def settings(port=0, token=TOKEN, post_port=None):
    lines = ["[general]", "host = 127.0.0.1", f"port = {port}", "use_ws = yes",
             "ws_host = 127.0.0.1", "ws_port = 0", "gateway.max_connections = 12000"]
    if token:
        lines.append(f"access_token = {token}")
    if post_port:
        lines += [f"secret = {SECRET}", f"post_url = http://127.0.0.1:{post_port}/1"]
        for number in range(2, ADDRESSES + 1):
            lines += [f"[gateway.post.{number}]", f"url = http://127.0.0.1:{post_port}/{number}"]
    return "\n".join(lines) + "\n"


class Servers:
    """Starts servers on the first core, each with a folder of its own, and ends them all."""

    def __init__(self, folder, gateway):
        self.folder, self.gateway = Path(folder), gateway
        self.started = []
        self.secret_file = self.folder / "secret"
        self.secret_file.write_text(SECRET + "\n", encoding="ascii")

    def launch(self, name, command, ready):
        """`ready(output)` says what the server answers at once it does, and nothing before."""
        log = self.folder / f"{name}.log"
        out = self.folder / f"{name}.out"
        with log.open("wb") as log_file, out.open("wb") as out_file:
            process = subprocess.Popen([*on_core(0), *map(str, command)], stdout=out_file,
                                       stderr=log_file)
        server = Server(name, process=process)
        self.started.append(server)
        deadline = time.monotonic() + START_TIME
        while time.monotonic() < deadline and process.poll() is None:
            addresses = ready(out)
            if addresses:
                server.http, server.ws = addresses
                return server
            time.sleep(0.02)
        raise Broken(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")

    def start_baseline(self):
        def ready(out):
            port = out.read_text().strip()
            return (f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}") if port else None

        return self.launch("baseline", [PROGRAMS / "beast_baseline", 0], ready)

    def gateway_command(self, name, text):
        """The command of a gateway whose folder may already hold a world."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "bench.ini").write_text(text)
        return [self.gateway, "--root", folder, "--config", folder / "bench.ini"]

    def start_gateway(self, name, text=None, options=("--ephemeral",)):
        command = self.gateway_command(name, text or settings())
        file = self.folder / name / "ready.json"
        file.unlink(missing_ok=True)

        def ready(_):
            if not file.exists():
                return None
            account = json.loads(file.read_text())["accounts"][0]
            return account["http"], account["ws"]

        return self.launch(name, [*command, "--ready-file", file, *options], ready)

    def end_all(self):
        for server in self.started:
            server.end()


def run_tool(arguments, seconds, name):
    """What cqhttp-cli bench prints, as JSON; it runs on the second core."""
    command = [*on_core(1), str(PROGRAMS / "cqhttp-cli"), "bench", *map(str, arguments), "--json",
               "--name", name]
    environment = dict(os.environ, CQHTTP_TOKEN=TOKEN)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds,
                              env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise Broken(f"{name} took more than {seconds:.0f} s") from None
    if done.returncode != 0:
        raise Broken(f"{name}: {done.stderr.strip()}")
    return json.loads(done.stdout)
