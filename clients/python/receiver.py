"""A receiver of webhooks: it takes everything, and hands out what came by path."""

import base64
import hashlib
import hmac
import queue
import threading
from collections import defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

WAIT_SECONDS = 20


@dataclass
class Delivery:
    headers: dict[str, str]
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks 1.0.0."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    def __enter__(self) -> Self:
        inbox = self.inbox = defaultdict(queue.Queue)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(204)
                self.end_headers()
                inbox[self.path].put(Delivery(headers, body))

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def next(self, path: str) -> Delivery:
        try:
            return self.inbox[path].get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise AssertionError(f"nothing came to {path}") from None

    def is_empty(self, path: str) -> bool:
        return self.inbox[path].empty()
