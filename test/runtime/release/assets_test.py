"""What a release has beside its wheels."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from release_bench import LINUX, REPOSITORY, TAG, WINDOWS, Project, digest, whole_project

from conftest import make_wheel_file
from wheel_pipeline.release.assets import further_assets
from wheel_pipeline.release.sbom import sbom
from wheel_pipeline.release.verification import Built
from wheel_pipeline.wheels.wheel import Wheel

URL = "https://github.com/owner/name/releases/download/v1.0"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return whole_project(tmp_path)


def assets(project: Project) -> dict[str, bytes]:
    return dict(further_assets(Built(project.plan, project.expected()), "v1.0", REPOSITORY))


def test_each_platform_has_requirements_and_each_wheel_a_list_of_its_contents(project: Project) -> None:
    found = assets(project)
    assert sorted(found) == sorted(
        [*(f"requirements-{platform.id}.txt" for platform in (LINUX, WINDOWS))]
        + [f"{name}.spdx.json" for name in project.wheels()]
    )
    assert found == assets(project)


def test_the_lists_are_an_option(project: Project) -> None:
    project.plan = dataclasses.replace(project.plan, release=dataclasses.replace(project.plan.release, sbom=False))
    assert sorted(assets(project)) == [f"requirements-{LINUX.id}.txt", f"requirements-{WINDOWS.id}.txt"]


def test_the_requirements_name_each_wheel_by_address_and_hash(project: Project) -> None:
    lines = assets(project)[f"requirements-{LINUX.id}.txt"].decode().splitlines()
    wheels = {name: path for name, path in project.wheels().items() if TAG in name}
    assert lines[1:] == [
        f"{name.split('-')[0]} @ {URL}/{name} --hash=sha256:{digest(path)}" for name, path in wheels.items()
    ]


def install(project: Project, folder: Path, requirements: bytes) -> subprocess.CompletedProcess[str]:
    path = folder / "requirements.txt"
    path.write_bytes(requirements.replace(URL.encode(), project.path(LINUX).resolve().as_uri().encode()))
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--require-hashes"]
    options = ["--target", str(folder / "target"), "-r", str(path), "--disable-pip-version-check"]
    return subprocess.run([*argv, *options], check=False, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="installs a wheel for Linux")
def test_pip_takes_these_wheels_and_no_others(project: Project, tmp_path: Path) -> None:
    requirements = assets(project)[f"requirements-{LINUX.id}.txt"]
    done = install(project, tmp_path, requirements)
    assert done.returncode == 0, done.stderr
    assert {"demo", "tvm"} <= {path.name for path in (tmp_path / "target").iterdir()}
    make_wheel_file(project.path(LINUX), "tvm", "0.9", requires=["evil"])
    assert "DO NOT MATCH" in install(project, tmp_path, requirements).stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="installs a wheel for Linux")
def test_the_second_line_leaves_them_as_they_are_whatever_the_index_has(project: Project, tmp_path: Path) -> None:
    index, environment = tmp_path / "index", tmp_path / "environment"
    names = {}
    for wheel in (Wheel(path) for name, path in project.wheels().items() if TAG in name):
        distribution, version = wheel.metadata.get("Name")[0], wheel.metadata.get("Version")[0]
        names[distribution] = version
        evil = {f"{distribution.replace('-', '_')}/evil.py": b""}
        make_wheel_file(index, distribution, version, files=evil)
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    requirements = tmp_path / "requirements.txt"
    text = assets(project)[f"requirements-{LINUX.id}.txt"]
    requirements.write_bytes(text.replace(URL.encode(), project.path(LINUX).resolve().as_uri().encode()))
    pip = [str(environment / "bin/python"), "-m", "pip", "install", "--quiet", "--no-index", f"--find-links={index}"]
    subprocess.run([*pip, "--no-deps", "--require-hashes", "-r", str(requirements)], check=True)
    subprocess.run([*pip, *(f"{name}=={version}" for name, version in names.items())], check=False)
    assert not list(environment.rglob("evil.py"))


def document(path: Path) -> dict[str, Any]:
    wheel = Wheel(path)
    return dict(json.loads(sbom(wheel, digest(path), f"{URL}/{path.name}")))


def test_the_list_is_spdx_and_says_what_is_in_the_wheel_and_what_it_asks_for(tmp_path: Path) -> None:
    library = b"\x7fELF"
    metadata = (
        "Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\nLicense-Expression: Apache-2.0\n"
        "Requires-Dist: numpy>=2; python_version>='3.12'\nRequires-Dist: tvm==0.9\n\n"
    )
    files = {"demo/__init__.py": b"", "demo/lib.so": b"a", "demo.libs/libz-1234.so.1.3": library}
    path = make_wheel_file(tmp_path, files=files, metadata=metadata)
    told = document(path)
    packages = {each["name"]: each for each in told["packages"]}
    assert list(packages) == ["Demo", "libz-1234.so.1.3", "lib.so", "numpy", "tvm"]
    assert packages["Demo"] | {"x": 0} == packages["Demo"] | {
        "x": 0,
        "versionInfo": "1.0",
        "licenseDeclared": "Apache-2.0",
        "downloadLocation": f"{URL}/{path.name}",
        "checksums": [{"algorithm": "SHA256", "checksumValue": digest(path)}],
    }
    assert packages["libz-1234.so.1.3"]["checksums"][0]["checksumValue"] == hashlib.sha256(library).hexdigest()
    assert packages["tvm"]["versionInfo"] == "0.9" and "versionInfo" not in packages["numpy"]
    assert packages["numpy"]["externalRefs"][0]["referenceLocator"] == "pkg:pypi/numpy"
    kinds = [each["relationshipType"] for each in told["relationships"]]
    assert kinds == ["DESCRIBES", "CONTAINS", "CONTAINS", "DEPENDS_ON", "DEPENDS_ON"]


def test_the_list_has_what_spdx_asks_of_a_document(tmp_path: Path) -> None:
    told = document(make_wheel_file(tmp_path, requires=["a>1", "b"], files={"demo/a.so": b"a"}))
    assert (told["spdxVersion"], told["dataLicense"], told["SPDXID"]) == ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["creationInfo"]["created"])
    assert "#" not in told["documentNamespace"] and told["documentNamespace"].startswith("https://")
    ids = [each["SPDXID"] for each in told["packages"]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", each) for each in ids)
    known = {*ids, "SPDXRef-DOCUMENT"}
    for relation in told["relationships"]:
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= known
    for package in told["packages"]:
        assert {"name", "SPDXID", "downloadLocation", "filesAnalyzed"} <= package.keys()


@pytest.mark.skipif(os.name == "nt", reason="a release is made on Linux")
def test_spdx_tools_have_no_finding(tmp_path: Path) -> None:
    from spdx_tools.spdx.parser import parse_anything
    from spdx_tools.spdx.validation import document_validator

    path = make_wheel_file(tmp_path, requires=["a>1; extra == 'x'", "b==1.0"], files={"demo/a.so": b"a"})
    target = tmp_path / "wheel.spdx.json"
    target.write_bytes(sbom(Wheel(path), digest(path), f"{URL}/{path.name}"))
    assert document_validator.validate_full_spdx_document(parse_anything.parse_file(str(target))) == []
