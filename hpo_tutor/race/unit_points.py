"""Which configurations are these points? Many at once, for studies that look losses up by the hundred thousand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import SearchSpace


def configs_of(space: SearchSpace, points: NDArray[np.float64]) -> list[dict[str, Any]]:
    """As ``space.from_unit`` of each row where there are no conditions; by axes, which is several times as fast."""
    names, fixed = (*space.names, *space.fixed), tuple(space.fixed.values())
    columns = [
        map(space.domains[name].from_unit, axis) for name, axis in zip(space.names, points.T.tolist(), strict=True)
    ]
    return [dict(zip(names, values + fixed, strict=True)) for values in zip(*columns, strict=True)]
