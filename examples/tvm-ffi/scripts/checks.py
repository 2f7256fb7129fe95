#!/usr/bin/env python3
# Synthesized by projen from .projenrc.ts (mlc-llm-pipeline: src/scripts/checks.py). Do not edit it here:
# change the declaration and run `npx projen`.
"""Tests the wheels of a build as they are installed in another interpreter's environment.

For each wheel of the plan: is it installed as built, do its shared libraries resolve, does it keep what its
platform tag promises; then the checks that the plan declares. Each check is a process of its own, in an empty
folder and with a timeout; all of them run, whatever fails. Their output goes to a folder beside the report.

Run it by the toolchain's Python, beside wheeltool.py. Exit status: 0 when every check passed, 1 when one
failed or none ran, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from wheelfiles import (
    COMMIT_URL,
    RECORD,
    SCHEME,
    Declared,
    Failure,
    Plan,
    add_summary,
    annotate,
    default_plan,
    exit_status,
    matches,
    pep440,
    read_json,
    record_hash,
    requirement,
    same_library,
    the_wheel,
    use_utf8,
    write_json,
    write_text,
)

SYSTEM = "windows" if sys.platform == "win32" else "linux"
SIGNALS = {each.value: each.name for each in signal.Signals}
TAIL = 20  # lines of output that a failure shows
DEFAULT_TIMEOUT = 120.0
LIBRARY = re.compile(r".*\.(?:so(?:\.\d+)*|pyd|dll)", re.IGNORECASE)
LEGACY_TAGS = {
    "manylinux1_": "manylinux_2_5_",
    "manylinux2010_": "manylinux_2_12_",
    "manylinux2014_": "manylinux_2_17_",
}

# Run by the interpreter under test, which has nothing but the standard library for sure.
PROBE = """
import csv, importlib.metadata, json, os, platform, sys, sysconfig

def describe(name):
    try:
        found = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    rows = csv.reader((found.read_text("RECORD") or "").splitlines())  # found.files leaves out what is missing
    files = [[row[0], str(found.locate_file(row[0])), row[1]] for row in rows if row]
    return {"version": found.version, "files": files, "urls": found.metadata.get_all("Project-URL") or []}

facts = {
    "python": platform.python_version(),
    "site": sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}),
    "folders": [os.path.dirname(sys.executable), sys.base_prefix, os.path.join(sys.base_prefix, "DLLs")],
    "distributions": {name: describe(name) for name in sys.argv[2:]},
    "versions": [[found.name, found.version] for found in importlib.metadata.distributions()],
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(facts, file)
"""

IMPORTS = """
import importlib, json, sys, traceback

with open(sys.argv[1], "w", encoding="utf-8") as file:
    for name in sys.argv[2:]:
        print(json.dumps([name, None]), file=file, flush=True)
        outcome = ""
        try:
            importlib.import_module(name)
        except BaseException as error:
            traceback.print_exc()
            outcome = " ".join(f"{type(error).__name__}: {error}".split())
        print(json.dumps([name, outcome]), file=file, flush=True)
