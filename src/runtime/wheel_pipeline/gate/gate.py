"""The whole gate: each wheel goes through the checks of every wheel, then through its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure
from ..plan import Build, Platform
from .checks import installed_files, installed_version, pinned_requirements, source_commit
from .declared import declared_check
from .environment import Environment
from .libraries import shared_libraries
from .platform_tag import platform_tag
from .report import Report
from .runner import Attempt, Check, Runner
from .subject import Subject, identities
from .system_libraries import find_system_libraries


@dataclass(frozen=True)
class Options:
    """What to test, and where."""

    python: Path
    """The interpreter of the environment that the wheels are installed in."""
    wheels: Path
    """The folder of the wheels that are installed there."""
    root: Path
    """The pipeline's folder, which contains the files of checks."""
    report: Path
    """JSON to write; logs go to a folder beside it."""
    timeout: float
    """Seconds for a check of every wheel; one that is declared has its own."""
    distributions: tuple[str, ...] = ()
    """Test these only."""
    keep_going: bool = True
    """Run all checks, whatever fails."""


def check_wheels(build: Build, platform: Platform, options: Options) -> Report:
    """Run the checks, and write and return the report; wheels are good where it says `passed`."""
    selected = {build.wheel(name).key for name in options.distributions}
    chosen = [wheel for wheel in build.wheels if wheel.key in selected or not selected]
    if not chosen:
        raise Failure("no check can run: the plan has no wheels")
    report = options.report.absolute()
    report.unlink(missing_ok=True)  # an earlier run's
    runner = Runner(report, options.timeout)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        attempt = Attempt(runner.logs / "00-environment", Path(scratch), options.timeout)
        environment = Environment(options.python, [wheel.key for wheel in chosen], attempt)
        names = [name for wheel in chosen for name in wheel.system_libraries.on(platform.system)]
        lent = runner.logs / "lent-libraries"
        libraries = find_system_libraries(environment.python, names, lent, attempt)
    runner.variables = libraries.variables
    subjects = [Subject(wheel, options.wheels, environment, platform.system, options.root) for wheel in chosen]
    tested, left_out = identities(subjects), 0
    for subject in subjects:
        console.say(subject.name)
        needed = subject.declared.system_libraries.on(platform.system)
        for name, check in checks_of(subject):
            if not options.keep_going and any(result.outcome == "failed" for result in runner.results):
                left_out += 1
            else:
                runner.run(subject.name, name, libraries.explains(check, needed))
    done = Report(build.name, platform.id, environment.version, tested, tuple(runner.results), left_out)
    done.finish(report)
    return done


def checks_of(subject: Subject) -> Iterator[tuple[str, Check]]:
    """The checks of a wheel, by name."""
    yield "installed version", lambda _: installed_version(subject)
    yield "source commit", lambda _: source_commit(subject)
    yield "pinned requirements", lambda _: pinned_requirements(subject)
    yield "installed files", lambda _: installed_files(subject)
    yield "shared libraries resolve", partial(shared_libraries, subject)
    if subject.system == "linux":
        yield "tag", partial(platform_tag, subject)
    for check in subject.declared.checks:
        if check.system in (None, subject.system):
            yield check.name, partial(declared_check, check, subject)
