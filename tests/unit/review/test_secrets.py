"""No secret is in a document, so none can come into a comment."""

import json
from pathlib import Path

from network.cli.plan import document
from tests import libyaml
from tests.stacks import ROOT, stack_file

TOKEN = "dop_v1_this_must_never_be_shown"
PASSWORD = "admin:$2y$10$" + "a" * 53


def written(folder: Path, token: object, users: object) -> Path:
    raw = {**stack_file("dev"), "network:dnsToken": token, "network:basicAuthUsers": users}
    file = folder / "Pulumi.dev.yaml"
    file.write_text(libyaml.dump({"config": raw}))
    return file


def test_an_encrypted_value_is_a_digest_that_changes_with_it(tmp_path: Path) -> None:
    first = document(written(tmp_path, {"secure": "v1:aaaa:one"}, {"admins": {"secure": "v1:bbbb:two"}}))
    second = document(written(tmp_path, {"secure": "v1:aaaa:two"}, {"admins": {"secure": "v1:bbbb:two"}}))

    assert first["secrets"].keys() == {"dnsToken", "basicAuthUsers.admins"}
    assert first["secrets"]["dnsToken"] != second["secrets"]["dnsToken"]
    assert first["secrets"]["basicAuthUsers.admins"] == second["secrets"]["basicAuthUsers.admins"]
    assert "v1:" not in json.dumps(first["secrets"])


def test_a_secret_in_plain_text_is_refused_and_neither_shown_nor_digested(tmp_path: Path) -> None:
    found = document(written(tmp_path, TOKEN, {"admins": PASSWORD}))

    text = json.dumps(found)
    assert found["problems"]
    assert TOKEN not in text
    assert PASSWORD not in text
    assert found["secrets"] == {"dnsToken": "in plain text", "basicAuthUsers.admins": "in plain text"}


def test_placeholders_are_not_in_the_document() -> None:
    text = json.dumps(document(ROOT / "Pulumi.prod.yaml"))
    assert "placeholder" not in text
