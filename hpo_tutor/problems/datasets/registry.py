"""Which data sets are there, where do their files come from, and what are their checksums?

    copies       the files of a data folder (HPO_TUTOR_DATA); some were cut or joined from the originals
    originals    public files, pinned by commit or at their official place; sha256 None where nobody published one,
                 then the checksum of the built arrays is what is relied on
    arrays       sha256 of the built arrays (``files.arrays_sha256``), the same from copies and originals

Licences are quoted as the sources state them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hpo_tutor.problems.datasets import builders, columns
from hpo_tutor.problems.datasets.danish_join import danish_housing_cuts
from hpo_tutor.problems.datasets.files import Arrays, File

Builder = Callable[[Sequence[Path]], Arrays]

_GITHUB = "https://raw.githubusercontent.com/"
_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_STEM = _GITHUB + "troelspetersen/STEMacademyML/"


@dataclass(frozen=True)
class Entry:
    """Everything the registry knows of one data set; see the module for the words."""

    task: Literal["regression", "classification"]
    inputs: tuple[tuple[str, str], ...]  # name and unit
    target: tuple[str, str]
    copies: tuple[File, ...]
    read: Builder
    originals: tuple[File, ...]
    build: Builder
    arrays: str
    licence: str
    credit: str
    source: str
    notes: str = ""
    class_names: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()  # name and number of rows, one after another; none for a single part


REGISTRY: dict[str, Entry] = {
    "digits": Entry(
        task="classification",
        inputs=columns.DIGITS,
        target=("digit", "class"),
        class_names=columns.DIGIT_NAMES,
        copies=(),
        read=builders.digits,
        originals=(),
        build=builders.digits,
        arrays="d0f88e237fe0809274af1772d69fb8fd7598ee8e96993c62abcca10470304526",
        licence="CC BY 4.0 (UCI repository, doi:10.24432/C50P49); installed with scikit-learn, BSD 3-Clause",
        credit="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, 1998",
        source="sklearn.datasets.load_digits",
        notes="8 x 8 pictures row by row; each value counts the dark pixels of a 4 x 4 field, 0 to 16.",
    ),
    "aleph": Entry(
        task="regression",
        inputs=columns.ALEPH,
        target=("energy", "GeV"),
        copies=(
            File(
                "aleph_bjet/AlephBtag_MC_small_v2.csv.gz",
                "9d9d0da19e1a65f5de0f61de8cdc3ccb10195df991ac256ecf31b21dbe93e53b",
            ),
            File(
                "aleph_bjet/AlephBtag_MC_train_Nev5000.csv.gz",
                "d644f31969a9563215f252bda4ab06eb265d486bbb2427b1b9fa47b4384c8807",
            ),
        ),
        read=builders.aleph,
        originals=(
            File(
                "aleph_bjet/AlephBtag_MC_small_v2.csv",
                "a9e73b06ae75e1e633ae0a2607ed76089e48451a62bf296aef85f86a7948a68b",
                _GITHUB + "AppliedMachineLearningNBI/AppliedML2021/bb28dab0499f65eb9011766cab079bb56d1d1ea5/"
                "Week1/AlephBtag_MC_small_v2.csv",
            ),
            File(
                "aleph_bjet/AlephBtag_MC_train_Nev5000.csv",
                "7c9e69971f853854af79f6555c14b88be515d1cfa957cda65df1ad2dae77379f",
                _GITHUB + "AppliedMachineLearningNBI/AppliedML2026/a70e81aaadb31bedfd9189f10cf41f1cb79b335e/"
                "Week1/AlephBtag_MC_train_Nev5000.csv",
            ),
        ),
        build=builders.aleph,
        arrays="83750088f33bf7abce3176186d58df2ab6b94d6a750731a6e42c90da5fe33481",
        licence="BSD 3-Clause (small_v2), Apache 2.0 (train_Nev5000)",
        credit="ALEPH collaboration; data of the course Applied Machine Learning, T. C. Petersen, Niels Bohr Institute",
        source="https://github.com/AppliedMachineLearningNBI/AppliedML2021",
        notes="Simulated jets, one a row. The two parts differ in mean energy (44.85 and 44.54 GeV): shuffle before "
        "making batches. For classification take isb as the target and leave nnbjet out.",
        parts=(("small_v2", 33_968), ("train_Nev5000", 5_000)),
    ),
    "danish_housing": Entry(
        task="regression",
        inputs=columns.DANISH,
        target=("price", "DKK"),
        copies=(
            File(
                "danish_housing/danish_house_sales.csv.gz",
                "278b262fb6f7f5c6c08cbc86a0eb3af18254346cee36b21c20a5677c466ccc60",
            ),
        ),
        read=builders.danish_housing,
        # nobody published checksums of these four: they are pinned by commit, and the arrays below by theirs
        originals=(
            File(
                "danish_housing/HousingPrices_selected_fd6c36c.csv",
                None,
                _STEM + "fd6c36cf976271d3de73674e42803f53bc99588a/Huspriser/HousingPrices_selected.csv",
            ),
            File(
                "danish_housing/HousingPrices_selected_e04355b.csv",
                None,
                _STEM + "e04355bc6cf1443084dd8cdf6627b37283881009/Huspriser/HousingPrices_selected.csv",
            ),
            File(
                "danish_housing/HP_TOP_10_LGBM_UnCleaned.csv",
                None,
                _STEM + "bcaca28aa2bdaf6e12f0639099cc15b75b6b7a20/.vscode/HP_TOP_10_LGBM_UnCleaned.csv",
            ),
            File(
                "danish_housing/HP_TOP_10_LGBM_Cleaned.csv",
                None,
                _STEM + "bcaca28aa2bdaf6e12f0639099cc15b75b6b7a20/.vscode/HP_TOP_10_LGBM_Cleaned.csv",
            ),
        ),
        build=danish_housing_cuts,
        arrays="b784ac9354df5ff37625a9a199480e67dbc7925281c581928a09382d6708dc65",
        licence="Apache 2.0 (whole repository; it does not say who owns the register data)",
        credit="T. C. Petersen and STEM Academy ML, Niels Bohr Institute",
        source="https://github.com/troelspetersen/STEMacademyML",
        notes="Sales about 2015, ordered by area: shuffle before making batches. Raw on purpose: prices from 1 DKK, "
        "living areas of 0, years before 1500, 35 duplicate rows, missing values (nan). clean=True keeps the sales "
        "with a price of at least 200,000 DKK and a living area of at least 20 square metres. The unit of the two "
        "distances is not stated by the source; metres by their size.",
    ),
    "california_housing": Entry(
        task="regression",
        inputs=columns.CALIFORNIA,
        target=("median_house_value", "USD"),
        copies=(
            File(
                "california_housing/cal_housing.csv.gz",
                "bce36e04658a0047d84023fee547b5c03f28408b10c98bd48c66f98e8c12ba54",
            ),
        ),
        read=builders.california_housing,
        originals=(
            File(
                "california_housing/cal_housing.tgz",
                "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
                "https://ndownloader.figshare.com/files/5976036",
            ),
        ),
        build=builders.california_housing_archive,
        arrays="3b4c2478424c75e07d81ccd5d61c3c2f7a0c05d95079864e75239bf49d7c408c",
        licence="none in the file; CC BY 4.0 by a public report on figshare 3829992",
        credit="R. K. Pace and R. Barry, Statistics and Probability Letters 33 (1997) 291-297",
        source="sklearn.datasets.fetch_california_housing (there as averages per household)",
        notes="Districts (block groups) of the 1990 census; the target is capped at 500,001 USD.",
    ),
    "king_county": Entry(
        task="regression",
        inputs=columns.KING_COUNTY,
        target=("price", "USD"),
        copies=(
            File(
                "king_county_housing/kc_house_data.csv.gz",
                "1e48723d28f41b441732e1cfd48afe74ce248f79dc89b5af33bdad0963373188",
            ),
        ),
        read=builders.king_county,
        originals=(
            File(
                "king_county_housing/kc_house_data.csv",
                "d0875baa0251b21d4bdc9d2ae940a4fe0bb6009824f23dd0e2a5b2bf04557b7e",
                _GITHUB + "Shreyas3108/house-price-prediction/832e91e7ee468c8b39874e0aa67288c5051271f1/"
                "kc_house_data.csv",
            ),
        ),
        build=builders.king_county,
        arrays="2d90b2a469196a25dcbb67c685726cbb338d68ba42588781d9ee63ab00d3efd4",
        licence="CC0",
        credit="King County, Washington; published on Kaggle by harlfoxem (housesalesprediction)",
        source="https://github.com/Shreyas3108/house-price-prediction",
        notes="Sales from May 2014 to May 2015; the date is given as days since the first sale. The zipcode is a label "
        "written as a number. extras['id'] is the house: 177 rows are further sales of a house already listed.",
    ),
    "ames": Entry(
        task="regression",
        inputs=columns.AMES,
        target=("SalePrice", "USD"),
        copies=(
            File("ames_housing/AmesHousing.csv.gz", "61a6c991957e365894c0ca141888035a929f9bdaeed27e7f42409224c8f18410"),
        ),
        read=builders.ames,
        originals=(
            File(
                "ames_housing/AmesHousing.csv",
                "65a1cbb89c2b58b11674097135dd04e710df5db726bcfe6ec551de38b44e4911",
                _GITHUB + "bettercodepaul/machine_learning_workshop/dac84e766cf6c4af54ccddbb675e7c4c0d05318a/"
                "AmesHousing_Original.csv",
            ),
        ),
        build=builders.ames,
        arrays="be89dbc2c0d45733bd56c479969ee8077431f9cb4b0030a33eb144df86dafcd1",
        licence="none stated; published for teaching",
        credit="D. De Cock, Journal of Statistics Education 19(3), 2011",
        source="https://github.com/bettercodepaul/machine_learning_workshop (OpenML 41211)",
        notes="Sales 2006-2010. The columns of numbers are the inputs (missing values are nan; MS SubClass is a label "
        "written as a number); the columns of words and the identifiers Order and PID are in extras, where NA often "
        "means that the house has none.",
    ),
    "mnist": Entry(
        task="classification",
        inputs=(("image", "grey value, 0 to 255"),),
        target=("digit", "class"),
        class_names=columns.DIGIT_NAMES,
        copies=(
            File(
                "mnist/train-images-idx3-ubyte.gz",
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                _MNIST + "train-images-idx3-ubyte.gz",
            ),
            File(
                "mnist/train-labels-idx1-ubyte.gz",
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                _MNIST + "train-labels-idx1-ubyte.gz",
            ),
            File(
                "mnist/t10k-images-idx3-ubyte.gz",
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                _MNIST + "t10k-images-idx3-ubyte.gz",
            ),
            File(
                "mnist/t10k-labels-idx1-ubyte.gz",
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                _MNIST + "t10k-labels-idx1-ubyte.gz",
            ),
        ),
        read=builders.mnist,
        originals=(),  # the copies are the originals
        build=builders.mnist,
        arrays="951ad3ec168e99dcc8daa31b8a93cec3537360cd2d453d9bb830d8b23abb3ad9",
        licence="CC BY-SA 3.0, as the TensorFlow documentation states",
        credit="Y. LeCun and C. Cortes",
        source="torchvision.datasets.MNIST",
        parts=(("train", 60_000), ("test", 10_000)),
    ),
    "cifar10": Entry(
        task="classification",
        inputs=(("image", "red, green, blue, 0 to 255"),),
        target=("class", "class"),
        class_names=builders.CIFAR_CLASSES,
        copies=(
            File("cifar10/cifar10_train_10000.npz", "8f32238d8565877ef7527b670c53d9fdf264f13b3b8ebbbe38876c98695b829c"),
            File("cifar10/cifar10_valid_2000.npz", "d80c1449cdcb06d2506005433b1744cbe2724f9ddb7d31ff5ff70ee8a4dd3652"),
            File("cifar10/cifar10_test_1000.npz", "b07bf22987d9aca4482c318e2ddea602e78bb1f71e269ec83e60a206624311a6"),
        ),
        read=builders.cifar10,
        originals=(
            File(
                "cifar10/cifar-10-binary.tar.gz",
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            ),
        ),
        build=builders.cifar10_archive,
        arrays="955967506391a13ffc686f2f1474e0a5bfe73da267c81b67b84ebbc7be535030",
        licence="none stated by the authors",
        credit="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        notes="A subset: ten training batches of 1,000 images (100 of each class), two such batches for validation, "
        "and the first 1,000 test images. extras['index'] is the position in the official training or test set.",
        parts=(("train", 10_000), ("valid", 2_000), ("test", 1_000)),
    ),
}
