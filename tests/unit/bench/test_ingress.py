"""What `make bench-ingress` compares, how it spells it for Traefik, and how it reads wrk."""

from pathlib import Path

import pytest

from bench.ingress import wrk
from bench.ingress.cases import Case, cases, kind, links
from bench.ingress.dynamic import Surroundings, configuration, host, spelled
from bench.ingress.settings import (
    BUFFERS,
    DEFAULTS,
    FEATURES,
    LEVELS,
    OURS,
    PLAIN,
    SAMPLES,
    WATCHED,
    WATCHED_BUFFERED,
    defaults_with_features,
    on_loopback,
    variants,
    watching,
)
from network import plan
from network.config import StackConfig
from network.plan.model.kubernetes import manifest
from tests import stacks

OUTPUT = """Running 3s test @ https://localhost:39011/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.33ms    6.21ms  80.11ms   90.12%
    Req/Sec     5.62k     1.02k    7.20k    66.67%
  Latency Distribution
     50%    2.35ms
     75%    4.11ms
     90%    9.87ms
     99%   {p99}
  16780 requests in 3.00s, 9.12MB read
{trouble}Requests/sec:   5592.31
Transfer/sec:      3.04MB
"""

ARGUMENTS = [
    "--entryPoints.web.address=:8000/tcp",
    "--entryPoints.websecure.address=:8443/tcp",
    "--providers.kubernetescrd",
    "--providers.kubernetesingress.ingressClass=traefik",
    "--metrics.prometheus=true",
    "--entryPoints.websecure.http.encodedCharacters.allowEncodedSlash=false",
    "--entryPoints.web.http.middlewares=traefik_public@kubernetescrd",
    "--entryPoints.websecure.http.tls=true",
    "--accesslog=true",
]

WATCHING = [
    *ARGUMENTS,
    "--metrics.prometheus.addRoutersLabels=true",
    "--tracing.otlp.http.endpoint=http://collector.telemetry:4318/v1/traces",
    "--tracing.sampleRate=1",
]

SURROUNDINGS = Surroundings("http://127.0.0.1:8080", "127.0.0.1:6379", ["bench:hash"])


@pytest.fixture(params=[*stacks.NAMES, "everything"])
def config(request: pytest.FixtureRequest) -> StackConfig:
    """Each stack that a benchmark may be of."""
    return stacks.everything() if request.param == "everything" else stacks.stack_config(request.param)


def listed(config: StackConfig) -> list[Case]:
    return cases(plan.build(config).traffic, config.traffic.default_chain)


@pytest.mark.parametrize(
    ("p99", "seconds"), [("31.50ms", 0.0315), ("812.00us", 0.000812), ("1.20s", 1.2), ("1.10m", 66.0)]
)
def test_a_latency_is_read_in_each_unit(p99: str, seconds: float) -> None:
    load = wrk.parse(OUTPUT.format(p99=p99, trouble=""))
    assert (load.requests, load.per_second) == (16780, 5592.31)
    assert load.p99 == pytest.approx(seconds)


@pytest.mark.parametrize(
    "trouble",
    ["  Non-2xx or 3xx responses: 1\n", "  Socket errors: connect 0, read 0, write 0, timeout 3\n"],
)
def test_a_run_with_refused_or_missing_answers_has_no_figures(trouble: str) -> None:
    with pytest.raises(wrk.LoadError):
        wrk.parse(OUTPUT.format(p99="1.00ms", trouble=trouble))


def test_a_run_without_any_answer_has_no_figures() -> None:
    with pytest.raises(wrk.LoadError, match="no request was answered"):
        wrk.parse(OUTPUT.format(p99="0.00us", trouble="").replace("16780 requests", "0 requests"))


def test_each_middleware_of_a_chain_is_a_case_and_each_chain(config: StackConfig) -> None:
    traffic = plan.build(config).traffic
    expected = {name for chain in traffic.chains for name in links(chain)}
    expected |= {chain["metadata"]["name"] for chain in traffic.chains}
    assert expected <= {name for case in listed(config) for name in case.side.middlewares}


def test_each_feature_of_our_settings_is_a_case(config: StackConfig) -> None:
    ways = {*LEVELS, *BUFFERS, *SAMPLES, WATCHED, WATCHED_BUFFERED}
    assert {DEFAULTS, OURS, PLAIN, *FEATURES, *ways} == {
        side.settings for case in listed(config) for side in (case.base, case.side)
    }


def test_requests_give_middlewares_something_to_do() -> None:
    by_title = {case.title: case for case in listed(stacks.everything())}
    assert by_title["headers: cors"].headers == {"Origin": "https://dev.k8s.webgrip.nl"}
    assert by_title["stripPrefix: strip"].path == "/api/"
    assert by_title["basicAuth: admins"].headers.keys() == {"Authorization"}
    assert by_title["chain: api"].path == "/api/"


