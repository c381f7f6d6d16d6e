"""The page of the recorded landscapes says what the tables beside it say, and nothing that they do not."""

import json
import re
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
import recordings

from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import files, forests, sample_files
from hpo_tutor.problems.recording import page
from hpo_tutor.search_space import Float


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a grid of networks, one of tree ensembles and a random sample."""
    trees = recordings.grid(
        "trees",
        (recordings.RATE, recordings.DEPTH, recordings.WIDTH),
        **recordings.TREES,
        n_stopping_rows=432,
        n_models=98_765,
        fixed={},
        versions={"python": "3.11.7", "lightgbm": "4.7.0"},
    )
    return recordings.folder_of(tmp_path_factory.mktemp("data"), recordings.grid(), trees, recordings.fitted())


@pytest.fixture(scope="module")
def readme(folder):
    """The text of the folder's README.md."""
    return page.write(folder).read_text(encoding="utf-8")


def part(readme, name):
    """One landscape's page."""
    return readme.partition(f"<!-- {name} begins")[2].partition(f"<!-- {name} ends")[0]


def rows_of(text):
    """The cells of all table rows."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_the_readme_is_that_of_the_tables(tmp_path):
    """Written from a copy of the checkout's tables and pictures, the page is data/README.md, byte for byte."""
    data = files.checkout_folder()
    copy = shutil.copytree(data, tmp_path / "data", ignore=shutil.ignore_patterns(".*", "README.md"))
    assert page.write(copy).read_bytes() == (data / "README.md").read_bytes(), "run hpo-tutor record --pages"


@pytest.mark.parametrize("name", landscapes.names())
def test_a_page_holds_the_numbers_of_its_table(name):
    """Counts, seconds, machine and the optimum of each data batch, found by a database's query over the rows."""
    text = part((files.checkout_folder() / "README.md").read_text(encoding="utf-8"), name)
    table = pq.read_table(files.checkout_folder() / f"{name}.parquet")
    about = json.loads(table.schema.metadata[files.METADATA_KEY])
    for told in (
        f"{table.num_rows:,} losses",
        f"{about['n_models']:,} ",
        f"trained in {about['seconds']:,.0f} s on {about['machine']}",
        f"{about['n_batches']} data batch{'es' if about['n_batches'] > 1 else ''} of {about['n_training_rows']:,} tr",
        f"{about['n_validation_rows']:,} ",
        *(f"{library} {version}" for library, version in about["versions"].items()),
        f"]({page.PICTURES}/{name}.svg)",
    ):
        assert told in text
    optima = rows_of(text)[-about["n_batches"] :]
    assert [int(row[0]) for row in optima] == list(range(about["n_batches"]))
    if about.get("kind") == sample_files.KIND:
        assert [float(row[1]) for row in optima] == pytest.approx([one["loss"] for one in about["optima"]], abs=1e-4)
        return
    axes = [axis["name"] for axis in about["axes"]]
    means = table.group_by(["data_batch", *axes]).aggregate([("loss", "mean")]).to_pandas()
    best = means.loc[means.groupby("data_batch")["loss_mean"].idxmin()].sort_values("data_batch")
    assert [float(row[1]) for row in optima] == pytest.approx(best["loss_mean"].tolist(), abs=1e-4)
    for i, axis in enumerate(axes):
        assert [float(row[2 + i]) for row in optima] == pytest.approx(best[axis].tolist(), rel=1e-3)
    ends = {axis["name"]: (axis["values"][0], axis["values"][-1]) for axis in about["axes"]}
    on_edge = [any(row[axis] in ends[axis] for axis in axes) for _, row in best.iterrows()]
    assert [row[-1] == "yes" for row in optima] == on_edge
    assert f"{sum(on_edge)} of {len(on_edge)} data batches have their optimum on the grid's edge" in text


def test_the_contents_count_all_models(readme):
    """A row for each landscape, linked to its heading, and the sum of what was trained, networks and trees apart."""
    assert (
        "In all, 101,233 models were trained for these 3 landscapes: 2,468 networks and 98,765 tree ensembles."
        in readme
    )
    rows = {row[0].partition("]")[0].strip("["): row for row in rows_of(readme.partition("<!--")[0])}
    assert rows["bowls"][1:] == [
        "king_county",
        "Network 5-width-1",
        "learning_rate, max_depth",
        "1,234 networks",
        "0 of 3",
    ]
    assert rows["trees"][2:] == ["LightGBM", "learning_rate, max_depth, width", "98,765 tree ensembles", "1 of 3"]
    assert rows["sample"][-1] == "no grid"
    assert "](#trees-learning_rate-x-max_depth-x-width)" in rows["trees"][0]
    assert "## trees: learning_rate x max_depth x width\n" in readme
    assert "](#sample-5-hyperparameters)" in rows["sample"][0]
    assert "## sample: 5 hyperparameters\n" in readme


def test_trees_are_told_as_trees(readme):
    """Their learner, the rows that stop and those that score, and where the optimum lies on the edge."""
    text = part(readme, "trees")
    assert "- LightGBM, 255 leaves; at most 300 trees.\n" in text
    assert "1,296 training, 432 stopping and 433 scored rows: cut in three (shuffle seed 11)" in text
    assert "rmse of the scored rows, ln(price)" in text
    assert "98,765 tree ensembles trained in 5,679 s" in text
    assert "1 of 3 data batches have their optimum on the grid's edge (width 16: 1)." in text
    assert "initial weights" not in text
    networks = part(readme, "bowls")
    assert "- Network 5-width-1, relu, Adam, float32; fixed: l2 0.0001, batch_size 128.\n" in networks
    assert "initial weights" in networks
    assert "stopping" not in networks


