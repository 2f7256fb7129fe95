"""What is in a wheel, for whoever has to know: an SPDX 2.3 document of its distribution, libraries and requirements.

Nothing in it is of the moment or the machine, so that every job that makes it makes the same bytes.

@see https://spdx.github.io/spdx-spec/v2.3/
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from ..wheels.files import sha256
from ..wheels.wheel import Wheel, requirement

SUFFIX = ".spdx.json"
LIBRARY = re.compile(r"\.(?:so(?:\.[0-9.]+)?|dll|pyd|dylib)$", re.IGNORECASE)
UNKNOWN = "NOASSERTION"


def sbom(wheel: Wheel, digest: str, url: str) -> bytes:
    """The document about a wheel, whose SHA-256 is given, and where it can be downloaded."""
    name, version = wheel.metadata.get("Name")[0], str(wheel.version)
    main = package(
        "SPDXRef-Wheel",
        name,
        versionInfo=version,
        packageFileName=wheel.path.name,
        downloadLocation=url,
        checksums=[{"algorithm": "SHA256", "checksumValue": digest}],
        licenseDeclared=license_of(wheel),
        primaryPackagePurpose="LIBRARY",
        externalRefs=[purl(f"pkg:pypi/{wheel.key}@{version}")],
    )
    libraries, requirements = list(libraries_of(wheel)), list(requirements_of(wheel))
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", main["SPDXID"])]
    relations += [(main["SPDXID"], "CONTAINS", each["SPDXID"]) for each in libraries]
    relations += [(main["SPDXID"], "DEPENDS_ON", each["SPDXID"]) for each in requirements]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": wheel.path.name,
        "documentNamespace": f"https://spdx.org/spdxdocs/{wheel.path.name}-{digest}",
        "creationInfo": {"created": made(wheel), "creators": ["Tool: mlc-llm-pipeline"]},
        "packages": [main, *libraries, *requirements],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
            for one, kind, other in relations
        ],
    }
    return (json.dumps(document, indent=2, sort_keys=True) + "\n").encode("utf-8")


def package(identifier: str, name: str, **facts: Any) -> dict[str, Any]:
    known = {"SPDXID": identifier, "name": name, "filesAnalyzed": False, "downloadLocation": UNKNOWN}
    unknown = {"licenseConcluded": UNKNOWN, "copyrightText": UNKNOWN, "licenseDeclared": UNKNOWN}
    return {**known, **unknown, **facts}


def purl(locator: str) -> dict[str, str]:
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}


def made(wheel: Wheel) -> str:
    """The time that the wheel's files carry: a build sets it, so that two give the same bytes."""
    newest = max((info.date_time for info in wheel.infos), default=(1980, 1, 1, 0, 0, 0))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", (*newest, 0, 1, 0))


def license_of(wheel: Wheel) -> str:
    """Only an expression by SPDX's own list is one; what old metadata says in words is none."""
    return next(iter(wheel.metadata.get("License-Expression")), UNKNOWN)


def libraries_of(wheel: Wheel) -> Iterator[dict[str, Any]]:
    """The shared libraries in it: its own, and those that the repair put beside them."""
    found = [(info.filename, sha256(data)) for info, data in wheel.members() if LIBRARY.search(info.filename)]
    for number, (name, digest) in enumerate(found, 1):
        checksums = [{"algorithm": "SHA256", "checksumValue": digest}]
        yield package(
            f"SPDXRef-Library-{number}",
            name.rpartition("/")[2],
            packageFileName=name,
            checksums=checksums,
            primaryPackagePurpose="LIBRARY",
        )


def requirements_of(wheel: Wheel) -> Iterator[dict[str, Any]]:
    """What it asks for and an installer brings; whether that is for every platform and extra is in the comment."""
    for number, text in enumerate(sorted(set(wheel.metadata.get("Requires-Dist"))), 1):
        wanted = requirement(text)
        key = canonicalize_name(wanted.name)
        exact = [
            str(each)[2:].lstrip("=") for each in wanted.specifier if str(each)[:2] == "==" and "*" not in str(each)
        ]
        version = {"versionInfo": exact[0]} if exact else {}
        locator = f"pkg:pypi/{key}@{exact[0]}" if exact else f"pkg:pypi/{key}"
        yield package(
            f"SPDXRef-Requirement-{number}", wanted.name, comment=text, externalRefs=[purl(locator)], **version
        )
