"""Development libraries of the stand-in channel, as harsh as conda-forge's recipes make them.

What is friendlier in Debian's packages is taken out: static libraries that conda-forge does not ship, an llvm-config
that names no libxml2, a C++ library that is the machine's own.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from pathlib import Path

from condapack import PLACEHOLDER, Stage
from origins import ChannelError, Pin, run, stage_debs

# What a code generator for the machine's own processor is linked with, for size: each before those that it needs, as
# llvm-config lists them.
LIBRARIES = """
Passes HipStdPar Coroutines ipo Vectorize Linker FrontendOpenMP FrontendOffloading NATIVEDisassembler NATIVEAsmParser
NATIVECodeGen NATIVEDesc NATIVEUtils NATIVEInfo MCDisassembler Instrumentation IRPrinter GlobalISel SelectionDAG CFGuard
AsmPrinter CodeGen Target ScalarOpts InstCombine AggressiveInstCombine ObjCARCOpts TransformUtils CodeGenTypes BitWriter
Analysis ProfileData Symbolize DebugInfoBTF DebugInfoPDB DebugInfoMSF DebugInfoDWARF Object TextAPI MCParser IRReader
AsmParser MC DebugInfoCodeView BitReader Core Remarks BitstreamReader BinaryFormat TargetParser Support Demangle
"""
NATIVE = {"x86_64": "X86", "aarch64": "AArch64"}
CONDA_TRIPLE = f"{platform.machine()}-conda-linux-gnu"

# As conda-forge's build says of itself: with libxml2, without Z3.
LLVM_CONFIG = """\
#!/bin/sh
prefix=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
for option; do
  case $option in
    --version) echo @VERSION@ ;;
    --prefix) echo "$prefix" ;;
    --bindir) echo "$prefix/bin" ;;
    --includedir) echo "$prefix/include" ;;
    --libdir) echo "$prefix/lib" ;;
    --cmakedir) echo "$prefix/lib/cmake/llvm" ;;
    --cxxflags) echo "-I$prefix/include -std=c++17 -D_GNU_SOURCE -D__STDC_CONSTANT_MACROS -D__STDC_LIMIT_MACROS" ;;
    --libfiles) for name in @LIBRARIES@; do printf '%s/lib/libLLVM%s.a ' "$prefix" "$name"; done ;;
    --system-libs) echo -lrt -ldl -lm -lz -lzstd -lxml2 ;;
    --targets-built) echo @NATIVE@ ;;
    --link-static | --ignore-libllvm) ;;
    *) echo "The stand-in for llvm-config does not know $option" >&2 && exit 1 ;;
  esac
done
"""


def stage_llvm(name: str, pin: Pin, root: Path) -> tuple[Stage, str]:
    """Static LLVM for the machine's own processor, asking for libxml2."""
    native = NATIVE.get(platform.machine())
    if native is None:
        raise ChannelError(f"there is no stand-in for LLVM on {platform.machine()}: say in NATIVE what stands for it")
    scratch = root / ".llvm"
    scratch.mkdir()
    run("apt-get", "download", "llvm-19-dev", cwd=scratch)
    (deb,) = scratch.glob("*.deb")
    version = re.search(r"(\d+\.\d+\.\d+)", run("dpkg-deb", "--field", deb, "Version"))
    assert version
    run("dpkg-deb", "--extract", deb, scratch / "tree")
    installed = scratch / "tree/usr/lib/llvm-19/lib"
    (root / "lib").mkdir()
    names = []
    for name_of_library in LIBRARIES.replace("NATIVE", native).split():
        archive = installed / f"libLLVM{name_of_library}.a"
        if archive.exists():  # not every processor has its Utils
            shutil.move(archive, root / "lib" / archive.name)
            names.append(name_of_library)
    shutil.move(installed / "cmake", root / "lib/cmake")
    for headers, folder in (("llvm-19", "llvm"), ("llvm-c-19", "llvm-c")):
        shutil.move(scratch / "tree/usr/include" / headers / folder, root / "include" / folder)
    shutil.rmtree(scratch)
    stage = Stage(name, version[1], root, ["libstdcxx", "libxml2-16"])
    text = LLVM_CONFIG.replace("@LIBRARIES@", " ".join(names))
    stage.script("llvm-config", text.replace("@VERSION@", version[1]).replace("@NATIVE@", native))
    return stage, f"Debian: llvm-19-dev {version[1]}, {native} alone"


def stage_shared_spirv(name: str, root: Path, newer: Stage) -> tuple[Stage, str]:
    """SPIRV-Tools as conda-forge builds them: no static library, and a shared one for the environment's C++ library."""
    stage, origin = stage_debs(name, ("spirv-tools",), None, root)
    whole = ["-Wl,--whole-archive", root / "lib/libSPIRV-Tools.a", "-Wl,--no-whole-archive"]
    library = root / "lib/libSPIRV-Tools.so"
    run("g++", "-shared", f"-L{newer.root / 'lib'}", f"-Wl,-soname,{library.name}", "-o", library, *whole)
    return without_static((stage, f"{origin}, shared only"))


