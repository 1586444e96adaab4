"""The engine behind a Docker Engine API: dockerd, or podman's socket."""

from __future__ import annotations

from slipcast.adapters.engine.docker.engine import DockerEngine

__all__ = ["DockerEngine"]
