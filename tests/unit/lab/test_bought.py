"""Bought certificates in the lab: its own in their place, with a key that it has."""

from pathlib import Path
from typing import Any

from lab.engine import bought
from lab.engine.overrides import Override, overrides
from network.config.load import check
from tests import stacks
from tests.unit.config.warnings import BOUGHT

SOLD = {"network:certificates": {"bought": {"sold": {"pem": BOUGHT}}}}


def table(config: dict[str, Any], state: Path) -> dict[str, Override]:
    return {each.path: each for each in overrides(config, {}, "token", state, "cilium")}


def test_the_lab_s_certificate_is_for_the_same_names_and_goes_with_its_key(tmp_path: Path) -> None:
    found = table(SOLD, tmp_path)
    key = found["network:certificateKeys.sold"].secret
    assert key is not None
    own = {
        "network:certificates": {
            "bought": {"sold": {"pem": found["network:certificates.bought.sold.pem"].value}}
        },
        "network:certificateKeys": {"sold": key()},
    }
    assert bought.bought_names(own) == bought.bought_names(SOLD) == {"sold": ("www.bought.example",)}
    assert check(stacks.config_map("dev", own)).problems == ()
    assert key().strip() not in str(found["network:certificateKeys.sold"].value)


def test_a_certificate_of_other_names_keeps_the_key_that_is_encrypted_already(tmp_path: Path) -> None:
    before = bought.chain("sold", ("www.bought.example",), tmp_path)
    key = bought.key("sold", tmp_path)
    assert bought.chain("sold", ("www.bought.example",), tmp_path) == before
    after = bought.chain("sold", ("other.example",), tmp_path)
    assert bought.bought_names({"network:certificates": {"bought": {"sold": {"pem": after}}}}) == {
        "sold": ("other.example",)
    }
    assert bought.key("sold", tmp_path) == key


def test_mistakes_in_the_file_are_left_to_the_program() -> None:
    mistakes: list[Any] = [None, {"pem": None}, {"pem": "none"}]
    for certificates in ([], {"bought": []}, *({"bought": {"sold": each}} for each in mistakes)):
        assert bought.bought_names({"network:certificates": certificates}) == {}
