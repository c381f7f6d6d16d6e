"""What do eyes make of colours? Contrast, distance, and colours as the colour-blind see them.

channels   red, green and blue from 0 to 255
linear     the same as shares of light, from 0 to 1
lab        lightness from 0 to 100, and two opponent colours; 1 is about the least distance that is seen
"""

import re

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Machado, Oliveira & Fernandes (2009), doi:10.1109/TVCG.2009.113, severity 1.0: linear colours -> what is seen of them
BLINDNESS: dict[str, Array] = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# sRGB with the white of daylight D65, IEC 61966-2-1
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def channels(color: str, behind: tuple[float, ...] = (0, 0, 0)) -> tuple[float, ...]:
    """Red, green and blue of "#rrggbb" or of a CSS colour; a translucent one seen through to what is behind it."""
    if color.startswith("#"):
        return tuple(float(int(color[i : i + 2], 16)) for i in (1, 3, 5))
    red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", color))
    share = alpha[0] if alpha else 1.0
    return tuple(share * top + (1 - share) * below for top, below in zip((red, green, blue), behind, strict=True))


def linear(color: tuple[float, ...]) -> Array:
    """Channels as shares of light."""
    shares = np.array(color) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    dark, light = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(color: str, blindness: str = "none") -> Array:
    """CIELAB of "#rrggbb" as it is seen with a kind of colour blindness."""
    seen = np.clip(BLINDNESS[blindness] @ linear(channels(color)), 0, 1)
    shares = XYZ @ seen / XYZ.sum(axis=1)
    x, y, z = np.where(shares > 216 / 24389, np.cbrt(shares), (24389 / 27 * shares + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, blindness: str = "none") -> float:
    """How far apart two colours look: their distance in CIELAB."""
    return float(np.linalg.norm(lab(one, blindness) - lab(other, blindness)))
