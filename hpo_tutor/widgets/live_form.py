"""What can a student choose before training, and what does the choice lead to? The fields of the form, and back.

field   {key, label, value, options}, options being (value, text) pairs; or {key, label, value, low, high, step} of a
        whole number
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from hpo_tutor import designs
from hpo_tutor.problems import datasets, tasks
from hpo_tutor.widgets.live_run import MOST_NETWORKS, Setting

Field = dict[str, Any]
FEWEST, OFFERED, STEP = 25, 400, 25  # networks


def fields(setting: Setting) -> list[Field]:
    """What the form shows; data sets that do not load without the network are left out."""
    here = tasks.task(setting.task).dataset
    known = {
        name: task
        for name, task in tasks.TASKS.items()
        if task.is_live and (task.dataset == here or datasets.available(task.dataset))
    }
    sets = list(dict.fromkeys(task.dataset for task in known.values()))
    networks = [(name, task.learner) for name, task in known.items() if task.dataset == here]
    tuned = [(name, name) for name in tasks.task(setting.task).domains]
    return [
        _choice("dataset", "data set", here, [(name, name) for name in sets]),
        _choice("task", "network", setting.task, networks),
        _choice("across", "axis across", setting.across, tuned),
        _choice("up", "axis up", setting.up, tuned),
        _choice("design", "design", setting.design, [(name, name) for name in designs.NAMES]),
        {"key": "n_networks", "label": "networks", "value": setting.n_networks}
        | {"low": min(FEWEST, setting.n_networks), "high": max(OFFERED, setting.n_networks), "step": STEP},
    ]


def chosen(setting: Setting, key: str, value: Any) -> Setting:
    """The setting after one field was changed; what no longer fits follows.

    Another data set brings its first network; a hyperparameter that the other axis has swaps with it.

    Raises:
        ValueError: the value cannot be chosen; the message says what can.
    """
    if key == "dataset":
        names = [name for name, task in tasks.TASKS.items() if task.is_live and task.dataset == value]
        if not names:
            raise ValueError(f"there is no network for the data set {value!r}; choose another")
        key, value = "task", names[0]
    if key == "n_networks":
        value = _whole(value)
    changes: Mapping[str, Any] = {key: value}
    if key == "across" and value == setting.up:
        changes = {"across": value, "up": setting.across}
    if key == "up" and value == setting.across:
        changes = {"up": value, "across": setting.up}
    if key not in asdict(setting):
        raise ValueError(f"the form has no field {key!r}; it has {', '.join(asdict(setting))}")
    return replace(setting, **changes)


def _choice(key: str, label: str, value: str, options: list[tuple[str, str]]) -> Field:
    return {"key": key, "label": label, "value": value, "options": options}


def _whole(value: Any) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"networks is a whole number from 1 to {MOST_NETWORKS}, got {value!r}") from error
