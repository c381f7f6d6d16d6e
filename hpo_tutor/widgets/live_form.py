"""What can a student choose before training, and what does the choice lead to? The fields of the form, and back.

field   {key, label, value, options}, options being (value, text) pairs; or {key, label, value, low, high, step} of a
        whole number
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

from hpo_tutor import designs
from hpo_tutor.problems import datasets, tasks
from hpo_tutor.widgets.live_run import Setting

if TYPE_CHECKING:
    from hpo_tutor.widgets.live_search_run import SearchSetting

Field = dict[str, Any]
AnySetting = TypeVar("AnySetting", bound="Setting | SearchSetting")
FEWEST, OFFERED, STEP = 25, 400, 25  # networks


def fields(setting: Setting) -> list[Field]:
    """What the form of a training shows."""
    low, high = min(FEWEST, setting.n_networks), max(OFFERED, setting.n_networks)
    return [
        *map_fields(setting.task, setting.across, setting.up),
        choice("design", "design", setting.design, [(name, name) for name in designs.NAMES]),
        whole("n_networks", "networks", setting.n_networks, low, high, STEP),
    ]


def map_fields(task: str, across: str, up: str) -> list[Field]:
    """The first fields of every form; data sets that do not load without the network are left out."""
    here = tasks.task(task).dataset
    known = {
        name: one
        for name, one in tasks.TASKS.items()
        if one.is_live and (one.dataset == here or datasets.available(one.dataset))
    }
    sets = list(dict.fromkeys(one.dataset for one in known.values()))
    networks = [(name, one.learner) for name, one in known.items() if one.dataset == here]
    tuned = [(name, name) for name in tasks.task(task).domains]
    return [
        choice("dataset", "data set", here, [(name, name) for name in sets]),
        choice("task", "network", task, networks),
        choice("across", "axis across", across, tuned),
        choice("up", "axis up", up, tuned),
    ]


def chosen(setting: AnySetting, key: str, value: Any) -> AnySetting:
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
    if isinstance(asdict(setting).get(key), int):
        value = _whole(key, value)
    changes: Mapping[str, Any] = {key: value}
    if key == "across" and value == setting.up:
        changes = {"across": value, "up": setting.across}
    if key == "up" and value == setting.across:
        changes = {"up": value, "across": setting.up}
    if key not in asdict(setting):
        raise ValueError(f"the form has no field {key!r}; it has {', '.join(asdict(setting))}")
    return replace(setting, **changes)


def choice(key: str, label: str, value: str, options: list[tuple[str, str]]) -> Field:
    """A field with options, which are pairs of a value and its text."""
    return {"key": key, "label": label, "value": value, "options": options}


def whole(key: str, label: str, value: int, low: int, high: int, step: int = 1) -> Field:
    """A field of a whole number."""
    return {"key": key, "label": label, "value": value, "low": low, "high": high, "step": step}


def _whole(key: str, value: Any) -> int:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        name = key.removeprefix("n_")
        raise ValueError(f"{name} must be a whole number, got {value!r}") from error
