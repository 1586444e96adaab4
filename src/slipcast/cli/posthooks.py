"""A post-receive hook set up in a repository of this machine, so that what is pushed is built.

The address of the webhook, which is a secret, lies in a file that only who owns the repository may
read. A hook that is not ours is left alone.

Source: githooks(5); user-pain.md UP-16.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final
from urllib.parse import quote

from slipcast.api import kinds
from slipcast.api.build import BuildConfig, WebHookTrigger
from slipcast.api.core import Secret
from slipcast.api.lens import read
from slipcast.builds import postreceive
from slipcast.builds.triggers import SECRET_KEY
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, UsageFault

CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
SECRET: Final = kinds.require(kinds.CORE, "Secret")
COMMAND: Final = (sys.executable, "-P", "-m", "slipcast")
"""How the hook calls us, whatever its PATH is and wherever it is called."""
HOOKS_ELSEWHERE: Final = "core.hookspath"


def repository_of(toolbox: Toolbox, word: str) -> Path:
    """Where the objects and hooks of a repository are.

    Errors: UsageFault; GitFault when its settings cannot be read.
    """
    given = (toolbox.directory / word).resolve()
    found = next((each for each in (given, given / ".git") if _is_repository(each)), None)
    if found is None:
        raise UsageFault(f"{given} is no git repository", hint="git init --bare makes one.")
    if HOOKS_ELSEWHERE in dict(toolbox.git.settings(found / "config")):
        raise UsageFault(
            f"the hooks of {found} are elsewhere: its setting core.hooksPath says where",
            hint="Unset it, or call `slipcast start-build --from-webhook=URL "
            "--git-post-receive=-` in the hook that is there.",
        )
    return found


async def set_up(connection: Connection, name: str, repository: Path) -> str:
    """Write the hook, and what it needs for one BuildConfig; what there is to tell.

    Errors: Fault when there is another hook, or no webhook to call; ApiFault; UsageFault.
    """
    hook = repository / "hooks" / "post-receive"
    _check_hook(hook)
    url = await _address(connection, name)
    programs = repository / postreceive.PROGRAMS
    stem = f"{connection.namespace}.{name}"
    try:
        for directory in (hook.parent, programs):
            if directory.is_symlink():
                raise Fault(f"{directory} is a link, and is left as it is")
            directory.mkdir(exist_ok=True)
            _belongs(directory, repository)
        flags = _trust(connection, programs / f"{stem}.crt", repository)
        address = programs / f"{stem}.url"
        _write(address, url.encode() + b"\n", 0o600, repository)
        program = postreceive.program(COMMAND, str(repository), str(address), flags)
        _write(programs / f"{stem}.sh", program.encode(), 0o700, repository)
        _write(hook, postreceive.hook(str(repository)).encode(), 0o755, repository)
    except OSError as fault:
        where = fault.filename or repository
        raise Fault(f"{where} cannot be written: {fault.strerror}") from fault
    return f"what is pushed to {repository} starts builds of {connection.namespace}/{name}"


def _is_repository(place: Path) -> bool:
    return (place / "HEAD").is_file() and (place / "objects").is_dir()


def _check_hook(hook: Path) -> None:
    """Nothing, when the hook may be written.

    Errors: Fault.
    """
    if not hook.exists() and not hook.is_symlink():
        return
    try:
        ours = not hook.is_symlink() and postreceive.is_ours(hook.read_text(errors="replace"))
    except OSError as fault:
        raise Fault(f"{hook} cannot be read: {fault.strerror}") from fault
    if not ours:
        raise Fault(
            f"{hook} is not ours, and is left as it is",
            hint="Move it away, or let it call `slipcast start-build --from-webhook=@FILE "
            "--git-post-receive=-`, where FILE has the address of the webhook.",
        )


async def _address(connection: Connection, name: str) -> str:
    """The address of a generic webhook of the BuildConfig, its secret in it.

    Errors: Fault when there is none that can be used; ApiFault.
    """
    found = await connection.api.get(Resource(CONFIG, connection.namespace, name))
    config = read(found.content, BuildConfig)
    for trigger in config.spec.triggers:
        if trigger.type != "Generic" or trigger.generic is None:
            continue
        secret = await _secret(connection, trigger.generic)
        if secret and "/" not in secret:
            place = f"namespaces/{connection.namespace}/buildconfigs/{name}"
            root = f"{connection.access.server.rstrip('/')}/apis/{CONFIG.api_version}/{place}"
            return f"{root}/webhooks/{quote(secret, safe='')}/generic"
    raise Fault(
        f"the build config {connection.namespace}/{name} has no generic webhook to call",
        hint=f"slipcast set triggers bc/{name} --from-webhook",
    )


async def _secret(connection: Connection, trigger: WebHookTrigger) -> str:
    if trigger.secret or trigger.secret_reference is None:
        return trigger.secret
    where = Resource(SECRET, connection.namespace, trigger.secret_reference.name)
    try:
        found = await connection.api.get(where)
    except NotFound:
        return ""
    return read(found.content, Secret).data.get(SECRET_KEY, b"").decode("utf-8", "replace")


def _trust(connection: Connection, file: Path, repository: Path) -> tuple[str, ...]:
    """How the hook knows the server: as we do, whoever pushes."""
    access = connection.access
    if access.insecure:
        return ("--insecure-skip-tls-verify",)
    authority = access.authority
    if not authority and access.authority_file:
        authority = Path(access.authority_file).read_bytes()
    if not authority:
        return ()
    _write(file, authority, 0o644, repository)
    return (f"--certificate-authority={file}",)


def _write(file: Path, content: bytes, mode: int, repository: Path) -> None:
    """Put a file in place, whole or not at all, for whoever owns the repository."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as into:
        into.write(content)
        os.fchmod(into.fileno(), mode | _shared(repository, mode))
    _belongs(beside, repository)
    beside.replace(file)


def _shared(repository: Path, mode: int) -> int:
    """What a group may do to a file, where the repository is the group's."""
    is_shared = repository.stat().st_mode & stat.S_IWGRP
    return (mode & 0o500) >> 3 if is_shared else 0


def _belongs(file: Path, repository: Path) -> None:
    """Give a file to whoever owns the repository, where we may."""
    owner = repository.stat()
    if os.geteuid() == 0 and owner.st_uid:
        os.chown(file, owner.st_uid, owner.st_gid, follow_symlinks=False)
