"""The optimizers' update rules, written down a second time in NumPy, in the words of the papers and the textbook.

A rule is called with where it starts, ``gradient(weights, step)`` (steps counted from 0), a number of steps and its
hyper-parameters, and yields the weights after each step. The defaults stand here a second time too.
"""

from collections.abc import Callable, Iterator

import numpy as np

Gradient = Callable[[np.ndarray, int], np.ndarray]
Rule = Callable[..., Iterator[np.ndarray]]


def sgd(w, gradient, steps, lr=0.01, weight_decay=0.0, momentum=0.0, dampening=0.0, nesterov=False):
    velocity = None
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        velocity = g if velocity is None else momentum * velocity + (1 - dampening) * g
        w = w - lr * (g + momentum * velocity if nesterov else velocity)
        yield w


def momentum(w, gradient, steps, momentum=0.9, **hyper):
    return sgd(w, gradient, steps, momentum=momentum, **hyper)


def nag(w, gradient, steps, momentum=0.9, **hyper):
    return sgd(w, gradient, steps, momentum=momentum, nesterov=True, **hyper)


def adagrad(w, gradient, steps, lr=0.01, lr_decay=0.0, initial_accumulator_value=0.0, eps=1e-10, weight_decay=0.0):
    total = np.full_like(w, initial_accumulator_value)
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        total = total + g * g
        w = w - lr / (1 + t * lr_decay) * g / (np.sqrt(total) + eps)
        yield w


def rmsprop(w, gradient, steps, lr=0.001, alpha=0.99, momentum=0.0, centered=False, eps=1e-8, weight_decay=0.0):
    square, mean, velocity = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        square = alpha * square + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        spread = np.sqrt(square - mean * mean if centered else square) + eps
        velocity = momentum * velocity + g / spread
        w = w - lr * velocity
        yield w


def adam(
    w, gradient, steps, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0, amsgrad=False, decay="gradient"
):
    first, second, largest = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t in range(steps):
        g = gradient(w, t)
        if decay == "gradient":
            g = g + weight_decay * w
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g * g
        largest = np.maximum(largest, second)
        corrected = (largest if amsgrad else second) / (1 - beta2 ** (t + 1))
        step = lr * first / (1 - beta1 ** (t + 1)) / (np.sqrt(corrected) + eps)
        if decay == "standard":
            step = step + lr * weight_decay * w
        elif decay == "independent":
            step = step + weight_decay * w
        w = w - step
        yield w


def adamw(w, gradient, steps, weight_decay=0.01, decay="standard", **hyper):
    return adam(w, gradient, steps, weight_decay=weight_decay, decay=decay, **hyper)


def nadam(
    w,
    gradient,
    steps,
    lr=0.002,
    beta1=0.9,
    beta2=0.999,
    eps=1e-8,
    weight_decay=0.0,
    momentum_decay=0.004,
    decoupled_weight_decay=False,
):
    first, second, product = np.zeros_like(w), np.zeros_like(w), 1.0
    for t in range(steps):
        g = gradient(w, t)
        if decoupled_weight_decay:
            w = w * (1 - lr * weight_decay)
        else:
            g = g + weight_decay * w
        now = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        after = beta1 * (1 - 0.5 * 0.96 ** ((t + 2) * momentum_decay))
        product *= now
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g * g
        ahead = after * first / (1 - product * after) + (1 - now) * g / (1 - product)
        w = w - lr * ahead / (np.sqrt(second / (1 - beta2 ** (t + 1))) + eps)
        yield w


def textbook_momentum(w, gradient, steps, lr=0.01, momentum=0.9, weight_decay=0.0):
    velocity = np.zeros_like(w)
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        velocity = momentum * velocity + (1 - momentum) * g
        w = w - lr * velocity
        yield w


def textbook_nag(w, gradient, steps, lr=0.01, momentum=0.9, weight_decay=0.0):
    velocity = np.zeros_like(w)
    for t in range(steps):
        look_ahead = w - momentum * velocity
        g = gradient(look_ahead, t) + weight_decay * look_ahead
        velocity = momentum * velocity + (1 - momentum) * g
        w = w - lr * velocity
        yield w


def textbook_adagrad(w, gradient, steps, lr=0.01, eps=1e-8, weight_decay=0.0):
    squares = np.zeros_like(w)
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        squares = squares + g**2
        w = w - lr * (g / (np.sqrt(squares) + eps))
        yield w


def textbook_rmsprop(w, gradient, steps, lr=0.001, alpha=0.9, eps=1e-8, weight_decay=0.0):
    squares = np.zeros_like(w)
    for t in range(steps):
        g = gradient(w, t) + weight_decay * w
        squares = alpha * squares + (1 - alpha) * g**2
        w = w - lr * (g / (np.sqrt(squares) + eps))
        yield w


def textbook_adam(w, gradient, steps, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = gradient(w, t - 1) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
        yield w


def textbook_adamw(w, gradient, steps, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = gradient(w, t - 1)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - (lr * m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w)
        yield w


def textbook_nadam(w, gradient, steps, lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in range(1, steps + 1):
        g = gradient(w, t - 1) + weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr * (beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t)) / (np.sqrt(v_hat) + eps)
        yield w


RULES: dict[tuple[str, str], Rule] = {
    ("sgd", "standard"): sgd,
    ("momentum", "standard"): momentum,
    ("nag", "standard"): nag,
    ("adagrad", "standard"): adagrad,
    ("rmsprop", "standard"): rmsprop,
    ("adam", "standard"): adam,
    ("adamw", "standard"): adamw,
    ("nadam", "standard"): nadam,
    ("momentum", "textbook"): textbook_momentum,
    ("nag", "textbook"): textbook_nag,
    ("adagrad", "textbook"): textbook_adagrad,
    ("rmsprop", "textbook"): textbook_rmsprop,
    ("adam", "textbook"): textbook_adam,
    ("adamw", "textbook"): textbook_adamw,
    ("nadam", "textbook"): textbook_nadam,
}
"""The rules by optimizer and form; sgd has one form."""

SEVERAL_FORMS = [name for name, form in RULES if form == "textbook"]


def in_form(name: str, form: str) -> dict[str, str]:
    """Return the hyper-parameters that ask for a form: none where an optimizer has one only."""
    return {"form": form} if name in SEVERAL_FORMS else {}


def quadratic(size: int, highest: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a random symmetric matrix and a start; the matrix' curvatures lie between ``highest / 100`` and that."""
    random = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(random.normal(size=(size, size)))
    curvatures = np.geomspace(highest / 100, highest, size)
    return turn @ np.diag(curvatures) @ turn.T, random.normal(size=size)


def tame(name: str) -> dict[str, float]:
    """Return hyper-parameters with which a rule comes to rest at the bottom of a quadratic of curvature 18.

    Steps divided by the gradients' size do not get smaller there: they turn with each sign, and the last bits of any
    two ways to write the rule down grow until they are seen. So ``lr * 18 / eps`` must stay below 2.
    """
    return {"lr": 0.01} if name in ("sgd", "momentum", "nag") else {"lr": 0.001, "eps": 0.01}
