"""Adapters: the outside world, one technology per module."""
