"""MLC-LLM's checks, run by the gate's script with stand-ins for the wheels: each passes, and each can fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wheel_pipeline import program
from wheel_pipeline.gate.check_files import check_files

SOURCES = Path(__file__).resolve().parents[2] / "src" / "mlc-llm" / "checks"
# Stand-ins for the wheels; WRONG names the one fault that they have.
STAND_INS = {
    "sitecustomize.py": """
import ctypes, os, sys
from types import SimpleNamespace
from unittest.mock import MagicMock

WRONG = os.environ["WRONG"]
names = ("numpy", "tvm", "tvm.base", "tvm.contrib", "tvm_ffi", "mlc_llm_preflight")
numpy, tvm, base, contrib, ffi, preflight = (sys.modules.setdefault(name, MagicMock()) for name in names)
equal = MagicMock(__eq__=lambda self, _: SimpleNamespace(all=lambda: WRONG != "numbers"))
numpy.from_dlpack.return_value = tvm.runtime.tensor.return_value.numpy.return_value = equal
tvm.base, tvm.contrib, tvm.__file__ = base, contrib, __file__
tvm.device.return_value.exist = WRONG != "device"
functions = {"target.llvm_version_major": lambda: 18 if WRONG == "llvm" else 19}
functions["device_api.vulkan"] = None if WRONG == "vulkan" else print
tvm.get_global_func = lambda name, allow_missing=False: functions[name]
type(base)._RUNTIME_ONLY = property(lambda _: (os.environ["TVM_USE_RUNTIME_LIB"] == "1") != (WRONG == "mode"))
ffi.from_dlpack.return_value.shape = (2, 3)
ffi.get_global_func.side_effect = KeyError if WRONG == "engine" else None
for part in ("llvm", "spirv", "vulkan"):
    getattr(preflight.LIBRARY, f"preflight_{part}").return_value = 0 if WRONG == part else 1
preflight.LIBRARY.preflight_crate.side_effect = lambda number: 0 if WRONG == "crate" else sum(map(int, str(number)))


def load(name, *_):
    assert WRONG != "library", name
    print("loads", os.path.basename(name))
    found = lambda instance, count, devices: setattr(count._obj, "value", WRONG != "driver")
    return SimpleNamespace(vkCreateInstance=lambda *_: 0, vkEnumeratePhysicalDevices=found)


ctypes.CDLL = load
""",
    "mlc_llm/__init__.py": """
import os
from unittest.mock import MagicMock

MLCEngine = MagicMock()
answer = MLCEngine.return_value.completions.create.return_value
answer.usage.completion_tokens = 0 if os.environ["WRONG"] == "answer" else 4
""",
    "mlc_llm/model.py": """
from types import SimpleNamespace
from unittest.mock import MagicMock

parameters = [("weight", SimpleNamespace(shape=["vocabulary", 64]))]
MODELS = {"llama": MagicMock()}
MODELS["llama"].model.return_value.export_tvm.return_value = (None, parameters, None)
""",
    "mlc_llm/tokenizers.py": """
import json, os
from pathlib import Path


class Tokenizer:
    def __init__(self, folder):
        self.vocabulary = json.loads((Path(folder) / "tokenizer.json").read_text())["model"]["vocab"]

    def encode(self, text):
        pairs = ("he", "ll", "o") if os.environ["WRONG"] != "tokens" else "hello"
        return [self.vocabulary[each] for each in pairs]

    def decode(self, tokens):
        return "hello wheel"
""",
    "mlc_llm/__main__.py": """
import json, os, sys
from pathlib import Path

print(*(os.path.basename(word) for word in sys.argv[1:]), flush=True)
output = Path(sys.argv[sys.argv.index("--output") + 1])
if sys.argv[1] == "compile":
    assert Path(sys.argv[2], "mlc-chat-config.json").exists()
    output.write_text("" if os.environ["WRONG"] == "code" else "code")
