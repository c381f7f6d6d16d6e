"""Where do networks train on this machine?"""

import torch


def device_name() -> str:
    """``"cpu"``, or the kind and name of the GPU that would be used, such as ``"cuda: NVIDIA H100"``."""
    if torch.cuda.is_available():
        return f"cuda: {torch.cuda.get_device_name()}"
    return "cpu"
