"""What does a network that others trained on a million photographs make of ours?

torchvision is not installed with the course; it is asked for only here, and only when these features are wanted.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm.auto import tqdm


def resnet50_features(images: NDArray[np.uint8], batch_size: int = 50) -> NDArray[np.float32]:
    """What enters the last layer of ResNet-50 with its published ImageNet weights; on the GPU if there is one.

    Each image is enlarged and standardised as the weights' authors do. He, Zhang, Ren & Sun (2015), arXiv:1512.03385.

    Args:
        images: shape (n, height, width, 3), uint8.
        batch_size: images at a time, which bounds the memory.

    Returns:
        shape (n, 2048).

    Raises:
        ValueError: the images have another shape, or are no uint8.
        ModuleNotFoundError: torchvision is not installed, or does not fit torch.
        ConnectionError: the weights are not here and cannot be fetched.
    """
    if images.ndim != 4 or images.shape[-1] != 3 or len(images) == 0 or images.dtype != np.uint8:
        raise ValueError(
            f"images must have shape (n >= 1, height, width, 3) and be uint8, got {images.shape} {images.dtype}"
        )
    try:
        from torchvision.models import ResNet50_Weights, resnet50
    except (ImportError, RuntimeError) as error:  # a torchvision built for another torch fails at its first operator
        raise ModuleNotFoundError(
            f"ResNet-50 comes with torchvision, which is not installed or was built for another torch ({error}); "
            f"pip install the torchvision that fits torch {torch.__version__}, or use the small frozen network"
        ) from error
    weights = ResNet50_Weights.IMAGENET1K_V2
    try:
        network: nn.Module = resnet50(weights=weights)
    except OSError as error:
        raise ConnectionError(
            f"the weights of ResNet-50 are not here and could not be fetched ({type(error).__name__}: {error}); try "
            "again with a network, or use the small frozen network"
        ) from error
    network.fc = nn.Identity()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.eval().to(device)
    prepare, found = weights.transforms(), []
    with torch.no_grad():
        # only a terminal sees the bar
        for start in tqdm(range(0, len(images), batch_size), desc="ResNet-50", unit="batch", disable=None):
            block = torch.tensor(images[start : start + batch_size]).permute(0, 3, 1, 2)
            found.append(network(prepare(block).to(device)).float().cpu().numpy())
    return np.concatenate(found)
