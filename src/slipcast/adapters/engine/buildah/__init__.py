"""The engine adapter over buildah, the default on Linux. Public: BuildahEngine."""

from slipcast.adapters.engine.buildah.engine import BuildahEngine

__all__ = ["BuildahEngine"]
