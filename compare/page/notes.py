"""What the page says and explains: one table, from which template and modules take it.

In a module `say(name, values)` puts numbers and words in the place of what stands in braces.
"""

NOTES = {
    "page": "A digit goes through six equations. Each stands here as a formula, in NumPy, in PyTorch and in numbers. "
    "A third implementation, in JavaScript, trains on this page and is compared with what the other two computed.",
    "draw": "Draw with mouse, finger or pen; or move with the arrow keys, and lower or lift the pen with Space. It "
    "is prepared as MNIST was:",
    "empty": "Nothing is drawn: every pixel is 0, paper, so that Z is b.",
    "shift": "Make the logits 1,000, then switch the shift off.",
    "shift_kept": "The largest exponent is {largest}, Σ exp = {sum}. P changes by {gap}; what is not 0 is rounding. "
    "e^(Z + c) = e^Z · e^c, and e^c stands above and below the line of the fraction. It cancels.",
    "shift_lost": "The largest exponent is {largest}, Σ exp = {sum}. e^709 is the largest that float64 has, and "
    "e^−745 the smallest: P is lost. Shifted by the maximum, the largest exponent is always 0.",
    "nudge": "Change the weight of one pixel by h. The secant is (L(W + h) − L(W)) / h. A large h follows the curve, "
    "not its slope; a tiny one subtracts two nearly equal numbers, and digits are lost. So the error has the form of "
    "a U.",
    "sizes": "L is a mean: each image counts 1/N, so each row of dZ is divided by N. dW is then a mean over the "
    "images, and the learning rate can stay when the batch grows.",
    "templates": "The row of W of each class, and beside it what the next step will do: −η dW of the next batch. "
    "Orange adds to the logit, blue takes away. Click a pixel to nudge its weight.",
    "prediction": "Before you run: where will the accuracy end? Draw it in the second chart, or type it.",
    "badge": "A budget is the largest difference that rounding explains. With another rate, momentum, batch, loss, "
    "label or drawing the run was not recorded: then only the gradient is checked, against the slope of a secant, "
    "the line through two close points of the loss.",
    "break": "Choose a mistake, or change a line of the engine. First say what will happen, then run it: each of "
    "your two answers counts.",
    "about": "Point at a symbol, or reach it with Tab: it lights up wherever it stands. A click or Enter holds it.",
    "no_script": "JavaScript is off: the equations and both codes are here, the numbers are not.",
    "no_mathml": "This browser does not draw MathML: the equations stand below once more, in one line each.",
    "E1": "Z at {at} = Σ pixel · weight + b = {product} + {plus_b} = {Z}",
    "moved": "Z at {at} was moved to {Z}",
    "E2": "with m = {largest}, the largest: P at {at} = e^(Z − m) / Σ e^(Z − m) = {power} / {sum} = {P}",
    "E3": "L = −log {P} = {L}; all classes alike would cost log {classes} = {guessing}",
    "E4": "dZ at {at} = (P − 1) / N = ({P} − 1) / 1 = {dZ}; elsewhere Y is 0, and dZ = P / N",
    "E5": "at {at}, the pixel with most ink: dW = dZ · X = {dZ} · {ink} = {dW}; db = dZ = {dZ}",
    "E6": "b at {at} = b − η db = {b} − {lr} · {times_db} = {b_after}; the weights likewise. L of this image: {L} "
    "before, {after} after the step",
    "nothing": "nothing is drawn",
    "as_drawn": "as drawn",
    "scaled": "cut out, and its {size} pixels scaled to {large}",
    "centred": "moved by {right}, {down}: its centre of mass is in the middle",
    "labelled": "Labelled {label}, predicted {predicted}.",
    "labelled_by_you": "Labelled {label} by you, predicted {predicted}.",
    "drawn": "Drawn, predicted {predicted}. The label is set to that: choose the right one.",
    "by_moved": " The logits are those that you moved.",
    "weight": "W[{k}, {d}] (pixel {d} = {line} · {width} + {column}) = {weight}: secant {secant}, gradient {slope}",
    "weight_of_paper": "W[{k}, {d}] (pixel {d} = {line} · {width} + {column}) = {weight}: secant {secant}, gradient "
    "{slope}. This pixel is 0 here, paper: its weight does nothing",
    "batch": "First image: dZ at its label = (P − 1) / N = ({P} − 1) / {N} = {dZ}. Largest |dW|: {mean} as a mean, "
    "{sum} as a sum.",
    "full": "Full colour: ± {W} in W, ± {dW} in dW, in all classes and steps.",
    "chosen": ". Chosen in “Nudge one weight” above.",
    "own": "not recorded: checked against differences only (the secant of L along its gradient is off by {gap} of "
    "the slope); {counted}",
    "no_step": "no step yet: nothing is compared",
    "match": "✓ match: {counted}, at most {share} % of a budget used ({field}, {side})",
    "differ": "✗ differ: {field} is over its budget at step {number}",
    "ran": "of {ran} that ran; {total} in all",
    "complete": "of {ran} that ran; the run is complete, and Restart begins it again",
    "ended": "It ended at {ended} % of the validation images.",
    "ended_guessed": "It ended at {ended} % of the validation images. You said {guess} %.",
    "belief": "{tag}, {name}. Belief: “{belief}”",
    "own_line": "Change a line of the engine below, and run it.",
    "score": "Predictions that were right, as this browser remembers:",
    "predict_first": "First answer both.",
    "running": "running …",
    "no_result": "✗ No result: {error}",
    "first": "✗ differ: {field} ({tag}) is the first over its budget, at step {number}",
    "no_difference": "✓ match: every recorded quantity is within its budget",
    "accuracy": "Accuracy on the validation images {reached}, correct {best}: ",
    "noticed": "the accuracy notices.",
    "not_noticed": "the accuracy does not notice. It asks only which logit is the largest.",
    "right": "the engine is right.",
    "right_answer": "✓ Right.",
    "wrong_answer": "✗ Not yet.",
    "try_again": "Look at the formula, and try again.",
}
# What is drawn how, and what that means: the style of a sample, its text, and the meaning.
LEGEND = (
    ("swatch", "", "Orange, to the right: above 0."),
    ("swatch below", "", "Blue, to the left: below 0."),
    ("", "Pixels", "are 0 for paper and 1 for ink."),
    ("", "→", "is before the label of the image. A dashed frame: an image that the model puts in a wrong class."),
    ("dotted", "Dots below", "make a symbol."),
    ("lit", "Lit", "is the symbol that you point at, wherever it stands."),
    ("held", "Framed", "is what a click holds. Escape lets it go."),
    ("", "Curves:", "NumPy solid, PyTorch dashed, this page dotted, the budget in long dashes."),
    (
        "",
        "✓ match:",
        "every difference is within its budget, the largest that rounding explains. ✗ differ: one is not.",
    ),
)
