"""THE TABLE of settings. The package archive is always the one that this host's apt uses."""

from __future__ import annotations

from typing import Final

from slipcast.wiring.settings import builds, host, identity, streams

SETTINGS: Final = (*host.SETTINGS, *builds.SETTINGS, *identity.SETTINGS, *streams.SETTINGS)