def stage_static_only(name: str, packages: tuple[str, ...], pin: Pin, root: Path) -> tuple[Stage, str]:
    """A package that has nothing but the static library, as conda-forge splits them."""
    stage, origin = stage_debs(name, packages, pin, root)
    kept = [path.rename(root / path.name) for path in (root / "lib").glob("*.a")]
    for folder in [path for path in root.iterdir() if path.is_dir()]:
        shutil.rmtree(folder)
    (root / "lib").mkdir()
    for path in kept:
        path.rename(root / "lib" / path.name)
    return stage, f"{origin}, static only"


def without_static(staged: tuple[Stage, str]) -> tuple[Stage, str]:
    """The same without the static libraries, which are a package of their own."""
    stage, origin = staged
    for archive in (stage.root / "lib").glob("*.a"):
        archive.unlink()
    return stage, origin


# What conda-forge's Rust has and no build needs: lints, a formatter, a documentation tool, an analysis of its library.
RUST_EXTRAS = ("bin/clippy-driver", "bin/rustdoc", "bin/rustfmt", "lib/rustlib/analysis-of/analysis/std.json")


def stage_conda_rust(staged: tuple[Stage, str], compiler: Stage) -> tuple[Stage, str]:
    """Rust with its extras, the C compiler that it depends on, and the script that makes that one Rust's linker.

    A build in the image must not depend on whether somebody has activated anything.
    """
    stage, origin = staged
    for name in RUST_EXTRAS:
        path = stage.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("not needed\n" * 10_000, encoding="utf-8")
    target = f"CARGO_TARGET_{platform.machine()}_UNKNOWN_LINUX_GNU_LINKER".upper()
    linker = f"{PLACEHOLDER}/bin/{CONDA_TRIPLE}-cc"
    activate(stage, "rust.sh", f'export {target}="{linker}"\n', f"unset {target}\n")
    stage.depends.append(compiler.name)
    return stage, origin


def stage_conda_compiler(name: str, root: Path) -> tuple[Stage, str]:
    """Conda's own C compiler, for the environment's libraries: what it links is no wheel's."""
    stage = Stage(name, "15.1.0", root)
    stage.script(f"{CONDA_TRIPLE}-cc", f'#!/bin/sh\nexec cc -L{PLACEHOLDER}/lib "$@"\n')
    for folder in (
        f"{CONDA_TRIPLE}/sysroot/usr/include",
        f"lib/gcc/{CONDA_TRIPLE}/15",
        f"libexec/gcc/{CONDA_TRIPLE}/15",
    ):
        (root / folder).mkdir(parents=True)
        (root / folder / "part").write_bytes(b"x" * 1_000_000)
    return stage, "relay to the base image's, with what it would bring"


def stage_libxml2(name: str, root: Path) -> tuple[Stage, str]:
    """libxml2's library, of which an activated environment has a variable; LLVM's shared library needs it."""
    stage = Stage(name, "2.15.3", root)
    script = 'export XML_CATALOG_FILES="file://$CONDA_PREFIX/etc/xml/catalog file:///etc/xml/catalog"\n'
    activate(stage, "libxml2_activate.sh", script, "unset XML_CATALOG_FILES\n")
    return stage, "marker"


def activate(stage: Stage, name: str, script: str, undo: str) -> None:
    """Adds what an activated environment reads, and what one reads that is left."""
    for folder, text in (("activate.d", script), ("deactivate.d", undo)):
        path = stage.root / "etc/conda" / folder / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")


def stage_newer_libstdcxx(name: str, root: Path) -> tuple[Stage, str]:
    """The C++ library of every environment: newer than the base's, so that what is linked to it does not run there.

    A function that nearly every program needs has a version that no released library knows. Only the linker sees that:
    the programs in the environment run with the machine's own.
    """
    scratch = root / ".pic"
    scratch.mkdir()
    major = run("gcc", "-dumpversion").strip().split(".")[0]
    run("apt-get", "download", f"libstdc++-{major}-pic", cwd=scratch)
    (deb,) = scratch.glob("*.deb")
    run("dpkg-deb", "--extract", deb, scratch / "tree")
    (archive,) = scratch.glob("tree/**/libstdc++_pic.a")
    (versions,) = scratch.glob("tree/**/libstdc++_pic.map")
    moved = "_ZSt20__throw_length_errorPKc;"
    text = versions.read_text(encoding="utf-8")
    if moved not in text:
        raise ChannelError(f"{deb.name} has no {moved} in its map: name another function in {Path(__file__).name}")
    script = scratch / "newer.map"
    script.write_text(text.replace(moved, "") + f"\nGLIBCXX_3.4.99 {{ global: {moved} }};\n", encoding="utf-8")
    (root / "lib").mkdir()
    options = ["-shared", "-nodefaultlibs", "-Wl,-soname,libstdc++.so.6", f"-Wl,--version-script={script}"]
    whole = ["-Wl,--whole-archive", archive, "-Wl,--no-whole-archive", "-lm", "-lc", "-lgcc_s", "-lgcc"]
    run("gcc", *options, "-o", root / "lib/libstdc++.so", *whole)
    own = subprocess.check_output(["g++", "-print-file-name=libstdc++.so.6"], text=True).strip()
    shutil.copy2(Path(own).resolve(), root / "lib/libstdc++.so.6")
    shutil.rmtree(scratch)
    return Stage(name, "99.0", root), f"Debian: libstdc++-{major}-pic, with a version of its own"
