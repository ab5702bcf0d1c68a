"""What every command does with its options, and how one is made."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from compare.backends.launched import check_alone
from compare.cli.ignored import check_ignored
from compare.cli.options import OUTPUT, takes_no_color
from compare.cli.paths import check_paths
from compare.cli.values import check_numbers, check_options, check_values


class Command(TyperCommand):
    """A command that refuses what has no meaning, or changes nothing, and whose --help stands with what is printed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As in Typer, which takes an empty name for the folder one is in."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        check_alone(str(ctx.info_name))
        check_values(args)
        typed = check_options(ctx, args)
        rest = super().parse_args(ctx, args)
        options = {
            str(made.name): made.opts[0] if made.opts[0][0] == "-" else str(made.metavar) for made in self.params
        }
        check_numbers(ctx.params, typed, options)
        check_paths(ctx.params, options, typed)
        check_ignored(ctx)
        return rest

    def get_help_option(self, ctx: Any) -> Any:
        """As in Typer."""
        option = super().get_help_option(ctx)
        if option:
            option.rich_help_panel = OUTPUT
            # Typer would name the type of a flag
            option.metavar = " "
        return option


def imported(name: str, epilog: str) -> Any:
    """The command that is the function of this name in the module of this name, of Typer's type."""
    alone = typer.Typer(add_completion=False)
    function = getattr(import_module(f"compare.cli.{name}"), name)
    alone.command(cls=Command, epilog=epilog)(takes_no_color(function))
    return typer.main.get_command(alone)
