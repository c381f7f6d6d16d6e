"""What is a task? Rows of a data set, a learner for them, and the hyperparameters that may be tuned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hpo_tutor.search_space import Domain
from hpo_tutor.training.boosting import BoostedTrees
from hpo_tutor.training.models.descriptions import Model


@dataclass(frozen=True)
class Source:
    """Which rows of which data set, and how they are cut into data batches.

    Attributes:
        dataset: its name.
        division: "parts" (each row in one batch, shuffled first), "resplits" (each batch is a division of all rows
            anew) or "in order" (parts, one after another as the data set has them).
        words: the division in words.
        part: the part of the data set that is used; None for all of it.
        n_rows: rows of a batch that are used at most; None for all.
        clean: apply the data set's own cleaning recipe.
        backbone: inputs are what this frozen network makes of the images; "" for the rows themselves.
        alike: one centre and one spread for all inputs, as suits images whose borders hardly ever change.
        log_target: learn the natural logarithm of the target, in its own unit rather than standardised.
        spread: of the sizes of "parts", normal around their mean: the standard deviation as a share of it.
        shares: of a batch's rows that train, stop and score trees; networks need no rows that stop.
        shrink: pictures become smaller, each pixel the mean of shrink x shrink; 1 leaves them as they are.
        crop: of each picture only the square of this side in its middle; 0 takes it whole.
    """

    dataset: str
    division: Literal["parts", "resplits", "in order"]
    words: str
    part: str | None = None
    n_rows: int | None = None
    clean: bool = False
    backbone: str = ""
    alike: bool = False
    log_target: bool = False
    spread: float = 0.0
    shares: tuple[float, float, float] = (0.6, 0.2, 0.2)
    shrink: int = 1
    crop: int = 0


@dataclass(frozen=True)
class Goal:
    """What else a model should be, beside good: counted from its layers, so exactly and without training.

    Attributes:
        name: such as "operations".
        unit: in words.
        count: from the model.
    """

    name: str
    unit: str
    count: Callable[[Model], float]


@dataclass(frozen=True)
class Task:
    """A data set, a learner and the hyperparameters that may be tuned.

    Attributes:
        name: what the task is called: that of the data set, and of the learner where it is another than the usual.
        source: the rows.
        learner: what learns, in words.
        model: what learns.
        domains: hyperparameter's name -> its domain where it is tuned.
        defaults: hyperparameter's name -> its value where it is not; what has none is switched off there.
        loss_name: what the validation rows are scored by.
        loss_unit: its unit.
        structure: hyperparameters that decide the layers -> the model of such values; None where ``model`` is the only
            one.
        structural: their names.
        constraints: what the hyperparameters must satisfy together, as a ``SearchSpace`` takes it.
        goals: further losses, which need no training.
    """

    name: str
    source: Source
    learner: str
    model: Model | BoostedTrees
    domains: Mapping[str, Domain]
    defaults: Mapping[str, Any]
    loss_name: str
    loss_unit: str
    structure: Callable[..., Model] | None = None
    structural: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()

    @property
    def dataset(self) -> str:
        """The data set's name."""
        return self.source.dataset

    @property
    def network(self) -> Model:
        """The model where it is a network.

        Raises:
            ValueError: trees learn, or the layers are tuned.
        """
        if isinstance(self.model, BoostedTrees) or self.structure:
            raise ValueError(f"{self.name} has no one network: {self.learner}")
        return self.model

    @property
    def is_live(self) -> bool:
        """Whether one network learns the data set's own rows, so that it can be watched while it does."""
        return not (isinstance(self.model, BoostedTrees) or self.structure or self.source.backbone)

    @property
    def fidelity(self) -> str:
        """The hyperparameter that says how long a training is, of which one training serves all smaller values."""
        return "trees" if isinstance(self.model, BoostedTrees) else "epochs"

    @property
    def counted(self) -> str:
        """What a recording's progress is counted in."""
        return "fit" if self.fidelity == "trees" else "epoch"

    def columns(self, configs: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """What learners are told of K configurations: name -> K values, defaults where they are silent."""
        full = [{**self.defaults, **config} for config in configs]
        return {name: [config[name] for config in full] for name in full[0]}
