"""GitURL: where a source comes from, parsed once.

Here is what a text means; whether a repository answers there is the Git port's business. A plain
path is no GitURL until `local_repository` makes it one, because only the caller knows what lies
on this machine.

Source: git-clone(1), "GIT URLS"; s2i reference, source arguments.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import redacted


class Transport(StrEnum):
    """How git reaches it."""

    HTTP = "http"
    HTTPS = "https"
    GIT = "git"
    SSH = "ssh"
    SCP = "scp"
    FILE = "file"


TRANSPORTS = {
    "http": Transport.HTTP,
    "https": Transport.HTTPS,
    "git": Transport.GIT,
    "ssh": Transport.SSH,
    "git+ssh": Transport.SSH,
    "file": Transport.FILE,
}
"""THE TABLE of URL schemes; git's own remote helpers (`ext::`, `fd::`) run programs, so no row."""

_URL = patterns.lazy(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?]*)(?P<path>.*)", re.DOTALL
)
_AUTHORITY = patterns.lazy(
    r"(?:(?P<user>.*)@)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[^\[\]:@\s]*)(?::(?P<port>[0-9]*))?"
)
_SCP = patterns.lazy(
    r"(?:(?P<user>[^/:]*)@)?(?P<host>\[[^/\]]+\]|[^/:@\[\]]+):(?P<path>.*)", re.DOTALL
)
_DRIVE = patterns.lazy(r"[A-Za-z]:\\")
_HELPER = patterns.lazy(r"[A-Za-z0-9+.-]+::")
_CONTROL = patterns.lazy(r"[\x00-\x1f\x7f]|%(?:[01][0-9A-Fa-f]|7[Ff])")
_FRAGMENT = patterns.lazy(r"[A-Za-z0-9._+/@\\-]*")
_REVISION = patterns.lazy(
    r"[A-Za-z0-9._+/@\\-]*(?:[~^][0-9]*|\^\{[a-z]*\}|@\{[A-Za-z0-9._+/-]+\})*"
)
"""What git follows in a repository of this machine: `HEAD~2`, `v1.0^{}`, `main@{1}`."""
_NOT_IN_NAMES = patterns.lazy(r"[^a-z0-9-]")
_NAME_LENGTH = 58


