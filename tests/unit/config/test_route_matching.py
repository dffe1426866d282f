"""Rules of routes: quoting, and which routes fit the same requests."""

import re
from typing import Any

import pytest

from network.config.applications import Route
from network.config.applications.matching import covers, overlap, priority, rule

HOST = "a.example.org"


def route(**matchers: Any) -> Route:
    return Route.model_validate({"host": HOST, "workload": "web", "port": "http", **matchers})


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({}, {"pathPrefix": "/api"}, True),
        ({"pathPrefix": "/api"}, {"pathPrefix": "/cart"}, False),
        ({"pathPrefix": "/api"}, {"pathPrefix": "/apiary"}, True),
        ({"path": "/api"}, {"pathPrefix": "/api"}, True),
        ({"path": "/cart"}, {"pathPrefix": "/api"}, False),
        ({"path": "/a"}, {"path": "/b"}, False),
        ({"path": "/a"}, {"pathRegexp": "^/b"}, False),
        ({"path": "/a"}, {"pathRegexp": "b?"}, True),
        ({"pathPrefix": "/a"}, {"pathRegexp": "^/b+/"}, False),
        ({"pathPrefix": "/ab"}, {"pathRegexp": "^/ab?"}, True),
        ({"pathRegexp": "^/(nl|en)/"}, {"pathPrefix": "/nl"}, True),
        ({"pathRegexp": "^/(nl|en)/"}, {"pathPrefix": "/de"}, False),
        ({"pathRegexp": "^/[0-9]+$"}, {"pathRegexp": "^/[a-z]+$"}, False),
        ({"pathRegexp": "^/[0-9]+"}, {"pathRegexp": "[a-z]$"}, True),
        ({"pathRegexp": r"^/[0-9]\pL"}, {"pathRegexp": "^/[a-z]+$"}, True),
        ({"methods": ["GET"]}, {"methods": ["POST"]}, False),
        ({"methods": ["GET"]}, {}, True),
        ({"headers": {"X-A": "1"}}, {"headers": {"x-a": "2"}}, False),
        ({"headers": {"X-A": "1"}}, {"headers": {"X-B": "2"}}, True),
        ({"cookies": {"v": "a"}}, {"cookies": {"v": "b"}}, False),
        ({"query": {"v": "a"}}, {"query": {"v": "b"}}, False),
        ({"clientIp": ["10.0.0.0/24"]}, {"clientIp": ["10.0.1.0/24"]}, False),
        ({"clientIp": ["10.0.0.0/16"]}, {"clientIp": ["10.0.1.0/24"]}, True),
    ],
)
def test_routes_overlap_where_a_request_fits_both(
    one: dict[str, Any], other: dict[str, Any], both: bool
) -> None:
    assert overlap(route(**one), route(**other)) is both
    assert overlap(route(**other), route(**one)) is both


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ({}, {"path": "/a", "methods": ["GET"], "cookies": {"v": "b"}}, True),
        ({"pathPrefix": "/a"}, {"path": "/a/b"}, True),
        ({"pathPrefix": "/a"}, {"pathRegexp": "^/a"}, True),
        ({"pathPrefix": "/api"}, {"pathRegexp": r"^/api/v[0-9]+\.json$"}, True),
        ({"pathPrefix": "/ab"}, {"pathRegexp": "^/ab?"}, False),
        ({"pathPrefix": "/ab"}, {"pathRegexp": "^/ab|^/c"}, False),
        ({"pathRegexp": "^/.*"}, {"pathPrefix": "/api"}, True),
        ({"pathRegexp": "^/(.*)$"}, {}, True),
        ({"pathRegexp": "."}, {"pathRegexp": "^/x"}, True),
        ({"pathRegexp": "^/api"}, {"pathPrefix": "/api/v1"}, True),
        ({"pathRegexp": "^/api$"}, {"pathPrefix": "/api"}, False),
        ({"pathRegexp": r"^/[a-z]+$"}, {"path": "/a"}, True),
        ({"pathRegexp": r"^/[a-z]+$"}, {"path": "/a1"}, False),
        ({"pathRegexp": "^/[^.]*$"}, {}, False),
        ({"pathRegexp": "^/[^/]+/orders"}, {"pathRegexp": "^/(nl|en)/orders/[0-9]+$"}, True),
        ({"pathRegexp": "^/(nl|en)/"}, {"pathRegexp": "^/(nl|de)/"}, False),
        ({"pathRegexp": "^/[a-z]+/"}, {"pathPrefix": "/api/"}, True),
        ({"pathPrefix": "/n"}, {"pathRegexp": "^/(nl|no)/"}, True),
        ({"pathPrefix": "/nl"}, {"pathRegexp": "^/nl?$"}, False),
        ({"pathRegexp": r"^/\pL"}, {"pathRegexp": "^/[a-z]"}, False),
        ({"headersRegexp": {"X-A": "^[a-z]"}}, {"headersRegexp": {"x-a": "^b+$"}}, True),
        ({"queryRegexp": {"a": "^b+$"}}, {"queryRegexp": {"a": "^[a-z]"}}, False),
        ({"headersRegexp": {"x-a": "^b"}}, {"headers": {"X-A": "bc"}}, True),
        ({"headersRegexp": {"X-A": "^b$"}}, {"headers": {"X-A": "bc"}}, False),
        ({"queryRegexp": {"a": "1"}}, {"query": {"a": "12"}}, True),
        ({"methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]}, {}, True),
        ({"clientIp": ["10.0.0.0/16"]}, {"clientIp": ["10.0.1.0/24"]}, True),
        ({"clientIp": ["10.0.0.0/16"]}, {"clientIp": ["2001:db8::/48"]}, False),
        ({}, {"pathRegexp": "^/a"}, True),
        ({"pathRegexp": "^/a"}, {"pathRegexp": "^/a"}, True),
        ({"path": "/a"}, {"pathPrefix": "/a"}, False),
        ({"methods": ["GET", "HEAD"]}, {"methods": ["GET"]}, True),
        ({"methods": ["GET"]}, {}, False),
        ({"headers": {"X-A": "1"}}, {"headers": {"X-A": "1", "X-B": "2"}}, True),
        ({"headers": {"X-A": "1"}}, {}, False),
        ({"headersRegexp": {"X-A": "1"}}, {}, False),
        ({"queryRegexp": {"a": "1"}}, {}, False),
        ({"query": {"a": "1"}}, {}, False),
        ({"clientIp": ["10.0.0.0/24"]}, {}, False),
    ],
)
def test_a_route_covers_another_that_asks_for_no_less(
    wide: dict[str, Any], narrow: dict[str, Any], covered: bool
) -> None:
    assert covers(route(**wide), route(**narrow)) is covered


def test_a_cookie_is_found_among_others_and_not_inside_another() -> None:
    (regex,) = re.findall(r"HeaderRegexp\(`Cookie`, `([^`]*)`\)", rule(HOST, route(cookies={"v.1": "b+c"})))
    for header in ("v.1=b+c", "a=1; v.1=b+c", "v.1=b+c; z=2", "a=1;v.1=b+c;z=2"):
        assert re.search(regex, header), header
    for header in ("v.1=b+cd", "xv.1=b+c", "v11=b+c", "v.1=bbc", "a=v.1=b+c"):
        assert not re.search(regex, header), header


def test_further_hosts_do_not_raise_the_priority() -> None:
    alone, together = route(), route(hosts=["b.example.org", "c.example.org"])
    assert priority(HOST, alone) == priority(HOST, together)


def test_no_rule_holds_more_back_ticks_than_its_quotes() -> None:
    assert rule(HOST, route(pathPrefix="/a", query={"a": "1"})).count("`") == 8
