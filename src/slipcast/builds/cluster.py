"""A cluster as builds see it: what their pods take from where they run.

Apart from the strategies, since settings name it and commands read settings.

Source: build-lifecycle.md section 5.
"""

from __future__ import annotations

import msgspec

from slipcast.builds.overrides import BuildDefaults, BuildOverrides


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """What build pods take from where they run.

    Shape:  builder_image runs Docker and Source builds; engine_socket is what Custom builds may
            ask for, empty when they may not; with stages each step of preparing the source is an
            init container of its own (BL-544 to BL-547), without them the builder does all.
    """

    builder_image: str
    version: str = ""
    engine_socket: str = ""
    stages: bool = False
    defaults: BuildDefaults = BuildDefaults()
    overrides: BuildOverrides = BuildOverrides()
