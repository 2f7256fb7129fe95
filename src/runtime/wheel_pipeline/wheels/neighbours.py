"""Lets an installed wheel find what it leaves to others: libraries, programs, and what the system brings.

On Linux, libraries get the folders of other wheels into their own search path, relative to themselves ($ORIGIN), so
that nobody has to set LD_LIBRARY_PATH. The package begins with lines of ours: programs of other wheels are found after
the user's own (Linux), and a library of the system that is missing is named together with who brings it. On Windows it
is looked for along the PATH as well, which Python leaves out; once it is loaded, all that need it by name have it.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Mapping
from pathlib import Path

from ..core.console import console
from ..core.errors import Failure
from ..core.processes import ask
from ..plan import System
from ..plan import Wheel as Declared
from .wheel import same_library, the_wheel
from .writing import write_wheel

BROUGHT_BY = {
    "libvulkan.so.*": "Debian's libvulkan1 or Fedora's vulkan-loader",
    "vulkan-1.dll": "the graphics card's driver",
    "libcuda.so.*": "NVIDIA's driver",
    "libamdhip64.so.*": "AMD's ROCm",
    "libhsa-runtime64.so.*": "AMD's ROCm",
}
"""What brings a library that a plan leaves to the system."""

PATCHING = 300.0  # seconds; it takes one or two for 200 MB
MARK = "_find_neighbours"


LOADS: dict[System, list[str]] = {
    "linux": ["            ctypes.CDLL(library)"],
    "windows": [
        "            try:",
        "                ctypes.CDLL(library)",
        "            except OSError:",
        "                ctypes.CDLL(ctypes.util.find_library(library) or library)",
    ],
}


def brought_by(library: str) -> str:
    return next((by for name, by in BROUGHT_BY.items() if same_library(name, library)), "the system")


def connect(
    folder: Path, declared: Declared, system: System, work_dir: Path, env: Mapping[str, str], *, epoch: int
) -> dict[str, list[str]]:
    """Change the wheel in the folder; what was done, for the record."""
    # What reads a format is there where wheels are of that format.
    if system == "linux":
        from .elf import needed_libraries
    else:
        from .pe import needed_libraries

    excluded = set(declared.excluded_on(system))
    brought = {each if system == "linux" else each.lower() for each in declared.system_libraries.on(system)}
    libraries, programs = (declared.library_folders, declared.program_folders) if system == "linux" else ((), ())
    if not (libraries or programs or brought):
        return {}
    wheel = the_wheel(folder, declared)
    replaced, packages, texts = dict[str, bytes](), dict[str, set[str]](), dict[str, bytes]()
    for info, data in wheel.members():
        name = info.filename
        if name.count("/") == 1 and name.endswith("/__init__.py"):
            texts[name] = data
        if not (needed := needed_libraries(name, data)):
            continue
        packages.setdefault(name.partition("/")[0], set()).update(needed & brought)
        if libraries and needed & excluded - brought:
            paths = [f"$ORIGIN/{'../' * name.count('/')}{each}" for each in libraries]
            replaced[name] = with_search_path(data, paths, work_dir / Path(name).name, env)
            console.say(f"{name} also looks in {', '.join(paths)}")
    for package, found in packages.items():
        init = f"{package}/__init__.py"
        if (found or programs) and init in texts:
            replaced[init] = with_prelude(texts[init], prelude(sorted(found), programs, system))
            console.say(f"{init} begins with what finds {', '.join([*sorted(found), *programs])}")
    if not replaced:
        return {}
    write_wheel(
        wheel, "-".join(wheel.path.name.split("-")[:2]), wheel.path, epoch=epoch, replaced=replaced, packed=False
    )
    return {"connected": sorted(replaced)}


def with_search_path(data: bytes, paths: list[str], file: Path, env: Mapping[str, str]) -> bytes:
    """The library with more folders at the end of its own search path, each once."""

    def patchelf(*words: str) -> str:
        answer = ask(["patchelf", *words, str(file)], timeout=PATCHING, env=env)
        if answer.status != 0:
            raise Failure(f"patchelf cannot change {file.name}: {answer.stderr.strip() or answer.reason}")
        return answer.stdout.strip()

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    have = [path for path in patchelf("--print-rpath").split(":") if path]
    patchelf("--set-rpath", ":".join(dict.fromkeys([*have, *paths])))
    return file.read_bytes()


def prelude(libraries: list[str], programs: tuple[str, ...], system: System) -> str:
    """The lines that a package begins with: Python of any version, without a name left behind."""
    lines = [
        "# Put here when the wheel was built: what the package needs of the system and of other wheels.",
        f"def {MARK}():",
        "    import ctypes, ctypes.util, os, pathlib",
    ]
    if programs:
        lines += [
            "    site = pathlib.Path(__file__).resolve().parents[1]",
            f"    folders = [str(site / folder) for folder in {list(programs)!r}]",
            '    paths = os.environ.get("PATH", os.defpath).split(os.pathsep)',
            '    os.environ["PATH"] = os.pathsep.join(paths + [each for each in folders if each not in paths])',
        ]
    if libraries:
        brought = {library: brought_by(library) for library in libraries}
        lines += [
            f"    for library, by in {brought!r}.items():",
            "        try:",
            *LOADS[system],
            "        except OSError as error:",
            '            text = f"{__name__} needs {library}, which {by} brings; it does not load here: {error}"',
            "            raise ImportError(text) from error",
        ]
    return "\n".join([*lines, f"{MARK}()", f"del {MARK}", ""])


def with_prelude(data: bytes, lines: str) -> bytes:
    """A module with the lines before its first statement, after its description and what has to come first."""
    text = data.decode("utf-8")
    if f"def {MARK}(" in text:
        return data  # by an earlier run of this step
    at = 0
    for index, node in enumerate(ast.parse(text).body):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and index == 0
        if is_text or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            at = node.end_lineno or node.lineno
    rows = list(io.StringIO(text, newline=""))  # lines as Python counts them: splitlines ends one at a form feed too
    if at == 0:  # keep what comments at the top say first, such as the licence
        at = next((number for number, row in enumerate(rows) if not row.startswith("#")), len(rows))
    before = "".join(rows[:at])
    gap = "" if before.endswith("\n") or not before else "\n"
    return (before + gap + lines + "".join(rows[at:])).encode("utf-8")
