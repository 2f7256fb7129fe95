"""The test gate: wheels as they are installed in another interpreter's environment, check by check.

probe.py, import_modules.py and run_check.py are run by that interpreter, which has nothing but the standard library
for sure; they are not imported.
"""
