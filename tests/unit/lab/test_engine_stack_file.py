"""The lab's copy of a stack file."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from lab.engine.overrides import Override, overrides
from lab.engine.stack_file import OverrideError, dumped, load, overridden, refresh
from network.config.secrets import Webhook

PLAIN = Override("network:certificates.dns01.wait", "0s", "faster")
SECRET = Override("network:dnsToken", "the lab's", "unknown here", lambda: "token")

ORIGINAL: dict[str, Any] = {
    "encryptionsalt": "v1:theirs",
    "config": {
        "network:certificates": {"email": "a@example.com", "dns01": {"provider": "digitalocean"}},
        "network:dnsToken": {"secure": "v1:theirs"},
    },
}


def test_an_override_leaves_its_neighbours_alone() -> None:
    config = overridden(ORIGINAL, {}, [PLAIN, SECRET])["config"]
    assert config["network:certificates"] == {
        "email": "a@example.com",
        "dns01": {"provider": "digitalocean", "wait": "0s"},
    }


def test_the_users_file_is_not_changed_in_memory() -> None:
    overridden(ORIGINAL, {}, [PLAIN, SECRET])
    assert ORIGINAL["config"]["network:certificates"]["dns01"] == {"provider": "digitalocean"}


def test_the_users_ciphertexts_and_salt_do_not_reach_the_copy() -> None:
    assert "theirs" not in yaml.safe_dump(overridden(ORIGINAL, {}, [PLAIN, SECRET]))


def test_salt_and_ciphertexts_of_an_earlier_copy_stay() -> None:
    earlier = {"encryptionsalt": "v1:ours", "config": {"network:dnsToken": {"secure": "v1:ours"}}}
    content = overridden(ORIGINAL, earlier, [PLAIN, SECRET])
    assert content["encryptionsalt"] == "v1:ours"
    assert content["config"]["network:dnsToken"] == {"secure": "v1:ours"}


def test_a_secret_without_an_override_is_refused_with_its_path() -> None:
    original = {"config": {"network:traffic": {"list": [{"key": {"secure": "v1:theirs"}}]}}}
    with pytest.raises(OverrideError, match=r"network:traffic\.list\[0\]\.key is encrypted"):
        overridden(original, {}, [PLAIN])


def refreshed(folder: Path, original: dict[str, Any]) -> list[str]:
    """Refresh a copy with a stand-in for Pulumi's encryption; the paths that were encrypted."""
    asked: list[str] = []
    source, target = folder / "original.yaml", folder / "copy" / "Pulumi.dev.yaml"
    source.write_text(yaml.safe_dump(original))

    def encrypt(path: str, value: str) -> None:
        asked.append(path)
        content = yaml.safe_load(target.read_text())
        content["config"][path] = {"secure": f"v1:{value}"}
        target.write_text(yaml.safe_dump(content))

    refresh(source, target, [PLAIN, SECRET], encrypt)
    return asked


def test_a_secret_is_encrypted_once(tmp_path: Path) -> None:
    assert refreshed(tmp_path, ORIGINAL) == ["network:dnsToken"]
    assert refreshed(tmp_path, ORIGINAL) == []


def test_a_copy_that_pulumi_has_just_begun_holds_its_salt_alone(tmp_path: Path) -> None:
    begun = tmp_path / "copy" / "Pulumi.dev.yaml"
    begun.parent.mkdir()
    begun.write_text("encryptionsalt: v1:ours\n")
    refreshed(tmp_path, ORIGINAL)
    assert load(begun)["encryptionsalt"] == "v1:ours"


def test_an_edit_of_the_users_file_reaches_the_copy(tmp_path: Path) -> None:
    refreshed(tmp_path, ORIGINAL)
    edited = {"config": {**ORIGINAL["config"], "network:environment": {"name": "dev"}}}
    assert refreshed(tmp_path, edited) == []
    content = yaml.safe_load((tmp_path / "copy" / "Pulumi.dev.yaml").read_text())
    assert content["config"]["network:environment"] == {"name": "dev"}


def test_each_user_list_that_a_middleware_names_gets_a_throw_away_user(tmp_path: Path) -> None:
    config = {
        "network:traffic": {
            "middlewares": {"admins": {"basicAuth": {"users": "admins"}}, "gzip": {"compress": {}}}
        }
    }
    users = [
        each for each in overrides(config, {}, "token", tmp_path, "cilium") if "basicAuthUsers" in each.path
    ]
    assert [each.path for each in users] == ["network:basicAuthUsers.admins"]
    assert users[0].secret is not None
    assert users[0].secret().startswith("admins:$2b$")


