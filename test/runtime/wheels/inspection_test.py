"""Every way in which a wheel is not fit to publish is a finding."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from conftest import LINUX, TAG, WINDOWS, hashed, make_build, make_wheel, make_wheel_file
from wheel_pipeline.plan import Platform, Wheel
from wheel_pipeline.wheels.inspection import inspect


class Inspection:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wheel(self, *arguments: Any, **keywords: Any) -> Path:
        return make_wheel_file(self.folder, *arguments, **keywords)

    def __call__(self, *wheels: Wheel, platform: Platform = LINUX, **options: Any) -> list[str]:
        given = {"platform_tag": platform.platform_tag, "version": "", **options}
        return inspect(make_build(*wheels), platform, self.folder, **given)


@pytest.fixture
def inspection(tmp_path: Path) -> Inspection:
    return Inspection(tmp_path / "dist")


def test_a_good_wheel_passes_and_is_shown(inspection: Inspection, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = inspection.wheel()
    declared = make_wheel(forbidden=["**/*.a"], max_bytes=5000)
    assert inspection(declared, version="1.0.0", build_paths=["/build/of/this"]) == []
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["wheel", "size", "files", "tag"]
    assert shown[1].split() == [wheel.name, "0.00", "MB", "4", TAG]


def test_all_findings_are_told(inspection: Inspection) -> None:
    wheel = inspection.wheel(files={"a.a": b"", "b%.a": b""})
    findings = inspection(make_wheel(forbidden=["*.a"], max_bytes=1))
    assert len(findings) == 3 and all(each.startswith(f"{wheel.name}: ") for each in findings)


@pytest.mark.parametrize("platform", [f"{TAG}.manylinux_2_27_x86_64", "linux_x86_64"])
def test_one_of_several_tags_or_another_tag_can_be_the_expected_one(inspection: Inspection, platform: str) -> None:
    inspection.wheel(platform=platform)
    assert inspection(platform_tag=TAG if TAG in platform else platform) == []


@pytest.mark.parametrize(
    ("platform", "message"),
    [
        ("linux_x86_64", "is not repaired (tag linux_x86_64)"),
        ("manylinux_2_35_x86_64", f"is for manylinux_2_35_x86_64, not for {TAG}"),
        ("any", f"is for any, not for {TAG}"),
    ],
)
def test_another_platform_tag_is_a_finding(inspection: Inspection, platform: str, message: str) -> None:
    inspection.wheel(platform=platform)
    [finding] = inspection()
    assert message in finding


def test_a_missing_a_double_an_undeclared_and_a_misnamed_wheel_are_findings(inspection: Inspection) -> None:
    for arguments in ((), ("demo", "2.0"), ("stranger",)):
        inspection.wheel(*arguments)
    for name in ("demo.whl", f"demo-3-py3-none-{TAG}.whl"):
        (inspection.folder / name).write_bytes(b"")
    findings = "\n".join(inspection(make_wheel(), make_wheel("tvm")))
    for text in (
        "demo.whl is not named like a wheel",
        f"demo-3-py3-none-{TAG}.whl is not a zip file",
        f"stranger-1.0-py3-none-{TAG}.whl is no distribution of the plan",
        "several wheels of demo (",
        "no wheel of tvm in",
    ):
        assert text in findings


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metadata": "Name: other\nVersion: 1.0\n"}, "has the name 'other', not demo"),
        ({"metadata": "Name: demo\nVersion: 1.1\n"}, "has the version '1.1', not 1.0"),
        ({"metadata": "Name: demo\nVersion: one\n"}, "'one' is not a version"),
        ({"metadata": "Name: demo\n"}, "has the version '', not 1.0"),
        ({"wheel_tags": ["py3-none-linux_x86_64"]}, "its WHEEL file has the tags py3-none-linux_x86_64"),
    ],
)
def test_metadata_against_the_file_name_is_a_finding(
    inspection: Inspection, arguments: dict[str, Any], message: str
) -> None:
    inspection.wheel(**arguments)
    [finding] = inspection()
    assert message in finding


def test_another_version_is_a_finding_for_versioned_wheels(inspection: Inspection) -> None:
    inspection.wheel()
    [finding] = inspection(version="2.0")
    assert "has version 1.0, not 2.0" in finding
    assert inspection(make_wheel(use_source_version=True), version="2.0") == []


def test_requirements_against_the_plan_are_findings(inspection: Inspection) -> None:
    inspection.wheel(requires=["tvm==0.8", "torch"])
    inspection.wheel("tvm", "0.9")
    declared = make_wheel(pin=["tvm"], add=["psutil"], drop=["torch"]), make_wheel("tvm")
    findings = "\n".join(inspection(*declared))
    for text in ("requires 'tvm==0.8', against", "requires 'torch', against", "'tvm==0.9', as", "'psutil', as"):
        assert text in findings
    inspection.wheel(requires=["tvm==0.9", "psutil"])
    assert inspection(*declared) == []


def test_a_record_that_does_not_hold_is_a_finding(inspection: Inspection) -> None:
    record = f"demo/__init__.py,{hashed(b'else')},22\ndemo/gone.py,{hashed(b'')},0\ndemo-1.0.dist-info/RECORD,,\n"
    inspection.wheel(record=record + "demo-1.0.dist-info/WHEEL,md5=x,1\n")
    findings = "\n".join(inspection())
    for text in (
        "RECORD lists demo/gone.py, which is not there",
        "demo/__init__.py is not the file that RECORD tells of",
        "RECORD does not list demo-1.0.dist-info/METADATA",
        "demo-1.0.dist-info/WHEEL is not the file that RECORD tells of (md5=x 1)",
    ):
        assert text in findings


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_twice_and_a_damaged_file_are_findings(inspection: Inspection) -> None:
    wheel = inspection.wheel(files={"demo/a.py": b"x" * 50})
    with zipfile.ZipFile(wheel, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("demo/a.py", b"marked")
    wheel.write_bytes(wheel.read_bytes().replace(b"marked", b"harmed"))
    findings = "\n".join(inspection())
    assert "has demo/a.py twice" in findings
    assert "demo/a.py is damaged" in findings


@pytest.mark.parametrize("name", ["demo/lib/x.txt", "deep/down/y.a", "z.a", "demo-1.0.data/platlib/demo/lib/x.txt"])
def test_a_forbidden_file_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel(files={name: b"", "demo/library/x.txt": b"", "demo/a": b""})
    [finding] = inspection(make_wheel(forbidden=["**/*.a", "demo/lib/**"]))
    assert f"holds {name}, which" in finding


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("demo.libs/libvulkan-1a2b3c4d.so.1.3.250", "libvulkan.so.1"),
        ("demo.libs/libvulkan-1a2b3c.so.1", "libvulkan.so.1"),
        ("demo/libvulkan.so", "libvulkan.so.1"),
        ("demo/libtvm_ffi.so", "libtvm_ffi.so"),
        ("demo/libtvm_extra.so", "libtvm_*.so"),
        ("demo.libs/vulkan-1-0123456789abcdef0123456789abcdef.dll", "vulkan-1.dll"),
        ("demo.libs/VULKAN-1.DLL", "vulkan-1.dll"),
    ],
)
def test_an_excluded_library_is_a_finding_under_any_of_its_names(
    inspection: Inspection, name: str, excluded: str
) -> None:
    platform = WINDOWS if name.lower().endswith(".dll") else LINUX
    inspection.wheel(files={name: b"", "demo/libtvm.so": b""}, platform=platform.platform_tag)
    [finding] = inspection(make_wheel(excludes=[excluded]), platform=platform)
    assert f"bundles {name}, which is the excluded {excluded}" in finding


def test_the_same_megabyte_twice_is_a_finding(inspection: Inspection) -> None:
    big = bytes(1_000_000)
    inspection.wheel(files={"a.so": big, "lib/a.so": big, "small": b"x", "small2": b"x"})
    [finding] = inspection()
    assert "holds the same 1.00 MB twice, a.so and lib/a.so" in finding


def test_too_big_a_wheel_is_a_finding(inspection: Inspection) -> None:
    wheel = inspection.wheel()
    [finding] = inspection(make_wheel(max_bytes=10))
    assert f"has {wheel.stat().st_size} bytes, maxBytes is 10" in finding


def test_a_build_path_is_a_finding_in_any_spelling(inspection: Inspection) -> None:
    files = {
        "a.so": b"\0/the/build/x.cc\0",
        "b.json": b'"D:\\\\a\\\\b"',
        "c.dll": b"D:/a/b D:\\a\\b",
        "d": b"/the",
    }
    wheel = inspection.wheel(files=files)
    findings = inspection(build_paths=["/the/build/", "D:\\a\\b", ""])
    expected = (("a.so", "/the/build", 1), ("b.json", "D:\\a\\b", 1), ("c.dll", "D:\\a\\b", 2))
    told = [f"{wheel.name}: {name} holds the build path {path} ({times} times)" for name, path, times in expected]
    assert [finding.partition(": map it")[0] for finding in findings] == told


def test_a_wheel_without_dist_info_is_a_finding(inspection: Inspection) -> None:
    inspection.folder.mkdir()
    with zipfile.ZipFile(inspection.folder / f"demo-1.0-py3-none-{TAG}.whl", "w") as archive:
        archive.writestr("demo.py", "")
    assert "has 0 .dist-info folders (none)" in inspection()[0]


# Members that no installer should be given.


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "demo/../../x", "/etc/x", "a\\..\\b", "..\\x", "C:/x", "c:x", "demo/D:/x", "a//b", "./a", "a\nb"),
        *("demo-1.0.data/data/../../x", "demo-1.0.data/purelib//x"),
    ],
)
def test_a_member_that_leaves_its_place_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel(files={name: b""})
    assert any(f"holds {name!r}, which is no plain path" in finding for finding in inspection())


def test_a_folder_that_leaves_its_place_is_a_finding(inspection: Inspection) -> None:
    with zipfile.ZipFile(inspection.wheel(), "a") as archive:
        archive.mkdir("demo/data")
        archive.mkdir("../demo")
    [finding] = inspection()
    assert "holds '../demo/', which is no plain path" in finding


def test_a_symbolic_link_is_a_finding(inspection: Inspection) -> None:
    inspection.wheel(files={"demo/x.so": b"/lib/x.so"}, modes={"demo/x.so": 0o120777})
    [finding] = inspection()
    assert "holds demo/x.so, a symbolic link" in finding


@pytest.mark.parametrize(
    "name",
    [
        *("demo.pth", "demo-1.0.data/purelib/x.PTH", "demo-1.0.data/data/lib/python3.13/site-packages/x.pth"),
        *("sitecustomize.py", "usercustomize.py", "usercustomize/__init__.py", "sitecustomize.cpython-313.so"),
        *("demo-1.0.data/platlib/sitecustomize.py", "demo-1.0.data/data/Lib/site-packages/sitecustomize.py"),
    ],
)
def test_what_runs_whenever_python_starts_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel(files={name: b"", "demo/data.pth": b"", "demo/sitecustomize.py": b""})
    [finding] = inspection()
    assert f"holds {name}, which" in finding and "Python" in finding


@pytest.mark.parametrize("name", ["demo-1.0.data/purelib/other-1.0.dist-info/METADATA", "other.egg-info/PKG-INFO"])
def test_metadata_of_another_distribution_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel(files={name: b""})
    [finding] = inspection()
    assert f"holds {name}, which is another distribution's" in finding


def test_dist_info_of_another_name_or_two_of_them_is_a_finding(inspection: Inspection) -> None:
    other = inspection.wheel("other")
    wheel = other.rename(other.with_name(other.name.replace("other", "demo")))
    findings = inspection()
    assert f"{wheel.name}: its metadata lies in other-1.0.dist-info, which is another distribution's" in findings[0]
    inspection.wheel(files={"other-1.0.dist-info/METADATA": b""})
    assert "has 2 .dist-info folders (demo-1.0.dist-info, other-1.0.dist-info)" in inspection()[0]


@pytest.mark.parametrize("name", ["tvm/__init__.py", "tvm/more.py", "demo-1.0.data/platlib/tvm/x.py"])
def test_the_package_of_another_wheel_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel("tvm")
    wheel = inspection.wheel(files={"demo/__init__.py": b"", name: b""})
    [finding] = inspection(make_wheel("tvm"), make_wheel())
    assert finding.startswith(f"{wheel.name}: brings tvm, as tvm-1.0-")


def test_a_namespace_package_may_be_in_several_wheels_but_no_file_of_it(inspection: Inspection) -> None:
    inspection.wheel("tvm", files={"space/a.py": b"", "tvm-1.0.data/scripts/tvm": b""})
    inspection.wheel(files={"space/b.py": b"", "demo-1.0.data/scripts/demo": b""})
    assert inspection(make_wheel("tvm"), make_wheel()) == []
    inspection.wheel(files={"space/b.py": b"", "space/a.py": b""})
    assert "brings space, as tvm-1.0" in inspection(make_wheel("tvm"), make_wheel())[0]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["demo/a.py", "demo/A.py"], "demo/A.py and demo/a.py"),
        (["Demo/a.py", "demo/a.py", "demo/b.py"], "Demo and demo"),
    ],
)
def test_names_that_differ_by_case_only_are_a_finding(inspection: Inspection, names: list[str], told: str) -> None:
    inspection.wheel(files=dict.fromkeys(names, b""))
    [finding] = inspection()
    assert f"holds {told}, one file where case does not count" in finding


@pytest.mark.parametrize("name", ["demo/.netrc", ".pypirc", "demo-1.0.data/data/share/id_rsa"])
def test_a_file_of_credentials_is_a_finding(inspection: Inspection, name: str) -> None:
    inspection.wheel(files={name: b"secret"})
    [finding] = inspection()
    assert f"holds {name}, which is a file of credentials" in finding


def test_a_set_uid_program_is_a_finding(inspection: Inspection) -> None:
    inspection.wheel(files={"demo/tool": b""}, modes={"demo/tool": 0o104755})
    [finding] = inspection()
    assert "holds demo/tool, which would run as its owner" in finding


def test_the_value_of_a_secret_is_a_finding_by_its_name(inspection: Inspection) -> None:
    inspection.wheel(files={"demo/config.py": b"token = 'hidden-value'"})
    [finding] = inspection(secrets={"MY_TOKEN": "hidden-value", "OTHER_TOKEN": "another-value"})
    assert "demo/config.py holds the value of MY_TOKEN, a secret" in finding and "hidden-value" not in finding
