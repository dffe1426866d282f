"""The command `network flows`."""

from network.cli import files
from network.cli.options import Files, Output, Stacks, Svg


def flows(stack: Stacks, file: Files, output: Output = None, svg: Svg = None) -> None:
    """Show the declared flows by layer, with ports and reasons, as Markdown."""
    from network.cli.check import stack_of
    from network.cli.project import chosen
    from network.cli.report import valid_config
    from network.plan import build, flow_document

    plans = {stack_of(path): build(valid_config(path)) for path in chosen(stack, file)}
    if output is not None or svg is None:
        files.tell(flow_document.page(plans), output)
    if svg is not None:
        from network.reachability import render

        for name, path in files.one_each(svg, plans).items():
            drawn = render.graph(render.of_flows(plans[name].flows), f"Declared flows of {name}")
            files.write(path, drawn)
