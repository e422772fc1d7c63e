"""Structural similarity of two pictures."""

import numpy as np
from PIL import Image

# Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004;
# with square windows instead of weighted ones.
WINDOW = 8
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(a: Image.Image, b: Image.Image) -> float:
    """Mean over all windows of both in grey; 1 for equal pictures, 0 for pictures of other sizes."""
    if a.size != b.size:
        return 0.0
    x, y = (np.asarray(picture.convert("L"), dtype=np.float64) for picture in (a, b))
    mean_x, mean_y = means(x), means(y)
    variances = means(x * x) - mean_x**2 + means(y * y) - mean_y**2
    covariance = means(x * y) - mean_x * mean_y
    light = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    structure = (2 * covariance + C2) / (variances + C2)
    return float((light * structure).mean())


def means(values: np.ndarray) -> np.ndarray:
    """Of each window, by sums over rows and columns."""
    sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    n = WINDOW
    return (sums[n:, n:] - sums[:-n, n:] - sums[n:, :-n] + sums[:-n, :-n]) / (n * n)
