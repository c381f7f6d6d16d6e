"""ResNet-50 of torchvision, which is not installed here: a small network with its interface stands in."""

import re
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from hpo_tutor.training.models.pretrained import resnet50_features

IMAGES = np.random.default_rng(0).integers(0, 256, size=(7, 32, 32, 3), dtype=np.uint8)


class Standing(nn.Module):
    """Twelve filters over the whole image, batch normalisation, and a last layer called ``fc``, as ResNet-50 has."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.bn, self.fc = nn.Conv2d(3, 12, 64), nn.BatchNorm1d(12), nn.Linear(12, 1000)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Scores of 1,000 classes."""
        return self.fc(self.bn(self.conv(images).flatten(1)))


def prepare(images: torch.Tensor) -> torch.Tensor:
    """As the weights' own transforms: enlarged, from 0..255 to 0..1."""
    return nn.functional.interpolate(images.float() / 255, size=64)


@pytest.fixture
def torchvision(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module with the two names that are asked for."""
    models = ModuleType("torchvision.models")
    weights = SimpleNamespace(transforms=lambda: prepare)
    models.ResNet50_Weights = SimpleNamespace(IMAGENET1K_V2=weights)  # type: ignore[attr-defined]
    models.resnet50 = lambda *, weights: Standing()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return models


@pytest.mark.usefixtures("torchvision")
def test_features_are_what_enters_the_last_layer() -> None:
    """In blocks of any size: prepared as the weights say, colours first as torch has them, in evaluation mode."""
    network = Standing().eval()
    with torch.no_grad():
        ready = prepare(torch.tensor(IMAGES.transpose(0, 3, 1, 2)))
        expected = network.bn(network.conv(ready).flatten(1)).numpy()
    for batch_size in (1, 3, 50):
        found = resnet50_features(IMAGES, batch_size)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_without_torchvision_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install, and what else there is."""
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(
        ModuleNotFoundError, match=rf"torchvision that fits torch {re.escape(torch.__version__)}, or use the small"
    ):
        resnet50_features(IMAGES)


def test_without_a_network_the_way_out_is_named(torchvision: ModuleType) -> None:
    """Weights that cannot be fetched are told as such."""

    def offline(*, weights: object) -> nn.Module:
        raise OSError("no route")

    torchvision.resnet50 = offline  # type: ignore[attr-defined]
    with pytest.raises(ConnectionError, match=r"could not be fetched \(OSError: no route\); try again with a network"):
        resnet50_features(IMAGES)


@pytest.mark.parametrize("images", [IMAGES[0], IMAGES[:0], IMAGES[..., :2], IMAGES / 255])
def test_bad_images_are_refused(images: np.ndarray) -> None:
    """One image, none, two colours, or no bytes: the error says what is wanted."""
    with pytest.raises(ValueError, match=r"shape \(n >= 1, height, width, 3\) and be uint8"):
        resnet50_features(images)
