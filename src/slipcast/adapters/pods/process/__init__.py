"""Pods as processes of this host, each below a small supervisor that outlives the server."""

from slipcast.adapters.pods.process.pods import ProcessPods

__all__ = ["ProcessPods"]
