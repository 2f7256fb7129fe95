"""The release: what a tag names, whether the wheels are fit for it, its notes, and publishing all or nothing."""
