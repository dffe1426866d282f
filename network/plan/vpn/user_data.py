"""What cloud-init does on the VPN's machine, once: no key is in it, and no peer (ADM-3).

Whoever may ask the machine's metadata service reads it, and another text is another machine with another key.
So it says how the machine works, and tags say for whom.
"""

import json
from importlib.resources import files
from typing import Any

from network.config import StackConfig
from network.config.vpn import Vpn, tags_of

LONGEST = 64 * 1024
"""Bytes of user data that DigitalOcean takes (docs/facts/digitalocean.md#droplets)."""

READS_TAGS_EVERY = 15
"""Seconds between two looks at the tags."""

PACKAGES = ("nftables", "python3", "unattended-upgrades", "wireguard-tools")

_FIRST_BOOT = """\
#!/bin/sh
# Makes the private key, which never leaves this machine, and shows the public one on the console.
set -eu
umask 077
[ -s /etc/wireguard/private.key ] || wg genkey > /etc/wireguard/private.key
umask 022
key=$(wg pubkey < /etc/wireguard/private.key)
mkdir -p /etc/issue.d
printf 'Public key of the VPN: %s\\nIn hexadecimal digits: %s\\n\\n' \\
  "$key" "$(printf %s "$key" | base64 -d | od -An -v -tx1 | tr -d ' \\n')" > /etc/issue.d/60-vpn.issue
"""

_INTERFACE = """\
[Interface]
Address = {address}
ListenPort = {port}
PostUp = wg set %i private-key /etc/wireguard/private.key
"""

_FILTER = """\
#!/usr/sbin/nft -f
# What peers reach stands in the chains `machine` and `peers`, which /etc/vpn/peers.py fills.
table inet vpn
delete table inet vpn
table inet vpn {{
  chain machine {{
  }}
  chain peers {{
  }}
  chain input {{
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    iifname "wg0" jump machine
    ct state established,related accept
    iifname "wg0" drop
    meta l4proto {{ icmp, ipv6-icmp }} accept
    udp dport {port} accept
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    oifname "wg0" ct state established,related accept
    iifname "wg0" oifname != "wg0" jump peers
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {tunnel} oifname != "wg0" masquerade
  }}
}}
"""

_FILTER_SERVICE = """\
[Unit]
Description=What comes to and through the VPN's machine
Before=wg-quick@wg0.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/vpn/filter.nft

[Install]
WantedBy=multi-user.target
"""

_SERVICE = """\
[Unit]
Description=Peers of the VPN, from the machine's tags
After=network-online.target vpn-filter.service wg-quick@wg0.service
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /etc/vpn/peers.py
"""

_TIMER = f"""\
[Unit]
Description=Looks for other peers of the VPN

[Timer]
OnBootSec=5
OnUnitInactiveSec={READS_TAGS_EVERY}
AccuracySec=1

[Install]
WantedBy=timers.target
"""

_UPGRADES = """\
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:30";
"""

_SSH = """\
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""


def user_data(config: StackConfig, vpn: Vpn) -> str:
    """Return the cloud-config. JSON is YAML, and has one way to write each text."""
    return f"#cloud-config\n{json.dumps(cloud_config(config, vpn), indent=1)}\n"


def cloud_config(config: StackConfig, vpn: Vpn) -> dict[str, Any]:
    """Return what cloud-init is told."""
    settings = {"tags": tags_of(config.environment.name), "tunnel": str(vpn.range)}
    own = f"{vpn.gateway}/{vpn.range.prefixlen}"
    return {
        "ssh_pwauth": False,
        "package_update": True,
        "package_upgrade": True,
        "packages": list(PACKAGES),
        "write_files": [
            _file("/etc/vpn/settings.json", json.dumps(settings) + "\n"),
            _file("/etc/vpn/peers.py", (files("network.plan.vpn.machine") / "peers.py").read_text(), "0755"),
            _file("/etc/vpn/first-boot", _FIRST_BOOT, "0755"),
            _file("/etc/wireguard/wg0.conf", _INTERFACE.format(address=own, port=vpn.port), "0600"),
            # Not nftables' own file: one that a package brings as well stops its upgrades.
            _file("/etc/vpn/filter.nft", _FILTER.format(port=vpn.port, tunnel=vpn.range)),
            _file("/etc/sysctl.d/60-vpn.conf", "net.ipv4.ip_forward = 1\n"),
            _file("/etc/apt/apt.conf.d/60-vpn", _UPGRADES),
            _file("/etc/ssh/sshd_config.d/60-vpn.conf", _SSH),
            _file("/etc/systemd/system/vpn-filter.service", _FILTER_SERVICE),
            _file("/etc/systemd/system/vpn-peers.service", _SERVICE),
            _file("/etc/systemd/system/vpn-peers.timer", _TIMER),
        ],
        "runcmd": [
            ["/etc/vpn/first-boot"],
            ["systemctl", "daemon-reload"],
            ["systemctl", "enable", "--now", "vpn-filter.service", "wg-quick@wg0.service", "vpn-peers.timer"],
            ["sysctl", "-p", "/etc/sysctl.d/60-vpn.conf"],
            ["systemctl", "try-reload-or-restart", "ssh.service"],
        ],
    }


def _file(path: str, content: str, permissions: str = "0644") -> dict[str, str]:
    return {"path": path, "owner": "root:root", "permissions": permissions, "content": content}
