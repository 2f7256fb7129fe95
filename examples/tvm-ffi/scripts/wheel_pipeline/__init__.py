"""Executes a plan: builds, tests, records and releases the wheels of a pipeline, on every platform alike.

  python scripts/wheel_pipeline --help

The original of these files is src/runtime/wheel_pipeline of mlc-llm-pipeline, which copies them as they are. What they
do is decided by plan.json, beside this folder: change the declaration, .projenrc.ts, and run `npx projen`.
"""
