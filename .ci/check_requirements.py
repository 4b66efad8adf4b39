#!/usr/bin/env python3
"""Says which requirements of docs/spec are cited by a test, and keeps what is covered covered.

    check_requirements.py [--profile cqhttp-4.0] [--list-uncovered]
    check_requirements.py --record       rewrite .ci/covered_requirements.txt

Exits 1 when a test cites an id that does not exist or is withdrawn, or when a recorded id is no
longer cited. In a range (PAR-001...PAR-015) only the two ids that are written count.
"""
import argparse
import re
import signal
import sys
from collections import namedtuple
from pathlib import Path

sys.dont_write_bytecode = True
from check_layers import ROOT, project_files, run_self_test  # noqa: E402

PROFILES = ["cqhttp-4.0", "cqhttp-4.15", "onebot-11"]
PROFILE_WORDS = {
    "4.0": {"cqhttp-4.0"},
    "4.15": {"cqhttp-4.15"},
    "ob11": {"onebot-11"},
    "cq": {"cqhttp-4.0", "cqhttp-4.15"},
    "4.15+ob11": {"cqhttp-4.15", "onebot-11"},
    "all": set(PROFILES),
}
PREFIXES = ("HTTP|DATA|CORS|WS|ECHO|WSR|POST|SIG|QOP|PIPE|EVT|META|BC|PAR|RET|ACT|ASYNC|RATE|SBX|"
            "MSG|ENH|EMO|FLT|CFG|AUTH")
CITATION = re.compile(rf"\b(?:{PREFIXES})-\d{{3}}\b")
REQUIREMENT = re.compile(rf"- \*\*((?:{PREFIXES})-\d{{3}})\*\* (.*)")
STATEMENT = re.compile(r"(MUST|SHOULD|MAY|OPEN) · (\S+) · [XSG] — ")
ACTION_ROW = re.compile(r"\| (ACT-1\d\d) \|.*\|([^|]*)\|([^|]*)\|([^|]*)\|$")
RECORD = ".ci/covered_requirements.txt"
RECORD_HEADER = """\
# Requirements that a test cites. A change may add to this list and must not lose from it.
# Written by: .ci/check_requirements.py --record
"""

# level is MUST, SHOULD, MAY, OPEN or WITHDRAWN; profiles is a set of names.
Requirement = namedtuple("Requirement", "id level profiles chapter")


def parse_line(line, chapter):
    """The requirement a line states, None for other lines; ValueError where it is malformed."""
    row = ACTION_ROW.match(line)
    if row:
        ticked = {profile for profile, cell in zip(PROFILES, row.groups()[1:]) if "✓" in cell}
        return Requirement(row.group(1), "MUST", ticked, chapter)
    stated = REQUIREMENT.match(line)
    if not stated:
        return None
    identifier, rest = stated.groups()
    if rest.startswith("WITHDRAWN"):
        return Requirement(identifier, "WITHDRAWN", set(), chapter)
    statement = STATEMENT.match(rest)
    if not statement or statement.group(2) not in PROFILE_WORDS:
        raise ValueError(f"{identifier}: expected LEVEL · PROFILES · SCOPE — statement")
    return Requirement(identifier, statement.group(1), PROFILE_WORDS[statement.group(2)], chapter)