def test_no_secret_value_stands_in_the_table_of_overrides(tmp_path: Path) -> None:
    table = overrides({}, {}, "dop_v1_secret", tmp_path, "cilium")
    assert not any("dop_v1_secret" in str(each.value) for each in table)


def test_a_provided_chart_keeps_repository_and_version(tmp_path: Path) -> None:
    config = {"network:charts": {"traefik": {"repository": "https://mirror.example", "version": "1.2.3"}}}
    chart = next(iter(overrides(config, {"traefik": Path("/chart")}, "token", tmp_path, "cilium")))
    assert chart.value == {"repository": "https://mirror.example", "version": "1.2.3", "path": "/chart"}


def test_the_lab_s_own_redis_gets_a_throw_away_password_and_one_outside_none(tmp_path: Path) -> None:
    def paths(redis: dict[str, Any]) -> set[str]:
        config = {"network:traffic": {"redis": redis}}
        return {each.path for each in overrides(config, {}, "token", tmp_path, "cilium")}

    assert "network:redisPassword" in paths({"application": "limits", "workload": "redis", "port": 6379})
    assert "network:redisPassword" not in paths({"host": "redis.example", "port": 6379})


@pytest.mark.parametrize(
    "config",
    [
        {"network:observability": {"outside": {"slackChannel": "#ops"}}},
        {"network:outsideSlackUrl": {"secure": "v1:theirs"}},
        {
            "network:observability": {"outside": {"slackChannel": "#ops"}},
            "network:outsideSlackUrl": {"secure": "v1:theirs"},
        },
    ],
)
def test_a_webhook_of_the_watch_from_outside_is_the_lab_s_own(config: dict[str, Any], tmp_path: Path) -> None:
    table = overrides(config, {}, "token", tmp_path, "cilium")
    (url,) = [each for each in table if each.path == "network:outsideSlackUrl"]
    assert url.secret is not None
    TypeAdapter(Webhook).validate_python(url.secret())
    assert "hooks.slack.com" not in str(url.value)
    assert "theirs" not in dumped(overridden({"config": config}, {}, table))


@pytest.mark.parametrize(
    "observability", [None, {}, "text", {"outside": "text"}, {"outside": {"emails": []}}]
)
def test_where_no_channel_is_told_from_outside_no_webhook_is_given(
    observability: object, tmp_path: Path
) -> None:
    table = overrides({"network:observability": observability}, {}, "token", tmp_path, "cilium")
    assert "network:outsideSlackUrl" not in {each.path for each in table}


@pytest.mark.parametrize(
    ("file", "lab", "expected"),
    [({}, "cilium", []), ({}, "generic", ["generic"]), ({"cni": "generic"}, "generic", []),
     ({"cni": "generic"}, "cilium", ["cilium"])],
)  # fmt: skip
def test_another_pod_network_than_the_stack_files_is_an_override_with_its_reason(
    file: dict[str, str], lab: str, expected: list[str], tmp_path: Path
) -> None:
    table = overrides({"network:cluster": file}, {}, "token", tmp_path, lab)
    assert [each.value for each in table if each.path == "network:cluster.cni"] == expected
    assert all(each.reason for each in table)


def test_a_token_of_digitalocean_in_the_file_is_the_simulated_account_s_in_the_lab(tmp_path: Path) -> None:
    config = {"digitalocean:token": {"secure": "v1:theirs"}}

    table = overrides(config, {}, "dop_v1_simulated", tmp_path, "cilium")

    (token,) = [each for each in table if each.path == "digitalocean:token"]
    assert token.secret is not None
    assert token.secret() == "dop_v1_simulated"
    assert "theirs" not in dumped(overridden({"config": config}, {}, table))


def test_a_value_that_readers_differ_over_is_refused_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text("config:\n  network:cluster:\n    maintenance: { startTime: 12:30 }\n")

    with pytest.raises(
        OverrideError, match=r"Pulumi.dev.yaml:3: network:cluster.maintenance.startTime: 12:30"
    ):
        load(file)


def test_the_copy_holds_texts_that_look_like_numbers_as_texts() -> None:
    texts = ["08", "0o17", "1e3", "12:30", "2026-1-2", "yes", "", "~", "<<"]

    assert yaml.safe_load(dumped({"config": {"network:a": texts}})) == {"config": {"network:a": texts}}
    assert all(f'"{text}"' in dumped({"config": {"network:a": texts}}) for text in texts)
