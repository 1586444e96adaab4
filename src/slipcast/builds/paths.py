"""Paths as objects say them, tidied: `a/./b//c` is `a/b/c`.

What leads out of where it may lead stays as it was typed, so that the complaint can quote it.

Source: build-api.md BA-166; path.Clean of Go.
"""

from __future__ import annotations

import posixpath


def clean(path: str) -> str:
    """The shortest path that means the same; `.` when there is nothing."""
    # Two slashes at the front mean one (POSIX leaves them to the system).
    tidy = posixpath.normpath(path) if path else "."
    return f"/{tidy.lstrip('/')}" if tidy.startswith("//") else tidy


def leads_out(path: str) -> bool:
    """Whether a path begins with `..` when it is tidied (BA-541)."""
    return clean(path).startswith("..")


def cleaned(path: str) -> str:
    """A directory as it is kept: tidied, empty for the place itself (BA-541)."""
    tidy = clean(path)
    return path if leads_out(path) else tidy if tidy != "." else ""


def cleaned_relative(path: str) -> str:
    """A file's path as it is kept: tidied, when it stays inside (BA-570, BA-582)."""
    return path if path.startswith("/") else cleaned(path)


def cleaned_file(name: str) -> str:
    """A file's name as it is kept: tidied, without the slash before it (BA-534)."""
    tidy = clean(name).removeprefix("/")
    return name if not name or not is_file_name(tidy) else tidy


def is_file_name(name: str) -> bool:
    """Whether a text names a file in a directory, and no path (BA-534)."""
    return name not in {"", "."} and not name.startswith("..") and not {"/", "\\"} & set(name)
