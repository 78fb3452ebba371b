"""The commands that need more than the core: one file each, imported only when called."""