def read_requirements(root, problems):
    """id to Requirement, in the order of the text."""
    found = {}
    for file in sorted((root / "docs/spec").glob("*.md")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            place = f"{file.relative_to(root)}:{number}"
            try:
                requirement = parse_line(line, file.stem)
            except ValueError as error:
                problems.append(f"{place}: {error}")
                continue
            if requirement and requirement.id in found:
                problems.append(f"{place}: {requirement.id} is stated twice")
            elif requirement:
                found[requirement.id] = requirement
    return found


def cites(path):
    """Whether citations in this file count."""
    if path.startswith(("gateway/tests/", "cli/tests/")):
        return path.endswith((".cpp", ".py", ".js", ".mjs"))
    if path.startswith("fixtures/"):
        return path.endswith(".json")
    return path.endswith("_test.cpp") or bool(re.match(r"conformance/cases/[^/]*\.cpp$", path))


def read_citations(root):
    """id to the first place that cites it, as file:line."""
    found = {}
    for path in filter(cites, project_files(root)):
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for match in CITATION.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(match.group(), f"{path}:{line}")
    return found


def read_record(root):
    file = root / RECORD
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def examine(root):
    """(requirements, citations, problems)."""
    problems = []
    requirements = read_requirements(root, problems)
    if not requirements:
        problems.append("docs/spec: no requirement found")
    citations = read_citations(root)
    for identifier, place in citations.items():
        if identifier not in requirements:
            problems.append(f"{place}: {identifier} does not exist")
        elif requirements[identifier].level == "WITHDRAWN":
            problems.append(f"{place}: {identifier} is withdrawn")
    return requirements, citations, problems


def check(root):
    """All violations, as `file:line: message`."""
    _, citations, problems = examine(root)
    lost = [identifier for identifier in read_record(root) if identifier not in citations]
    return problems + [f"{RECORD}:1: {identifier} is no longer cited by a test" for identifier in lost]


def report(requirements, citations, profiles, list_uncovered):
    for profile in profiles:
        musts = [r for r in requirements.values() if r.level == "MUST" and profile in r.profiles]
        print(f"{profile:<28}  MUST  covered  uncovered")
        for chapter in sorted({r.chapter for r in musts}) + ["total"]:
            ids = [r.id for r in musts if chapter in (r.chapter, "total")]
            uncovered = [identifier for identifier in ids if identifier not in citations]
            print(f"  {chapter:<26} {len(ids):>5} {len(ids) - len(uncovered):>8} {len(uncovered):>10}")
            if list_uncovered and chapter != "total" and uncovered:
                print("    " + " ".join(uncovered))
        print()


def record(root, requirements, citations):
    known = sorted(i for i in citations if i in requirements and requirements[i].level != "WITHDRAWN")
    (root / RECORD).write_text(RECORD_HEADER + "".join(f"{i}\n" for i in known), encoding="utf-8")
    print(f"{len(known)} ids recorded in {RECORD}")


# --- self-test --------------------------------------------------------------------------------

SPEC = """\
    - **HTTP-099** MUST · all · X — an indented example is not a requirement.
- **HTTP-001** MUST · all · X — one.
- **HTTP-002** SHOULD · cq · G — two, see HTTP-003.
- **HTTP-003** MUST · 4.15+ob11 · S — three.
- **AUTH-033** WITHDRAWN — was: four.
| ACT-101 | `send_private_msg` | `user_id` int | `message_id` | ✓ | ✓ | |
"""
CLEAN = {
    "docs/spec/01-http-api.md": SPEC,
    "gateway/a_test.cpp": "// HTTP-001 … HTTP-003, ACT-101, UTF-8\n",
    "gateway/a.cpp": "// HTTP-777 does not count here\n",
    RECORD: "# header\nACT-101\nHTTP-001\nHTTP-003\n",
}
WRONG = {
    "docs/spec/01-http-api.md": SPEC + "- **HTTP-001** MUST · all · X — again.\n",
    "docs/spec/02.md": "- **WS-001** MUST · everyone · X — unknown profile.\n",
    "gateway/a_test.cpp": "// HTTP-004\n",
    "gateway/tests/black_box/a.py": "# HTTP-005\n",
    "cli/tests/a.mjs": "// HTTP-006\n",
    "conformance/cases/a.cpp": "// AUTH-033\n",
    "fixtures/token/invalid/a.json": '{"spec": "AUTH-777"}\n',
    RECORD: "HTTP-002\n",
}


def self_test():
    problems = run_self_test(check, CLEAN, WRONG)
    lines = [parse_line(line, "x") for line in SPEC.splitlines()]
    expected = [
        None,
        Requirement("HTTP-001", "MUST", set(PROFILES), "x"),
        Requirement("HTTP-002", "SHOULD", {"cqhttp-4.0", "cqhttp-4.15"}, "x"),
        Requirement("HTTP-003", "MUST", {"cqhttp-4.15", "onebot-11"}, "x"),
        Requirement("AUTH-033", "WITHDRAWN", set(), "x"),
        Requirement("ACT-101", "MUST", {"cqhttp-4.0", "cqhttp-4.15"}, "x"),
    ]
    if lines != expected:
        problems.append(f"self-test: parsed {lines}")
    return problems


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` is no error
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=PROFILES)
    parser.add_argument("--list-uncovered", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        problems = self_test()
    elif options.record:
        requirements, citations, problems = examine(ROOT)
        if not problems:
            record(ROOT, requirements, citations)
    else:
        requirements, citations, _ = examine(ROOT)
        report(requirements, citations, [options.profile] if options.profile else PROFILES,
               options.list_uncovered)
        problems = check(ROOT)
    for line in problems:
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