"""


def read_log(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


class Run:
    """One finished process: how it ended, and what it wrote."""

    def __init__(self, argv: Sequence[str], timeout: float, log: Path, folder: Path) -> None:
        self.timeout = timeout
        self.logs = [log.with_name(f"{log.name}.{stream}.log") for stream in ("stdout", "stderr")]
        log.parent.mkdir(parents=True, exist_ok=True)
        env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
        env |= {"PYTHONIOENCODING": "utf-8", "PYTHONNOUSERSITE": "1"}
        with self.logs[0].open("wb") as out, self.logs[1].open("wb") as err:
            try:
                process = subprocess.Popen(
                    argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env=env, start_new_session=True
                )
            except OSError as error:
                raise Failure(
                    f"cannot start {argv[0]} ({error.strerror}): install it, or give its right path"
                ) from error
            self.code: int | None = None
            try:
                self.code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
            finally:
                kill_group(process)
        self.stdout = read_log(self.logs[0])

    def ending(self) -> str:
        """How it ended, if not well."""
        if self.code is None:
            return f"timed out after {self.timeout:g} s"
        if self.code < 0:
            return f"was killed by {SIGNALS.get(-self.code, f'signal {-self.code}')}"
        return f"ended with exit code {self.code if self.code < 256 else hex(self.code)}" if self.code else ""


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it has started."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Gate:
    """Runs checks one by one, tells of each, and keeps what to report."""

    def __init__(self, report: Path) -> None:
        self.report, self.logs = report, report.with_name(f"{report.stem}-logs")
        self.results: list[dict[str, Any]] = []
        self.log, self.folder = self.logs / "00-environment", Path()
        shutil.rmtree(self.logs, ignore_errors=True)  # an earlier run's

    def run(self, argv: Sequence[str], timeout: float = DEFAULT_TIMEOUT) -> Run:
        """Run a process for the current check, in its empty folder."""
        return Run(argv, timeout, self.log, self.folder)

    def check(self, distribution: str, name: str, found: Iterator[str]) -> None:
        """Run one check: an iterator, not begun yet, of what is wrong."""
        slug = re.sub(r"[^a-z0-9]+", "-", f"{distribution} {name}".lower()).strip("-")
        self.log = self.logs / f"{len(self.results) + 1:02d}-{slug}"
        start, problems = time.monotonic(), list[str]()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            self.folder = Path(folder)
            try:
                problems.extend(found)
            except (Failure, OSError) as error:
                problems.append(str(error))
            except (KeyError, TypeError, ValueError) as error:
                problems.append(f"is not declared well ({type(error).__name__}: {error}): correct the plan")
        seconds = round(time.monotonic() - start, 1)
        paths = sorted(self.logs.glob(f"{self.log.name}.*.log"), reverse=True)  # stderr last
        logs = [path.relative_to(self.report.parent).as_posix() for path in paths]
        result = {"distribution": distribution, "name": name, "passed": not problems, "problems": problems}
        self.results.append({**result, "seconds": seconds, "logs": logs})
        if not problems:
            print(f"PASS {name} ({seconds} s)", flush=True)
            return
        reason = "; ".join(problems[:3]) + (f"; and {len(problems) - 3} more" if len(problems) > 3 else "")
        print(f"FAIL {name}: {reason}", flush=True)
        output = [line for path in paths for line in read_log(path).splitlines()] or problems[3:]
        for line in output[-TAIL:]:
            print(f"  | {line}", flush=True)
        annotate(f"{distribution}: {name}", reason)

    def finish(self, plan: Plan, python: str) -> bool:
        failed = sum(not result["passed"] for result in self.results)
        facts = {"schema": 1, "name": plan.name, "system": SYSTEM, "python": python}
        counts = {"failed": failed, "passed": len(self.results) - failed}
        write_json(self.report, {**facts, **counts, "checks": self.results})
        rows = [["wheel", "check", "outcome", "duration"]]
        for each in self.results:
            outcome = "passed" if each["passed"] else f"**failed**: {'; '.join(each['problems'][:3])}"
            rows.append([each["distribution"], each["name"], outcome, f"{each['seconds']} s"])
        add_summary(f"Tests of {plan.name} ({SYSTEM}, Python {python})", rows)
        print(f"{len(self.results) - failed} passed, {failed} failed")
        return bool(self.results) and not failed


class Environment:
    """The interpreter under test, and what is installed there."""

    def __init__(self, python: Path, wheels: Path, names: list[str], gate: Gate) -> None:
        self.wheels = wheels
        self.python = os.path.abspath(python)  # not resolved: a link is what makes it a virtual environment's
        if not os.path.isfile(self.python):
            raise Failure(f"there is no interpreter {python}: name the environment's with --python", 2)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            gate.folder, facts = Path(folder), Path(folder, "facts.json")
            ran = gate.run([self.python, "-c", PROBE, str(facts), *names])
            if ran.ending() or not facts.exists():
                raise Failure(
                    f"{python} {ran.ending() or 'says nothing'} when asked what is installed: see {ran.logs[1]}"
                )
            found = json.loads(facts.read_text(encoding="utf-8"))
        self.version: str = found["python"]
        self.versions: dict[str, str] = {
            canonicalize_name(name): version for name, version in found["versions"] if name
        }
        self.folders = [Path(folder) for folder in found["folders"]]
        source = read_json(wheels / RECORD)["source"] if (wheels / RECORD).is_file() else {}
        self.commit: str = (source.get("repository") and source.get("builtCommit")) or ""  # else, no wheel tells of it
        self.distributions: dict[str, dict[str, Any] | None] = found["distributions"]
        self.libraries = {
            name.lower()
            for site in found["site"]
            for _, _, names in os.walk(site)
            for name in names
            if LIBRARY.fullmatch(name)
        }

    def installed(self, declared: Declared) -> dict[str, Any]:
        if facts := self.distributions[declared.key]:
            return facts
        raise Failure(f"{declared.distribution} is not installed in the environment: install its wheel")


# Checks of every wheel: each yields what is wrong.


def installed_version(declared: Declared, environment: Environment) -> Iterator[str]:
    wheel = the_wheel(environment.wheels, declared)
    version = environment.installed(declared)["version"]
    if pep440(version) != wheel.version:
        yield f"version {version} is installed, not {wheel.version}: install {wheel.path.name}"


def source_commit(declared: Declared, environment: Environment) -> Iterator[str]:
    """Whether it is of the commit that the build's record tells of: two wheels of one version can be of two commits."""
    urls = environment.installed(declared)["urls"]
    commits = [url.rpartition("/")[2] for url in urls if url.startswith(f"{COMMIT_URL},")]
    if commits != ([environment.commit] if environment.commit else []):
        found, told = (", ".join(each) or "no commit" for each in (commits, filter(None, [environment.commit])))
        yield f"it is of {found}, the record tells of {told}: install what was built together"


