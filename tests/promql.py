"""Expressions of PromQL, read by a parser that is not ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser

from network.plan.model.dashboards import Dashboard, Panel, Query

WINDOWS = {"$__rate_interval": "311s", "$__range": "21600s"}
"""Grafana's variables, with spans that nobody would write."""


@dataclass(frozen=True)
class Read:
    """One selector: a metric, and the labels that it is chosen by."""

    metric: str
    matched: frozenset[str]


def panels(dashboard: Dashboard) -> Iterator[Panel]:
    """Yield the panels."""
    for row in dashboard.rows:
        yield from row.panels


def queries(dashboard: Dashboard) -> Iterator[tuple[Panel, Query]]:
    """Yield the queries, each with its panel."""
    for panel in panels(dashboard):
        for query in panel.queries:
            yield panel, query


def parsed(expr: str, variables: list[str]) -> Any:
    """Return an expression as a tree, Grafana's variables filled in."""
    filled = {form: "x" for name in variables for form in (f"${{{name}}}", f"${name}")}
    for variable, value in {**WINDOWS, **filled}.items():
        expr = expr.replace(variable, value)
    return promql_parser.parse(expr)


def nodes(tree: Any) -> Iterator[Any]:
    """Yield every part of an expression."""
    yield tree
    for part in ("lhs", "rhs", "expr", "param", "vector_selector"):
        below = getattr(tree, part, None)
        if below is not None and below is not tree:
            yield from nodes(below)
    for argument in getattr(tree, "args", ()):
        yield from nodes(argument)


def reads(tree: Any) -> Iterator[Read]:
    """Yield what an expression reads."""
    for node in nodes(tree):
        if isinstance(node, promql_parser.VectorSelector):
            yield Read(str(node.name), frozenset(each.name for each in node.matchers.matchers))


def labels(tree: Any) -> frozenset[str]:
    """Return the labels that an expression groups or joins by, but for those that it makes itself."""
    used: set[str] = set()
    made: set[str] = set()
    for node in nodes(tree):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            used |= set(node.modifier.labels)
        if isinstance(node, promql_parser.BinaryExpr) and node.modifier is not None:
            matching = node.modifier.matching
            used |= set(matching.labels if matching is not None else ())
        if isinstance(node, promql_parser.Call) and node.func.name == "label_replace":
            _, to, _, source, _ = node.args
            used.add(source.val)
            made.add(to.val)
    return frozenset(used - made - {""})


def windows(tree: Any) -> Iterator[tuple[str, str, int]]:
    """Yield the functions over a window, with the metric and the window's seconds."""
    for node in nodes(tree):
        for argument in getattr(node, "args", ()):
            if isinstance(argument, promql_parser.MatrixSelector):
                metric = str(argument.vector_selector.name)
                yield node.func.name, metric, int(argument.range.total_seconds())