def test_a_sample_tells_its_domains_and_its_fit(readme, folder):
    """Scale, range or options and unit of each hyperparameter; the quality of the surface; no edge of a grid."""
    text, made = part(readme, "sample"), landscapes.recorded("sample", folder)
    assert rows_of(text)[2:7] == [
        ["learning_rate", "log", "0.0001 to 1", "pure number"],
        ["pool", "linear (whole numbers)", "1 to 2", "pixels"],
        ["activation", "options", "relu, tanh", ""],
        ["width", "options in order", "4, 8", "pure number"],
        ["dropout", "linear", "0 to 0.5", "pure number"],
    ]
    r2, ranks = (np.array(made.about["fitted"][key]) for key in ("r2", "rank_correlation"))
    assert f"R2 of the logarithm: median {sorted(r2)[1]:.3f}, worst {min(r2):.3f};" in text
    assert f"rank correlation: median {sorted(ranks)[1]:.3f}, worst {min(ranks):.3f}." in text
    assert "edge" not in text
    n_bytes = sum((folder / f"sample{end}").stat().st_size for end in (".parquet", ".forests.npz"))
    assert f"`sample.parquet` and `sample.forests.npz`, 144 losses, {n_bytes / 1024:.0f} KiB." in text


def test_switches_rules_goals_and_seeds_are_told(tmp_path, monkeypatch):
    """When a hyperparameter exists, what is forbidden, what else is small, who trained what; an empty cell if off."""
    monkeypatch.setattr(sample_files, "LARGE", forests.Growth(30, 3, 0.2, 0.7))
    made = recordings.sample(n=40)
    domains = {**made.domains, "dropout": Float(0.0, 0.5, when="pool >= 2")}
    configs = [
        {name: value for name, value in config.items() if name != "dropout" or config["pool"] > 1}
        for config in made.configs
    ]
    losses = made.losses[:1].copy()
    losses[0, 0] += [2.0 * (config["pool"] > 1) for config in configs]
    losses[:, 1] += losses[:, 0] - made.losses[:1, 0]
    losses[:, 1, 22:] = np.nan
    told = {**made.about, "n_batches": 1, "goals": {"operations": "multiplications of a picture"}}
    rules = ("pool * width <= 16",)
    sampled = sample_files.fit(sample_files.Sampled("layered", domains, configs, losses, told, (), rules))
    text = page.write(recordings.folder_of(tmp_path, sampled)).read_text(encoding="utf-8")
    assert rows_of(part(text, "layered"))[0] == ["hyperparameter", "scale", "values", "unit", "exists when"]
    assert [row[-1] for row in rows_of(part(text, "layered"))[2:7]] == [*["always"] * 4, "pool >= 2"]
    assert "- Constraints, each where all its hyperparameters exist: `pool * width <= 16`.\n" in text
    assert "and not recorded: operations (multiplications of a picture).\n" in text
    assert "1 data batch of 1,296 training" in text
    assert "- Seeds 4 for every point, 7 for the first 22: initial weights" in text
    assert f", {40 + 22} losses, " in text
    assert f"R2 of the logarithm: {sampled.about['fitted']['r2'][0]:.3f}; rank" in text
    worst = min(sampled.about["fitted"]["tiles"][0], key=lambda tile: tile["rank_correlation"])
    assert "of one tile, which have the same pool: R2 median" in text
    assert f"worst {worst['rank_correlation']:.3f} (at pool {worst['tile']['pool']})." in text
    best = sampled.about["optima"][0]["config"]
    assert best["pool"] == 1
    assert rows_of(part(text, "layered"))[-1][-1] == ""
    assert " nan" not in text


def test_a_picture_is_linked_where_there_is_one(tmp_path):
    """Without its file there is no link; with it, the link has words for those who do not see it."""
    recordings.folder_of(tmp_path, recordings.grid())
    assert "![" not in page.write(tmp_path).read_text(encoding="utf-8")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "bowls.svg").write_text("<svg/>", encoding="utf-8")
    ((words, place),) = re.findall(r"!\[(.*?)\]\((.*?)\)\n", page.write(tmp_path).read_text(encoding="utf-8"))
    assert place == "pictures/bowls.svg"
    assert "learning_rate 0.1, max_depth 5" in words


def test_a_page_goes_with_its_table(tmp_path):
    """The README has the pages of the tables that are there now; other files of the folder stay as they are."""
    recordings.folder_of(tmp_path, recordings.grid("one"), recordings.grid("two"))
    (tmp_path / "benchmarks.md").write_text("mine", encoding="utf-8")
    assert re.findall("^## (.*):", page.write(tmp_path).read_text(encoding="utf-8"), flags=re.M) == ["one", "two"]
    (tmp_path / "one.parquet").unlink()
    assert re.findall("^## (.*):", page.write(tmp_path).read_text(encoding="utf-8"), flags=re.M) == ["two"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "benchmarks.md", "two.parquet"]


def test_a_folder_without_tables_gets_no_page(tmp_path):
    """The error names the folder, and no README appears in it."""
    with pytest.raises(FileNotFoundError, match=re.escape(f"{tmp_path} holds none")):
        page.write(tmp_path)
    assert not list(tmp_path.iterdir())
