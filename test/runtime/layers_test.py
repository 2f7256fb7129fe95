"""The layers of the program: an upper one imports a lower one, never the other way round."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import wheel_pipeline

PACKAGE = Path(wheel_pipeline.__file__).parent


def imports() -> dict[str, set[str]]:
    """The modules of the package, each with those that it imports, wherever in its text."""
    modules = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        parent = name.split(".")[:-1]
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = parent[: len(parent) - node.level + 1] + (node.module.split(".") if node.module else [])
                names = [".".join(base), *(".".join([*base, each.name]) for each in node.names)]
                found[name] |= {f"{each}.__init__" if f"{each}.__init__" in modules else each for each in names}
        found[name] &= modules.keys() - {name}
    return found


def test_no_module_imports_itself_by_way_of_another() -> None:
    graph = imports()
    assert len(graph) > 80
    # A package's own __init__ stands for what it re-exports.
    lower = {name: {each for each in found if not each.startswith("plan.")} for name, found in graph.items()}
    try:
        TopologicalSorter(lower).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize(
    ("layer", "above"),
    [
        ("core", ("",)),
        ("plan", ("building", "gate", "release", "ci", "upkeep", "wheels")),
        ("wheels", ("building", "gate", "release", "ci", "upkeep")),
        ("gate", ("building", "release", "ci", "upkeep")),
        ("building", ("release", "ci", "upkeep")),
    ],
)
def test_a_layer_imports_nothing_above_it(layer: str, above: tuple[str, ...]) -> None:
    for name, found in imports().items():
        if name.startswith(f"{layer}."):
            others = {each for each in found if not each.startswith(f"{layer}.")}
            assert not {each for each in others if each.split(".")[0] in above or above == ("",)}, name
