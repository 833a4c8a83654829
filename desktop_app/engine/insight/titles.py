"""What each finding is called where there is room for a few words only."""

from __future__ import annotations

from desktop_app.engine.insight.finding import Code

TITLES: dict[Code, str] = {
    "vanishing_gradients": "gradients vanish on their way to the first layers",
    "exploding_gradients": "gradients explode",
    "dead_units": "units are dead",
    "saturated_units": "units are saturated",
    "init_mismatch": "the initial weights do not fit the network",
    "learning_rate_too_high": "the learning rate is too high",
    "learning_rate_too_low": "the learning rate is too low",
    "constant_predictor": "the network answers the same whatever its input",
    "overfitting": "the network overfits",
    "underfitting": "the network underfits",
    "label_noise": "some labels look wrong",
    "class_imbalance": "rare classes are not learned",
    "small_batch_norm": "batch norm sees too few samples at once",
    "small_validation": "the validation samples are too few to tell",
    "data_leak": "validation samples seem to be among the training samples",
    "non_finite": "numbers overflowed",
    "input_bound": "the training waits for its data",
    "accelerator_unused": "an accelerator stands idle",
}
