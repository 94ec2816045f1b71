"""Platforms and nothing else: one file or folder each, one line in the registry."""
