"""What a job of the other workflows asks before it works: whether there is anything to build, and in which image."""
