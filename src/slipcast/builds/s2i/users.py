"""Who may run assemble, and which numbers a user of an image stands for.

Pure: passwd and group come in as text. Source: S2I-144 to 148, S2I-203.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.request import UidRange
from slipcast.values.container import Owner
from slipcast.values.faults import BuildFault, UsageFault
from slipcast.values.image import ImageConfig

ASSEMBLE_USER_LABEL = "io.openshift.s2i.assemble-user"
RUNTIME_USER_LABEL = "io.openshift.s2i.assemble-runtime-user"


def _is_number(text: str) -> bool:
    # isdecimal alone would let other scripts' digits pass, which no engine takes.
    return text.isascii() and text.isdecimal()


def parse_allowed_uids(text: str) -> tuple[UidRange, ...]:
    """The ranges of a comma list of `N`, `N-`, `-N` and `N-M`; empty text means no rule.

    Errors: UsageFault naming the malformed or reversed range.
    """
    return tuple(_range(part.strip()) for part in text.split(",") if part.strip())


def _range(text: str) -> UidRange:
    low, dash, high = text.partition("-")
    numeric = all(_is_number(end) for end in (low, high) if end)
    if not numeric or not (low or high):
        raise UsageFault(
            f"{text!r} is not a range of user ids",
            hint="Write N, N-, -N or N-M with numbers that are not negative.",
            exit_code=Exit.FAILED,
        )
    if not dash:
        return UidRange(low=int(low), high=int(low))
    found = UidRange(low=int(low) if low else None, high=int(high) if high else None)
    if found.low is not None and found.high is not None and found.low > found.high:
        raise UsageFault(
            f"the range of user ids {text!r} is reversed",
            hint=f"Write {high}-{low}.",
            exit_code=Exit.FAILED,
        )
    return found


def is_allowed(ranges: Sequence[UidRange], user: str) -> bool:
    """Whether the rule lets user run; a name never passes, no user means root.

    Shape:  user is what USER says, `user` or `user:group`.
    """
    if not ranges:
        return True
    name = user.partition(":")[0] or "0"
    if not _is_number(name):
        return False
    uid = int(name)
    return any(
        (each.low is None or each.low <= uid) and (each.high is None or uid <= each.high)
        for each in ranges
    )


def onbuild_users(onbuild: Iterable[str]) -> tuple[str, ...]:
    """The arguments of every USER among the ONBUILD instructions of an image."""
    words = (line.split(None, 1) for line in onbuild)
    return tuple(each[1].strip() for each in words if len(each) > 1 and each[0].upper() == "USER")


def assemble_user(asked: str, config: ImageConfig, label: str = ASSEMBLE_USER_LABEL) -> str:
    """The user assemble runs as: asked for, else the image's label, else its USER."""
    return asked or config.labels.get(label, "") or config.user


def check(
    ranges: Sequence[UidRange], image: str, config: ImageConfig, user: str
) -> BuildFault | None:
    """The fault that ends the build when the rule forbids a user of this image, else None.

    Shape:  user is what assemble_user answered.
    """
    for each in onbuild_users(config.onbuild):
        if not is_allowed(ranges, each):
            return _forbidden(
                f"image {image!r} sets the user {each!r} in an ONBUILD instruction, which is not "
                "among the allowed user ids",
            )
    if not is_allowed(ranges, user):
        shown = repr(user) if user else "root (it names none)"
        return _forbidden(
            f"image {image!r} must run as a numeric user among the allowed ids, but runs as {shown}"
        )
    return None


def _forbidden(text: str) -> BuildFault:
    return failure(
        Reason.USER_FORBIDDEN,
        text,
        exit_code=Exit.USER_FORBIDDEN,
        hint="Use an image whose USER is an allowed number, or give one with --assemble-user.",
    )


def owner_of(user: str, passwd: str, group: str) -> Owner | None:
    """The numbers a USER stands for in an image, None when its passwd does not know the name.

    Shape:  passwd and group are the texts of the image's files, empty when it has none. A number
            without an entry has group 0, as engines start it.
    """
    name, _, group_name = user.partition(":")
    name = name or "0"
    account = _passwd_row(passwd, name)
    if account is None and not _is_number(name):
        return None
    found = account or Owner(int(name), 0)
    if not group_name:
        return found
    gid = _group_number(group, group_name)
    return None if gid is None else Owner(found.uid, gid)


def _passwd_row(text: str, name: str) -> Owner | None:
    for line in text.splitlines():
        account, _, uid, gid, *_ = (*line.split(":"), "", "", "", "")
        if uid.isdecimal() and gid.isdecimal() and name == (uid if _is_number(name) else account):
            return Owner(int(uid), int(gid))
    return None


def _group_number(text: str, name: str) -> int | None:
    if _is_number(name):
        return int(name)
    for line in text.splitlines():
        group, _, gid, *_ = (*line.split(":"), "", "", "")
        if group == name and gid.isdecimal():
            return int(gid)
    return None
