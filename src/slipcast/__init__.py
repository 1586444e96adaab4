"""slipcast: source code in, running container images out."""

__version__ = "0.1.0"
