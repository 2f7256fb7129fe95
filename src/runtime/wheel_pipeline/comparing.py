"""Comparisons on the command line: two builds' wheels, and two builds' records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .arguments import Parser
from .core.console import console
from .plan import Plan
from .wheels.comparison import compare
from .wheels.record import compare_records


def compare_builds(_: Plan, __: Path, argv: Sequence[str]) -> int:
    """Are the wheels of two builds the same, byte by byte?"""
    parser = Parser(prog=console.program, description=compare_builds.__doc__, allow_abbrev=False)
    parser.add_argument("first", type=Path, metavar="DIR", help="the folder of one build's wheels")
    parser.add_argument("second", type=Path, metavar="DIR", help="the other's")
    args = parser.parse(argv)
    problems = compare(args.first, args.second)
    for problem in problems:
        console.error(problem)
    return 1 if problems else 0


def compare_with_record(_: Plan, __: Path, argv: Sequence[str]) -> int:
    """Does a build reproduce an earlier one of the same commit? A report, no gate."""
    parser = Parser(prog=console.program, description=compare_with_record.__doc__, allow_abbrev=False)
    parser.add_argument("earlier", type=Path, metavar="EARLIER", help="an earlier build-record.json; it need not exist")
    parser.add_argument("record", type=Path, metavar="RECORD", help="this build's")
    args = parser.parse(argv)
    compare_records(args.earlier, args.record)
    return 0
