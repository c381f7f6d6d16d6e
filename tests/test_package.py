"""What `import hpo_tutor` offers, and what it costs."""

import json
import subprocess
import sys

import pytest

import hpo_tutor


def test_importing_the_package_loads_nothing_heavy():
    """A bare import brings neither torch nor plotly nor widgets nor pandas, and yet lists the public names."""
    code = (
        "import hpo_tutor, sys, json; dir(hpo_tutor); "
        "print(json.dumps(sorted({module.partition('.')[0] for module in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "hpo_tutor" in loaded
    assert not loaded & {"torch", "plotly", "ipywidgets", "pandas", "sklearn", "hyperopt", "jupyterlab"}


def test_a_search_needs_no_torch_and_no_plotly():
    """Samplers, tuning and test functions are free of them; only training imports torch."""
    code = (
        "import sys, hpo_tutor as h; f = h.problems.function('branin'); "
        "h.minimize(f, h.samplers.Design(f.space, 'random'), n_trials=5, progress=False); "
        "h.race.compare(['grid'], f, 4, [0]); "
        "sys.exit(any(m in sys.modules for m in ('torch', 'plotly', 'ipywidgets')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", sorted(hpo_tutor.__all__))
def test_every_public_name_is_there_and_documented(name: str):
    """Each name of the table resolves, and says in a sentence what it is."""
    value = getattr(hpo_tutor, name)
    assert name == "__version__" or (value.__doc__ or "").strip()


def test_an_unknown_name_says_what_there_is():
    """A typing error is answered with the public names."""
    with pytest.raises(AttributeError, match=r"hpo_tutor has no 'minimise'; it offers .*minimize"):
        _ = hpo_tutor.minimise
