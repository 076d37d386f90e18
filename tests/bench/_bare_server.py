"""A loopback server that does nothing but count: `python -m tests.bench._bare_server` prints its port, answers each POST with an id."""

from __future__ import annotations

import asyncio
import json
import sys

BODY = b'{"id":"%d"}'


class Counting(asyncio.Protocol):
    """Answers one request a connection, as commit steps ask."""

    served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.seen = b""

    def data_received(self, data: bytes) -> None:
        self.seen += data
        head, found, body = self.seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
        if len(body) < length:
            return
        Counting.served += 1
        answer = BODY % Counting.served
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (len(answer), answer)
        )
        self.transport.close()


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Counting, "127.0.0.1", 0, backlog=4096)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
