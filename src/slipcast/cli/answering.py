"""Whether something answers on a port: bytes over HTTP, or a connection that stays open."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from enum import Enum

from slipcast.values.faults import Fault

LOOPBACK = "127.0.0.1"

_PAUSE = 0.1
_PATIENCE = 2.0
_GLANCE = 0.5
_LONGEST = 30.0
_MOST = 1 << 16


class Answer(Enum):
    """What a port says."""

    HTTP = "http"
    TCP = "tcp"
    NOTHING = "nothing"


def ask(port: int) -> Answer:
    """Ask once.

    Shape:  a proxy of the engine accepts connections before anybody listens behind it, and closes
            them; a service that waits for its client to speak its own language does not.
    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)
    try:
        connection.connect()
    except OSError:
        return Answer.NOTHING
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except TimeoutError:
        return Answer.TCP
    except (http.client.RemoteDisconnected, ConnectionError):
        return Answer.NOTHING
    except http.client.HTTPException:
        return Answer.TCP
    except OSError:
        return Answer.NOTHING
    finally:
        connection.close()
    return Answer.HTTP


def said(port: int) -> str:
    """What is said at `/`, without the last line end.

    Errors: Fault when nothing is.
    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_LONGEST)
    try:
        connection.request("GET", "/")
        body = connection.getresponse().read(_MOST)
    except (OSError, http.client.HTTPException) as fault:
        raise Fault(f"nothing was answered at http://{LOOPBACK}:{port}/: {fault}") from fault
    finally:
        connection.close()
    return body.decode("utf-8", "replace").rstrip("\n")


def wait(port: int, deadline: float, alive: Callable[[], bool]) -> Answer:
    """Ask until something answers, the deadline has passed, or alive says no.

    Units:  deadline in seconds from now.
    """
    until = time.monotonic() + deadline
    while (answer := ask(port)) is Answer.NOTHING:
        if not alive() or time.monotonic() > until:
            return Answer.NOTHING
        time.sleep(_PAUSE)
    return answer


def is_free(port: int) -> bool:
    """Whether a port of the loopback address can be listened on, and leads nowhere now.

    Shape:  the firewall leads some ports to containers, also those of other storages: nobody
            listens there, and yet somebody answers.
    """
    return not leads_somewhere(port) and _can_listen(port)


def leads_somewhere(port: int) -> bool:
    """Whether a connection to a port of the loopback address is taken, or vanishes."""
    with socket.socket() as probe:
        probe.settimeout(_GLANCE)
        try:
            probe.connect((LOOPBACK, port))
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
    return True


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
