#!/usr/bin/env python3
"""Checks that every #include goes where the architecture allows it.

Prints `file:line: message` per violation and exits 1 if there is one.
"""
import re
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A file may include its own folder and these.
LAYERS = {
    "base": set(),
    "protocol": {"base"},
    "net": {"base"},
    "config": {"base", "protocol"},
    "account": {"base", "protocol"},
    "action": {"base", "protocol", "account"},
    "event": {"base", "protocol", "account", "action"},
    "transport": {"base", "protocol", "net", "config", "action", "event"},
    "conformance": {"base", "net"},
    "cli": {"base", "protocol", "net", "conformance"},
}
GATEWAY = {"base", "protocol", "net", "config", "account", "action", "event", "transport"}
LAYERS["app"] = set(GATEWAY)
LAYERS["tests"] = LAYERS["fuzz"] = GATEWAY | {"app", "tests"}
LAYERS["bench"] = GATEWAY | {"app", "tests", "conformance", "cli"}

# Third-party headers and the files that may include them (* also matches /).
HOMES = [
    (r"boost/beast(\.hpp|/)", ["gateway/net/*.cpp", "bench/*", "gateway/bench/*"]),
    (r"sqlite3\.h$", ["gateway/account/sqlite_store.cpp", "gateway/account/sqlite_store_test.cpp"]),
    (r"spdlog/", ["gateway/base/log_spdlog.cpp"]),
    (r"CLI/", ["gateway/app/options.cpp", "cli/options*.cpp"]),
    (r"simdjson\.h$", ["gateway/protocol/*.cpp"]),
    (r"catch2/", ["gateway/tests/support/catch.hpp"]),
]
NO_ASIO = ("base", "protocol")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = {".cpp", ".hpp", ".h", ".cc", ".ipp", ".inc", ".in"}
SKIPPED_FOLDERS = {".git", "build", ".cache", "__pycache__", "node_modules"}


def project_files(root):
    """Paths relative to root, sorted: tracked and new files, or all files where there is no git."""
    names = None
    if (root / ".git").exists():
        try:
            listing = subprocess.run(
                ["git", "-C", str(root), "ls-files", "-coz", "--exclude-standard"],
                capture_output=True, check=True)
            names = set(listing.stdout.decode().split("\0")) - {""}
        except (OSError, subprocess.CalledProcessError):
            pass
    if names is None:
        names = {str(path.relative_to(root)) for path in root.rglob("*")}
        names = {name for name in names if not SKIPPED_FOLDERS & set(Path(name).parts)}
    return sorted(name for name in names if (root / name).is_file())


def layer_of(path):
    """The layer a path from the root belongs to; None for what is not ours."""
    parts = path.split("/")
    if parts[0] in ("cli", "conformance", "bench"):
        return parts[0]
    if parts[0] != "gateway":
        return None
    if len(parts) == 2:
        return "app"  # gateway/main.cpp
    return parts[1]


def check_ours(path, target):
    layer = layer_of(target)
    if layer not in LAYERS:
        return f"{target}: not a folder of the layer table"
    if layer == layer_of(path) or layer in LAYERS[layer_of(path)]:
        return None
    is_test = path.endswith("_test.cpp") or "/tests/" in path
    if target.startswith("gateway/tests/support/") and is_test:
        return None
    return f"{layer_of(path)} may not include {layer} ({target})"


def check_include(path, bracket, target):
    ours = layer_of(target) is not None
    if ours and bracket == "<":
        return f'write "{target}" in quotes'
    if ours:
        return check_ours(path, target)
    for pattern, homes in HOMES:
        if re.match(pattern, target) and not any(fnmatch(path, home) for home in homes):
            return f"{target} is included only by {', '.join(homes)}"
    if re.match(r"boost/asio(\.hpp|/)", target) and layer_of(path) in NO_ASIO:
        return f"no Asio in {layer_of(path)} ({target})"
    if bracket == '"':
        return f"{target}: name the path from the repository root"
    return None


def check_file(root, path):
    if layer_of(path) not in LAYERS:
        yield 1, "the folder is not in the layer table"
        return
    text = (root / path).read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        include = INCLUDE.match(line)
        message = include and check_include(path, *include.groups())
        if message:
            yield number, message


def check(root):
    """All violations, as `file:line: message`."""
    found = []
    for path in project_files(root):
        if layer_of(path) and Path(path).suffix in SOURCES:
            found += [f"{path}:{line}: {message}" for line, message in check_file(root, path)]
    return found


