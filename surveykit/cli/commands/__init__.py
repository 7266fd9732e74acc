"""The commands: one file each, or one for a family of alike commands."""
