"""Execute a plan: build, test, record and release the wheels of a pipeline, on every supported platform.

  python scripts/wheel_pipeline.pyz --help

The plan is plan.json, next to the packed program. To change it, edit .projenrc.ts and run `npx projen`.
"""