else:
    config = json.loads(Path(sys.argv[2], "config.json").read_text())
    output.mkdir()
    size = 1 if os.environ["WRONG"] == "config" else config["vocab_size"]
    (output / "mlc-chat-config.json").write_text(json.dumps({**config, "vocab_size": size}))
""",
}
GENERATE = ("--quantization", "q0f16", "--dtype", "float16")
CHECKS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("buffer_copy", "vulkan"): ("device", "numbers", "library"),
    ("buffer_copy", "cuda"): ("device", "numbers"),
    ("compile_model", "vulkan:generic"): ("code",),
    ("compiled_in", "19", "vulkan"): ("llvm", "vulkan"),
    ("gen_config",): ("config",),
    ("generate", "--device", "cuda", *GENERATE): ("answer",),
    ("generate", "--device", "vulkan", *GENERATE): ("answer",),
    ("loads", "mlc_llm", "--runtime-only"): ("mode", "library", "engine"),
    ("loads", "mlc_llm_module"): ("mode", "library", "engine"),
    ("preflight", "crate"): ("crate",),
    ("preflight", "llvm"): ("llvm",),
    ("preflight", "spirv"): ("spirv",),
    ("preflight", "vulkan"): ("vulkan",),
    ("tokenizer_round_trip",): ("tokens",),
    ("tvm_ffi_round_trip",): ("numbers",),
}
"""Each check with its arguments, and the faults that make it fail."""


def run(folder: Path, check: tuple[str, ...], wrong: str = "") -> tuple[int, str | None, str]:
    """Run a check; return its exit status, the reason if it was skipped, and its output."""
    name, *arguments = check
    for path, text in STAND_INS.items():
        file = folder / "installed" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    work = folder / "work"
    work.mkdir()
    for file_name, data in check_files(f"builtin:mlc-llm/checks/{name}.py", folder).items():
        (work / file_name).write_bytes(data)
    runner, result = folder / "run_check.py", folder / "result.json"
    runner.write_text(program.source("gate/run_check.py"), encoding="utf-8")
    argv = [sys.executable, runner, result, "token", work / f"{name}.py", *arguments]
    env = {**os.environ, "PYTHONPATH": str(folder / "installed"), "WRONG": wrong}
    ran = subprocess.run(argv, cwd=work, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    done = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    return ran.returncode, done.get("skipped"), ran.stdout


def test_every_check_is_covered() -> None:
    assert {name for name, *_ in CHECKS} == {path.stem for path in SOURCES.glob("[!_]*.py")}


@pytest.mark.parametrize("check", CHECKS, ids=" ".join)
def test_a_check_passes_and_fails_for_each_reason(tmp_path: Path, check: tuple[str, ...]) -> None:
    for wrong in ("", *CHECKS[check]):
        folder = tmp_path / (wrong or "right")
        folder.mkdir()
        status, skipped, output = run(folder, check, wrong)
        assert (status != 0, skipped) == (bool(wrong), None), output


@pytest.mark.parametrize("check", [("buffer_copy", "vulkan"), ("generate", "--device", "vulkan", *GENERATE)])
def test_checks_that_need_a_vulkan_driver_are_skipped_without_one(tmp_path: Path, check: tuple[str, ...]) -> None:
    status, skipped, _ = run(tmp_path, check, "driver")
    reason = "this machine has no Vulkan driver: install one, such as Mesa's lavapipe for the CPU"
    assert (status, skipped) == (0, reason)


def test_the_runtime_only_option_sets_the_variable(tmp_path: Path) -> None:
    status, _, output = run(tmp_path, ("loads", "mlc_llm", "--runtime-only"))
    assert status == 0 and output == f"loads {'mlc_llm.dll' if sys.platform == 'win32' else 'libmlc_llm.so'}\n"


@pytest.mark.parametrize("check", [("buffer_copy", "abacus"), ("preflight", "abacus"), ("generate",), ("loads",)])
def test_other_arguments_fail(tmp_path: Path, check: tuple[str, ...]) -> None:
    status, skipped, output = run(tmp_path, check)
    assert status != 0 and skipped is None, output
