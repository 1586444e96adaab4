"""OpenAPI documents: what is served, for clients that explain and complete.

Made from THE TABLE of kinds and the schemas of their Structs: version 3 a group at a time, version
2 whole, and the Swagger 1.2 of the 3.5 era.
"""

from __future__ import annotations


def document(which: str) -> bytes | None:
    """The document at /openapi/WHICH; None where there is none."""
    del which
    return None


def swagger(which: str) -> bytes | None:
    """The Swagger 1.2 document at /swaggerapi/WHICH; None where there is none."""
    del which
    return None
