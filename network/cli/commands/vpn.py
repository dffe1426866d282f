"""The command `network vpn`."""

from typing import Annotated

import typer

from network.cli import files
from network.cli.options import File, Output, Stack


def vpn(
    peer: Annotated[str, typer.Argument(help="A peer of the stack file, by its name.", show_default=False)],
    stack: Stack = None,
    file: File = None,
    output: Output = None,
) -> None:
    """Show what a peer of the VPN tells its device: WireGuard's configuration, without the private key
    (docs/vpn.md).

    Takes what `pulumi stack output --json` prints, for the addresses of the running platform. The API
    server's name is resolved here.
    """
    from network.cli.project import chosen
    from network.cli.report import valid_config
    from network.cli.vpn import places
    from network.plan.vpn.client import client_config

    if stack is None and file is None:
        files.stop("give one of --stack and --file")
    (path,) = chosen([stack] if stack else [], [file] if file else [])
    config = valid_config(path)
    if config.vpn is None:
        files.stop(f"{path.name} has no network:vpn")
    if peer not in config.vpn.peers:
        files.stop(f"there is no peer {peer}; there are: {', '.join(config.vpn.peers) or 'none'}")
    if config.vpn.public_key is None:
        files.stop("network:vpn.publicKey is not set: the machine shows it on its console (docs/vpn.md)")
    try:
        found = places(files.standard_input().decode("utf-8", "replace"))
    except ValueError as error:
        files.stop(str(error))
    files.tell(client_config(config, config.vpn, peer, found), output)
