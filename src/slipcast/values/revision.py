"""SourceRevision: which commit a build was made from."""

from __future__ import annotations

import msgspec


class SourceRevision(msgspec.Struct, frozen=True, kw_only=True):
    """What git knows of the checkout; every field may be empty (S2I-117).

    Shape:  location is a URL without user information, or an absolute path; ref is the branch
            name, `HEAD` when detached; date is git's default format; message is the subject, at
            most 80 columns.
    Units:  timestamp is the committer's time in seconds since the epoch, 0 when unknown.
    """

    location: str = ""
    ref: str = ""
    commit: str = ""
    author_name: str = ""
    author_email: str = ""
    committer_name: str = ""
    committer_email: str = ""
    date: str = ""
    message: str = ""
    context_dir: str = ""
    timestamp: int = 0
    dirty: bool = False
