"""The plan: all that is declared, with every default filled in. It is read from plan.json, and from nowhere else.

What only the image, the workflows and the pages are
made from is in the file as well and not here. A key that stands in the file as `projectDir` is the field `project_dir`.
"""

from .build import Build, Hook, Platform, Preflight, PythonPackage, Tool, VulkanSdk
from .pins import FilePin, Pins, SourcePin, Upkeep, WheelsPin
from .reading import camel_case, converter, load
from .source import GitSource, SdistSource, Source, Submodule
from .system import BySystem, System
from .wheel import Alias, Check, Requirements, Wheel
from .whole import Files, Images, Input, Limits, Place, Plan, Release

__all__ = [
    "Alias",
    "Build",
    "BySystem",
    "Check",
    "FilePin",
    "Files",
    "GitSource",
    "Hook",
    "Images",
    "Input",
    "Limits",
    "Pins",
    "Place",
    "Plan",
    "Platform",
    "Preflight",
    "PythonPackage",
    "Release",
    "Requirements",
    "SdistSource",
    "Source",
    "SourcePin",
    "Submodule",
    "System",
    "Tool",
    "Upkeep",
    "VulkanSdk",
    "Wheel",
    "WheelsPin",
    "camel_case",
    "converter",
    "load",
]
