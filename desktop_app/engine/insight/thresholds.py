"""Every number that a diagnosis judges by, in one table, each with its reason and its source.

A threshold is named after its family: ``frame``, ``signals``, ``units``, ``learning_rate``, ``numbers``,
``generalisation``, ``data``, ``speed``. "Tuned" as a source means: set on the tuning runs of
``tests/benchmarks/diagnosis``, between what healthy runs and ill ones show there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """A limit: its value, why it is that, and where it comes from (a paper, or the measurement that set it)."""

    value: float
    reason: str
    source: str


_FRAME = {
    "frame.fewest_steps": Threshold(
        20,
        "So few steps tell neither a rising loss from noise nor a small gradient from a first one.",
        "Tuned: with fewer, step losses of batches of 32 say nothing.",
    ),
}

_SIGNALS = {
    "signals.change_through_layers": Threshold(
        30.0,
        "One learning rate has to serve all layers: from thirtyfold on some stand still while others jump.",
        "As signal_theory.TROUBLE_FACTOR, which the Model page warns by.",
    ),
    "signals.fall_of_gradient": Threshold(
        0.01,
        "A layer whose gradient is a hundredth of another's learns a hundred times more slowly.",
        "Tuned: 0.3 and more in healthy networks, 0.0004 and less in deep ones of sigmoids.",
    ),
    "signals.fewest_layers": Threshold(
        3,
        "Falling or growing from layer to layer takes three layers to see.",
        "Counted, not measured.",
    ),
    "signals.growth": Threshold(
        100.0,
        "Two orders of magnitude are more than a batch's accident.",
        "Tuned: at most 3 in healthy runs.",
    ),
    "signals.growth_of_loss": Threshold(
        1000.0,
        "A loss that grows a thousandfold took gradients along that grew as well.",
        "Tuned: runs that diverge pass it within four steps.",
    ),
    "signals.growth_through_layers": Threshold(
        50.0,
        "Batch norm lets gradients grow by a fifth a layer, which is 40-fold over twenty.",
        "Yang et al. 2019, arXiv:1902.08129: at least 1.21 a layer; tuned.",
    ),
    "signals.large_gradient": Threshold(
        100.0,
        "Standardised inputs and targets give norms of a few units.",
        "Tuned: at most 10 in healthy runs of up to nine layers.",
    ),
    "signals.loss_at_start": Threshold(
        10.0,
        "Initial answers are small numbers, and their loss is near that of a constant answer.",
        "Tuned: at most 5 in healthy runs, whose first batch may be odd.",
    ),
}

_UNITS = {
    "units.dead_share": Threshold(
        0.6,
        "Up to half of the units of a healthy deep network answer alike on one batch; more hardly ever.",
        "Tuned: at most 0.45 in healthy runs, 0.8 and more after steps too large.",
    ),
    "units.looks": Threshold(
        3,
        "The median of three looks is no single batch's.",
        "Tukey 1977, running medians.",
    ),
    "units.saturated_share": Threshold(
        0.4,
        "With two fifths at the bounds, as much of the gradient is lost in that layer.",
        "Tuned: at most 0.03 in healthy runs, 0.45 and more in ill ones.",
    ),
}

_LEARNING_RATE = {
    "learning_rate.fallen_enough": Threshold(
        0.5,
        "A run that has lost half of its loss is under way, if slowly.",
        "Tuned.",
    ),
    "learning_rate.fewest_epochs": Threshold(
        4,
        "Three differences are the fewest that tell swinging from one bad epoch.",
        "Counted, not measured.",
    ),
    "learning_rate.fewest_steps_for_high": Threshold(
        2,
        "A loss that leaps in its second step has leapt; the size of the leap is what is judged.",
        "Tuned: plain descent diverges to infinity in three to six steps.",
    ),
    "learning_rate.fewest_steps_for_low": Threshold(
        100,
        "Before a hundred steps even a good learning rate may show little.",
        "Tuned.",
    ),
    "learning_rate.good_accuracy": Threshold(
        0.9,
        "Weights that answer nine in ten training samples rightly have moved enough.",
        "Tuned.",
    ),
    "learning_rate.hopeless": Threshold(
        0.8,
        "A loss of four fifths of a constant answer's is next to nothing learned.",
        "Tuned.",
    ),
    "learning_rate.largest_step": Threshold(
        0.2,
        "Usual steps change weights by a thousandth of their size, Adam's first ones by a few hundredths; a fifth is a "
        "leap.",
        "A. Karpathy, CS231n notes (1e-3 is usual); tuned.",
    ),
    "learning_rate.least_moved": Threshold(
        0.1,
        "Weights that moved by less than a tenth of their size are much as they were drawn.",
        "Tuned.",
    ),
    "learning_rate.level_samples": Threshold(
        64,
        "The median loss of so many samples is no accident of a batch.",
        "Tuned.",
    ),
    "learning_rate.level_steps": Threshold(
        3,
        "A median of three is untouched by one outlier.",
        "Tukey 1977, running medians.",
    ),
    "learning_rate.not_good": Threshold(
        0.25,
        "A good network ends far below a quarter of a constant answer's loss.",
        "Tuned: with the same steps, batch norm saves some runs, which end below.",
    ),
    "learning_rate.poor": Threshold(
        0.5,
        "Half of a constant answer's loss is a poor end for a training.",
        "Tuned.",
    ),
    "learning_rate.replaced": Threshold(
        1.0,
        "A step as large as the weights leaves nothing of what was drawn.",
        "Arithmetic; tuned: at most 0.6 in runs that end well.",
    ),
    "learning_rate.rise": Threshold(
        4.0,
        "Healthy runs rise to at most 1.8 times their start in their first steps.",
        "Tuned.",
    ),
    "learning_rate.rise_that_stays": Threshold(
        1.6,
        "A rise by noise alone is smaller, and does not stay.",
        "Tuned: 1.33 in healthy runs.",
    ),
    "learning_rate.share_of_usual": Threshold(
        0.01,
        "A hundredth of an optimizer's usual rate makes hundredths of its usual steps.",
        "Tuned.",
    ),
    "learning_rate.swing": Threshold(
        0.03,
        "Healthy losses rise by at most a fiftieth of their start an epoch, on average.",
        "Tuned: 0.016 in healthy runs, 0.04 to 0.25 in swinging ones.",
    ),
}

_NUMBERS = {
    "numbers.enough_for_batch_norm": Threshold(
        32,
        "From 32 samples on the error of batch norm is flat.",
        "Wu and He 2018, arXiv:1803.08494, figure 1.",
    ),
    "numbers.few_for_batch_norm": Threshold(
        4,
        "At 4 samples the error has risen clearly, at 8 hardly.",
        "Wu and He 2018, arXiv:1803.08494, figure 1.",
    ),
    "numbers.steps_before": Threshold(
        50,
        "What led to an overflow happened in the steps right before it.",
        "Chosen: it is what a plot shows, and nothing is judged by it.",
    ),
    "numbers.too_few_for_batch_norm": Threshold(
        2,
        "Two samples leave one difference, whose size batch norm divides away.",
        "Wu and He 2018, arXiv:1803.08494; the values become +1 and -1.",
    ),
}

_GENERALISATION = {
    "generalisation.constant_share": Threshold(
        0.97,
        "A loss within 3 % of the one without looking at the input shows nothing learned; luck moves it so far.",
        "Tuned: shuffled labels end at 0.99 to 1.05 of it, the slowest healthy run at 0.5.",
    ),
    "generalisation.fewest_epochs": Threshold(
        3, "A curve needs three points to have a course.", "By definition of a trend with a bend in it."
    ),
    "generalisation.fitted": Threshold(
        0.1,
        "A training loss below a tenth of the loss without looking means that hardly a sample is left to learn.",
        "Tuned: 0.00 to 0.02 where samples are learned by heart.",
    ),
    "generalisation.gap_of_constant": Threshold(
        0.25,
        "A gap between the losses of a quarter of all there was to learn is more than luck of the split.",
        "Tuned: healthy runs have up to 0.1, runs with few samples and many columns 0.35 and more.",
    ),
    "generalisation.narrowest": Threshold(
        3,
        "One or two units bend a line once or twice, whatever the layers before and after do.",
        "A layer of k - 1 units holds k classes apart as the corners of a simplex: Papyan 2020, arXiv:2008.08186.",
    ),
    "generalisation.poor_share": Threshold(
        0.2,
        "A fifth of the loss without looking being left is poor where something that holds the network back is known.",
        "Tuned: held-back networks keep 0.23 to 0.93 of it.",
    ),
    "generalisation.rise_gap": Threshold(
        0.1,
        "A validation loss that rises together with the training loss is unrest, not learning by heart.",
        "Tuned: 0.15 and more of the loss without looking where samples are learned by heart.",
    ),
    "generalisation.rise_of_constant": Threshold(
        0.03,
        "A loss near zero may double without a single answer changing: the rise must count in what there was to learn.",
        "Tuned: 0.05 and more where samples are learned by heart.",
    ),
    "generalisation.rise_share": Threshold(
        0.1,
        "A validation loss swings by some percent from epoch to epoch; a tenth above its lowest is a course.",
        "Tuned: healthy runs end up to 5 % above their lowest. The criterion is Prechelt's generalization loss (Early "
        "Stopping - But When?, 1998).",
    ),
    "generalisation.still_falling": Threshold(
        0.1,
        "Who gains a tenth of the loss in the last quarter of the epochs has more to gain.",
        "Tuned: up to 0.07 in healthy runs with more than half left, 0.14 where one was cut short.",
    ),
    "generalisation.unbroken_pace": Threshold(
        0.4,
        "Losses fall fast at first and slowly in the end; one that keeps nearly half of its pace is not near its end.",
        "Tuned: up to 0.3 where labels are wrong or a run is healthy, 0.55 and more where one was cut short.",
    ),
    "generalisation.unfinished_share": Threshold(
        0.5,
        "With less than half left the network answers most samples rightly, and a falling loss is no ill.",
        "Tuned: healthy runs of five to a dozen epochs stop with up to 0.40 left, and still fall.",
    ),
    "generalisation.strong_adamw_decay": Threshold(
        0.3,
        "AdamW's decay counts times the learning rate; 0.01 to 0.1 is usual.",
        "Loshchilov and Hutter 2019, arXiv:1711.05101, whose best values lie below 0.1.",
    ),
    "generalisation.strong_decay": Threshold(
        0.05,
        "A decay that is added to the gradient is as strong as the loss's own gradient from some hundredths on; 0.0001 "
        "to 0.005 is usual.",
        "Tuned: 0.5 takes all weights to zero. Usual values: Krizhevsky 2012 (0.0005), He 2016 (0.0001).",
    ),
    "generalisation.strong_dropout": Threshold(
        0.7,
        "Up to half the units is usual; above, what is left changes too much from step to step to learn with.",
        "Srivastava 2014, JMLR 15, section 7.3: best where 0.4 to 0.8 of the units are kept.",
    ),
    "generalisation.strong_independent_decay": Threshold(
        0.005,
        "A decay that no learning rate scales takes this share of each weight at every step: half of it in 140.",
        "Arithmetic: 0.995 to the power of 140 is 0.5.",
    ),
}

_DATA = {
    "data.contradicted_least": Threshold(
        0.03,
        "Fewer than that may be a handful of odd samples. It is compared with the lower end of a 95 % interval.",
        "Tuned: 0.00 to 0.02 of the surest answers are wrong in healthy runs, 0.08 and more with 10 % wrong labels.",
    ),
    "data.contradicted_ratio": Threshold(
        0.6,
        "Wrong labels are as frequent in the surer half of the answers as in all (1.0); mistakes are not.",
        "Tuned: 0.62 to 1.1 with 10 to 40 % of the labels wrong, 0.00 to 0.39 in healthy runs. The idea: Northcutt "
        "2021, arXiv:1911.00068.",
    ),
    "data.contradicted_ratio_of_quarter": Threshold(
        0.4,
        "Among the surest quarter mistakes are rarer still, and wrong labels are not.",
        "Tuned: 0.54 to 1.2 with 10 to 40 % of the labels wrong, 0.00 to 0.26 in healthy runs.",
    ),
    "data.copied_share": Threshold(
        0.05,
        "A few copies change an accuracy by less than its interval; a twentieth of all may be what decides.",
        "Barz and Denzler 2020, arXiv:1902.00423: 3 to 10 % copies in CIFAR changed which network was thought best.",
    ),
    "data.even_recall": Threshold(
        0.5,
        "Wrong labels take as much from each class; one that is found half as often as others is hard instead.",
        "Tuned: 0.85 and more of the accuracy with wrong labels (one hard class of ten apart), 0.0 to 0.4 with a "
        "network that is held back.",
    ),
    "data.fewest_epochs": Threshold(
        3, "Before the third epoch a class may be ignored and an answer wrong for want of learning.", "As for curves."
    ),
    "data.fewest_numbers": Threshold(
        25,
        "The error over n samples swings by 1 / sqrt(2 n) of itself: 14 % one way at 25, a third between its ends.",
        "The standard deviation of an estimated standard deviation, for a normal distribution.",
    ),
    "data.fewest_of_class": Threshold(
        8, "Of fewer samples a recall says little: one sample is an eighth.", "Arithmetic."
    ),
    "data.fewest_of_rare_class": Threshold(
        2, "One sample that is not found may be any network's one mistake.", "Arithmetic."
    ),
    "data.gap_without_cure": Threshold(
        0.1,
        "A rare class that is known by heart gains nothing by being drawn more often: its new samples look otherwise.",
        "Tuned: drawn more often, all classes are found better on average at gaps of accuracy up to 0.05, and worse at "
        "0.15.",
    ),
    "data.ignored_recall": Threshold(
        0.2,
        "A class of which four in five are missed is one that the network has given up.",
        "Tuned: 0.0 where a class has 4 % of the others' samples.",
    ),
    "data.learned_share": Threshold(
        0.2,
        "A network that gained less than a fifth of what there is above guessing is sure of nothing yet.",
        "Tuned: 0.25 and more with up to 40 % of the labels wrong.",
    ),
    "data.memorised": Threshold(
        0.15,
        "Once training samples are known by heart, answers are sure whether right or wrong.",
        "Tuned: up to 0.08 at the best epoch with wrong labels, 0.6 where samples were learned by heart.",
    ),
    "data.near_best": Threshold(
        0.05, "Epochs this near to the best one say the same, and their mean swings less.", "Tuned."
    ),
    "data.rare_share": Threshold(
        0.34,
        "A third of the average number of samples is rare: recipes weigh classes from the same ratio on.",
        "The ratio of 3 that presets go by.",
    ),
    "data.uneven_classes": Threshold(
        0.1,
        "One class of ten may be hard besides its labels being wrong, as shirts among clothes are.",
        "Tuned: 0 or 1 of 10 classes with wrong labels, 2 of 8 and 2 of 10 where a network is held back.",
    ),
    "data.usual_accuracy": Threshold(
        0.9,
        "What a larger validation must be able to judge: few samples that were all named rightly promise no more.",
        "The middle of what the healthy tuning runs reach: 0.80 to 0.99.",
    ),
    "data.widest_interval": Threshold(
        0.2,
        "Settings that are worth comparing differ by a few points; an interval of 20 hides all of them.",
        "Wilson's interval: 45 samples at 90 % right have 17 points, 12 have 34.",
    ),
}

_SPEED = {
    "speed.fewest_points": Threshold(
        5, "The first batches wait for files and memory that later ones find ready.", "Half a second of points."
    ),
    "speed.input_share": Threshold(
        0.5,
        "Where more than half the time is waiting, the data and not the network sets the speed.",
        "Tuned: 0.79 and more with strong augmentation of a tiny network, up to 0.43 with a light one.",
    ),
}

THRESHOLDS: dict[str, Threshold] = {
    **_FRAME,
    **_SIGNALS,
    **_UNITS,
    **_LEARNING_RATE,
    **_NUMBERS,
    **_GENERALISATION,
    **_DATA,
    **_SPEED,
}


def limit(name: str) -> float:
    """Return the value of a threshold."""
    return THRESHOLDS[name].value
