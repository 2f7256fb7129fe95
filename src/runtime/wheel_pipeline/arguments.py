"""The command line; its options are the table of inputs, as on the pages."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from .core.console import console
from .core.errors import UsageError, nearest
from .inputs import inputs_of
from .plan import FOLDERS, IN_BUILD, Build, Plan, Platform, System

METAVARS = {"path": "DIR", "count": "N", "epoch": "SECONDS", "distributions": "WHEEL"}


class Parser(argparse.ArgumentParser):
    """argparse, but a wrong argument is a UsageError that names the nearest right one."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        args, unknown = self.parse_known_args(list(argv))
        if unknown:
            word = unknown[0].partition("=")[0]
            known = [option for action in self._actions for option in action.option_strings]
            raise UsageError(f"unknown argument {word!r}{nearest(word, known)}; see {self.prog} --help")
        return args


def chosen[Act: Callable[..., object]](
    kind: str, parts: Mapping[str, tuple[Callable[[Parser], None], Act]], argv: Sequence[str]
) -> tuple[Act, Parser, list[str]] | None:
    """The part of a command that the first word names, and a parser for the rest; none where help was given."""
    if not argv or argv[0] in ("-h", "--help"):
        usage = f"Usage: {console.program} {kind.upper()} …"
        console.say(f"{usage}\n\n{kind.capitalize()}s: {', '.join(parts)}\n\nEach has its own --help.")
        return None
    name, *rest = argv
    if name not in parts:
        raise UsageError(f"unknown {kind} {name!r}: use one of {', '.join(parts)}{nearest(name, parts)}")
    console.program = f"{console.program} {name}"
    add_options, act = parts[name]
    parser = Parser(prog=console.program, description=act.__doc__, allow_abbrev=False)
    add_options(parser)
    return act, parser, rest


def current_system() -> System:
    return "windows" if sys.platform == "win32" else "linux"


def current_platform(build: Build) -> Platform:
    """The declared platform that this machine is."""
    machine = platform.machine()
    for each in build.platforms:
        if each.system == current_system() and each.machine.lower() == machine.lower() and sys.platform != "darwin":
            return each
    known = ", ".join(each.id for each in build.platforms)
    raise UsageError(f"{build.name} is not declared for {platform.system()} on {machine}, but for {known}")


def texts(plan: Plan) -> dict[str, str]:
    """Return what the placeholders in the help of inputs stand for; src/plan/inputs.ts fills them in on the pages."""
    main, *variants = plan.builds
    reused = [each.distribution for each in main.wheels if each.reuse]
    tags = [each.platform_tag for each in main.platforms if each.system == "linux"]
    return {
        **FOLDERS,
        **IN_BUILD,
        "platform-tags": ", ".join(tags),
        "reused-wheels": ", ".join(reused) or "no wheel of this pipeline",
        "variants": ", ".join(str(each.variant) for each in variants) or "none is declared",
    }


def parser_of(plan: Plan, command: str, description: str, prog: str) -> Parser:
    """The parser of a command whose inputs the plan declares."""
    parser = Parser(prog=prog, description=description, allow_abbrev=False)
    filled = texts(plan)
    for each in inputs_of(command, current_system()):
        words = each.help.format(**filled).replace("%", "%%")
        notes = [f"default: {each.default_help.format(**filled)}".replace("%", "%%")]
        notes += [f"environment variable: {each.variable}"] if each.variable else []
        words += f" ({'; '.join(notes)})"
        if each.type == "flag":
            parser.add_argument(f"--{each.name}", dest=each.name, action="store_true", help=words)
        else:
            action = "append" if each.type == "distributions" else "store"
            metavar = METAVARS.get(each.type, each.type.upper())
            parser.add_argument(f"--{each.name}", dest=each.name, action=action, metavar=metavar, help=words)
    return parser
