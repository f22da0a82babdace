"""What of an embedding tells people apart, and what only tells photos apart: linear discriminant analysis.

The two-covariance model: a photo's embedding is its person's own point plus noise, both normally distributed (Ioffe,
"Probabilistic linear discriminant analysis", ECCV 2006).
"""

import torch
from torch import Tensor

SHRINK = 0.1
"""How far the covariance within people is drawn towards a round one."""


def discriminant(embeddings: Tensor, person: Tensor) -> tuple[Tensor, Tensor]:
    """The centre of the embeddings and the matrix that weighs their directions.

    In the directions of the matrix the noise has variance 1; each is scaled by the root of the share b / (1 + b) that
    the people's own points, of variance b, have in the whole.

    Args:
        embeddings: float32 [N, D].
        person: int64 [N], at least one of them there twice.

    Returns:
        float32 [D] and [D, D]; `(x - centre) @ matrix` is the new embedding.
    """
    centre = embeddings.double().mean(0)
    centred = embeddings.double() - centre
    photos = torch.bincount(person).double()
    means = torch.zeros(len(photos), centred.shape[1], dtype=torch.float64).index_add_(0, person, centred)
    means /= photos[:, None]
    apart = centred - means[person]
    within = apart.T @ apart / (photos - 1).sum()
    within = (1 - SHRINK) * within + SHRINK * within.diagonal().mean() * torch.eye(len(within), dtype=torch.float64)
    values, vectors = torch.linalg.eigh(within)
    white = vectors * values.clamp_min(values.max() * 1e-9).rsqrt()
    spread, directions = torch.linalg.eigh((means @ white).T @ (means @ white) / len(means))
    # A person's mean has the noise of its photos left in it.
    own = (spread - (1 / photos).mean()).clamp_min(1e-3)
    return centre.float(), (white @ directions * (own / (1 + own)).sqrt()).float()