def test_every_middleware_is_spelled_without_what_only_kubernetes_has(config: StackConfig) -> None:
    traffic = plan.build(config).traffic
    for each in (*traffic.middlewares, *traffic.chains):
        options = spelled(each, SURROUNDINGS)[kind(each)]
        assert "secret" not in options
        assert "secret" not in options.get("redis", {})
        assert isinstance(options.get("service", ""), str)
        assert all(isinstance(link, str) for link in options.get("middlewares", []))


def test_limits_and_lists_let_the_load_pass() -> None:
    def of(name: str, **options: object) -> dict[str, object]:
        made = manifest("traefik.io/v1alpha1", "Middleware", "one", spec={name: options})
        return spelled(made, SURROUNDINGS)[name]

    assert of("rateLimit", average=1, burst=1, period="1s") == {
        "average": 1_000_000,
        "burst": 1_000_000,
        "period": "1s",
    }
    assert of("inFlightReq", amount=1) == {"amount": 1_000_000}
    assert of("ipAllowList", sourceRange=["10.0.0.0/8"]) == {"sourceRange": ["10.0.0.0/8", "127.0.0.1/32"]}


def test_each_route_has_a_host_of_its_own(tmp_path: Path) -> None:
    routes = [(), ("a",), ("a", "b")]
    routers = configuration({}, routes, tmp_path / "pem", None, SURROUNDINGS)["http"]["routers"]
    assert {name: router["middlewares"] for name, router in routers.items()} == {
        host(route): list(route) for route in routes
    }
    assert len(routers) == 3


def test_settings_differ_by_one_feature_each() -> None:
    found = variants(ARGUMENTS, ["--ping=true"])
    assert found[OURS] == ARGUMENTS
    assert found[DEFAULTS] == ["--ping=true"]
    plain = set(found[PLAIN])
    assert {feature: set(found[feature]) - plain for feature in FEATURES} == {
        "access log": {"--accesslog=true"},
        "metrics": {"--metrics.prometheus=true"},
        "request hygiene": {"--entryPoints.websecure.http.encodedCharacters.allowEncodedSlash=false"},
    }


def test_a_feature_that_our_settings_lack_is_told() -> None:
    with pytest.raises(ValueError, match="no access log"):
        variants(ARGUMENTS[:-1], [])


def test_ways_to_watch_have_nothing_else_and_differ_by_what_they_are_named_after() -> None:
    found, plain = watching(WATCHING), set(variants(ARGUMENTS, [])[PLAIN])
    assert {*LEVELS, *BUFFERS, *SAMPLES, WATCHED, WATCHED_BUFFERED} == found.keys()
    only = {name: set(arguments) - plain for name, arguments in found.items()}
    assert only["metrics, by entrypoint and router"] == {
        "--metrics.prometheus=true",
        "--metrics.prometheus.addEntryPointsLabels=true",
        "--metrics.prometheus.addRoutersLabels=true",
        "--metrics.prometheus.addServicesLabels=false",
    }
    assert only["access log, buffer of 100"] == {"--accesslog=true", "--accesslog.bufferingsize=100"}
    assert only["traces, 5 %"] == {WATCHING[-2], "--tracing.sampleRate=0.05"}
    assert only[WATCHED] == set(WATCHING) - plain - {ARGUMENTS[5], ARGUMENTS[6]}
    assert only[WATCHED_BUFFERED] - only[WATCHED] == {"--accesslog.bufferingsize=1000"}
    assert all(plain <= set(arguments) for arguments in found.values())


@pytest.mark.parametrize("missing", ["--accesslog", "--metrics", "--tracing"])
def test_a_way_to_watch_that_is_not_there_is_told(missing: str) -> None:
    with pytest.raises(ValueError, match=f"nothing matches {missing}"):
        watching([each for each in WATCHING if not each.startswith(missing)])


def test_the_chart_gets_the_features_of_ours_and_no_more(config: StackConfig) -> None:
    values = plan.build(config).ingress.release.values
    assert defaults_with_features(values) == {
        "accessLog": {"enabled": values["accessLog"]["enabled"]},
        "metrics": {"prometheus": {"addRoutersLabels": True}},
    }


def test_outside_a_cluster_traefik_listens_on_the_loopback_device_and_asks_no_kubernetes() -> None:
    ports = iter([1001, 1002])
    arguments, secure = on_loopback(WATCHING, lambda: next(ports), "http://127.0.0.1:9/v1/traces")
    assert secure == 1002
    assert arguments == [
        "--entryPoints.web.address=127.0.0.1:1001/tcp",
        "--entryPoints.websecure.address=127.0.0.1:1002/tcp",
        "--metrics.prometheus=true",
        "--entryPoints.websecure.http.encodedCharacters.allowEncodedSlash=false",
        "--entryPoints.web.http.middlewares=public@file",
        "--entryPoints.websecure.http.tls=true",
        "--accesslog=true",
        "--metrics.prometheus.addRoutersLabels=true",
        "--tracing.otlp.http.endpoint=http://127.0.0.1:9/v1/traces",
        "--tracing.sampleRate=1",
    ]
