"""Where a network puts faces: what goes into its last layer, brought down to two dimensions."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.private import private
from facelab.errors import DataError
from facelab.training.numerics import plain

BATCH = 64
MOST = 1500
"""Photos on a map: t-SNE takes a few seconds for them."""
PERPLEXITY = 30.0
"""How many neighbours a photo is kept near to, roughly; the paper's range is 5 to 50."""
STEPS = 500
FEATURES = 50
"""Principal components that t-SNE starts from, as in the paper."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Photos in two dimensions.

    Attributes:
        points: float32 [N, 2].
        explained: for PCA, the share of the variance along each axis; else None.
    """

    points: np.ndarray
    explained: tuple[float, float] | None = None


def embed(model: nn.Module, images: Tensor) -> np.ndarray:
    """The input of a network's last layer for photos, uint8 or float32 [N, C, H, W]: float32 [N, D].

    Args:
        model: a module with `embed`; it is left as it is.
    """
    model = private(model)
    numerics = plain(model)
    with torch.no_grad():
        parts = [model.embed(numerics.inputs(batch.to(numerics.device))) for batch in images.split(BATCH)]
    return torch.cat(parts).flatten(1).float().cpu().numpy()


def sample_rows(total: int, most: int = MOST, seed: int = 0) -> np.ndarray:
    """At most `most` of `total` rows, drawn without order and given in order: int64."""
    if total <= most:
        return np.arange(total)
    return np.sort(np.random.default_rng(seed).choice(total, most, replace=False))


def pca(embeddings: np.ndarray, seed: int = 0) -> Projection:
    """The two directions along which embeddings, float [N, D], vary most (Pearson 1901).

    Raises:
        DataError: there are no embeddings, or they are no finite numbers.
    """
    components, shares = _principal(embeddings, 2, seed)
    return Projection(components, (float(shares[0]), float(shares[1])))


def tsne(embeddings: np.ndarray, perplexity: float = PERPLEXITY, seed: int = 0) -> Projection:
    """Embeddings, float [N, D], so laid out that neighbours stay neighbours (van der Maaten & Hinton 2008).

    Distances between far groups mean little. The perplexity is at most a third of the other photos; three photos or
    fewer have no neighbourhoods to keep, and lie as PCA puts them.

    Raises:
        DataError: there are no embeddings, or they are no finite numbers.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    start, _ = _principal(embeddings, 2, seed)
    number, spread = len(start), float(start[:, 0].std())
    if number <= 3 or not spread:
        return Projection(start)
    features, _ = _principal(embeddings, FEATURES, seed)
    method = TSNE(
        perplexity=max(1.0, min(perplexity, (number - 1) / 3)),
        init=start / spread * 1e-4,
        max_iter=STEPS,
        random_state=seed,
    )
    # Its threads wait for each other after every step, which beside a training takes many times as long as one thread.
    with threadpool_limits(1):
        return Projection(method.fit_transform(features).astype(np.float32))


def _principal(embeddings: np.ndarray, most: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The first components, float32 [N, at least 2], and each one's share of the variance; zeros beyond the rank."""
    from sklearn.decomposition import PCA

    embeddings = np.asarray(embeddings, dtype=np.float32)
    if not len(embeddings) or not np.isfinite(embeddings).all():
        raise DataError("These photos have no place on a map: choose photos, and a network that did not diverge.")
    number, width = embeddings.shape
    if number < 2 or not np.ptp(embeddings, axis=0).any():
        return np.zeros((number, 2), np.float32), np.zeros(2)
    found = PCA(min(most, number, width), random_state=seed)
    components, shares = found.fit_transform(embeddings), found.explained_variance_ratio_
    missing = max(0, 2 - len(shares))
    return np.pad(components, ((0, 0), (0, missing))).astype(np.float32), np.pad(shares, (0, missing))
