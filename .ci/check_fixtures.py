#!/usr/bin/env python3
"""Checks everything in fixtures/ against the schemas beside it, and runs the examples of its README.

Each file has what fixtures/schema/fixture.json wants, but for seeds of the world, and what the schema
of its kind wants, which fixtures/schema/index.json names. Prints `file: message` per fault and exits 1
if there is one. Without python3-jsonschema only what needs no schema is looked at, and it says so; the
same goes for examples whose language is not there.

    check_fixtures.py [--self-test]
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
COMMON = "fixture.json"
# Folders without fixtures of this form.
OTHERS = ("corpus", "schema")


def matches(pattern, path):
    """A * stands for one name: it does not reach into folders."""
    return pattern.count("/") == path.count("/") and fnmatch(path, pattern)


class Schemas:
    def __init__(self, folder):
        self.index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        self.schemas = {file.name: json.loads(file.read_text(encoding="utf-8"))
                        for file in sorted(folder.glob("*.json")) if file.name != "index.json"}

    def of(self, path):
        """The schemas for a fixture; [] if the index has no row for it, or more than one."""
        found = [name for pattern, name in self.index.items() if matches(pattern, path)]
        if len(found) != 1:
            return []
        return found if found == ["world.json"] else [COMMON, *found]

    def faults(self):
        """What is wrong with the schemas themselves."""
        for name, schema in self.schemas.items():
            try:
                Draft202012Validator.check_schema(schema)
            except Exception as error:  # of several modules, by version
                yield f"schema/{name}: {error}"
        for name in sorted(set(self.index.values()) | {COMMON}):
            if name not in self.schemas:
                yield f"schema/index.json: there is no {name}"
        for name in sorted(set(self.schemas) - set(self.index.values()) - {COMMON}):
            yield f"schema/{name}: no row of index.json names it"

    def complaints(self, path, document):
        for name in self.of(path):
            validator = Draft202012Validator(self.schemas[name])
            for error in sorted(validator.iter_errors(document), key=lambda e: list(map(str, e.path))):
                place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}"
                                for step in error.path)
                yield f"{path}: {place.lstrip('.')}: {error.message[:200]} ({name})"


def fixtures(root):
    for file in sorted(root.rglob("*.json")):
        path = file.relative_to(root).as_posix()
        if path.split("/")[0] not in OTHERS:
            yield path, json.loads(file.read_text(encoding="utf-8"))


def repeated_names(path, document):
    seen = set()
    for case in document.get("cases", []):
        name = case.get("name")
        if name in seen:
            yield f"{path}: two cases are called \"{name}\""
        seen.add(name)


def examples(markdown):
    """The code blocks of a page, with their languages."""
    return re.findall(r"^```(python|js|go)\n(.*?)^```", markdown, re.MULTILINE | re.DOTALL)


def run_example(language, code, folder):
    """Runs it in a folder beside `fixtures`; what it complained about, or nothing."""
    names = {"python": "example.py", "js": "example.mjs", "go": "example_test.go"}
    Path(folder, names[language]).write_text(code, encoding="utf-8")
    Path(folder, "go.mod").write_text("module vectors\n\ngo 1.19\n", encoding="utf-8")
    command = {"python": [sys.executable, "example.py"], "js": ["node", "example.mjs"],
               "go": ["go", "test", "./..."]}[language]
    if not shutil.which(command[0]):
        print(f"check_fixtures: an example is left out: {command[0]} is not installed")
        return ""
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=120, check=False)
    return "" if done.returncode == 0 else (done.stderr + done.stdout).strip()[-500:] or "it failed"


def broken_examples(markdown):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "fixtures").symlink_to(FIXTURES)
        blocks = examples(markdown)
        if not blocks or blocks[0][0] != "python":
            yield "README.md: the first example must be vectors.py"
            return
        Path(folder, "vectors.py").write_text(blocks[0][1], encoding="utf-8")
        for language, code in blocks[1:]:
            complaint = run_example(language, code, folder)
            if complaint:
                line = markdown[:markdown.index(code)].count("\n") + 1
                yield f"README.md:{line}: this example does not hold: {complaint}"


def check():
    schemas = Schemas(FIXTURES / "schema")
    used = set()
    if Draft202012Validator:
        yield from schemas.faults()
    for path, document in fixtures(FIXTURES):
        used.update(pattern for pattern in schemas.index if matches(pattern, path))
        if not schemas.of(path):
            yield f"{path}: exactly one row of schema/index.json must match it"
        yield from repeated_names(path, document)
        if Draft202012Validator:
            yield from schemas.complaints(path, document)
    for pattern in sorted(set(schemas.index) - used):
        yield f"schema/index.json: nothing matches {pattern}"
    yield from broken_examples((FIXTURES / "README.md").read_text(encoding="utf-8"))


def spoilt(document):
    """Copies of a fixture file with one fault each."""
    for member in ("spec", "about", "cases"):
        copied = copy.deepcopy(document)
        del copied[member]
        yield f"no {member}", copied
    for change, fault in (({"nmae": "x"}, "an unknown member"), ({"since": "cqhttp-4.1"}, "no profile"),
                          ({"since": "onebot-11", "profiles": ["onebot-11"]}, "since and profiles")):
        copied = copy.deepcopy(document)
        copied["cases"][0].update(change)
        yield fault, copied
    for member in ("name", "input", "expect"):
        copied = copy.deepcopy(document)
        if member in copied["cases"][0]:
            copied["cases"][0][member] = 1.5
            yield f"{member} is 1.5", copied


# What any JSON value may stand for.
FREE = {("message/invalid/segments.json", "input is 1.5"), *(
    (f"world/invalid/{name}.json", "input is 1.5") for name in (
        "duplicate", "missing_member", "not_an_object", "number_out_of_range", "unknown_member",
        "unknown_place", "unknown_user", "unknown_word", "wrong_person", "wrong_type"))}


def self_test():
    """Every file with a fault of any kind must be complained about, and every wrong example."""
    if len(list(broken_examples("```python\n```\n```python\nassert 0\n```\n"))) != 1:
        yield "self-test: an example may be wrong"
    if not Draft202012Validator:
        return
    schemas = Schemas(FIXTURES / "schema")
    for path, document in fixtures(FIXTURES):
        for fault, wrong in spoilt(document) if "cases" in document else ():
            if (path, fault) not in FREE and not list(schemas.complaints(path, wrong)):
                yield f"self-test: {path} may have this fault: {fault}"
    if not list(repeated_names("x", {"cases": [{"name": "a"}, {"name": "a"}]})):
        yield "self-test: two cases may have one name"


def main():
    if not Draft202012Validator:
        print("check_fixtures: schemas are left out: python3-jsonschema is not installed")
    found = list(self_test() if "--self-test" in sys.argv[1:] else check())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