def pinned_requirements(declared: Declared, environment: Environment) -> Iterator[str]:
    """What a wheel wants in one version only, above all the wheel built beside it, is there in that version."""
    for text in the_wheel(environment.wheels, declared).metadata.get("Requires-Dist"):
        wanted = requirement(text)
        exact = any(each.operator in ("==", "===") for each in wanted.specifier)
        if not exact or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        version = environment.versions.get(canonicalize_name(wanted.name))
        if version is None or not wanted.specifier.contains(version, prereleases=True):
            found = f"{wanted.name} {version} is installed" if version else f"{wanted.name} is not installed"
            yield f"{found}, {declared.distribution} requires {wanted.specifier}: install what it was built with"


def installed_files(declared: Declared, environment: Environment) -> Iterator[str]:
    wheel, hashes = the_wheel(environment.wheels, declared), dict[str, str]()
    for name, path, expected in environment.installed(declared)["files"]:
        hashes[name] = expected
        if not os.path.isfile(path):
            yield f"{name} is missing: install the wheel again"
        elif expected and record_hash(Path(path).read_bytes(), expected.partition("=")[0]) != expected:
            yield f"{name} is not the file that RECORD tells of: install the wheel again"
        for pattern in declared.forbidden:
            if matches(pattern, name):
                yield f"{name} is installed, which {pattern!r} forbids: leave it out of the wheel"
    for name, (expected, _) in wheel.record().items():
        if expected and not SCHEME.match(name) and hashes.get(name) != expected:
            yield f"{name} is not the one of {wheel.path.name}: install that wheel"


def shared_libraries(declared: Declared, environment: Environment) -> Iterator[str]:
    excluded, system = (each.get(SYSTEM, []) for each in (declared.excludes, declared.system_libraries))
    for name, path, _ in environment.installed(declared)["files"]:
        if not LIBRARY.fullmatch(name) or not os.path.isfile(path):
            continue
        for needed in pe_missing(path, environment) if SYSTEM == "windows" else elf_missing(path):
            if any(same_library(pattern, needed) for pattern in system):
                print(f"note: {name} needs {needed}, which the plan leaves to the system, and it is not here")
            elif not any(same_library(pattern, needed) for pattern in excluded):
                yield f"{name} needs {needed}, which is not found: bundle it, or declare who provides it"
            elif needed.lower() not in environment.libraries:
                yield f"{name} needs {needed}, which was not bundled, and nothing installed provides it: require it"


def elf_missing(path: str) -> list[str]:
    """What the dynamic linker does not find for a library: names, or lines on symbol versions."""
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return []  # such as a linker script
    env = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"} | {"LC_ALL": "C"}
    try:
        ran = subprocess.run(["ldd", path], capture_output=True, text=True, env=env, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"cannot run ldd on {path} ({error}): put a working ldd on PATH") from error
    lines = [line.strip() for line in (ran.stdout + ran.stderr).splitlines() if "not found" in line]
    if ran.returncode and not lines:
        raise Failure(
            f"ldd fails on {path} ({' '.join(ran.stderr.split()) or ran.stdout.strip()}): is it for this machine?"
        )
    return sorted({line.removesuffix(" => not found") for line in lines})


