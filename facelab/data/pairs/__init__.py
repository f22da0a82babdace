"""Pairs of photos, of one person or of two: every source yields `Pairs`, whole and in memory."""

from facelab.data.pairs.load import PAIR_SOURCES, load_pairs
from facelab.data.pairs.pairs import Pairs
from facelab.data.pairs.specs import DrawnPairsSpec, LfwPairsSpec, PairsSpec

__all__ = ["PAIR_SOURCES", "DrawnPairsSpec", "LfwPairsSpec", "Pairs", "PairsSpec", "load_pairs"]
