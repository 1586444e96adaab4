"""Whether something answers on a port: bytes over HTTP, or a connection that stays open."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from enum import Enum

LOOPBACK = "127.0.0.1"

_PAUSE = 0.1
_PATIENCE = 2.0


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
    """Whether a port of the loopback address can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
