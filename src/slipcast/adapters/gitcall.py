"""Calling git, hardened: it asks nobody, runs no hooks, and reaches only what was named.

What a repository may bring along - hooks, monitors, submodules that point at files of this machine
or at commands - is switched off here. What the user configured for git - certificates, credential
helpers, proxies, rewritten URLs - stays in force.

Source: git(1), "Environment Variables"; git-config(1).
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipcast.adapters import argv
from slipcast.values import patterns
from slipcast.values.faults import GitFault

REMOTE = "http:https:ssh:git"
LOCAL = f"{REMOTE}:file"

# A variable set to nothing is not the same to git as one that is not set.
ENVIRONMENT: dict[str, str | None] = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_TEMPLATE_DIR": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
    "LANGUAGE": "",
    # Left by a git hook that started us, these would point git at another repository.
    **dict.fromkeys(
        (
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_INDEX_FILE",
            "GIT_OBJECT_DIRECTORY",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_COMMON_DIR",
            "GIT_NAMESPACE",
            "GIT_PREFIX",
            "GIT_CONFIG_PARAMETERS",
            "GIT_EXTERNAL_DIFF",
            "GIT_QUARANTINE_PATH",
        )
    ),
}

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.fsync=none",  # a clone of ours does not outlive the build
    "protocol.ext.allow=never",
    "gc.auto=0",  # it would go on in the background
    "maintenance.auto=false",
    "checkout.workers=0",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "clone.defaultRemoteName=origin",
    "clone.rejectShallow=false",
    "init.defaultBranch=main",
    "advice.detachedHead=false",
    "log.showSignature=false",
    "status.renames=false",
    "http.lowSpeedLimit=1",  # bytes in a second, over
    "http.lowSpeedTime=300",  # seconds: a host that went silent is given up
)
_ANYONES = ("safe.directory=*",)
# What a configuration of another user could make us run.
_RUNS_PROGRAMS = patterns.lazy(
    r"filter\..*|core\.(?:sshcommand|gitproxy|alternaterefscommand)|extensions\.partialclone"
    r"|remote\..*\.(?:promisor|vcs|uploadpack|proxy)|credential\..*|uploadpack\..*",
    re.IGNORECASE,
)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """How git is called for one repository: the rest of its settings and environment."""

    settings: tuple[str, ...] = ()
    protocols: str = REMOTE
    env: tuple[tuple[str, str], ...] = ()

    def argv(self, *words: str) -> tuple[str, ...]:
        """The command line of a git command."""
        options = (part for setting in (*_SETTINGS, *self.settings) for part in ("-c", setting))
        return ("git", "--no-pager", *options, *words)

    def environment(self) -> dict[str, str | None]:
        """What is laid over our own environment."""
        return {**ENVIRONMENT, "GIT_ALLOW_PROTOCOL": self.protocols, **dict(self.env)}


def ask(tree: Path, *words: str, stdin: bytes = b"") -> argv.Ran:
    """A question about a repository of this machine, whoever owns it.

    Errors: GitFault when it is another user's and could make us run programs.
    """
    call = Call(protocols=LOCAL)
    ran = argv.run(call.argv(*words), cwd=tree, env=call.environment(), stdin=stdin)
    if ran.code == 0 or "dubious ownership" not in ran.complaint:
        return ran
    _check_harmless(tree)
    call = replace(call, settings=_ANYONES)
    return argv.run(call.argv(*words), cwd=tree, env=call.environment(), stdin=stdin)


def is_foreign(tree: Path) -> bool:
    """Whether git distrusts a repository because another user owns it.

    Errors: GitFault when its configuration could make us run programs.
    """
    call = Call(protocols=LOCAL)
    ran = argv.run(call.argv("rev-parse", "--git-dir"), cwd=tree, env=call.environment())
    if ran.code == 0 or "dubious ownership" not in ran.complaint:
        return False
    _check_harmless(tree)
    return True


def _check_harmless(tree: Path) -> None:
    call = Call(settings=_ANYONES, protocols=LOCAL)
    words = ("config", "--list", "--show-scope", "--name-only", "-z")
    ran = argv.run(call.argv(*words), cwd=tree, env=call.environment())
    items = iter(ran.text.split("\0"))
    for scope, name in zip(items, items, strict=False):
        if scope in {"local", "worktree"} and _RUNS_PROGRAMS.fullmatch(name):
            raise GitFault(
                f"{tree} belongs to another user, and its git setting {name} could run programs",
                reason="Untrusted",
                hint=f"if you trust it: git config --global --add safe.directory {tree}",
            )
