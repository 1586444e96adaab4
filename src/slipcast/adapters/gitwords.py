"""What git's words mean: its last lines on standard error, as a fault that people can act on.

Git has one exit status for nearly everything, so its sentences are all there is to go by.

Source: the messages of git 2.20 to 2.47, of curl, of OpenSSH, and of the large forges.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from slipcast.values import patterns
from slipcast.values.faults import GitFault, InvalidFault
from slipcast.values.giturl import GitURL, Transport, parse_git_url
from slipcast.values.legible import legible
from slipcast.values.sensitive import redacted


class _Meaning(msgspec.Struct, frozen=True):
    reason: str
    words: re.Pattern[str]
    sentence: str
    hint: str = ""
    retryable: bool = False


def _row(
    reason: str, words: str, sentence: str, hint: str = "", *, retryable: bool = False
) -> _Meaning:
    return _Meaning(reason, patterns.lazy(words, re.IGNORECASE), sentence, hint, retryable)


MEANINGS = (
    _row(
        "NoSpace",
        r"No space left on device|Disk quota exceeded",
        "no space is left for the source of {url}",
        "make room in the state directory",
    ),
    _row(
        "RefUnknown",
        r"Remote branch .* not found in upstream|couldn't find remote ref|did not match any file"
        r"|reference is not a tree|unknown revision|bad revision|Needed a single revision"
        r"|not our ref|invalid reference|is not a commit|unadvertised object"
        r"|did not contain [0-9a-f]{40}|find current revision in submodule",
        "{url} has no branch, tag or commit {ref}",
        "give --ref, or the text after '#', a branch, a tag or a commit of the repository",
    ),
    _row(
        "Unreachable",
        r"Host key verification failed",
        "the key that {host} shows is not one that known_hosts has for it",
        "add the host's key to known_hosts once it is verified (ssh-keyscan prints it)",
    ),
    _row(
        "Authentication",
        r"Authentication failed|could not read (?:Username|Password)|terminal prompts disabled"
        r"|Permission denied \(|returned error: 40[137]|Access denied|Authorization failed"
        r"|Invalid (?:username|credentials)|Too many authentication failures|is not authorized",
        "{host} asks who we are and refuses: the repository {url} is private, or does not exist",
        "configure a credential helper or an ssh key that may read it, and check the spelling",
    ),
    _row(
        "RepositoryUnknown",
        r"repository '.*' not found|Repository not found|does not appear to be a git repository"
        r"|repository '.*' does not exist|returned error: 4(?:04|10)"
        r"|project you were looking for could not be found|not exported|not valid: is this a git"
        r"|no such repository|Could not find repository",
        "there is no repository {url}",
        "check the spelling of the URL",
    ),
    _row(
        "Unreachable",
        r"certificate|SSL|TLS|gnutls",
        "the connection to {host} is not trusted, or its encryption failed",
        "give the CA bundle that signs for the host (git: http.sslCAInfo), or check its clock",
    ),
    _row(
        "Unreachable",
        r"Could not resolve (?:host|proxy)|Name or service not known|unable to look up"
        r"|Temporary failure in name resolution",
        "the name {host} cannot be resolved",
        "check the spelling of the host, and this machine's network and proxy",
        retryable=True,
    ),
    _row(
        "Unreachable",
        r"returned error: 5\d\d",
        "{host} answers with an error of its own",
        "try again later, and see whether the address is right",
        retryable=True,
    ),
    _row(
        "RepositoryUnknown",
        r"unable to update url base from redirection",
        "{url} leads elsewhere, to something that is no repository",
        "it may be a page to sign in: check the spelling, and who may read it",
    ),
    _row(
        "Unreachable",
        r"Failed to connect|Couldn't connect|Connection (?:refused|timed out|reset|closed)"
        r"|Network is unreachable|No route to host|unable to connect|hung up unexpectedly"
        r"|early EOF|Operation too slow|Operation timed out"
        r"|Empty reply from server|Recv failure|transfer closed|Timeout, server .* not responding",
        "{host} cannot be reached, or broke the connection off",
        "check this machine's network and proxy, and whether the host is up",
        retryable=True,
    ),
    _row(
        "Unreachable",
        r"Unable to negotiate with|no matching (?:host key|key exchange|cipher)",
        "{host} and the ssh of this machine have no way to talk that both still take for safe",
        "the server's ssh is too old, or too new: see what it offers (ssh -v shows it)",
    ),
    _row(
        "HostUnfit",
        r"cannot run ssh|ssh: (?:command )?not found",
        "there is no ssh on this machine to reach {host} with",
        "install openssh-client where builds run",
    ),
    _row(
        "ProtocolForbidden",
        r"transport '.*' not allowed",
        "{url} has a submodule at an address that a remote repository may not name",
        "only http, https, ssh and git are allowed there; --ignore-submodules leaves it out",
    ),
)
"""THE TABLE: the first row whose words occur tells what happened."""


_SAYS_NOTHING = frozenset({"fatal: Could not read from remote repository."})
"""What git says of a server's own words, which stand before it."""
_SUBMODULE = patterns.lazy(r"clone of '(?P<url>.+?)' into submodule path '.*?' failed")


def fault_of(tail: Sequence[str], url: GitURL, ref: str = "") -> GitFault:
    """The fault behind git's last lines.

    Shape:  the tail goes along without passwords; unknown words keep the reason `GitFailed`.
    """
    text = "\n".join(tail)
    if found := _SUBMODULE.search(text):
        url, ref = _submodule(found) or url, "that is recorded for it"
    lines = tuple(redacted(line) for line in tail)
    place = {"url": _place(url), "host": url.host or _place(url), "ref": ref or "HEAD"}
    for meaning in MEANINGS:
        if meaning.words.search(text):
            return GitFault(
                meaning.sentence.format(**place),
                reason=meaning.reason,
                hint=meaning.hint,
                retryable=meaning.retryable,
                tail=lines,
            )
    return GitFault(f"git could not fetch {place['url']}: {_said(lines)}", tail=lines)


def _said(lines: Sequence[str]) -> str:
    """The line that says most."""
    told = list(lines)
    for each in _SAYS_NOTHING.intersection(lines):
        told = told[: told.index(each)] or told
    last = next((line for line in reversed(told) if line.startswith(("fatal:", "error:"))), "")
    return last or (told[-1] if told else "it said nothing")


def _submodule(found: re.Match[str]) -> GitURL | None:
    try:
        return parse_git_url(found["url"])
    except InvalidFault:
        return None


def _place(url: GitURL) -> str:
    if url.transport is Transport.FILE:
        return legible(url.path)
    return redacted(url.without_credentials.url)
