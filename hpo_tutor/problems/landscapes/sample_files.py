"""How is a recorded random sample kept? As a table of losses, and beside it the forests that were grown on them.

NAME.parquet        one row a loss (data_batch, seed, one column a hyperparameter, loss), in the order of ``losses``;
                    a hyperparameter that is switched off is null; the schema's metadata are those of ``files``, with
                    "kind": "sample"
NAME.forests.npz    the trees of all data batches, as arrays

N   recorded configurations, the same ones for every data batch; later seeds may know the first of them only
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import files, forests, valleys
from hpo_tutor.problems.landscapes.forests import Forest, Growth
from hpo_tutor.problems.landscapes.places import point_of, switches
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

KIND = "sample"
FORESTS_SUFFIX = ".forests.npz"
_DOMAINS = {"Float": Float, "Integer": Integer, "Choice": Choice}
_KINDS = (str, bool, int | float)
# of spaces with switches, whose samples are large and whose surfaces have more corners
LARGE = Growth(n_trees=400, max_depth=5, shrinkage=0.05, share=0.5)


@dataclass(frozen=True, eq=False)
class Sampled:
    """A recorded random sample.

    Attributes:
        name: of the landscape.
        domains: the d hyperparameters.
        configs: the N configurations; what they hold beside the domains is not kept.
        losses: shape (n_batches, n_seeds, N), positive; nan where a seed was not trained, which are the same
            configurations on every data batch, the last ones. With the first seed all were trained.
        about: what the metadata say: fixed hyperparameters, loss and unit, split, seeds, machine, versions, ...; once
            the forests are grown also "kind", "fitted", "optima" and "surface".
        constraints: what the hyperparameters satisfy together.
        forests: one for each data batch, of the logarithm of the mean over the seeds; empty until ``fit``.
    """

    name: str
    domains: Mapping[str, Domain]
    configs: Sequence[Mapping[str, Any]]
    losses: NDArray[np.float32]
    about: Mapping[str, Any]
    forests: tuple[Forest, ...] = ()
    constraints: tuple[str, ...] = ()

    @cached_property
    def space(self) -> SearchSpace:
        """The domains, the fixed hyperparameters, and the constraints."""
        return SearchSpace({**self.domains, **self.about["fixed"]}, constraints=self.constraints)

    @cached_property
    def points(self) -> NDArray[np.float32]:
        """The configurations in the unit cube, ``places.ABSENT`` where one is switched off; shape (N, d)."""
        return np.array([point_of(self.space, config) for config in self.configs], dtype=np.float32)

    @property
    def means(self) -> NDArray[np.float64]:
        """The mean over the seeds that were trained, shape (n_batches, N)."""
        return np.asarray(np.nanmean(self.losses.astype(np.float64), axis=1))

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """Which configurations were trained with every seed, shape (N,)."""
        return np.asarray(np.isfinite(self.losses).all(axis=(0, 1)))


def fit(sampled: Sampled) -> Sampled:
    """The sample with a forest for each data batch, their quality, and the lowest points that were found.

    The metadata get "fitted" (lists over the data batches: "r2" and "rank_correlation" of the logarithm of the loss,
    each tenth predicted from the others; where there are switches also "tiles": for each data batch a list with their
    values and both numbers within each tile) and "optima" (for each data batch "loss" and "config").

    Raises:
        ValueError: shapes do not fit, a loss is not positive, or a configuration does not belong to the domains.
    """
    _check(sampled)
    space, growth = sampled.space, LARGE if switches(sampled.space) else forests.USUAL
    grown, fitted, optima, tiles = [], [], [], []
    for batch, values in enumerate(np.log(sampled.means)):
        forest = forests.grow(sampled.points, values, batch, growth)
        config = _lowest(sampled, forest, batch)
        loss = float(np.exp(forest.predict(point_of(space, config)[None])[0]))
        grown.append(forest)
        fitted.append(forests.quality(sampled.points, values, batch, growth))
        optima.append({"loss": loss, "config": {name: config[name] for name in space.names if name in config}})
        tiles.append(_within(sampled, values, fitted[-1].predicted))
    qualities: dict[str, Any] = {
        "r2": [round(quality.r2, 4) for quality in fitted],
        "rank_correlation": [round(quality.rank_correlation, 4) for quality in fitted],
    }
    if switches(space):
        qualities["tiles"] = tiles
    surface = f"{growth.n_trees} boosted trees of the logarithm of the mean over the seeds"
    about = {**sampled.about, "kind": KIND, "surface": surface, "fitted": qualities, "optima": optima}
    return replace(sampled, about=about, forests=tuple(grown))


def write(path: Path, sampled: Sampled) -> Sampled:
    """Write the table and its forests, which are grown first where they are not yet.

    Args:
        path: of the table, NAME.parquet. Both files appear as a whole, the table last; it knows its forests by their
            fingerprint, so that ``read`` refuses those of another recording.
        sampled: the sample.

    Returns:
        The sample as it was written, with forests.

    Raises:
        ValueError: as of ``fit``.
    """
    sampled = sampled if sampled.forests else fit(sampled)
    packed = _packed(sampled.forests)
    meaning = {
        "name": sampled.name,
        "domains": {
            name: {"kind": type(domain).__name__, **asdict(domain)} for name, domain in sampled.domains.items()
        },
        "forests": _fingerprint(packed),
        **({"constraints": list(sampled.constraints)} if sampled.constraints else {}),
        **({} if sampled.repeated.all() else {"n_trained": _n_trained(sampled.losses)}),
        **sampled.about,
    }
    text = json.dumps(meaning, allow_nan=False).encode()
    table = pa.table(_columns(sampled)).replace_schema_metadata({files.METADATA_KEY: text})
    beside = path.with_name(path.name.removesuffix(files.SUFFIX) + FORESTS_SUFFIX)
    drafts = {beside: beside.with_name(beside.name + ".draft"), path: path.with_name(path.name + ".draft")}
    drafts[beside].write_bytes(packed)
    labels = [name for name in table.column_names if name != "loss"]
    encoding = {"loss": "BYTE_STREAM_SPLIT"}
    pq.write_table(table, drafts[path], compression="zstd", use_dictionary=labels, column_encoding=encoding)
    for file, draft in drafts.items():
        os.replace(draft, file)
    return sampled


def read(name: str, folder: Path | None = None) -> Sampled:
    """Read a sample and its forests from ``folder``, or from where the package keeps them.

    Raises:
        FileNotFoundError: there is none of that name, or its forests are missing.
        ValueError: the forests beside the table are those of another recording.
    """
    table = pq.ParquetFile(io.BytesIO(files.find(name, folder).read_bytes())).read(use_threads=False)
    packed = files.find(name, folder, FORESTS_SUFFIX).read_bytes()
    meaning = json.loads(table.schema.metadata[files.METADATA_KEY])
    if _fingerprint(packed) != meaning.pop("forests"):
        raise ValueError(
            f"{name}{FORESTS_SUFFIX} must be written together with {name}{files.SUFFIX}, but belongs to another "
            f"recording; record both again: hpo-tutor record {name}"
        )
    domains = {name: _domain(**told) for name, told in meaning.pop("domains").items()}
    trained = np.concatenate([np.from_dlpack(chunk) for chunk in table["loss"].chunks])
    n_batches, n_seeds = meaning["n_batches"], len(meaning["seeds"])
    counts = meaning.pop("n_trained", [len(trained) // n_batches // n_seeds] * n_seeds)
    losses = np.full((n_batches, n_seeds, counts[0]), np.nan, dtype=np.float32)
    losses[:, np.arange(counts[0]) < np.array(counts)[:, None]] = trained.reshape(n_batches, -1)
    rows = table.select(list(domains)).slice(0, counts[0]).to_pylist()
    configs = [{name: value for name, value in row.items() if value is not None} for row in rows]
    constraints = tuple(meaning.pop("constraints", ()))
    return Sampled(meaning.pop("name"), domains, configs, losses, meaning, _unpacked(packed), constraints)


def _lowest(sampled: Sampled, forest: Forest, seed: int) -> dict[str, Any]:
    """The configuration where the forest is lowest, as far as the search finds."""
    space = sampled.space
    if switches(space) or space.constraints:
        return valleys.lowest(forest, space, sampled.configs, seed)
    return space.from_unit(forests.lowest(forest, list(sampled.domains.values()), sampled.points, seed))


def _within(sampled: Sampled, values: NDArray[np.float64], predicted: NDArray[np.float64]) -> list[dict[str, Any]]:
    """How well the values (N,) are predicted among configurations of the same tile: of the same switches."""
    names = switches(sampled.space)
    tiles: dict[tuple[Any, ...], list[int]] = {}
    for n, config in enumerate(sampled.configs):
        tiles.setdefault(tuple(config.get(name) for name in names), []).append(n)
    told = []
    for tile, places in sorted(tiles.items(), key=lambda item: min(item[1])) if names else ():
        quality = forests.judged(values[places], predicted[places])
        numbers = {"r2": round(quality.r2, 4), "rank_correlation": round(quality.rank_correlation, 4)}
        told.append({"tile": dict(zip(names, tile, strict=True)), "n": len(places), **numbers})
    return told


def _n_trained(losses: NDArray[np.float32]) -> list[int]:
    """How many configurations each seed knows, the first ones."""
    return [int(n) for n in (~np.isnan(losses[0])).sum(axis=1)]


def _check(sampled: Sampled) -> None:
    """Refuse what no surface can be fitted to."""
    shape = (sampled.about["n_batches"], len(sampled.about["seeds"]), len(sampled.configs))
    if sampled.losses.shape != shape:
        raise ValueError(
            f"{sampled.name}: losses must have shape (n_batches, n_seeds, N) = {shape}, got {sampled.losses.shape}"
        )
    if len(sampled.configs) < 2 * forests.N_FOLDS:
        raise ValueError(
            f"{sampled.name}: a surface needs at least {2 * forests.N_FOLDS} configurations, got {len(sampled.configs)}"
        )
    counts = _n_trained(sampled.losses)
    if counts[0] < shape[2] or not min(counts):
        raise ValueError(
            f"{sampled.name}: the first seed must be trained at all {shape[2]} configurations, and every seed at some; "
            f"the seeds have {counts}; a loss that is nan was not trained"
        )
    known = np.arange(shape[2]) < np.array(counts)[:, None]
    fine = np.where(known, np.isfinite(sampled.losses) & (sampled.losses > 0), np.isnan(sampled.losses))
    bad = np.argwhere(~fine)
    if len(bad):
        batch, seed, n = bad[0].tolist()
        raise ValueError(
            f"{sampled.name}: losses must be positive and finite, for the surface is one of their logarithm, and nan "
            f"for the last configurations of a seed only; got {sampled.losses[batch, seed, n]} on data batch {batch} "
            f"at {dict(sampled.configs[n])}; narrow the domains, or train what is missing"
        )
    for name, domain in sampled.domains.items():
        if isinstance(domain, Choice) and not any(all(isinstance(o, kind) for o in domain.options) for kind in _KINDS):
            raise ValueError(
                f"{sampled.name}: the options of {name} must be all texts or all numbers, for they are a column of the "
                f"table; got {domain.options}"
            )
    for config in sampled.configs:
        sampled.space.validate(config)


def _columns(sampled: Sampled) -> dict[str, pa.Array]:
    """The table's columns; a hyperparameter's values come once for each data batch and seed that was trained."""
    trained = np.isfinite(sampled.losses)
    batches, places, points = np.nonzero(trained)
    columns = {"data_batch": pa.array(batches), "seed": pa.array(np.asarray(sampled.about["seeds"])[places])}
    for name, domain in sampled.domains.items():
        kind = pa.float64() if isinstance(domain, Float) else pa.int64() if isinstance(domain, Integer) else None
        columns[name] = pa.array([config.get(name) for config in sampled.configs], type=kind).take(pa.array(points))
    return {**columns, "loss": pa.array(sampled.losses.astype(np.float32)[trained])}


def _domain(kind: str, **told: Any) -> Domain:
    """A domain from its words in the metadata."""
    domain: Domain = _DOMAINS[kind](**told)
    return domain


def _packed(grown: Sequence[Forest]) -> bytes:
    """Forests as the bytes of an .npz file; field by field, which packs to two thirds of nodes one by one."""
    nodes = np.concatenate([forest.nodes for forest in grown])
    file = io.BytesIO()
    np.savez_compressed(
        file,
        number=nodes["number"],
        right=nodes["right"],
        feature=nodes["feature"],
        starts=np.stack([forest.starts for forest in grown]).astype(np.int32),
        n_levels=np.array([forest.n_levels for forest in grown], dtype=np.int32),
    )
    return file.getvalue()


def _unpacked(packed: bytes) -> tuple[Forest, ...]:
    """The forests again."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        nodes = np.empty(len(arrays["right"]), dtype=forests.NODE)
        for field in ("number", "right", "feature"):
            nodes[field] = arrays[field]
        starts, n_levels = arrays["starts"].astype(np.int64), arrays["n_levels"].tolist()
    ends = np.cumsum([0, *starts[:, -1]])
    return tuple(
        Forest(nodes[first:last], begins, levels)
        for first, last, begins, levels in zip(ends[:-1], ends[1:], starts, n_levels, strict=True)
    )


def _fingerprint(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()
