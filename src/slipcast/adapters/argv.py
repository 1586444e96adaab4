"""Running other programs."""
