"""The command `network flows`."""

from network.cli import files
from network.cli.options import Files, Output, Stacks, Svg


def flows(stack: Stacks, file: Files, output: Output = None, svg: Svg = None) -> None:
    """Show the declared flows by layer, with ports and reasons, as Markdown."""
    from network.cli.check import stack_of
    from network.cli.project import chosen
    from network.cli.report import valid_config
    from network.plan import build, flow_document

    configs = {stack_of(path): valid_config(path) for path in chosen(stack, file)}
    if output is not None or svg is None:
        files.tell(flow_document.page(configs), output)
    if svg is not None:
        from network.reachability import render

        for name, path in files.named(svg, configs).items():
            flows = build(configs[name]).flows
            files.write(path, render.graph(render.of_flows(flows), f"Declared flows of {name}"))
