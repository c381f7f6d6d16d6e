"""What the README shows, works."""

import re
from pathlib import Path

import numpy as np

README = Path(__file__).parents[1] / "README.md"


def test_the_code_of_the_readme_runs() -> None:
    """Three networks train for twenty epochs, and the middle learning rate ends lowest."""
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    losses = names["report"].losses
    assert names["report"].epoch == 20
    assert int(np.argmin(losses)) == 1
