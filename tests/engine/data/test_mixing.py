"""Mixed pictures: what is in a picture is in its target, to the same share."""

import pytest
import torch

from desktop_app.engine.data.mixing import Mixing


def constant_pictures(*values):
    return torch.tensor(values, dtype=torch.uint8).reshape(-1, 1, 1, 1).expand(-1, 16, 16, 3)


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_a_pictures_share_of_another_is_its_targets_share(kind):
    mixing = Mixing(kind, classes=3)
    torch.manual_seed(0)
    shares = []
    for _ in range(20):
        # The pictures' means say how much of each is there, whether blended or cut.
        pictures, targets = mixing(constant_pictures(0, 200), torch.tensor([0, 2]))
        assert pictures.shape == (2, 16, 16, 3)
        assert targets.sum(1).tolist() == pytest.approx([1.0, 1.0])
        assert targets[:, 1].tolist() == [0.0, 0.0]
        assert pictures.float().mean((1, 2, 3)).tolist() == pytest.approx((200 * targets[:, 2]).tolist(), abs=1e-3)
        shares.append(round(float(targets[0, 2]), 4))
    assert len(set(shares)) > 10


def test_mixup_blends_and_cutmix_cuts():
    torch.manual_seed(3)
    blended, _ = Mixing("mixup", 2)(constant_pictures(0, 200), torch.tensor([0, 1]))
    cut, _ = Mixing("cutmix", 2)(constant_pictures(0, 200), torch.tensor([0, 1]))

    assert len(blended[0].unique()) == 1
    assert 0 < blended[0, 0, 0, 0] < 200
    assert cut[0].unique().tolist() == [0, 200]


@pytest.mark.parametrize("kind", ["mixup", "cutmix"])
def test_it_draws_from_torchs_generator_and_leaves_its_samples_as_they_are(kind):
    raw = torch.randint(0, 256, (4, 8, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    before, labels = raw.clone(), torch.tensor([0, 1, 2, 0])
    mixing = Mixing(kind, 3)

    torch.manual_seed(5)
    one, targets = mixing(raw, labels)
    torch.manual_seed(5)
    again, same_targets = mixing(raw, labels)

    assert torch.equal(one, again)
    assert torch.equal(targets, same_targets)
    assert torch.equal(raw, before)
    assert labels.tolist() == [0, 1, 2, 0]
