"""Mail that does not leave is warned of, and no other."""

from network.config.load import check
from tests.stacks import config_map


def test_a_relay_in_the_vpc_and_other_ports_send_mail() -> None:
    talks = [
        {"range": "10.0.9.9/32", "port": 25, "reason": "sends mail by the relay"},
        {"host": "smtp.example.org", "ports": [2525, "8000-8010"], "reason": "sends mail"},
        {"host": "api.example.org", "port": 443, "reason": "sends mail"},
    ]
    over = {"network:applications": {"shop": {"talksTo": {"web": talks}}}}
    warned = check(config_map("dev", over)).warnings
    assert [each for each in warned if "SMTP" in each.rule] == []
