"""Each loss against its paper's formula, written out with loops."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from facelab.models import DISTANCES, SiameseConfig
from facelab.training.objectives import OBJECTIVES, usual_margin

PERSON = torch.tensor([0, 1, 0, 2, 1, 0, 3, 2])


def objective(loss, width=4, people=4, **settings):
    torch.manual_seed(5)
    return OBJECTIVES[loss](SiameseConfig(loss=loss, **settings), width, people)


def unit_vectors(count=8, width=4, seed=0):
    return F.normalize(torch.randn(count, width, generator=torch.Generator().manual_seed(seed)), dim=1)


@pytest.fixture
def judged():
    """Distances on both sides of every threshold, and whether they are of the same person."""
    distances = torch.tensor([-2.0, 0.0, 0.1, 0.4, 0.6, 0.9, 1.1, 1.9])
    return distances, torch.tensor([1, 0, 1, 0, 1, 0, 0, 1])


def test_every_loss_has_its_distance_and_margin():
    assert OBJECTIVES.keys() == DISTANCES.keys()
    usual = {"binary": 0.0, "contrastive": 1.0, "triplet": 0.2, "margin_softmax": 0.35}
    assert {loss: usual_margin(SiameseConfig(loss=loss)) for loss in OBJECTIVES} == usual
    assert usual_margin(SiameseConfig(loss="triplet", margin=0.0)) == 0.0


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_binary_is_the_cross_entropy_of_both_answers(judged, smoothing):
    distances, same = judged
    loss, right = objective("binary")(distances, same, smoothing)
    logits = torch.stack((torch.zeros_like(distances), -distances), 1)
    torch.testing.assert_close(loss, F.cross_entropy(logits, same, label_smoothing=smoothing))
    assert right.tolist() == [distance < 0 if kind else distance >= 0 for distance, kind in zip(*judged, strict=True)]


@pytest.mark.parametrize("margin", [None, 0.5, 2.0])
def test_contrastive_is_hadsells_formula(judged, margin):
    """Equation 4 with Y = 1 for different pairs: (1 - Y) D^2 / 2 + Y max(0, m - D)^2 / 2."""
    distances, same = judged
    loss, right = objective("contrastive", margin=margin)(distances, same)
    m, total = margin or 1.0, 0.0
    for distance, kind in zip(distances.tolist(), same.tolist(), strict=True):
        total += distance**2 / 2 if kind else max(0.0, m - distance) ** 2 / 2
    assert loss.item() == pytest.approx(total / len(same))
    assert right.tolist() == [
        (distance < m / 2) == bool(kind) for distance, kind in zip(distances.tolist(), same.tolist(), strict=True)
    ]


def triplets_by_brute_force(embeddings, person, margin):
    """The loss and right answer of each pair of one person, by a look at all triplets."""
    losses, right = [], []
    squared = [[((a - b) ** 2).sum().item() for b in embeddings] for a in embeddings]
    for anchor, positive in itertools.permutations(range(len(person)), 2):
        strangers = [squared[anchor][other] for other in range(len(person)) if person[other] != person[anchor]]
        if person[anchor] != person[positive] or not strangers:
            continue
        near = squared[anchor][positive]
        negative = min((far for far in strangers if far > near), default=max(strangers))
        losses.append(max(0.0, near - negative + margin))
        right.append(near < negative)
    return sum(losses) / len(losses), right


@pytest.mark.parametrize("margin", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_triplets_are_semi_hard(seed, margin):
    embeddings = unit_vectors(seed=seed)
    loss, right = objective("triplet", margin=margin)(embeddings, PERSON)
    expected, answers = triplets_by_brute_force(embeddings, PERSON.tolist(), margin)
    assert loss.item() == pytest.approx(expected, abs=1e-6)
    assert right.tolist() == answers


def test_where_all_strangers_are_nearer_the_farthest_is_taken():
    embeddings = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    loss, right = objective("triplet")(embeddings, torch.tensor([0, 0, 1, 2]))
    # Squared distances: 4 to the positive; from the first, strangers at 2 and 0.8; from the second, at 2 and 3.2.
    assert loss.item() == pytest.approx(((4 - 2 + 0.2) + (4 - 3.2 + 0.2)) / 2, abs=1e-6)
    assert right.tolist() == [False, False]


@pytest.mark.parametrize("person", [[0, 0, 0], [0, 1, 2], [0]], ids=["one person", "no positives", "one photo"])
def test_a_batch_without_triplets_has_a_gradient_of_0(person):
    embeddings = unit_vectors(len(person)).requires_grad_()
    loss, right = objective("triplet")(embeddings, torch.tensor(person))
    loss.backward()
    assert (loss.item(), len(right)) == (0, 0)
    assert not embeddings.grad.any()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize(("margin", "scale"), [(None, 30.0), (0.0, 10.0), (0.5, 1.0)])
def test_margin_softmax_is_cosface(margin, scale, smoothing):
    """Wang et al. 2018, equation 4."""
    loss_function, embeddings = objective("margin_softmax", margin=margin, scale=scale), unit_vectors()
    loss, right = loss_function(embeddings, PERSON, smoothing)
    m, total, answers = 0.35 if margin is None else margin, 0.0, []
    for embedding, own in zip(embeddings, PERSON.tolist(), strict=True):
        cosines = [F.cosine_similarity(embedding, way, dim=0).item() for way in loss_function.directions]
        logits = [scale * (cosine - m * (person == own)) for person, cosine in enumerate(cosines)]
        total_log = math.log(sum(math.exp(logit) for logit in logits))
        total += (1 - smoothing) * (total_log - logits[own]) + smoothing * (total_log - sum(logits) / 4)
        answers.append(cosines.index(max(cosines)) == own)
    assert loss.item() == pytest.approx(total / len(PERSON), rel=1e-5)
    assert right.tolist() == answers


def test_without_a_margin_it_is_plain_cross_entropy_on_scaled_cosines():
    loss_function, embeddings = objective("margin_softmax", margin=0.0, scale=7.0), unit_vectors()
    cosines = F.cosine_similarity(embeddings[:, None], loss_function.directions[None], dim=2)
    torch.testing.assert_close(loss_function(embeddings, PERSON)[0], F.cross_entropy(7 * cosines, PERSON))


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_gradients_are_finite_also_where_everything_is_equal(loss):
    function = objective(loss)
    compared = torch.zeros(8) if function.on_pairs else torch.eye(4)[:1].repeat(8, 1)
    compared.requires_grad_()
    value, _ = function(compared, PERSON.clamp_max(1) if function.on_pairs else PERSON)
    value.backward()
    assert value.isfinite()
    assert all(leaf.grad.isfinite().all() for leaf in (compared, *function.parameters()))


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_a_number_that_is_none_is_not_hidden(loss):
    function = objective(loss)
    compared = torch.full((8,) if function.on_pairs else (8, 4), math.nan)
    assert function(compared, PERSON.clamp_max(1) if function.on_pairs else PERSON)[0].isnan()
