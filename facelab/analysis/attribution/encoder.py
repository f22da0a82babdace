"""An encoder as a network with one output, so that every method can say which pixels make two photos alike."""

import torch
from torch import Tensor, nn

from facelab.analysis.private import private


class Likeness(nn.Module):
    """Float [B, C, H, W] to [B, 1]: how far a photo's embedding reaches in the direction of another photo's.

    Divided by the embedding's own length this is the cosine similarity. It is left linear so that LRP and Integrated
    Gradients can share it out. Its one target is 0.

    Args:
        encoder: its `embed` takes float [B, C, H, W] to [B, D]; it is copied.
        other: the photo to compare with, float [C, H, W] in [0, 1].
    """

    def __init__(self, encoder: nn.Module, other: Tensor) -> None:
        super().__init__()
        self.encoder = private(encoder)
        with torch.no_grad():
            direction = nn.functional.normalize(self.encoder.embed(other[None].float()))
        self.output = nn.Linear(direction.shape[1], 1, bias=False).to(direction.device)
        self.output.weight = nn.Parameter(direction, requires_grad=False)

    def forward(self, photos: Tensor) -> Tensor:
        return self.output(self.encoder.embed(photos))
