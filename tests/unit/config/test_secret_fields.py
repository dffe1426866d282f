"""Secrets are marked on the fields of the models; everything else follows from the mark."""

import pytest
from pydantic import SecretStr

from network.cli.placeholders import missing_secrets, secret_findings, with_placeholders
from network.components.secrets import secret_values
from network.config.load import check
from network.config.schema import stack_file_schema
from network.config.secrets import SecretField
from network.config.stack import SECRETS, StackConfig
from network.plan import build
from network.review.document import of_file, of_plan
from tests import libyaml, stacks

PROJECT = libyaml.load((stacks.ROOT / "Pulumi.yaml").read_text())["config"]
EACH = pytest.mark.parametrize("field", SECRETS.values(), ids=SECRETS)
ENCRYPTED = {"secure": "v1:abc"}


def test_every_field_of_the_type_of_secrets_is_marked() -> None:
    config = stacks.everything()
    found = {
        name
        for name, value in config
        for each in (value.values() if isinstance(value, dict) else [value])
        if isinstance(each, SecretStr)
    }
    assert found == {field.name for field in SECRETS.values()}


def test_pulumi_knows_every_key_of_a_stack_file() -> None:
    keys = {field.alias or name for name, field in StackConfig.model_fields.items()}
    # Pulumi asks for a key without a default, and neither password nor layer is there when it is empty.
    optional = {
        field.alias or name for name, field in StackConfig.model_fields.items() if field.default is None
    }
    assert set(PROJECT) == keys - optional
    assert all("default" in each for key, each in PROJECT.items() if key not in SECRETS)


@EACH
def test_it_stands_encrypted_in_a_stack_file(field: SecretField) -> None:
    schema = stack_file_schema()["properties"]["config"]["properties"][f"network:{field.key}"]
    assert "secure" in str(schema)
    assert "maxLength" not in str(schema)


@EACH
def test_its_placeholder_is_of_the_right_form(field: SecretField) -> None:
    filled = with_placeholders({field.key: {"admins": ENCRYPTED} if field.by_name else ENCRYPTED})[field.key]
    problems = check(stacks.config_map("dev", {f"network:{field.key}": filled})).problems
    unused = ("no basicAuth middleware uses it", "no redis", "no certificate of certificates.bought")
    assert [each for each in problems if not each.rule.startswith(unused)] == []


@EACH
def test_in_plain_text_it_is_refused(field: SecretField) -> None:
    given = {"admins": "plain"} if field.by_name else "plain"
    assert [found.location[0] for found in secret_findings({field.key: given})] == [field.key]


@EACH
def test_the_review_holds_nothing_of_it(field: SecretField) -> None:
    config = stacks.everything()
    document = of_plan(config, build(config))
    assert field.key not in document["config"]
    assert field.key not in of_file({field.key: ENCRYPTED})["given"]


@EACH
def test_its_values_reach_the_program_by_their_keys(field: SecretField) -> None:
    values = secret_values(stacks.everything())
    assert any(name.partition(".")[0] == field.key for name in values)


def test_what_is_missing_is_named_as_pulumi_sets_it() -> None:
    layers = {"traffic": {"middlewares": {"login": {"basicAuth": {"users": "ops"}}}}}
    assert missing_secrets(layers) == ["network:dnsToken", "--path network:basicAuthUsers.ops"]
    assert missing_secrets({**layers, "basicAuthUsers": {"ops": ENCRYPTED}, "dnsToken": ENCRYPTED}) == []
