"""How properties are tried: the same examples every time, no stop-watch."""

from hypothesis import settings

settings.register_profile("wardbell", deadline=None, derandomize=True)
settings.load_profile("wardbell")
