"""A line to a server that a test may cut: connections break at once, new ones are refused."""

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator

PIECE = 1 << 16


class Line:
    """Carries bytes between clients of `port` and a server, as long as it is whole."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listening = self._listen(0)
        self.port = int(self._listening.getsockname()[1])
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="line", daemon=True)
        self.cuts = 0

    def cut(self) -> None:
        """Break every connection; until `mend` nobody is answered."""
        with self._lock:
            self.cuts += 1
            self._listening.close()
            self._drop_all()

    def mend(self) -> None:
        """Answer again, at the same port."""
        with self._lock:
            self._listening = self._listen(self.port)

    def _listen(self, port: int) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(64)
        listening.setblocking(False)
        return listening

    def _carry(self) -> None:
        while not self._over.is_set():
            with self._lock, selectors.DefaultSelector() as ready:
                if self._listening.fileno() >= 0:
                    ready.register(self._listening, selectors.EVENT_READ)
                for known in self._pairs:
                    ready.register(known, selectors.EVENT_READ)
                for key, _ in ready.select(0.02) if ready.get_map() else ():
                    one = key.fileobj
                    assert isinstance(one, socket.socket)
                    if one is self._listening:
                        self._accept()
                    elif one in self._pairs:
                        self._pass_on(one)
            self._over.wait(0.0005)  # let `cut` in

    def _accept(self) -> None:
        client, _ = self._listening.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            client.close()
            return
        self._pairs |= {client: server, server: client}

    def _pass_on(self, one: socket.socket) -> None:
        try:
            piece = one.recv(PIECE)
            if piece:
                self._pairs[one].sendall(piece)
                return
        except OSError:
            pass  # it is over, like an end that was said
        other = self._pairs.pop(one)
        self._pairs.pop(other, None)
        one.close()
        other.close()

    def _drop_all(self) -> None:
        for one in self._pairs:
            one.close()
        self._pairs.clear()

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()
        self._drop_all()


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """Yield a line to the server at `port`."""
    with Line(port) as line:
        yield line
