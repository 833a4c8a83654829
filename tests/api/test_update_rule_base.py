"""``UpdateRule``: what the author of a rule gets from it, with a rule that writes down what it was given."""

import runpy
import subprocess
import sys
import textwrap

import pytest
import torch
from torch import nn

from desktop_app.api import PluginError, UpdateRule, adam_step, refuse_options, with_decay


class Noting(UpdateRule):
    """Steps down the gradient and keeps what each update was given."""

    def __init__(self, params, lr=0.1, **more):
        self.given = []
        super().__init__(params, {"lr": lr, **more})

    def start(self, weight, group):
        return {"total": torch.zeros_like(weight)}

    def update(self, weights, gradients, state, step, group):
        assert not torch.is_grad_enabled()
        torch._foreach_add_(state["total"], gradients)
        torch._foreach_add_(weights, gradients, alpha=-group["lr"])
        self.given.append((len(weights), weights[0].dtype, step, group["lr"]))


def weight(gradient: float | None = 1.0, dtype: torch.dtype = torch.float32) -> nn.Parameter:
    made = nn.Parameter(torch.zeros(2, dtype=dtype))
    made.grad = None if gradient is None else torch.full_like(made, gradient)
    return made


def test_the_rule_in_its_own_documentation_works_as_it_stands(tmp_path):
    _, example = UpdateRule.__doc__.split("in a dictionary::\n\n")
    code = textwrap.dedent(example[: example.index("    Groups of parameters")])
    file = tmp_path / "documented.py"
    file.write_text(f"import torch\nfrom desktop_app.api import UpdateRule\n\n{code}", encoding="utf-8")
    one = weight(2.0)
    optimizer = runpy.run_path(str(file))["Momentum"]([one], lr=0.5)
    optimizer.step()
    optimizer.step()

    # Velocities 0.2 and 0.38.
    assert one.tolist() == pytest.approx([-0.29, -0.29])


def test_weights_of_a_type_and_a_step_come_together():
    old, new, wide = weight(), weight(None), weight(dtype=torch.float64)
    optimizer = Noting([{"params": [old, new, wide]}, {"params": [weight()], "lr": 0.5}])
    optimizer.step()
    new.grad = torch.ones(2)
    optimizer.step()

    first, second = optimizer.given[:3], optimizer.given[3:]
    assert first == [(1, torch.float32, 1, 0.1), (1, torch.float64, 1, 0.1), (1, torch.float32, 1, 0.5)]
    assert second == [
        (1, torch.float32, 2, 0.1),
        (1, torch.float32, 1, 0.1),
        (1, torch.float64, 2, 0.1),
        (1, torch.float32, 2, 0.5),
    ]
    assert optimizer.state[old]["total"].tolist() == [2.0, 2.0]
    assert optimizer.state[new]["total"].tolist() == [1.0, 1.0]


def test_weights_without_a_gradient_cost_no_state():
    still = weight(None)
    optimizer = Noting([still])
    optimizer.step()

    assert optimizer.given == []
    assert still not in optimizer.state


def test_a_closure_runs_with_gradients_and_its_loss_comes_back():
    one = weight(None)
    optimizer = Noting([one])

    def closure():
        loss = (one - 1.0).square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2.0
    assert one.tolist() == pytest.approx([0.2, 0.2])


def test_sparse_gradients_and_complex_weights_are_refused_in_a_sentence():
    sparse = weight()
    sparse.grad = torch.sparse_coo_tensor([[0]], [1.0], (2,), check_invariants=True)
    with pytest.raises(PluginError, match="Noting cannot use sparse gradients; make the embedding without"):
        Noting([sparse]).step()
    turned = nn.Parameter(torch.zeros(2, dtype=torch.complex64))
    turned.grad = torch.ones_like(turned)
    with pytest.raises(PluginError, match=r"Noting trains real numbers only, got a weight of torch\.complex64"):
        Noting([turned]).step()


@pytest.mark.parametrize(
    ("hyper", "words"),
    [
        ({"lr": -0.1}, r"lr must be at least 0, got -0\.1"),
        ({"lr": float("nan")}, "lr must be at least 0, got nan"),
        ({"eps": -1.0}, r"eps must be at least 0, got -1\.0"),
        ({"weight_decay": -1.0}, "weight_decay must be at least 0"),
        ({"momentum": 1.0}, r"momentum must be at least 0 and below 1, got 1\.0"),
        ({"alpha": 1.5}, "alpha must be at least 0 and below 1"),
        ({"betas": (0.9, 1.0)}, r"betas must be at least 0 and below 1, got \(0\.9, 1\.0\)"),
    ],
)
def test_senseless_hyper_parameters_are_refused_for_all_and_for_a_group(hyper, words):
    with pytest.raises(ValueError, match=words):
        Noting([weight()], **hyper)
    usual = {"lr": 0.1, "eps": 0.0, "weight_decay": 0.0, "momentum": 0.0, "alpha": 0.0, "betas": (0.0, 0.0)}
    with pytest.raises(ValueError, match=words):
        Noting([{"params": [weight()], **hyper}], **usual)


def test_decay_leaves_the_gradients_that_it_is_given_alone():
    gradients, weights = [torch.ones(2)], [torch.full((2,), 3.0)]

    assert with_decay(gradients, weights, 0.1)[0].tolist() == pytest.approx([1.3, 1.3])
    assert gradients[0].tolist() == [1.0, 1.0]
    assert with_decay(gradients, weights, 0.0) is gradients


@pytest.mark.parametrize("fused", [True, False])
def test_adams_step_is_torchs_own_with_and_without_fused_kernels(fused, monkeypatch):
    monkeypatch.setattr("desktop_app.api.update_rules.fused_kernels", lambda weights: fused)
    torch.manual_seed(0)
    starts, gradients = torch.randn(2, 3, 4), torch.randn(5, 3, 4)
    theirs = [nn.Parameter(start.clone()) for start in starts]
    adam = torch.optim.Adam(theirs, lr=0.1, fused=fused, foreach=None if fused else True, amsgrad=True)
    ours = [start.clone() for start in starts]
    state = [[torch.zeros(3, 4) for _ in ours] for _ in range(3)]
    for step, gradient in enumerate(gradients, start=1):
        for one in theirs:
            one.grad = gradient.clone()
        adam.step()
        means, squares, largest = state
        settings = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
        adam_step(ours, [gradient, gradient], means, squares, step, largest=largest, **settings)

    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))


def test_options_are_refused_in_the_textbook_form_alone_and_only_where_they_are_on():
    refuse_options("standard", dampening=(0.5, 0.0))
    refuse_options("textbook", dampening=(0.0, 0.0), centered=(False, False))
    with pytest.raises(ValueError, match=r"has no dampening, got 0\.5; leave it at 0\.0, or take form = \"standard\""):
        refuse_options("textbook", dampening=(0.5, 0.0))


def test_torch_is_imported_only_once_a_rule_is_asked_for():
    script = (
        "import sys, desktop_app.api as api; assert 'torch' not in sys.modules; "
        "api.UpdateRule; assert 'torch' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr == ""