def pe_missing(path: str, environment: Environment) -> list[str]:
    """The DLLs that a library imports and that Windows would not find."""
    pefile = importlib.import_module("pefile")
    try:
        with pefile.PE(path, fast_load=True) as image:
            image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_IMPORT"]])
            needed = {entry.dll.decode("utf-8", "replace") for entry in getattr(image, "DIRECTORY_ENTRY_IMPORT", [])}
    except pefile.PEFormatError as error:
        raise Failure(f"{path} is not a Windows library ({error}): is it for this machine?") from error
    folders = [*environment.folders, Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32")]
    return sorted(
        name
        for name in needed
        if not name.lower().startswith(("api-ms-win-", "ext-ms-"))  # API sets: names that Windows resolves by itself
        and name.lower() not in environment.libraries
        and not any((folder / name).is_file() for folder in folders)
    )


def libc_version(tag: str) -> tuple[int, int] | None:
    """The oldest libc that a platform tag promises to run on."""
    for old, new in LEGACY_TAGS.items():
        tag = tag.replace(old, new)
    found = re.fullmatch(r"(?:many|musl)linux_(\d+)_(\d+)_\w+", tag)
    return (int(found[1]), int(found[2])) if found else None


def platform_tag(declared: Declared, environment: Environment, gate: Gate) -> Iterator[str]:
    """Whether auditwheel finds the wheel as compatible as its name says, but for what it leaves to other wheels."""
    wheel = the_wheel(environment.wheels, declared)
    promises = [libc for tag in wheel.tags if (libc := libc_version(tag.platform))]
    if not promises or not any(LIBRARY.fullmatch(info.filename) for info in wheel.infos):
        return  # a tag without a libc, or nothing that could need one
    auditwheel = shutil.which("auditwheel")
    if not auditwheel:
        raise Failure("auditwheel is not on PATH: put the toolchain's there")
    ran = gate.run([auditwheel, "show", "--json", str(wheel.path.resolve())])
    try:
        shown = json.loads(ran.stdout)
        if "error" in shown:
            raise Failure(f"auditwheel cannot read {wheel.path.name} ({shown['error']}): build it again")
        overall, symbols = (libc_version(shown[key]) for key in ("overall_tag", "sym_tag"))
        upgrades = {libc_version(tag): upgrade for tag, upgrade in shown["policy_upgrades"].items()}
    except (ValueError, KeyError) as error:
        raise Failure(
            f"auditwheel {ran.ending() or 'shows no tag'}: it must know show --json; see {ran.logs[1]}"
        ) from error
    promise = min(promises)
    if overall and overall <= promise:
        return
    found = (
        f"is called {'.'.join(sorted({tag.platform for tag in wheel.tags}))}, auditwheel says {shown['overall_tag']}"
    )
    if symbols is None or symbols > promise:
        yield f"{wheel.path.name} {found}: its symbols need {shown['sym_tag']}; build it on an older base"
    elif promise not in upgrades:
        yield f"{wheel.path.name} {found}: see {gate.log.name}.stdout.log; repair it for a tag that auditwheel knows"
    upgrade = upgrades.get(promise, {})
    for library in upgrade.get("libs_to_eliminate", []):
        if not any(fnmatch.fnmatchcase(library, pattern) for pattern in declared.excludes.get("linux", [])):
            yield f"{wheel.path.name} {found}: it needs {library}; bundle it, or exclude it and say who provides it"
    for library, names in upgrade.get("blacklisted_symbols", {}).items():
        yield f"{wheel.path.name} {found}: it uses {', '.join(names)} of {library}; do without"
    for flag in ("pyfpe", "ucs2", "unsupported_isa"):
        if shown.get(flag):
            yield f"{wheel.path.name} {found}, for {flag}; build it without"


# Checks that the plan declares.


def modules_to_import(check: dict[str, Any], declared: Declared, environment: Environment) -> list[str]:
    """The names as they are declared; a pattern stands for those of the wheel's modules that it matches."""
    files = [name for name, _, _ in environment.installed(declared)["files"] if name.endswith(".py")]
    parts = [name.removesuffix(".py").removesuffix("/__init__").split("/") for name in files]
    there = sorted(".".join(each) for each in parts if all(map(str.isidentifier, each)) and each[-1] != "__main__")
    modules = []
    for wanted in check["modules"]:
        found = fnmatch.filter(there, wanted) if "*" in wanted else [wanted]
        if not found:
            raise Failure(f"the wheel has no module {wanted}: correct the imports of the check")
        modules += found
    kept = [name for name in modules if not any(fnmatch.fnmatch(name, each) for each in check.get("except", []))]
    return list(dict.fromkeys(kept))


def declared_check(check: dict[str, Any], declared: Declared, environment: Environment, gate: Gate) -> Iterator[str]:
    kind, timeout = check.get("kind"), float(check.get("timeout", DEFAULT_TIMEOUT))
    if kind == "imports":
        yield from imports(modules_to_import(check, declared, environment), timeout, environment, gate)
        return
    if kind == "command":
        argv = [environment.python, *check["args"]]
    elif kind == "python":
        write_text(gate.folder / "check.py", "\n".join(check["code"]) + "\n")
        argv = [environment.python, "check.py"]
    else:
        raise Failure(f"the plan has a check of kind {kind!r}: make it imports, command or python")
    ran = gate.run(argv, timeout)
    if ran.ending():
        yield ran.ending()
    elif check.get("expect", "") not in ran.stdout:
        yield f"{check['expect']!r} is not in its output"


def imports(modules: list[str], timeout: float, environment: Environment, gate: Gate) -> Iterator[str]:
    progress = gate.folder / "progress.jsonl"
    ran = gate.run([environment.python, "-c", IMPORTS, str(progress), *modules], timeout)
    lines = progress.read_text(encoding="utf-8").splitlines() if progress.exists() else []
    outcomes: dict[str, str | None] = dict(map(json.loads, lines))  # None: begun, and not ended
    yield from (f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome)
    during = [f"while importing {name}" for name, outcome in outcomes.items() if outcome is None]
    if ran.ending():
        yield f"{ran.ending()} {during[0] if during else 'after the imports' if outcomes else 'before any import'}"
    elif during or len(outcomes) < len(modules):
        yield f"ended early, {during[0] if during else 'before any import'}"


def test(args: argparse.Namespace) -> int:
    plan, gate = Plan(args.plan), Gate(args.report.absolute())
    selected = {plan.wheel(name).key for name in args.distribution}
    chosen = [declared for declared in plan.wheels if declared.key in selected or not selected]
    if not chosen:
        raise Failure("no check can run: the plan has no wheels")
    environment = Environment(args.python, args.wheels, [declared.key for declared in chosen], gate)
    for declared in chosen:
        name = declared.distribution
        print(name, flush=True)
        gate.check(name, "installed version", installed_version(declared, environment))
        gate.check(name, "source commit", source_commit(declared, environment))
        gate.check(name, "pinned requirements", pinned_requirements(declared, environment))
        gate.check(name, "installed files", installed_files(declared, environment))
        gate.check(name, "shared libraries resolve", shared_libraries(declared, environment))
        if SYSTEM == "linux":
            gate.check(name, "tag", platform_tag(declared, environment, gate))
        for each in declared.checks:
            if each.get("only") not in (None, SYSTEM):
                continue
            gate.check(name, str(each.get("name", "unnamed")), declared_check(each, declared, environment, gate))
    return 0 if gate.finish(plan, environment.version) else 1


def main(argv: Sequence[str] | None = None) -> int:
    use_utf8()
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw, allow_abbrev=False)
    add = parser.add_argument
    add("--plan", type=Path, default=default_plan(), help="default: %(default)s")
    add("--python", type=Path, required=True, metavar="FILE", help="the interpreter whose environment to test")
    add("--wheels", type=Path, required=True, metavar="DIR", help="the folder of the wheels that are installed there")
    add("--report", type=Path, required=True, metavar="FILE", help="JSON to write; logs go to a folder beside it")
    add("--distribution", action="append", default=[], metavar="NAME", help="test this one only; repeatable")
    return exit_status("checks", lambda: test(parser.parse_args(argv)), ": check that the file is there and readable")


if __name__ == "__main__":
    sys.exit(main())
