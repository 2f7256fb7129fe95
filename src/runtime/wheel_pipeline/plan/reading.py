"""Reads a plan from its file."""

import functools
import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import cattrs
from cattrs.gen import make_dict_structure_fn, override

from ..core.errors import Failure
from .model import Plan


def camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


@functools.cache
def converter() -> cattrs.Converter:
    """Return a converter from JSON to dataclasses that refuses a missing key and a value of another type."""
    made = cattrs.Converter()

    def structure(cls: type[Any]) -> Any:
        of = getattr(cls, "__origin__", cls)
        names: dict[str, Any] = {field.name: override(rename=camel_case(field.name)) for field in fields(of)}
        return make_dict_structure_fn(cls, made, **names)

    made.register_structure_hook_factory(lambda cls: is_dataclass(getattr(cls, "__origin__", cls)), structure)
    return made


@functools.cache
def load(path: Path) -> Plan:
    """Read a plan."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return converter().structure(data, Plan)
    except OSError as error:
        raise Failure(f"cannot read the plan {path} ({error.strerror}): run npx projen", 2) from error
    except (ValueError, cattrs.BaseValidationError) as error:
        told = cattrs.transform_error(error)[:3] if isinstance(error, cattrs.BaseValidationError) else [str(error)]
        raise Failure(f"{path} is not a plan ({'; '.join(told)}): run npx projen", 2) from error
