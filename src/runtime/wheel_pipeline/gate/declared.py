"""The checks that a plan declares: of kind imports, command or python."""

from __future__ import annotations

import fnmatch
import json
import secrets
from collections.abc import Iterator, Sequence

from ..core.errors import Failure
from ..plan import Check
from .check_files import check_files
from .runner import Attempt
from .subject import Subject


def declared_check(check: Check, subject: Subject, attempt: Attempt) -> Iterator[str]:
    if check.imports is not None:
        yield from imports(check.imports, check, subject, attempt)
    elif check.command is not None:
        yield from command(check.command, check, subject, attempt)
    elif check.python is not None:
        yield from python(check.python, check, subject, attempt)


def said(check: Check, stdout: str) -> Iterator[str]:
    """What is wrong with the output."""
    if check.expect and check.expect not in stdout:
        yield f"{check.expect!r} is not in its output"


def command(arguments: Sequence[str], check: Check, subject: Subject, attempt: Attempt) -> Iterator[str]:
    """The interpreter with other arguments. It could end with status 0 at any time, so it must say something."""
    ran = attempt.run([subject.environment.python, *arguments], check.timeout)
    if ran.how:
        yield ran.how
    elif not check.expect and not ran.stdout.strip():
        yield "says nothing, which proves nothing: have it print something, or make it a check of kind python"
    else:
        yield from said(check, ran.stdout)


def python(script: Sequence[str], check: Check, subject: Subject, attempt: Attempt) -> Iterator[str]:
    """Run a file, which must reach its last line or raise unittest.SkipTest("reason").

    A copy runs: next to the original file, Python could import a source tree instead of the wheel.
    """
    name, *arguments = script
    for file, data in check_files(name, subject.root).items():
        (attempt.folder / file).write_bytes(data)
    copy = attempt.folder / name.rpartition("/")[2]
    result, token = attempt.private / "result.json", secrets.token_hex(16)
    argv = subject.environment.script(attempt, "run_check.py", str(result), token, str(copy), *arguments)
    ran = attempt.run(argv, check.timeout)
    if ran.how:
        yield ran.how
        return
    outcome = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    if outcome.get("token") != token:
        yield 'exited with status 0 before its last line: let it reach its end, or raise unittest.SkipTest("reason")'
    elif outcome["skipped"]:
        attempt.skipped = outcome["skipped"]
    else:
        yield from said(check, ran.stdout)


def modules_to_import(names: Sequence[str], excluded: Sequence[str], subject: Subject) -> list[str]:
    """The names as they are declared; a pattern stands for those of the wheel's modules that it matches."""
    files = [file.name for file in subject.installed.files if file.name.endswith(".py")]
    parts = [name.removesuffix(".py").removesuffix("/__init__").split("/") for name in files]
    there = sorted(".".join(each) for each in parts if all(map(str.isidentifier, each)) and each[-1] != "__main__")
    modules: list[str] = []
    for wanted in names:
        found = fnmatch.filter(there, wanted) if "*" in wanted else [wanted]
        if not found:
            raise Failure(f"the wheel has no module {wanted}: correct the imports of the check")
        modules += found
    kept = [name for name in modules if not any(fnmatch.fnmatch(name, each) for each in excluded)]
    if not kept:
        raise Failure("nothing is left to import: the check leaves out all that it names")
    return list(dict.fromkeys(kept))


def imports(names: Sequence[str], check: Check, subject: Subject, attempt: Attempt) -> Iterator[str]:
    modules = modules_to_import(names, check.exclude or (), subject)
    progress = attempt.private / "progress.jsonl"
    ran = attempt.run(subject.environment.script(attempt, "import_modules.py", str(progress), *modules), check.timeout)
    lines = progress.read_text(encoding="utf-8").splitlines() if progress.exists() else []
    outcomes: dict[str, str | None] = dict(map(json.loads, lines))  # None: begun, and not ended
    yield from (f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome)
    during = [f"while importing {name}" for name, outcome in outcomes.items() if outcome is None]
    if ran.how:
        yield f"{ran.how} {during[0] if during else 'after the imports' if outcomes else 'before any import'}"
    elif during or len(outcomes) < len(modules):
        yield f"ended early, {during[0] if during else 'before any import'}"
