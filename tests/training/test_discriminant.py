"""Directions count by how much they tell people apart."""

import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from facelab.training.discriminant import SHRINK, discriminant

PEOPLE, PHOTOS = 300, 6


@pytest.fixture
def seen():
    """People who differ in the first direction, photos in the second, and there is a third with noise."""
    generator = torch.Generator().manual_seed(0)
    person = torch.arange(PEOPLE).repeat_interleave(PHOTOS)
    own = torch.randn(PEOPLE, 3, generator=generator) * torch.tensor([3.0, 0.1, 0.1])
    noise = torch.randn(len(person), 3, generator=generator) * torch.tensor([1.0, 5.0, 1.0])
    return own[person] + noise + 7, person


def test_the_centre_is_the_mean(seen):
    centre, _ = discriminant(*seen)
    torch.testing.assert_close(centre, seen[0].mean(0))


def test_what_tells_people_apart_counts_most(seen):
    _, turn = discriminant(*seen)
    scale = torch.linalg.vector_norm(turn, dim=1)
    assert scale[0] > 5 * scale[1:].max()


def test_the_best_direction_is_that_of_linear_discriminant_analysis(seen):
    embeddings, person = seen
    _, turn = discriminant(embeddings, person)
    best = turn[:, torch.linalg.vector_norm(turn, dim=0).argmax()]
    known = LinearDiscriminantAnalysis(solver="eigen", shrinkage=SHRINK).fit(embeddings.numpy(), person.numpy())
    other = torch.from_numpy(known.scalings_[:, 0]).float()
    assert torch.cosine_similarity(best, other, dim=0).abs() > 0.99


def test_noise_has_variance_one_before_it_is_weighed(seen):
    embeddings, person = seen
    _, turn = discriminant(embeddings, person)
    means = torch.stack([embeddings[person == one].mean(0) for one in range(PEOPLE)])
    spread = ((embeddings - means[person]) @ turn).var(0) * (len(person) - 1) / (len(person) - PEOPLE)
    assert (spread <= 1.2).all()


def test_photos_of_people_seen_once_do_no_harm(seen):
    embeddings, person = seen
    alone = torch.randn(50, 3, generator=torch.Generator().manual_seed(1)) + 7
    _, turn = discriminant(torch.cat([embeddings, alone]), torch.cat([person, PEOPLE + torch.arange(50)]))
    assert turn.isfinite().all()


def test_fewer_photos_than_directions_are_enough():
    embeddings = torch.randn(10, 40, generator=torch.Generator().manual_seed(0))
    centre, turn = discriminant(embeddings, torch.arange(5).repeat_interleave(2))
    assert centre.isfinite().all()
    assert turn.isfinite().all()
