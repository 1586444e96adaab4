"""The programs that people log in with: THE TABLE of OAuth clients, and where tokens may be sent.

Pure. A redirect address is compared whole; only the port of an address of the user's own machine is
left to the program.

Source: OpenShift's built-in OAuth clients; RFC 6749, RFC 8252 section 7.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

LOOPBACK: Final = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):[0-9]{1,5}/callback")


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A program that people log in with.

    Shape:  title is what people call it. path is that of its redirect address below the server's;
            empty for a program on the user's machine. One that is challenged gives user and
            password with its request, from all others people are shown a page. types are the
            answers that it may ask for.
    """

    name: str
    title: str
    path: str = ""
    is_challenged: bool = False
    types: tuple[str, ...] = ("code",)

    def usual(self, base: str) -> str:
        """Where its answers are sent when it does not say; empty when it must say."""
        return f"{base}{self.path}" if self.path else ""

    def may_be_sent_to(self, address: str, base: str) -> bool:
        """Whether a redirect address is this program's."""
        if self.path:
            return address == self.usual(base)
        return LOOPBACK.fullmatch(address) is not None


CLIENTS: Final[Mapping[str, Client]] = {
    client.name: client
    for client in (
        Client(
            name="openshift-challenging-client",
            title="A command line",
            path="/oauth/token/implicit",
            is_challenged=True,
            types=("token", "code"),
        ),
        Client(
            name="openshift-browser-client",
            title="The page that shows tokens",
            path="/oauth/token/display",
        ),
        Client(name="openshift-cli-client", title="The command line on this machine"),
        Client(name="console", title="The console", path="/console/"),
    )
}
"""THE TABLE."""
