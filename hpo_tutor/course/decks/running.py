"""What do a deck's cells show? They are run in a kernel of their own, and nothing else of the notebook is.

shown    for each code cell of each slide the outputs that stay, as Jupyter has them
"""

import os
import tempfile
from typing import Any

from hpo_tutor.course.decks.reading import Deck
from hpo_tutor.course.executed import PAGES, manager

LONGEST_CELL = 120  # seconds after which a cell is thought to hang
QUIET = ["--log-level=40"]  # a kernel tells of errors alone
Outputs = list[dict[str, Any]]


def run(deck: Deck) -> list[list[Outputs]]:
    """The outputs of each code cell of each slide; a claim that holds leaves no line.

    Raises:
        ValueError: a cell raised, or a claim is false; names deck, slide and error.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat import v4

    texts = ["# of the notebook\n" + text for text in deck.prelude]
    texts += [f"# slide {slide.heading!r}\n{code.text}" for slide in deck.slides for code in slide.codes]
    notebook = v4.new_notebook(cells=list(map(v4.new_code_cell, texts)))  # type: ignore[no-untyped-call]
    begun: list[int] = []
    client = NotebookClient(
        notebook,
        timeout=LONGEST_CELL,
        store_widget_state=False,
        km=manager(),
        extra_arguments=QUIET,
        on_cell_start=lambda cell, cell_index: begun.append(cell_index),
    )
    with tempfile.TemporaryDirectory() as work:
        try:
            client.execute(env=os.environ | PAGES | {"HPO_TUTOR_WORK": work})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            where, *lines = texts[begun[-1]].splitlines()
            failed = [out for out in notebook.cells[begun[-1]].outputs if out.output_type == "error"]
            silence = "its kernel died" if isinstance(error, DeadKernelError) else f"no answer in {LONGEST_CELL} s"
            reason = f"{failed[0].ename}: {failed[0].evalue}" if failed else silence
            opening = next(filter(None, lines), "")
            raise ValueError(
                f"{deck.source.name}, {where[2:]}: {reason}; mend the cell that begins {opening!r}"
            ) from None
    cells = iter(notebook.cells[len(deck.prelude) :])
    return [[_kept(next(cells).outputs) for _ in slide.codes] for slide in deck.slides]


def _kept(outputs: Outputs) -> Outputs:
    kept = []
    for output in outputs:
        if output["output_type"] == "stream":
            lines = [line for line in output["text"].splitlines(keepends=True) if not line.startswith("✓ ")]
            if output["name"] == "stderr" or not "".join(lines).strip():
                continue
            output = {**output, "text": "".join(lines)}
        kept.append(dict(output))
    return kept
