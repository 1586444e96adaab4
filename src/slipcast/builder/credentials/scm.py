"""What git is given of a source secret: a name and password, a key, an authority, settings.

Secrets lie in files of a private directory for as long as git needs them, and on no command line.
In a pod git knows nothing but them: whoever owns the host lends neither keys nor settings. Of the
settings in a secret only those count that cannot make git run a program.

Source: builder-process.md 4.1; gitcredentials(7); git-config(1); ssh_config(5).
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
from msgspec.structs import replace

from slipcast.api.build import GitBuildSource
from slipcast.api.core import Secret
from slipcast.builder.failures import failure
from slipcast.builder.task import Task
from slipcast.builds import sourcesecrets
from slipcast.builds.reasons import Reason
from slipcast.ports.git import CloneSpec, Git
from slipcast.values import patterns
from slipcast.values.faults import Fault
from slipcast.values.giturl import GitURL, Transport

_KEY, _HOSTS, _AUTHORITY, _SETTINGS = "ssh-privatekey", "known_hosts", "ca.crt", ".gitconfig"
_USER, _PASSWORD, _TOKEN = "username", "password", "token"
_GIVEN: Final = "given"
"""What the settings of the secret are called, while those that count have their name."""
_LARGEST: Final = 1 << 20
_WEB: Final = frozenset({Transport.HTTP, Transport.HTTPS})
_NOBODY: Final = "builder"
_PATIENCE: Final = ("ConnectTimeout=300", "ServerAliveInterval=60", "ServerAliveCountMax=5")
"""After so many seconds ssh gives up a host that went silent, as git does over http."""
_HARMLESS: Final = patterns.lazy(
    r"url\..*\.(?:insteadof|pushinsteadof)"
    r"|http\.(?:.*\.)?(?:sslverify|proxy|extraheader|useragent|version|postbuffer|lowspeedlimit"
    r"|lowspeedtime|sslversion|sslcipherlist|proxyauthmethod|followredirects|emptyauth)"
    r"|core\.(?:compression|longpaths|autocrlf|eol|symlinks|quotepath)"
    r"|(?:pack|fetch|transfer|receive|index)\.[a-z]+|user\.(?:name|email)",
    re.IGNORECASE,
)
"""Settings that neither run a program nor name a file of the host."""


class Lender(msgspec.Struct, frozen=True, kw_only=True):
    """Who gives git what a secret holds.

    Shape:  is_alone says that git knows nothing else, even where there is no secret; warn is told
            of settings that are left out.
    """

    git: Git
    warn: Callable[[str], None]
    is_alone: bool = True

    @contextmanager
    def lent(self, spec: CloneSpec, secret: Mapping[str, bytes], near: Path) -> Iterator[CloneSpec]:
        """How git is called with a secret, whose files lie near for the length of the context."""
        with tempfile.TemporaryDirectory(prefix=".scm-", dir=near) as directory:
            try:
                yield self._with_secret(spec, Path(directory), secret)
            except Fault as fault:
                # What git and ssh say of files that are gone by then is about keys of the secret.
                fault.message = _of_secret(fault.message, directory)
                fault.tail = tuple(_of_secret(line, directory) for line in fault.tail)
                raise

    def _with_secret(
        self, spec: CloneSpec, private: Path, secret: Mapping[str, bytes]
    ) -> CloneSpec:
        env: dict[str, str] = {}
        if secret or self.is_alone:
            # Besides settings: `.netrc`, keys and hosts that ssh knows.
            env["HOME"] = str(private)
            env["GIT_CONFIG_GLOBAL"] = str(self._settings(private, secret))
        if _KEY in secret or self.is_alone:
            env["GIT_SSH_COMMAND"] = _ssh(private, secret)
        if _AUTHORITY in secret and spec.url.transport is Transport.HTTPS:
            spec = replace(spec, ca_file=_kept(private, _AUTHORITY, secret[_AUTHORITY]))
        if spec.url.transport in _WEB:
            spec = replace(spec, url=_authenticated(spec.url, secret))
        return replace(spec, env=tuple(env.items()))

    def _settings(self, private: Path, secret: Mapping[str, bytes]) -> Path:
        """A file of git's settings with what is harmless of the secret's (BLD-54)."""
        lines: list[str] = []
        if _SETTINGS in secret:
            file = _kept(private, _GIVEN, secret[_SETTINGS])
            for name, value in self.git.settings(file):
                if _HARMLESS.fullmatch(name):
                    lines += _setting(name, value)
                else:
                    self.warn(f"the setting {name} of {_SETTINGS} is left out")
        return _kept(private, _SETTINGS, "".join(lines).encode("utf-8", "surrogateescape"))


@contextmanager
def environment(task: Task, url: GitURL) -> Iterator[CloneSpec]:
    """How git is called for a repository, for the length of the context.

    Errors: BuildFault FetchSourceFailed when the secret holds nothing that git can use.
    """
    source = task.build.spec.source.git or GitBuildSource()
    spec = CloneSpec(
        url=url,
        http_proxy=source.http_proxy or "",
        https_proxy=source.https_proxy or "",
        no_proxy=source.no_proxy or "",
        ca_file=task.platform.ca_bundle,
    )
    lender = Lender(git=task.git, warn=task.progress.warn, is_alone=not task.is_by_hand)
    with lender.lent(spec, _secret(task), task.work) as lent:
        yield lent


def why_unfit(task: Task, uri: str) -> str:
    """Why the source secret opens no such address, whatever it holds; empty when it may."""
    secret = _secret(task)
    return sourcesecrets.why_unfit(uri, Secret(data=dict(secret))) if secret else ""


def _secret(task: Task) -> Mapping[str, bytes]:
    """The files of the source secret that mean something to git."""
    said, directory = task.env.get("SOURCE_SECRET_PATH", ""), task.named_by("SOURCE_SECRET_PATH")
    if directory is None:
        return {}
    found = {
        name: path.read_bytes()[:_LARGEST]
        for name in sourcesecrets.KEYS
        if (path := directory / name).is_file()
    }
    handled = sourcesecrets.HANDLED
    if not handled & found.keys():
        raise failure(
            Reason.FETCH_SOURCE_FAILED,
            f"no auth handler was found for secrets in {said}",
            hint=f"A source secret holds one or more of {', '.join(sorted(handled))}.",
        )
    return found


def _authenticated(url: GitURL, secret: Mapping[str, bytes]) -> GitURL:
    """The URL with who we are in it, which never gets further than git's private file (BLD-50)."""
    parts = urlsplit(url.url)
    userinfo, at, place = parts.netloc.rpartition("@")
    said_user, _, said_password = userinfo.partition(":")
    user = _line(secret, _USER) or unquote(said_user) or _NOBODY
    password = _line(secret, _TOKEN) or _line(secret, _PASSWORD) or unquote(said_password)
    if not password and (user == unquote(said_user) or not at):
        return url
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    return replace(url, url=parts._replace(netloc=netloc).geturl())


