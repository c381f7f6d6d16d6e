"""How early is too early? Hyperband need not know: it plays several brackets, from eager stopping to none at all."""

from hpo_tutor.early_stopping.halving import Synchronous
from hpo_tutor.early_stopping.ladders import hyperband_brackets


class Hyperband(Synchronous):
    """Successive halving in several brackets, each with fewer trials and a higher first rung than the one before.

    Li et al. (2018), JMLR 18(185), Algorithm 1; :func:`hyperband_brackets` says where its worked example rounds
    differently.
    """

    def __init__(
        self,
        max_fidelity: float = 81,
        min_fidelity: float = 1,
        divisor: float = 3,
        n_rounds: int = 1,
        side_by_side: bool = False,
    ) -> None:
        """Plan the brackets.

        Args:
            max_fidelity: the whole training, such as 81 epochs.
            min_fidelity: the lowest rung of the first bracket is not below it.
            divisor: one trial in so many goes on.
            n_rounds: how often all brackets are played.
            side_by_side: whether all brackets start at once; otherwise one after another.

        Raises:
            ValueError: the divisor is below 2; a fidelity is out of order; fewer than one round.
        """
        if n_rounds < 1 or n_rounds != int(n_rounds):
            raise ValueError(f"n_rounds must be a whole number from 1 on, it is {n_rounds}")
        super().__init__(
            hyperband_brackets(max_fidelity, divisor, min_fidelity) * int(n_rounds), side_by_side=side_by_side
        )
