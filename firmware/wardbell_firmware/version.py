"""Which Wardbell runs on this board; the same as in pyproject.toml."""

VERSION = "0.1.0"
