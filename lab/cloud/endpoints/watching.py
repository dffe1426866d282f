"""Checks from outside with their alerts, and alerts of load balancers: kept by the published description's
rules (docs/facts/digitalocean.md#watch-from-outside). Nothing here asks a host or tells anybody."""

import uuid

from lab.cloud.endpoints.request import Operation, Reply, Request, listing, reader, remover
from lab.cloud.errors import not_found
from lab.cloud.rules import watching as rules
from lab.cloud.state import Json, Kind

_CHECKS = "/v2/uptime/checks"
_POLICIES = "/v2/monitoring/alerts"


def _create_check(request: Request) -> Reply:
    check: Json = {"regions": ["us_east"], "enabled": True, **request.body, "id": str(uuid.uuid4())}
    rules.check(check)
    with request.store.change() as account:
        account.put(Kind.UPTIME_CHECK, check["id"], check)
    return 201, {"check": check}


def _update_check(request: Request) -> Reply:
    with request.store.change() as account:
        check = account.get(Kind.UPTIME_CHECK, request.ids[0])
        check |= request.body
        rules.check(check)
    return 200, {"check": check}


def _delete_check(request: Request) -> Reply:
    """Its alerts go with it."""
    with request.store.change() as account:
        account.drop(Kind.UPTIME_CHECK, request.ids[0])
        for alert in account.all(Kind.UPTIME_ALERT):
            if alert["check_id"] == request.ids[0]:
                account.drop(Kind.UPTIME_ALERT, alert["id"])
    return 204, {}


def _list_checks(request: Request) -> Reply:
    return listing(request, "checks", request.store.account.all(Kind.UPTIME_CHECK))


def _create_alert(request: Request) -> Reply:
    with request.store.change() as account:
        check = account.get(Kind.UPTIME_CHECK, request.ids[0])
        alert = {**request.body, "id": str(uuid.uuid4()), "check_id": check["id"]}
        rules.alert(alert)
        account.put(Kind.UPTIME_ALERT, alert["id"], alert)
    return 201, {"alert": alert}


def _alert(request: Request) -> Json:
    """The alert of the call, which is known below its own check only."""
    alert = request.store.account.get(Kind.UPTIME_ALERT, request.ids[1])
    if alert["check_id"] != request.ids[0]:
        raise not_found()
    return alert


def _get_alert(request: Request) -> Reply:
    return 200, {"alert": _alert(request)}


def _update_alert(request: Request) -> Reply:
    key = _alert(request)["id"]
    with request.store.change() as account:
        alert = account.get(Kind.UPTIME_ALERT, key)
        alert |= request.body
        rules.alert(alert)
    return 200, {"alert": alert}


def _delete_alert(request: Request) -> Reply:
    key = _alert(request)["id"]
    with request.store.change() as account:
        account.drop(Kind.UPTIME_ALERT, key)
    return 204, {}


def _list_alerts(request: Request) -> Reply:
    account = request.store.account
    check = account.get(Kind.UPTIME_CHECK, request.ids[0])
    alerts = [alert for alert in account.all(Kind.UPTIME_ALERT) if alert["check_id"] == check["id"]]
    return listing(request, "alerts", alerts)


def _create_policy(request: Request) -> Reply:
    with request.store.change() as account:
        policy = {**request.body, "uuid": str(uuid.uuid4())}
        rules.policy(account, policy)
        account.put(Kind.ALERT_POLICY, policy["uuid"], policy)
    return 200, {"policy": policy}


def _update_policy(request: Request) -> Reply:
    """The whole policy is sent, as a new one is."""
    with request.store.change() as account:
        key = account.get(Kind.ALERT_POLICY, request.ids[0])["uuid"]
        policy = {**request.body, "uuid": key}
        rules.policy(account, policy)
        account.put(Kind.ALERT_POLICY, key, policy)
    return 200, {"policy": policy}


def _list_policies(request: Request) -> Reply:
    return listing(request, "policies", request.store.account.all(Kind.ALERT_POLICY))


OPERATIONS = (
    Operation("list_uptime_checks", "GET", _CHECKS, _list_checks),
    Operation("create_uptime_check", "POST", _CHECKS, _create_check),
    Operation("get_uptime_check", "GET", f"{_CHECKS}/{{}}", reader(Kind.UPTIME_CHECK, "check")),
    Operation("update_uptime_check", "PUT", f"{_CHECKS}/{{}}", _update_check),
    Operation("delete_uptime_check", "DELETE", f"{_CHECKS}/{{}}", _delete_check),
    Operation("list_uptime_alerts", "GET", f"{_CHECKS}/{{}}/alerts", _list_alerts),
    Operation("create_uptime_alert", "POST", f"{_CHECKS}/{{}}/alerts", _create_alert),
    Operation("get_uptime_alert", "GET", f"{_CHECKS}/{{}}/alerts/{{}}", _get_alert),
    Operation("update_uptime_alert", "PUT", f"{_CHECKS}/{{}}/alerts/{{}}", _update_alert),
    Operation("delete_uptime_alert", "DELETE", f"{_CHECKS}/{{}}/alerts/{{}}", _delete_alert),
    Operation("list_alert_policies", "GET", _POLICIES, _list_policies),
    Operation("create_alert_policy", "POST", _POLICIES, _create_policy),
    Operation("get_alert_policy", "GET", f"{_POLICIES}/{{}}", reader(Kind.ALERT_POLICY, "policy")),
    Operation("update_alert_policy", "PUT", f"{_POLICIES}/{{}}", _update_policy),
    Operation("delete_alert_policy", "DELETE", f"{_POLICIES}/{{}}", remover(Kind.ALERT_POLICY)),
)
