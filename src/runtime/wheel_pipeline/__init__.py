"""Executes a plan: builds, tests, records and releases the wheels of a pipeline, on every platform alike.

  python scripts/wheel_pipeline.pyz --help

plan.json, beside the packed program, decides what they do: change the declaration, .projenrc.ts, and run `npx projen`.
"""
