"""The system call filter: the container tools' profile turned into the runtime's form.

The profile that distributions ship speaks in conditions (capabilities, architectures, kernel
versions); the runtime wants the plain list that follows from them.

Source: containers-common, seccomp.json(5); OCI runtime specification, config-linux.md, seccomp.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]

PROFILES = ("/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json")
_GO_NAMES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}
_SECCOMP_NAMES = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}


def filter_for(
    profile: Document, *, capabilities: Collection[str], machine: str, kernel: tuple[int, int]
) -> dict[str, object]:
    """The runtime's filter for a program with these capabilities on this machine.

    Shape:  machine as uname tells it (`x86_64`); kernel is (major, minor).
    """
    arches = {machine, _GO_NAMES.get(machine, machine)}
    rules = [
        _rule(entry)
        for entry in profile.get("syscalls", ())
        if _applies(entry, set(capabilities), arches, kernel)
    ]
    return {
        "defaultAction": profile["defaultAction"],
        **({"defaultErrnoRet": profile["defaultErrnoRet"]} if "defaultErrnoRet" in profile else {}),
        "architectures": list(_architectures(profile, machine)),
        "syscalls": rules,
    }


def _applies(
    entry: Document, capabilities: set[str], arches: set[str], kernel: tuple[int, int]
) -> bool:
    includes, excludes = entry.get("includes") or {}, entry.get("excludes") or {}
    wanted = (
        set(includes.get("caps") or ()) <= capabilities
        and (not includes.get("arches") or bool(arches & set(includes["arches"])))
        and kernel >= _version(includes.get("minKernel"))
    )
    unwanted = (
        bool(capabilities & set(excludes.get("caps") or ()))
        or bool(arches & set(excludes.get("arches") or ()))
        or ("minKernel" in excludes and kernel >= _version(excludes["minKernel"]))
    )
    return wanted and not unwanted


def _rule(entry: Document) -> dict[str, object]:
    names = entry.get("names") or [entry["name"]]
    rule: dict[str, object] = {"names": list(names), "action": entry["action"]}
    if entry.get("args"):
        rule["args"] = entry["args"]
    if "errnoRet" in entry:
        rule["errnoRet"] = entry["errnoRet"]
    return rule


def _architectures(profile: Document, machine: str) -> Iterator[str]:
    ours = _SECCOMP_NAMES.get(machine)
    for row in profile.get("archMap") or ():
        if row["architecture"] == ours:
            yield row["architecture"]
            yield from row.get("subArchitectures") or ()


def _version(text: str | None) -> tuple[int, int]:
    major, _, minor = (text or "0.0").partition(".")
    return int(major), int(minor)
