"""Structural similarity of two pictures."""

import numpy as np

WINDOW, SIGMA = 11, 1.5
LUMA = np.array([0.299, 0.587, 0.114])
K1, K2, RANGE = 0.01, 0.03, 255.0


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean over the picture, of two arrays height × width × RGB, 0 to 255, on their luma; 0 when the sizes differ.

    Wang, Bovik, Sheikh, Simoncelli: Image Quality Assessment: From Error Visibility to Structural Similarity, IEEE
    Transactions on Image Processing 13 (4), 2004, with its Gaussian window of 11 × 11 and its constants.
    """
    if one.shape != other.shape:
        return 0.0
    a, b = one @ LUMA, other @ LUMA
    mean_a, mean_b = blurred(a), blurred(b)
    var_a, var_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    both = blurred(a * b) - mean_a * mean_b
    c1, c2 = (K1 * RANGE) ** 2, (K2 * RANGE) ** 2
    above = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    below = (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    return float((above / below).mean())


def blurred(picture: np.ndarray) -> np.ndarray:
    """Where the whole window fits."""
    at = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-(at**2) / (2 * SIGMA**2))
    weights /= weights.sum()
    height, width = (size - WINDOW + 1 for size in picture.shape)
    rows = sum(weight * picture[n : n + height] for n, weight in enumerate(weights))
    return np.asarray(sum(weight * rows[:, n : n + width] for n, weight in enumerate(weights)))
