"""How buildah maps ids is read from what it prints inside a namespace of its own."""

from slipcast.adapters.usernamespace import parse

PRINTED = (
    "==> /proc/self/uid_map <==\n"
    "         0       1001          1\n"
    "         1     100000      65536\n"
    "\n==> /proc/self/gid_map <==\n"
    "         0       1002          1\n"
    "         1     200000      65536\n"
    "\n==> /proc/self/environ <==\n"
    "HOME=/home/x\0_CONTAINERS_USERNS_CONFIGURED=done\0ODD=a\nb=c\0_CONTAINERS_ROOTLESS_UID=1001\0"
)


def test_both_mappings_are_read() -> None:
    namespace = parse(PRINTED)

    assert namespace.uids == ((0, 1001, 1), (1, 100_000, 65_536))
    assert namespace.gids == ((0, 1002, 1), (1, 200_000, 65_536))


def test_only_what_buildah_tells_its_children_is_taken_over() -> None:
    namespace = parse(PRINTED)

    assert namespace.variables == {
        "_CONTAINERS_USERNS_CONFIGURED": "done",
        "_CONTAINERS_ROOTLESS_UID": "1001",
    }
