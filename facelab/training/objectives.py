"""What a Siamese network learns by: losses on pairs, and losses on the people whom photos show.

Each returns the mean loss and, for whatever it counts, what is right.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.models import SiameseConfig

Judged = tuple[Tensor, Tensor]


class Binary(nn.Module):
    """Cross-entropy of "the same" with log odds of -distance: Koch, Zemel, Salakhutdinov 2015."""

    on_pairs, grouped, margin = True, False, 0.0

    def __init__(self, config: SiameseConfig, width: int, people: int) -> None:
        super().__init__()

    def forward(self, distances: Tensor, same: Tensor, smoothing: float = 0.0) -> Judged:
        """`distances` float [B], `same` int64 [B]."""
        targets = same.float() * (1 - smoothing) + smoothing / 2
        return F.binary_cross_entropy_with_logits(-distances, targets), (distances < 0) == same.bool()


class Contrastive(nn.Module):
    """Same pairs are drawn together, others pushed apart up to a margin: Hadsell, Chopra, LeCun 2006, equation 4."""

    on_pairs, grouped, margin = True, False, 1.0

    def __init__(self, config: SiameseConfig, width: int, people: int) -> None:
        super().__init__()
        self.margin = usual_margin(config)

    def forward(self, distances: Tensor, same: Tensor, smoothing: float = 0.0) -> Judged:
        """`distances` float [B], `same` int64 [B]."""
        apart = (self.margin - distances).clamp_min(0)
        loss = torch.where(same.bool(), distances.square(), apart.square()).mean() / 2
        return loss, (distances < self.margin / 2) == same.bool()


class Triplet(nn.Module):
    """A person's photos are nearer to each other than to anybody else's, by a margin: Schroff et al. 2015, FaceNet.

    Triplets are mined in the batch: each pair of one person meets the nearest stranger who is farther away than the
    two are (semi-hard), or, where there is none, the farthest.
    """

    on_pairs, grouped, margin = False, True, 0.2

    def __init__(self, config: SiameseConfig, width: int, people: int) -> None:
        super().__init__()
        self.margin = usual_margin(config)

    def forward(self, embeddings: Tensor, person: Tensor, smoothing: float = 0.0) -> Judged:
        """`embeddings` float [B, D] of length 1, `person` int64 [B]."""
        squared = (2 - 2 * embeddings @ embeddings.T).clamp_min(0)
        same = person[:, None] == person
        anchor, positive = (same & ~torch.eye(len(person), dtype=torch.bool, device=same.device)).nonzero().unbind(1)
        near, far = squared[anchor, positive], squared[anchor]
        stranger = ~same[anchor]
        usable = stranger.any(1)
        semi_hard = far.masked_fill(~stranger | (far <= near[:, None]), torch.inf).amin(1)
        farthest = far.masked_fill(~stranger, -torch.inf).amax(1)
        gap = (near - torch.where(semi_hard.isfinite(), semi_hard, farthest))[usable]
        # A batch without triplets teaches nothing, and still has a gradient: of 0.
        loss = (gap + self.margin).clamp_min(0).mean() if len(gap) else embeddings.sum() * 0
        return loss, gap < 0


class MarginSoftmax(nn.Module):
    """Softmax over the people in train, each a direction, whose own cosine must win by a margin: Wang et al. 2018.

    The directions are learned beside the network and forgotten with the training.
    """

    on_pairs, grouped, margin = False, False, 0.35

    def __init__(self, config: SiameseConfig, width: int, people: int) -> None:
        super().__init__()
        self.margin, self.scale = usual_margin(config), config.scale
        # Short at first: the shorter a direction is, the faster it turns.
        self.directions = nn.Parameter(torch.randn(people, width) * 0.01)

    def forward(self, embeddings: Tensor, person: Tensor, smoothing: float = 0.0) -> Judged:
        """`embeddings` float [B, D] of length 1, `person` int64 [B]."""
        cosines = embeddings @ F.normalize(self.directions, dim=1).T
        rows = torch.arange(len(person), device=person.device)
        margins = torch.zeros_like(cosines).index_put((rows, person), cosines.new_tensor(self.margin))
        loss = F.cross_entropy(self.scale * (cosines - margins), person, label_smoothing=smoothing)
        return loss, cosines.argmax(1) == person


Objective = Binary | Contrastive | Triplet | MarginSoftmax
OBJECTIVES: dict[str, type[Objective]] = {
    "binary": Binary,
    "contrastive": Contrastive,
    "triplet": Triplet,
    "margin_softmax": MarginSoftmax,
}


def usual_margin(config: SiameseConfig) -> float:
    """The margin of the settings, or that of the loss's paper."""
    return OBJECTIVES[config.loss].margin if config.margin is None else config.margin
