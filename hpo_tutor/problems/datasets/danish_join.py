"""How were the Danish sales joined from the public files?

Four files are cuts of one table, in the same order, with different rows and columns dropped. A cut's row is found in
a longer cut by its values in the columns that both have, and by the order.

    base      Huspriser/HousingPrices_selected.csv, the rows that are kept
    types     the same file at a later commit, with the type of home
    raw       .vscode/HP_TOP_10_LGBM_UnCleaned.csv, valuations and areas; holds every row of base and of clean
    clean     .vscode/HP_TOP_10_LGBM_Cleaned.csv, the living area again and the share index; lacks some rows of base

House number and property number are used to join and then left out on purpose.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from hpo_tutor.problems.datasets.builders import Columns, numbers, read_columns, read_text
from hpo_tutor.problems.datasets.files import Arrays

Row = TypeVar("Row")
Key = tuple[float | None, ...]

_APARTMENT = "1"  # the other type is 2, a house
_VALUATION, _PLOT_VALUATION = "MI_OBJ_OIS_TAXATION_VALUE", "MI_OBJ_OIS_TAXATION_VALUE_PLOT"
_VALUATION_SUM = "MI_OBJ_OIS_SUM_OF_TAXATION_VALUES"
_YEAR, _PRICE, _SUPERMARKET = "MI_OBJ_OIS_CONSTRUCTION_YEAR", "KOEBESUM_BELOEB", "SUPERMARKET_DISTANCE_1"
_BASEMENT, _ATTIC, _LIVING = ("MI_OBJ_OIS_SIZE_OF_" + part for part in ("BASEMENT", "ATTIC", "HOUSE"))
_BUSINESS, _BUSINESS_BUILDING = "MI_OBJ_OIS_SIZE_OF_BUSINESS_AREA", "MI_OBJ_OIS_SIZE_OF_BUSINESS_AREA_BUILDING"
_PROPERTY, _SHARES = "MI_OBJ_OIS_MOTHER_ID", "C20_6MONTH%"


def danish_housing_cuts(paths: Sequence[Path]) -> Arrays:
    """Join base, types, raw and clean (in this order) to one table of 15 inputs and the price.

    Raises:
        ValueError: a row has no partner, or two that would give it different values.
    """
    base, types, raw, clean = (read_columns(read_text(path)) for path in paths)

    both = [name for name in base if name in types]
    in_types = align(_keys(base, both), _keys(types, both), "the rows of the base in the file with types")
    apartment = [float(types["Type"][row] == _APARTMENT) for row in in_types]

    both = [name for name in clean if name in raw]
    in_raw = align(_keys(clean, both), _keys(raw, both), "the cleaned rows in the uncleaned file")
    living, shares = ([""] * len(raw[_PRICE]) for _ in range(2))
    for row, partner in enumerate(in_raw):
        living[partner], shares[partner] = clean[_LIVING][row], clean[_SHARES][row]
    raw = raw | {_LIVING: living, _SHARES: shares}

    ours = _keys(base, ["Salgspris", "Byggeår", "Afstand_supermarked", "Kvadratmeter"])
    theirs = _keys(raw, [_PRICE, _YEAR, _SUPERMARKET, _LIVING])
    wanted = [_VALUATION, _PLOT_VALUATION, _VALUATION_SUM, _BASEMENT, _ATTIC, _BUSINESS, _BUSINESS_BUILDING, _SHARES]
    partners = align(
        ours, theirs, "the rows of the base in the uncleaned file", same=_same_home, values=_keys(raw, wanted)
    )

    def brought(name: str) -> list[str]:
        return [raw[name][partner] for partner in partners]

    columns = [
        base["Postnummer"],
        base["Kvadratmeter"],
        base["Grundareal"],
        base["Byggeår"],
        *(brought(name) for name in (_BASEMENT, _ATTIC, _BUSINESS, _BUSINESS_BUILDING)),
        *(brought(name) for name in (_VALUATION, _PLOT_VALUATION, _VALUATION_SUM)),
        base["Afstand_skole"],
        base["Afstand_supermarked"],
        brought(_SHARES),
    ]
    values = [numbers(words) for words in columns]
    values.insert(1, np.array(apartment))
    return {"inputs": np.column_stack(values), "target": numbers(base["Salgspris"])}


def align(
    rows: Sequence[Key],
    others: Sequence[Key],
    what: str,
    *,
    same: Callable[[Key, Key], bool] = lambda row, other: row == other,
    values: Sequence[Key] | None = None,
) -> list[int]:
    """For each of n rows its partner's position in ``others``, in the same order; positions strictly increase.

    The earliest and the latest possible partners are found; where they differ they must agree in ``values`` (default:
    the whole key), else the choice would matter.

    Raises:
        ValueError: there is no partner, or the choice matters.
    """
    first = _earliest(rows, others, same)
    last = [len(others) - 1 - k for k in reversed(_earliest(rows[::-1], others[::-1], same))]
    if len(first) < len(rows) or len(last) < len(rows):
        raise ValueError(
            f"{what}: only {len(first)} of {len(rows)} have a partner; these are other files than those pinned"
        )
    content = others if values is None else values
    for row, (early, late) in enumerate(zip(first, last, strict=True)):
        if content[early] != content[late]:
            raise ValueError(f"{what}: row {row} has several partners, {early} and {late}, with different values")
    return first


def _earliest(rows: Sequence[Key], others: Sequence[Key], same: Callable[[Key, Key], bool]) -> list[int]:
    """The partners that come first; shorter than ``rows`` where one has none."""
    partners = []
    candidates = iter(range(len(others)))
    for row in rows:
        partner = next((k for k in candidates if same(row, others[k])), None)
        if partner is None:
            break
        partners.append(partner)
    return partners


def _keys(columns: Columns, names: Sequence[str]) -> list[Key]:
    """One tuple a row; a missing value is None, which equals itself as nan does not."""
    table = np.column_stack([numbers(columns[name]) for name in names]).tolist()
    return [tuple(None if value != value else value for value in row) for row in table]


def _same_home(row: Key, other: Key) -> bool:
    """Equal price, year and distance, and equal living area where the cleaned file gives one."""
    return row[:-1] == other[:-1] and other[-1] in (None, row[-1])
