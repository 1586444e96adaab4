"""How laws are tried: without a clock, for a busy machine breaks no law.

A few dozen examples each, so that the whole tier stays quick; SLIPCAST_EXAMPLES asks for more, and
the nightly run does.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile(
    "laws", deadline=None, max_examples=int(os.environ.get("SLIPCAST_EXAMPLES", "40"))
)
settings.load_profile("laws")
