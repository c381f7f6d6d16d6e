"""Where are good trials dense and bad ones rare? hyperopt's tree-structured Parzen estimator, one trial at a time.

l, g      densities of the good and of the bad trials, for each hyperparameter on its own
gamma     the ceil(gamma * sqrt(n)) best of n trials are good, at most 25
document  hyperopt's record of a trial; its ``tid`` counts the trials in the order in which they came

Bergstra, Bardenet, Bengio & Kégl (2011), Algorithms for hyper-parameter optimization.
"""

import math
from collections.abc import Mapping
from typing import Any

from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.samplers.tpe_beliefs import Question, Settings, believed, listening
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.views import TPEView

MOST_TRIES = 20  # suggestions of hyperopt that break a constraint, before a random draw takes their place
MOST_GOOD = 25  # hyperopt's gamma_cap


class TPE(BaseSampler):
    """hyperopt's TPE; at the same seed it asks for exactly the trials of ``fmin``.

    Failed and pending trials count among the bad ones, as they do in hyperopt, so that a batch spreads. While fewer
    trials are complete than would count as good, it goes on drawing at random: hyperopt would call failures good.

    Args:
        space: what is searched; a conditional space is where TPE is at home.
        seed: draws what hyperopt starts from, at each ask.
        n_startup: trials drawn at random before the estimator takes over.
        n_candidates: how many candidates are drawn from l for each hyperparameter.
        gamma: how many trials are good; see above.
        prior_weight: what the search space itself counts for, in trials.

    Raises:
        ValueError: one of the numbers is not positive, or infinite.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        n_startup: int = 20,
        n_candidates: int = 24,
        gamma: float = 0.25,
        prior_weight: float = 1.0,
    ) -> None:
        from hyperopt import Trials
        from hyperopt.base import Domain

        super().__init__(space, seed)
        positive = {"n_startup": n_startup, "n_candidates": n_candidates, "gamma": gamma, "prior_weight": prior_weight}
        for name, value in positive.items():
            if not 0 < value < math.inf:
                raise ValueError(
                    f"{name} must be positive and finite, it is {value}; leave it out for hyperopt's own value"
                )
        self.n_startup = n_startup
        self.n_candidates = n_candidates
        self.settings = Settings(gamma, prior_weight)
        self._domain = Domain(_never_called, space.to_hyperopt())
        self._trials = Trials()
        self._tids: dict[int, int] = {}  # number -> tid, of pending trials
        self._numbers: list[int] = []  # tid -> number, of all trials
        self._question: Question | None = None
        self._view: TPEView | None = None

    def view(self) -> TPEView:
        """l, g and the candidates of the last ask; without hyperparameters while it draws at random."""
        if self._view is None:  # made on demand: a race never looks
            self._view = believed(self._question, self._domain.params, self.space.names, self.settings)
        return self._view

    def _suggest(self, number: int) -> dict[str, Any]:
        from hyperopt import space_eval
        from hyperopt.base import spec_from_misc

        known = self._trials.trials
        question = Question(
            tuple(self._numbers), tuple(_loss(one) for one in known), tuple(one["misc"] for one in known)
        )
        tid = len(known)
        for _ in range(MOST_TRIES):
            document, weighed = self._asked_of_hyperopt(tid, question)
            config = self.space.from_hyperopt(space_eval(self._domain.expr, spec_from_misc(document["misc"])))
            if self.space.satisfies(config):
                found = question._replace(weighed=tuple(weighed), proposed=document["misc"]["vals"])
                self._question = found if weighed else None
                break
        else:
            config, self._question = self.space.sample(self.rng), None
            document = self._document(tid, config)
        self._view = None
        self._tids[number] = tid
        self._keep(document, number)
        return config

    def _asked_of_hyperopt(self, tid: int, question: Question) -> tuple[dict[str, Any], list[Any]]:
        """A document of hyperopt's, and what was weighed for it; nothing where it was drawn at random."""
        from hyperopt import tpe

        n = len(question.losses)
        n_good = min(math.ceil(self.settings.gamma * math.sqrt(n)), MOST_GOOD)
        enough = sum(map(math.isfinite, question.losses)) >= n_good
        with listening() as weighed:
            (document,) = tpe.suggest(
                [tid],
                self._domain,
                self._trials,
                int(self.rng.integers(2**31 - 1)),  # as fmin draws it
                prior_weight=self.settings.prior_weight,
                n_startup_jobs=self.n_startup if enough else n + 1,
                n_EI_candidates=self.n_candidates,
                gamma=self.settings.gamma,
                verbose=False,
            )
        return document, weighed

    def _learn(self, trial: Trial) -> None:
        """Tell hyperopt; a foreign trial as if it had been its own."""
        from hyperopt import JOB_STATE_DONE, STATUS_FAIL, STATUS_OK

        if trial.number in self._tids and trial.number not in self.pending:
            tid = self._tids.pop(trial.number)
        else:
            tid = len(self._numbers)
            self._keep(self._document(tid, trial.config), trial.number)
        document = self._trials.trials[tid]
        ok = trial.state == "complete"  # a nan would be sorted among the losses
        document["result"] = {"status": STATUS_OK, "loss": trial.loss} if ok else {"status": STATUS_FAIL}
        document["state"] = JOB_STATE_DONE

    def _keep(self, document: dict[str, Any], number: int) -> None:
        self._trials.insert_trial_docs([document])
        self._trials.refresh()
        self._numbers.append(number)

    def _document(self, tid: int, config: Mapping[str, Any]) -> dict[str, Any]:
        """A config as hyperopt would have drawn it."""
        active = {name: self._value(name, config[name]) for name in self.space.active(config)}
        misc = {
            "tid": tid,
            "cmd": self._domain.cmd,
            "workdir": self._domain.workdir,
            "idxs": {name: [tid] if name in active else [] for name in self._domain.params},
            "vals": {name: [active[name]] if name in active else [] for name in self._domain.params},
        }
        (document,) = self._trials.new_trial_docs([tid], [None], [self._domain.new_result()], [misc])
        return document  # type: ignore[no-any-return]  # a dict, as hyperopt makes it

    def _value(self, name: str, value: Any) -> Any:
        """A hyperparameter's value as hyperopt keeps it: the index where it is a choice between options."""
        if self._domain.params[name].name in ("randint", "categorical"):
            return list(self.space.domains[name].values).index(value)  # type: ignore[union-attr]  # a Float is no choice
        return value


def _loss(document: Mapping[str, Any]) -> float:
    """As hyperopt reads it: infinite for a trial that failed or is pending."""
    loss = document["result"].get("loss")
    return math.inf if loss is None else float(loss)


def _never_called(config: Any) -> float:
    """The objective that hyperopt wants to hold and that only the search itself may call."""
    return math.nan
