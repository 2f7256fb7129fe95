"""Keeps a pipeline up to date: newer versions of what is pinned, as a proposal; old images, removed."""
