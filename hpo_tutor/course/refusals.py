"""How does a command say no? In one line on the error stream, with status 1."""

from typing import NoReturn

import typer


def stop(reason: object) -> NoReturn:
    """Say why the command ends, and end it."""
    typer.echo(f"hpo-tutor: {reason}", err=True)
    raise typer.Exit(1)
