"""The command `network addresses`."""

from io import StringIO

from network.cli import files
from network.cli.options import Files, Output, Stacks, Svg


def addresses(stack: Stacks, file: Files, output: Output = None, svg: Svg = None) -> None:
    """Show the address plan: ranges, what fits in them, what is free."""
    from rich.console import Console

    from network.cli.addresses import table
    from network.cli.check import stack_of
    from network.cli.project import chosen
    from network.cli.report import valid_config
    from network.plan import addresses as address_plan
    from network.plan.addresses.picture import picture

    text = StringIO()
    console = Console(file=None if output is None else text)
    configs = {stack_of(path): valid_config(path) for path in chosen(stack, file)}
    pictures = {} if svg is None else files.one_each(svg, configs)
    for name, config in configs.items():
        plan = address_plan.build(config)
        title = f"Addresses of {config.environment.name}"
        if output is not None or svg is None:
            console.print(table(plan, title))
        if name in pictures:
            files.write(pictures[name], picture(plan, title))
    if output is not None:
        files.write(output, text.getvalue())
