"""What the page says and explains: one table, from which template and modules take it.

In a module `say(name, values)` puts numbers and words in the place of what stands in braces.
"""

NOTES = {
    "page": "An image goes through six equations. Each stands here as a formula, in NumPy, in PyTorch and in numbers. "
    "A third implementation, in JavaScript, trains on this page and is compared with what the other two computed. "
    "Copy the address to show what you see.",
    "letters": "In the formulas n counts images, i pixels, k and j classes. N, D and K are how many there are of each.",
    "ask": "Ask me first: hide the numbers of an equation until its question is answered, and Touch until all six are",
    "later": "The cards are hidden until all six questions are answered.",
    "not_seen": "hidden until its question is answered",
    "no_number": "“{typed}” is no number: {used} is used. Type digits, with a point or a comma.",
    "a_number": "Type a number: digits, with a point or a comma.",
    "nearest": "“{typed}” is not allowed here: {used} is used, the nearest that is.",
    "not_so": "The address asks for {asked}, which cannot be here: what is nearest to it is shown, or the usual.",
    "again": "The training began again, with what is set now.",
    "drag": " (drag or type one: all below follows)",
    "back": "Back to the logits of E1",
    "pixel": "Point at a pixel to read its number.",
    "next": "Next",
    "finish": "Finish",
    "draw": "Draw with mouse, finger or pen; or move with the arrow keys, and lower or lift the pen with Space. "
    "“Draw one” leads to the image and back, and keeps the drawing, as the address does. What is drawn is 1, and the "
    "rest 0: a model that has learned from light images with dark lines does not know it. It is prepared as MNIST was:",
    "pen_down": "The pen is down. What is drawn is classified when it is lifted.",
    "empty": "Nothing is drawn: every pixel is 0, so that Z is b.",
    "card_shift": "Add a number c to all logits",
    "as_code": "Shift by the maximum, as the code does",
    "shift": "Make the logits 1,000, then switch the shift off.",
    "shift_kept": "The largest exponent is {largest}, Σ exp = {sum}. P changes by {gap}; what is not 0 is rounding. "
    "e^(Z + c) = e^Z · e^c, and e^c stands above and below the line of the fraction. It cancels.",
    "shift_lost": "The largest exponent is {largest}, Σ exp = {sum}. e^709 is the largest that float64 has, and "
    "e^−745 the smallest: P is lost. Shifted by the maximum, the largest exponent is always 0.",
    "card_nudge": "Nudge one weight",
    "click": "Click a pixel, or type:",
    "nudged": "template of this class",
    "canvas": "Draw a digit",
    "image": "The image",
    "error": "Error of the secant, log scale",
    "nudge": "Change the weight of one pixel by h. The secant is (L(W + h) − L(W)) / h. A large h follows the curve, "
    "not its slope; a tiny one subtracts two nearly equal numbers, and digits are lost. So the error has the form of "
    "a U.",
    "card_sizes": "A batch of 1, 2 or 100",
    "sizes": "L is a mean: each image counts 1/N, so each row of dZ is divided by N. dW is then a mean over the "
    "images, and the learning rate can stay when the batch grows.",
    "templates": "The row of W of each class, and beside it what the next step will add to it: −η dW of the next "
    "batch, of the sum of its losses if that is set; with momentum −η v, where v ← momentum · v + dW. Orange adds to "
    "the logit, blue takes away. Click a pixel to nudge its weight.",
    "prediction": "Before you run: where will the accuracy on the validation images end? Draw it in the second "
    "chart, or type it; once it runs, it stays until Restart. The chart has the accuracy of each batch, another "
    "number. All curves are drawn as far as this page has trained.",
    "losses": "Loss of each batch, nats",
    "accuracies": "Accuracy of each batch, % (draw here)",
    "difference": "Difference of the loss, log scale",
    "recorded": "The curves of NumPy and PyTorch are those of the recorded run: rate {lr}, batch {batch_size}, no "
    "momentum, mean loss.",
    "badge": "A budget is the largest difference that rounding explains. A run with another rate, momentum, batch or "
    "loss was not recorded, and neither were the six equations with a label or drawing of yours: then only the "
    "gradient is checked, against the slope of a secant, the line through two close points of the loss.",
    "break": "Choose a mistake, or change a line of the engine. First say what will happen, then run it: both "
    "answers count, once for each mistake. It trains with the settings of the recorded run, not with yours.",
    "about": "Point at a symbol, or reach it with Tab: it lights up wherever it stands. A click or Enter holds it.",
    "legend": "What colours, arrows and lines mean",
    "own": "The engine, to be changed",
    "engine": "The engine, as it runs here",
    "alone": "This file needs no network and sends nothing.",
    "no_script": "JavaScript is off: the equations and both codes are here, the numbers are not.",
    "no_mathml": "This browser does not draw MathML: the equations stand below once more, in one line each.",
    "E1": "Z at {at} = Σ pixel · weight + b = {product} + {plus_b} = {Z}",
    "moved": "Z at {at} was moved to {Z}",
    "E2": "with m = {largest}, the largest: P at {at} = e^(Z − m) / Σ e^(Z − m) = {power} / {sum} = {P}",
    "E3": "L = −log {P} = {L}; all classes alike would cost log {classes} = {guessing}",
    "E4": "dZ at {at} = (P − 1) / N = ({P} − 1) / 1 = {dZ}; elsewhere Y is 0, and dZ = P / N",
    "E5": "at {at}, the largest pixel: dW = dZ · X = {dZ} · {ink} = {dW}; db = dZ = {dZ}",
    "E5_empty": "no pixel is above 0: dW = dZ · X = 0 everywhere; db = dZ = {dZ} at {at}",
    "E6": "b at {at} = b − η db = {b} − {lr} · {times_db} = {b_after}; the weights likewise. L of this image: {L} "
    "before, {after} after the step",
    "row_dW": "row of the label",
    "row_W": "row of the label after the step",
    "colour": "full colour at ± {largest}",
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
    "{slope}. This pixel is 0 here: its weight does nothing",
    "batch": "The first image of this batch, another than the one at the left: dZ at its label = (P − 1) / N = ({P} − "
    "1) / {N} = {dZ}. Largest |dW|: {mean} as a mean, {sum} as a sum.",
    "full": "Full colour: ± {W} in W, ± {largest} in the next step, in all classes and steps.",
    "chosen": ". Chosen in “Nudge one weight” above.",
    "own_run": "not recorded: only the gradient is checked (the secant of L along it is off by {gap} of the slope); "
    "{counted}",
    "own_image": "the six equations with your label or drawing are not recorded: only their gradient is checked (the "
    "secant of L along it is off by {gap} of the slope). The training does not use your image: with the usual one all "
    "is compared again: {counted}",
    "no_step": "step 0, before the first: there is nothing to compare",
    "match": "✓ match: {counted}, at most {share} % of a budget used ({field}, {side})",
    "differ": "✗ differ: {field} is over its budget at step {number}{nan}",
    "ran": "of {ran} that ran; {total} in all",
    "complete": "of {ran} that ran; the run is complete, and Restart begins it again",
    "ended": "It ended at {ended} % of the validation images.",
    "ended_guessed": "It ended at {ended} % of the validation images. You said {guess} %.",
    "belief": "Belief: “{belief}”",
    "own_line": "Change a line of the engine below, and run it.",
    "score": "Predictions that were right, as this browser remembers:",
    "predict_first": "First answer both.",
    "running": "running …",
    "no_result": "✗ No result: {error}",
    "first": "✗ differ: {field} ({tag}) is the first over its budget, at step {number}{nan}",
    "also": "; over at the same step, in the same equation: {fields}. Each of these answers is right too.",
    "nan": ". It is NaN: not a number",
    "late": "it took longer than 10 seconds",
    "stopped": "stopped",
    "shape": "a function gives something of another shape ({message})",
    "line": ", in line {line} of the engine{tag}: {text}",
    "predicted": "Your predictions: {said}.",
    "not_counted": " They do not count again.",
    "forget": "Forget the score, and which mistakes were counted?",
    "no_difference": "✓ match: every recorded quantity is within its budget",
    "accuracy": "Measured here, after {epochs} epochs with rate {lr} and batch {batch_size}: accuracy on the "
    "validation images {reached}, correct {best}: ",
    "noticed": "the accuracy notices.",
    "not_noticed": "the accuracy does not notice. It asks only which logit is the largest.",
    "better": "the accuracy is higher. Who looks at it alone sees no mistake.",
    "right": "the engine is right.",
    "right_answer": "✓ Right.",
    "wrong_answer": "✗ Not yet.",
}
# The parts of the page by their ids.
SECTIONS = {
    "desk": "The six equations",
    "touch": "Touch",
    "templates": "Templates",
    "training": "Training",
    "break": "Break it",
}
# By its id what is written on a button.
BUTTONS = {
    "tour-start": "Take the tour in eight stops",
    "tour-previous": "Previous",
    "tour-next": "Next",
    "tour-end": "End the tour",
    "previous": "Previous",
    "next": "Next",
    "next-mistake": "Next mistake",
    "draw": "Draw one",
    "clear": "Clear",
    "step": "One step",
    "run": "Run",
    "pause": "Pause",
    "restart": "Restart",
    "run-mistake": "Run it",
    "stop-mistake": "Stop",
    "forget": "Forget the score",
    "restore": "Restore the original engine",
}
# What is drawn how, and what that means: the style of a sample, its text, and the meaning.
LEGEND = (
    ("swatch", "", "Orange, to the right: above 0."),
    ("swatch below", "", "Blue, to the left: below 0."),
    ("", "Pixels", "are numbers in 0 ... 1; 0 is shown white, 1 dark."),
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
