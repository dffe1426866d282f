"""Secrets stand in Secret objects and nowhere else, encrypted on their way."""

from collections.abc import Mapping

from tests import stacks
from tests.program.recording import (
    AUTHORITY,
    ENDPOINT,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    SPACES_SECRET,
    TOKEN,
    Run,
    plain_text,
    unwrapped,
)

PROVIDER = "pulumi:providers:kubernetes"
OUTSIDE = stacks.everything_over_dev()["network:outsideSlackUrl"]


def test_the_dns_token_is_in_one_secret_object(program: Run) -> None:
    holding = [each.title for each in program.declared if stacks.DNS_TOKEN in str(each.inputs)]
    assert holding == ["Secret cert-manager/dns-token"]


def test_no_secret_is_sent_in_plain_text(program: Run) -> None:
    for each in program.declared:
        text = plain_text(each.inputs)
        assert stacks.DNS_TOKEN not in text, each.urn
        assert stacks.USERS not in text, each.urn


def test_the_webhook_of_the_watch_from_outside_is_secret_wherever_it_is_sent(everything: Run) -> None:
    alerts = [each for each in everything.declared if OUTSIDE in str(each.inputs)]
    assert {each.type.rpartition(":")[2] for each in alerts} == {"UptimeAlert", "MonitorAlert"}
    assert all(OUTSIDE not in plain_text(each.inputs) for each in alerts)


def test_the_data_of_every_secret_object_is_secret(program: Run) -> None:
    secrets = program.of("kubernetes:core/v1:Secret")
    assert secrets
    for each in secrets:
        values = each.inputs["stringData"].values()
        assert [value[SIGNATURE_KEY] for value in values] == [SECRET_SIGNATURE] * len(values)
        assert "data" not in each.inputs


def test_what_the_cluster_answers_about_a_secret_object_is_secret_too(program: Run) -> None:
    for each in program.of("kubernetes:core/v1:Secret"):
        assert {"data", "stringData"} <= set(each.request.additionalSecretOutputs)


def test_values_of_releases_hold_no_secret(program: Run) -> None:
    for release in program.of("kubernetes:helm.sh/v3:Release"):
        assert SIGNATURE_KEY not in str(release.inputs["values"])


def test_basic_auth_users_are_in_the_secret_that_their_middleware_names(dev: Run) -> None:
    middleware = dev.one("Middleware traefik/admins")
    secret = dev.one(f"Secret traefik/{middleware.inputs['spec']['basicAuth']['secret']}")
    assert unwrapped(secret.inputs["stringData"]) == {"users": stacks.USERS}


def test_neither_a_provider_nor_an_export_holds_a_token_of_the_cluster(update: Run) -> None:
    for provider in update.of(PROVIDER):
        assert TOKEN not in str(provider.inputs)
    assert TOKEN not in str(update.exports)


def test_providers_and_people_get_the_same_kubeconfig(update: Run) -> None:
    exported = update.exports["kubeconfig"].value
    assert {provider.inputs["kubeconfig"] for provider in update.of(PROVIDER)} == {exported}
    assert ENDPOINT in exported
    assert AUTHORITY in exported


def test_no_export_is_a_secret_but_the_keys_of_who_uploads(update: Run) -> None:
    assert {name for name, export in update.exports.items() if export.secret} <= {"cdnUploadKeys"}


def test_keys_of_spaces_are_told_as_secrets_alone(everything: Run) -> None:
    assert everything.exports["cdnUploadKeys"].secret
    told = everything.exports["cdnUploadKeys"].value
    assert told["assets"] == {"accessKey": "id-of-cdn-assets-upload", "secretKey": SPACES_SECRET}
    plain = [export.value for export in everything.exports.values() if not export.secret]
    inputs = [plain_text(each.inputs) for each in everything.declared]
    assert SPACES_SECRET not in str(plain) + "".join(inputs)


def test_the_config_of_other_programs_is_left_alone(
    configs: Mapping[str, Mapping[str, str]], dev: Run
) -> None:
    assert "kubernetes" in configs["dev"]["pulumi:disable-default-providers"]
    assert dev.declared
