"""The web server of one process. Told to stop, it ends the event streams, which else never end."""

import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

GRACE_S = 5  # for answers under way, such as a download


class Server(uvicorn.Server):
    """uvicorn over one application, quiet, and quick to stop while pages are open."""

    def __init__(
        self, app: FastAPI, *, host: str = "127.0.0.1", port: int = 0, proxies: str = ""
    ) -> None:
        """Prepare it.

        Args:
            proxies: addresses whose word on scheme and sender (X-Forwarded-*) is believed.
        """
        self.app = app
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                log_config=None,  # its lines look like ours
                access_log=False,
                server_header=False,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=proxies,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        """End the streams, then wait for what else is under way."""
        self.app.state.feed.close()
        await super().shutdown(list(sockets) if sockets else None)
