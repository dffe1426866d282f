"""Credentials that clients and applications put where they might be written down."""

import base64
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.lab.outside import Outside
from tests.lab.platform import Platform

HOST = "shop.dev.k8s.webgrip.nl"

PARAMETERS = (
    *(
        "token",
        "code",
        "access_token",
        "id_token",
        "refresh_token",
        "api_key",
        "password",
        "secret",
        "session",
    ),
    *("sig", "auth", "key"),
)
"""Of a query."""


@dataclass
class Planting:
    """Sends requests and writes lines, each with a credential that nothing else has."""

    platform: Platform
    outside: Outside
    login: str
    """The password of the route with a login, of the user `admins`."""
    planted: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What must be nowhere, by where it was put: as it is, and as it was encoded."""
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    """How requests were answered."""

    def plant(self) -> None:
        """Plant all of them."""
        for where, way in self._ways():
            secret = f"planted-{secrets.token_hex(12)}"
            self.planted[where] = (secret,)
            way(where, secret)

    def _ways(self) -> Iterator[tuple[str, Callable[[str, str], None]]]:
        yield "Authorization: Basic, of nobody", self._basic
        yield "Authorization: Basic, as a name", self._name
        yield "Authorization: Basic, who may", self._login
        for header, value in (
            ("Authorization", "Bearer {}"),
            ("Authorization", "Token {}"),
            ("Proxy-Authorization", "Basic {}"),
            ("Cookie", "theme=dark; session={}"),
            ("X-Api-Key", "{}"),
            ("X-Auth-Token", "{}"),
            ("Referer", "https://elsewhere.example/back?code={}"),
            ("Referer", "https://user:{}@elsewhere.example/"),
            ("User-Agent", "curl/8 (Bearer {})"),
            ("User-Agent", "bot (+https://bot.example/?token={})"),
            ("tracestate", "vendor={}"),
            ("baggage", "session={}"),
        ):
            yield f"{header}: {value}", self._header(header, value)
        for parameter in PARAMETERS:
            yield f"?{parameter}=", self._parameter(parameter)
        yield "Set-Cookie of an answer", self._answer
        yield "a query by plain HTTP", self._plain
        yield "a password in the URL", self._url
        for line in (
            "Authorization: Bearer {}",
            '{{"level":"debug","headers":{{"cookie":"session={}"}}}}',
            "connecting to postgres://shop:{}@db.shop:5432/shop",
            "calling https://partner.example/pay?api_key={}&amount=3",
        ):
            yield f"an application's line: {line}", self._line(line)

    def _get(self, where: str, url: str, headers: dict[str, str]) -> None:
        self.statuses[where] = self.outside.get(url, headers=headers).status_code

    def _basic(self, where: str, secret: str) -> None:
        self._authorization(where, f"nobody:{secret}", "/staff/basic")

    def _name(self, where: str, secret: str) -> None:
        self._authorization(where, f"{secret}:x", "/staff/name")

    def _login(self, where: str, _: str) -> None:
        self.planted[where] = (self.login,)
        self._authorization(where, f"admins:{self.login}", "/staff/login")

    def _authorization(self, where: str, login: str, path: str) -> None:
        encoded = base64.b64encode(login.encode()).decode()
        self.planted[where] = (*self.planted[where], encoded)
        self._get(where, f"https://{HOST}{path}", {"Authorization": f"Basic {encoded}"})

    def _header(self, header: str, value: str) -> Callable[[str, str], None]:
        def send(where: str, secret: str) -> None:
            self._get(where, f"https://{HOST}/planted/header", {header: value.format(secret)})

        return send

    def _parameter(self, parameter: str) -> Callable[[str, str], None]:
        def send(where: str, secret: str) -> None:
            self._get(where, f"https://{HOST}/planted/query?page=2&{parameter}={secret}", {})

        return send

    def _answer(self, where: str, secret: str) -> None:
        self._get(where, f"https://{HOST}/planted/answer?header=Set-Cookie:session={secret}", {})

    def _plain(self, where: str, secret: str) -> None:
        self._get(where, f"http://{HOST}/planted/plain?token={secret}", {})

    def _url(self, where: str, secret: str) -> None:
        """The whole URL as the target, as clients of proxies write it."""
        asked = (
            f"GET https://u:{secret}@{HOST}/planted/url HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        )

        def talk() -> bytes:
            with (
                socket.create_connection((HOST, 443), timeout=5) as plain,
                self.outside.context().wrap_socket(plain, server_hostname=HOST) as secure,
            ):
                secure.sendall(asked.encode())
                return secure.recv(4096)

        self.statuses[where] = int(self.outside.run(talk).split()[1])

    def _line(self, line: str) -> Callable[[str, str], None]:
        def say(_: str, secret: str) -> None:
            self.platform.lab("exec", "shop/web", "--", "demo", "say", line.format(secret))

        return say