def _line(secret: Mapping[str, bytes], name: str) -> str:
    """The first line of a file, empty when it is not there."""
    text = secret.get(name, b"").decode("utf-8", "surrogateescape")
    return text.partition("\n")[0].rstrip("\r")


def _ssh(private: Path, secret: Mapping[str, bytes]) -> str:
    """The ssh that git calls: with that key and no other; hosts as the secret knows them (BLD-49).

    Shape:  a secret that knows no hosts trusts any, as it has always been.
    """
    words = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentityAgent=none"]
    words += ["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"]
    words += (word for each in _PATIENCE for word in ("-o", each))
    if _KEY in secret:
        # Without the end of its last line, which editors of secrets lose, ssh takes no key.
        key = _kept(private, _KEY, secret[_KEY].rstrip(b"\r\n") + b"\n")
        words += ["-o", f"IdentityFile={key}"]
    else:
        words += ["-o", "IdentityFile=none"]
    if _HOSTS in secret:
        known = _kept(private, _HOSTS, secret[_HOSTS])
        words += ["-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={known}"]
    else:
        words += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    return shlex.join([*words, "-o", "GlobalKnownHostsFile=/dev/null"])


def _of_secret(text: str, private: str) -> str:
    return text.replace(f"{private}/{_GIVEN}", _SETTINGS).replace(f"{private}/", "")


def _setting(name: str, value: str) -> Iterator[str]:
    section, _, rest = name.partition(".")
    subsection, _, key = rest.rpartition(".")
    yield f"[{section} {_quoted(subsection)}]\n" if subsection else f"[{section}]\n"
    yield f"\t{key} = {_quoted(value)}\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _kept(private: Path, name: str, content: bytes) -> Path:
    path = private / name
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
