"""What travels less: compressed answers, connections that are used again, answers that caches keep."""

import gzip
from collections.abc import Mapping

import pytest

from tests.lab.traffic_lab import ZONE, TrafficLab

pytestmark = pytest.mark.lab

SITE = f"site.{ZONE}"
SIZE = 50_000
"""Bytes of an answer that is worth compressing."""
MAGIC = {"zstd": b"\x28\xb5\x2f\xfd", "gzip": b"\x1f\x8b"}
"""First bytes of each encoding that has some (RFC 8878, RFC 1952)."""


def answer(traffic: TrafficLab, query: str, headers: Mapping[str, str]) -> tuple[Mapping[str, str], bytes]:
    """Headers and body as they travelled, of an answer behind the middleware."""

    def ask() -> tuple[Mapping[str, str], bytes]:
        with (
            traffic.outside.client() as client,
            client.stream("GET", f"https://{SITE}/compressed?{query}", headers=headers) as response,
        ):
            return response.headers, b"".join(response.iter_raw())

    return traffic.outside.run(ask)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd", "zstd"),
        ("gzip, br", "br"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0.1", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
    ],
)
def test_an_answer_is_compressed_as_the_client_accepts_it_best(
    traffic: TrafficLab, accepted: str, encoding: str
) -> None:
    headers, body = answer(traffic, f"size={SIZE}", {"Accept-Encoding": accepted})
    assert headers["content-encoding"] == encoding
    assert "Accept-Encoding" in headers["vary"]  # or a cache would give it to those who cannot read it
    assert len(body) < SIZE / 10
    assert body.startswith(MAGIC.get(encoding, b""))
    if encoding == "gzip":
        assert len(gzip.decompress(body)) == SIZE


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_what_was_compressed_is_whole_for_a_client_that_reads_it(traffic: TrafficLab, encoding: str) -> None:
    url = f"https://{SITE}/compressed?size={SIZE}"
    plain = traffic.curl(url)
    assert len(plain) == SIZE
    assert traffic.curl("--compressed", "--header", f"Accept-Encoding: {encoding}", url) == plain


@pytest.mark.parametrize(
    ("query", "accepted"),
    [
        (f"size={SIZE}", "identity"),
        (f"size={SIZE}", "zstd;q=0, br;q=0, gzip;q=0"),
        ("size=500", "zstd, br, gzip"),  # gains nothing
    ],
)
def test_an_answer_stays_as_it_is_where_compression_is_refused_or_of_no_use(
    traffic: TrafficLab, query: str, accepted: str
) -> None:
    headers, body = answer(traffic, query, {"Accept-Encoding": accepted})
    assert "content-encoding" not in headers
    assert f"size={len(body)}" == query


def test_what_the_backend_encoded_already_passes_as_it_is(traffic: TrafficLab) -> None:
    query = f"size={SIZE}&header=Content-Encoding:br"
    headers, body = answer(traffic, query, {"Accept-Encoding": "zstd, br, gzip"})
    assert headers["content-encoding"] == "br"
    assert len(body) == SIZE


def test_connections_to_backends_are_used_again_although_each_client_connects_anew(
    traffic: TrafficLab,
) -> None:
    requests = 60
    most = len(traffic.pods("traefik/traefik")) * len(traffic.pods("site/web"))
    traffic.begin_counting("site/web")
    for _ in range(requests):
        assert traffic.outside.get(f"https://{SITE}/reused").status_code == 200
    counts = traffic.counts("site/web").values()
    assert sum(each["kinds"].get("GET /reused", 0) for each in counts) == requests
    # From each replica of Traefik to each pod one, and none where one was open already.
    assert sum(each["connections"] for each in counts) <= most < requests


def test_caches_are_told_what_they_may_keep_whatever_the_backend_says(traffic: TrafficLab) -> None:
    said = "header=Cache-Control:no-store&header=ETag:%22a%22"
    kept = traffic.outside.get(f"https://{SITE}/kept?{said}")
    assert kept.headers["cache-control"] == "public, max-age=3600, immutable"
    assert kept.headers["etag"] == '"a"'
    assert traffic.outside.get(f"https://{SITE}/?{said}").headers["cache-control"] == "no-store"


def test_a_cache_that_asks_whether_an_answer_still_holds_asks_the_backend(traffic: TrafficLab) -> None:
    headers = {"If-None-Match": '"a"', "If-Modified-Since": "Wed, 25 Nov 2026 00:00:00 GMT"}
    echo = traffic.outside.get(f"https://{SITE}/kept", headers=headers).json()
    assert {name: echo["headers"][name] for name in headers} == {k: [v] for k, v in headers.items()}
    holds = traffic.outside.get(f"https://{SITE}/kept?status=304", headers=headers)
    assert (holds.status_code, holds.content) == (304, b"")
    assert holds.headers["cache-control"] == "public, max-age=3600, immutable"
