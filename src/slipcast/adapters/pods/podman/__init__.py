"""Pods as containers of podman, each pod below a small supervisor that outlives the server."""

from slipcast.adapters.pods.podman.commandline import OwnRegistry, Podman
from slipcast.adapters.pods.podman.pods import PodmanPods

__all__ = ["OwnRegistry", "Podman", "PodmanPods"]
