"""How laws are tried: without a clock, for a busy machine breaks no law."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
