"""Subresources that do something, and requests that are answered and not kept."""
