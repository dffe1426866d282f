"""Paths that requests do not have any more when they are compared: the fix is the path that they have."""

import pytest
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from network.config.encoded_paths import KEPT, compared
from network.config.urls import AskedUrl, NameServer, Origin


@pytest.mark.parametrize(
    ("path", "meant"),
    [("/a//b", "/a/b"), ("/x/../y", "/y"), ("/./z", "/z"), ("//", "/"), ("/a/.", "/a/"), ("/a/b/../", "/a/")],
)
def test_a_path_that_the_entrypoints_resolve_is_refused_with_the_resolved_one(path: str, meant: str) -> None:
    with pytest.raises(PydanticCustomError, match="sanitizePath") as refused:
        compared(KEPT)(path)
    assert refused.value.context is not None
    assert refused.value.context["fix"] == f"write `{meant}`"
    assert compared(KEPT)(meant) == meant


@pytest.mark.parametrize("path", ["/", "/a/", "/a.b", "/..a", "/a..", "/.well-known/x", "/a.../b"])
def test_a_path_with_dots_in_a_name_is_left_alone(path: str) -> None:
    assert compared(KEPT)(path) == path


@pytest.mark.parametrize("server", ["KUBE-DNS.kube-system.SVC:53", "127.0.0.1:53", "0.0.0.0:53", "NS1:53"])
def test_a_name_server_that_no_pod_reaches_is_refused(server: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[str](NameServer).validate_python(server)


@pytest.mark.parametrize("url", ["https://a.example.org/%zz", "https://a.example.org/a%"])
def test_a_url_that_go_cannot_read_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="hexadecimal"):
        TypeAdapter[str](AskedUrl).validate_python(url)


@pytest.mark.parametrize("origin", ["https://app.example.org:00443", "https://app.example.org:080"])
def test_an_origin_that_no_browser_spells_so_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="leading zeros"):
        TypeAdapter[str](Origin).validate_python(origin)