class GitURL(msgspec.Struct, frozen=True, kw_only=True):
    """A Git URL: remote, ssh short form, or a local repository.

    Shape:  url is what git is given, without fragment; ref is the text after `#`, maybe empty.
            path is the URL's own, as written; of a local repository the absolute path.
    """

    url: str
    transport: Transport
    host: str = ""
    path: str = ""
    ref: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the repository lies on this machine; its path is then absolute."""
        return self.transport is Transport.FILE

    @property
    def without_credentials(self) -> GitURL:
        """The same place without user and password (S2I-118).

        Shape:  over ssh the user's name stays: it is part of the address, and no secret.
        """
        url = self.url
        if found := _URL.fullmatch(url):
            userinfo, at, place = found["authority"].rpartition("@")
            if at and self.transport is Transport.SSH:
                place = f"{userinfo.partition(':')[0]}@{place}"
            url = f"{found['scheme']}://{place}{found['path']}"
        return replace(self, url=url)

    def with_ref(self, ref: str) -> GitURL:
        """The same repository at another branch, tag or commit.

        Errors: InvalidFault.
        """
        check_ref(ref)
        return replace(self, ref=ref)

    def proposed_name(self) -> str:
        """A name for what is made of it: the last part of the path, else the host; maybe empty.

        Shape:  lower-case letters, digits and inner dashes, at most 58 characters.
        """
        path = self.path.partition("?")[0].replace("\\", "/").rstrip("/")
        last = path.rpartition("/")[2].removesuffix(".git") or self.host
        return _NOT_IN_NAMES.sub("", last.lower())[:_NAME_LENGTH].strip("-")

    @override
    def __str__(self) -> str:
        """The URL with its ref, as people may see it: passwords are hidden."""
        return redacted(self.url) + (f"#{self.ref}" if self.ref else "")

    @override
    def __repr__(self) -> str:
        return f"GitURL({str(self)!r})"


def parse_git_url(text: str, field: str = "source") -> GitURL | None:
    """The Git URL a text is; None when it is none, such as a local path.

    Errors: InvalidFault for what is a URL but must not or cannot be given to git.
    """
    if text.startswith("-"):
        raise _invalid(field, "must not start with '-'", text)
    bare, mark, ref = text.partition("#")
    parts = _parts(bare, field)
    if parts is None:
        return None
    if _CONTROL.search(bare):
        raise _invalid(field, "holds a control character", text)
    if mark and not _FRAGMENT.fullmatch(ref):
        if _REVISION.fullmatch(ref):
            what = f"a URL names a branch, a tag or a commit, and none that starts from one: {ref}"
            raise _invalid(field, what, text)
        what = "the ref after '#' may hold letters, digits and . - _ + / @ \\ only"
        raise _invalid(field, what, text)
    check_ref(ref, field)
    return replace(parts, ref=ref)


def local_repository(path: PurePosixPath, ref: str = "") -> GitURL:
    """The repository in a directory of this machine.

    Errors: InvalidFault when path is not absolute, for git would read `a:b` as a host.
    """
    text = str(path)
    if not path.is_absolute():
        raise _invalid("source", "a local repository needs an absolute path", text)
    if "\0" in text:
        raise _invalid("source", "holds a control character", text)
    check_ref(ref)
    return GitURL(url=text, transport=Transport.FILE, path=text, ref=ref)


def split_fragment(text: str) -> tuple[str, str]:
    """A local path and the ref typed behind its `#` (S2I-111).

    Shape:  a `#` followed by what cannot be a revision belongs to the path.
    """
    path, _, ref = text.partition("#")
    if not ref or not _REVISION.fullmatch(ref):
        return (path if text.endswith("#") else text), ""
    return path, ref


def check_ref(ref: str, field: str = "ref") -> None:
    """Refuses a ref that git would take for an option, or that spoils a line.

    Errors: InvalidFault.
    """
    if ref.startswith("-"):
        raise _invalid(field, "a ref must not start with '-'", ref)
    if _CONTROL.search(ref):
        raise _invalid(field, "a ref must not hold control characters", ref)


def _parts(text: str, field: str) -> GitURL | None:
    if found := _URL.fullmatch(text):
        return _url_parts(found, field)
    if _HELPER.match(text):
        raise _invalid(field, "git's remote helpers ('name::address') are not allowed", text)
    if _DRIVE.match(text):
        return None
    if found := _SCP.fullmatch(text):
        return _scp_parts(found, field)
    return None


def _url_parts(found: re.Match[str], field: str) -> GitURL:
    text, scheme = found[0], found["scheme"].lower()
    transport = TRANSPORTS.get(scheme)
    if transport is None:
        offered = ", ".join(TRANSPORTS)
        raise _invalid(field, f"{scheme} is no way to reach a repository; use {offered}", text)
    url = scheme + text[len(scheme) :]
    if transport is Transport.FILE:
        return _file_parts(url, found, field)
    authority = _AUTHORITY.fullmatch(found["authority"])
    if authority is None:
        raise _invalid(field, "the host cannot be read", text)
    host = authority["host"]
    if not host:
        raise _invalid(field, "names no host", text)
    if host.startswith("-") or (authority["user"] or "").startswith("-"):
        raise _invalid(field, "neither user nor host may start with '-'", text)
    return GitURL(url=url, transport=transport, host=host, path=found["path"])


def _file_parts(url: str, found: re.Match[str], field: str) -> GitURL:
    if found["authority"]:
        what = "a file URL has no host; write file:/// and the absolute path"
        raise _invalid(field, what, found[0])
    if not found["path"].startswith("/"):
        raise _invalid(field, "a file URL needs an absolute path", found[0])
    path = unquote(found["path"], errors="surrogateescape")
    return GitURL(url=url, transport=Transport.FILE, path=path)


def _scp_parts(found: re.Match[str], field: str) -> GitURL:
    text, host, path = found[0], found["host"], found["path"]
    if not path:
        raise _invalid(field, "names no path after the host", text)
    if any(part.startswith("-") for part in (found["user"] or "", host, path)):
        raise _invalid(field, "neither user, host nor path may start with '-'", text)
    return GitURL(url=text, transport=Transport.SCP, host=host.strip("[]"), path=path)


def _invalid(field: str, what: str, given: str) -> InvalidFault:
    return InvalidFault((FieldError(path=field, what=what, value=redacted(given)),))
