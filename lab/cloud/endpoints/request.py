"""What every operation of the API is given, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lab.cloud.fleet import Fleet
from lab.cloud.state import Json, Kind, Store


@dataclass(frozen=True)
class Request:
    """One call: the parts of its path that are ids, its body and its query."""

    store: Store
    fleet: Fleet
    ids: tuple[str, ...]
    body: Json
    query: Mapping[str, str]


Reply = tuple[int, Json]
"""Status and body."""


class Operation(NamedTuple):
    """One operation of the API. `{}` in `path` stands for an id."""

    name: str
    method: str
    path: str
    handle: Callable[[Request], Reply]


def listing(request: Request, name: str, items: list[Json]) -> Reply:
    """One page of a list: `page` from 1, `per_page` 20 unless the query says otherwise (at most 200)."""
    page = int(request.query.get("page", 1))
    size = min(int(request.query.get("per_page", 20)), 200)
    start = (page - 1) * size
    last = max(1, -(-len(items) // size))
    pages: Json = {}
    if page < last:
        pages = {"next": _page(request, page + 1), "last": _page(request, last)}
    if page > 1:
        pages |= {"first": _page(request, 1), "prev": _page(request, page - 1)}
    links = {"pages": pages} if pages else {}
    return 200, {name: items[start : start + size], "links": links, "meta": {"total": len(items)}}


def _page(request: Request, number: int) -> str:
    query = "&".join(f"{key}={value}" for key, value in {**request.query, "page": str(number)}.items())
    return f"https://api.digitalocean.com/v2/?{query}"


def reader(kind: Kind, name: str) -> Callable[[Request], Reply]:
    """An operation that answers one object under `name`."""

    def get(request: Request) -> Reply:
        return 200, {name: request.store.account.get(kind, request.ids[0])}

    return get


def lister(kind: Kind) -> Callable[[Request], Reply]:
    """An operation that answers a page of all objects of a kind."""

    def list_all(request: Request) -> Reply:
        return listing(request, kind.value, request.store.account.all(kind))

    return list_all


def remover(kind: Kind) -> Callable[[Request], Reply]:
    """An operation that deletes an object that nothing depends on."""

    def delete(request: Request) -> Reply:
        with request.store.change() as account:
            account.drop(kind, request.ids[0])
        return 204, {}

    return delete
