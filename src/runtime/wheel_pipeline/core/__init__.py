"""Processes, output and errors: everything that needs no plan."""
