"""The check of the package's wheel."""

from importlib.metadata import version

version("windows-demo")