# Self-test: each entry is one file; the second tree must give exactly one message per file.
CLEAN = {
    "gateway/base/text.cpp": '#include "gateway/base/text.hpp"\n\n#include <fmt/format.h>\n\n#include <string>\n',
    "gateway/base/log_spdlog.cpp": "#include <spdlog/spdlog.h>\n",
    "gateway/protocol/json.cpp": '#include "gateway/base/text.hpp"\n#include <simdjson.h>\n',
    "gateway/protocol/json_test.cpp": '#include "gateway/tests/support/catch.hpp"\n',
    "gateway/net/websocket.cpp": "#include <boost/beast/websocket.hpp>\n#include <boost/asio/awaitable.hpp>\n",
    "gateway/account/sqlite_store.cpp": "#include <sqlite3.h>\n",
    "gateway/transport/ws_api.cpp": '#include "gateway/event/hub.hpp"\n#include "gateway/net/websocket.hpp"\n',
    "gateway/app/options.cpp": '#include <CLI/CLI.hpp>\n#include "gateway/account/store.hpp"\n',
    "gateway/main.cpp": '#include "gateway/app/app.hpp"\n',
    "gateway/fuzz/fuzz_ini.cpp": '#include "gateway/config/ini.hpp"\n',
    "gateway/tests/support/catch.hpp": "#include <catch2/catch.hpp>\n",
    "gateway/tests/integration/ws_test.cpp": '#include "gateway/app/app.hpp"\n#include "gateway/tests/support/catch.hpp"\n',
    "conformance/peer/ws_server.cpp": '#include "gateway/net/listener.hpp"\n#include "conformance/case.hpp"\n',
    "conformance/runner_test.cpp": '#include "gateway/tests/support/catch.hpp"\n',
    "conformance/tests/program.hpp": '#include "gateway/tests/support/process.hpp"\n',
    "cli/options_call.cpp": '#include <CLI/CLI.hpp>\n#include "conformance/runner.hpp"\n#include "gateway/protocol/json.hpp"\n',
    "bench/bench_net.cpp": '#include <boost/beast/http.hpp>\n#include "cli/api_client.hpp"\n',
}
WRONG = {
    "gateway/base/log.cpp": '#include "gateway/protocol/json.hpp"\n',
    "gateway/base/clock.cpp": "#include <boost/asio/steady_timer.hpp>\n",
    "gateway/protocol/event.cpp": '#include "gateway/account/world.hpp"\n',
    "gateway/protocol/token.cpp": "#include <boost/asio.hpp>\n",
    "gateway/protocol/json.hpp": "#include <simdjson.h>\n",
    "gateway/protocol/message.cpp": '#include "gateway/tests/support/fixture.hpp"\n',
    "gateway/net/url.cpp": '#include "gateway/protocol/json.hpp"\n',
    "gateway/net/websocket.hpp": "#include <boost/beast.hpp>\n",
    "gateway/config/load.cpp": '#include "gateway/net/tls.hpp"\n',
    "gateway/account/world.cpp": "#  include <sqlite3.h>\n",
    "gateway/action/status.hpp": '#include "gateway/event/hub.hpp"\n',
    "gateway/event/hub.cpp": '#include "gateway/transport/ws_api.hpp"\n',
    "gateway/transport/ws_api.cpp": '#include "gateway/account/backend.hpp"\n',
    "gateway/app/app.cpp": "#include <CLI/CLI.hpp>\n",
    "gateway/app/log.cpp": "#include <spdlog/spdlog.h>\n",
    "gateway/app/app_test.cpp": "#include <catch2/catch.hpp>\n",
    "gateway/app/a.cpp": '#include "app.hpp"\n',
    "gateway/app/b.cpp": "#include <gateway/app/app.hpp>\n",
    "gateway/app/c.cpp": '#include "gateway/strange/x.hpp"\n',
    "gateway/strange/x.cpp": "\n",
    "conformance/runner.cpp": '#include "gateway/protocol/json.hpp"\n',
    "conformance/peer/ws_server.cpp": "#include <boost/beast/websocket.hpp>\n",
    "cli/call.cpp": '#include "gateway/transport/http_api.hpp"\n',
}


def run_self_test(check_tree, clean, wrong):
    """Builds both trees; returns what went unnoticed or was found without reason."""
    problems = []
    for tree, expected in ((clean, {}), (wrong, wrong)):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in tree.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode() if isinstance(text, str) else text)
            found = check_tree(Path(folder))
        for path in expected:
            if sum(line.startswith(path + ":") for line in found) != 1:
                problems.append(f"self-test: expected one message about {path}")
        problems += [f"self-test: {line}" for line in found if line.split(":")[0] not in expected]
    return problems


def main():
    if "--self-test" in sys.argv[1:]:
        found = run_self_test(check, CLEAN, WRONG)
    else:
        found = check(ROOT)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
