"""The environment variables of a build: the caller's, less what would change the wheels, plus the plan's."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from .core.git import LOCAL_VARIABLES
from .plan import System

# What tells pip where to download, not what: mirrors and credentials are the caller's.
PIP_KEPT = {
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_INDEX_URL",
    "PIP_PROXY",
    "PIP_RETRIES",
    "PIP_TIMEOUT",
    "PIP_TRUSTED_HOST",
}

SHELL = {"BASH_ENV", "CDPATH", "ENV", "GLOBIGNORE", "GREP_OPTIONS", "POSIXLY_CORRECT", "SHELLOPTS", "BASHOPTS"}
COMPILER = {
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "DESTDIR",
    "MAKEFLAGS",
    "MAKELEVEL",
    "NINJA_STATUS",
}

FLAGS = ("CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "NVCC_PREPEND_FLAGS", "RUSTFLAGS", "CL", "_CL_", "LINK", "_LINK_")
"""Variables whose words add up: the caller's, then the declaration's, then the program's own."""

ENCODED = "CARGO_ENCODED_RUSTFLAGS"  # cargo takes nothing of RUSTFLAGS where this is set


def clean(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The caller's variables without those that make two machines build two wheels."""
    kept = {name: value for name, value in environ.items() if not changes_builds(name.upper())}
    kept = {name: value for name, value in kept.items() if not is_condas_linker(name, value, environ)}
    kept |= {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0"}
    kept.pop("LANGUAGE", None)
    if not kept.get("HOME") and os.name != "nt":
        kept["HOME"] = str(home)
    return kept


def changes_builds(name: str) -> bool:
    if name.startswith("PIP_"):
        return name not in PIP_KEPT
    return (
        name.startswith("PYTHON")
        or name in LOCAL_VARIABLES | SHELL | COMPILER
        or bool(re.match(r"LC_|LANG$|BASH_FUNC_", name))
    )


def is_condas_linker(name: str, value: str, environ: Mapping[str, str]) -> bool:
    """Whether Rust would link with Conda's own compiler, as its activation script wants; C and C++ use the system's."""
    prefix = environ.get("CONDA_PREFIX", "")
    return bool(prefix and re.fullmatch(r"CARGO_TARGET_\w+_LINKER", name) and Path(value).is_relative_to(prefix))


def add(env: Mapping[str, str], declared: Mapping[str, str]) -> dict[str, str]:
    """Variables on top of others; flags are added, everything else is replaced."""
    merged = dict(env)
    for name, value in declared.items():
        merged[name] = " ".join(filter(None, [merged.get(name, ""), value])) if name in FLAGS else value
        if name == "RUSTFLAGS" and ENCODED in merged:
            merged[ENCODED] = "\x1f".join(filter(None, [merged[ENCODED], *value.split()]))
    return merged


def without_paths(env: Mapping[str, str], folders: Mapping[Path, str], system: System, rust: bool) -> dict[str, str]:
    """Let compilers write other names for folders, so that no build path is in a library; outer folders come last."""
    maps = [f"{folder}={name}" for folder, name in folders.items()]
    if system == "windows":
        # cl.exe and link.exe take options from these variables. /Brepro: a hash in the place of each time. /PDBALTPATH:
        # a library that is linked with /DEBUG, as tvm-ffi's is, names its debug information by the file's name only.
        trimmed = [f'"/d1trimfile:{folder}"' for folder in folders]
        merged = add(env, {"CL": " ".join(["/Brepro", *trimmed]), "LINK": "/Brepro /PDBALTPATH:%_PDB%"})
    else:
        each_map = [f"-ffile-prefix-map={each}" for each in maps]
        flags = " ".join(each_map)
        # nvcc hands it on to the compiler that reads the source. It is nvcc's own variable: CMake takes CUDAFLAGS
        # only where a project has not set CMAKE_CUDA_FLAGS before it enables CUDA, as tvm does.
        cuda = " ".join(f"-Xcompiler={each}" for each in each_map)
        merged = add(env, {"CFLAGS": flags, "CXXFLAGS": flags, "NVCC_PREPEND_FLAGS": cuda})
    if rust:
        # It wins over a RUSTFLAGS that a build sets itself.
        encoded = env.get(ENCODED, "")
        given = encoded.split("\x1f") if encoded else env.get("RUSTFLAGS", "").split()
        merged[ENCODED] = "\x1f".join([*given, *(f"--remap-path-prefix={each}" for each in maps)])
    return merged


def renamed(folders: Mapping[Path, str]) -> list[Path]:
    """The folders whose paths no library may hold: not one that is really called as the others are renamed to."""
    return [folder for folder, name in folders.items() if folder.as_posix() != name]


def with_first(env: Mapping[str, str], variable: str, folder: Path) -> dict[str, str]:
    """A folder before those that a variable lists."""
    return {**env, variable: os.pathsep.join(filter(None, [str(folder), env.get(variable, "")]))}


def cargo_home(env: Mapping[str, str]) -> Path:
    """Where cargo keeps the crates' sources: https://doc.rust-lang.org/cargo/guide/cargo-home.html"""
    home = env.get("USERPROFILE" if os.name == "nt" else "HOME") or Path.home()
    return Path(env.get("CARGO_HOME") or Path(home, ".cargo"))
