"""The metadata service, as far as the VPN's machine asks it: its tags
(docs/facts/digitalocean.md#tags-in-the-metadata-service)."""

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = "169.254.169.254"
TAGS = "/metadata/v1/tags/"


@contextmanager
def serve_tags(tags: Callable[[], Iterable[str]], address: str = ADDRESS) -> Generator[None]:
    """Answer with what `tags` gives at the moment; the address must be one of the caller's namespace."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == TAGS
            body = "".join(f"{tag}\n" for tag in tags()).encode() if known else b"not found"
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: it is asked every few seconds."""

    server = ThreadingHTTPServer((address, 80), Handler)
    thread = threading.Thread(target=server.serve_forever, name="metadata", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
