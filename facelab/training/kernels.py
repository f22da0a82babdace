"""The passes of a multilayer perceptron written out and compiled: what autograd would do, without its overhead.

Everything is float32. In the workspaces rows are units and columns are the examples of a batch, so that inner loops run
along the batch and become vector instructions. A layer with weights W [outputs, inputs] computes

    z = W a + b                                       linear
    z = gamma (z - mean) / sqrt(variance + eps) + beta    batch norm, over the batch; it brings the bias
    a' = f(z) * mask / (1 - p)  (+ a)                 activation, dropout, residual connection

and backpropagation goes, with g = dloss/da' and f'(z) kept from the way forward,

    dz = g * f'(z) * mask / (1 - p),    dW = dz a^T,    db = sum of dz,    dloss/da = W^T dz  (+ g).

Workspaces, each float32 [units, batch]: `a` holds activations, from the inputs in the first rows to those of the last
hidden layer; `d` first z, then f'(z), then dz; `g` dloss/da'; `h` the normalised z of batch norm.

Shapes are values, not types: one compilation serves every network. All of it is in one file because numba's cache
knows of changes in the file of the outermost function alone.
"""

import math

import numpy as np
from numba import njit

from facelab.training.workspace import NONE

# Sums may be reordered and multiplications fused; infinities and NaN stay what they are.
compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp"})
exact = njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})

# What a layer's line of the plan says: its first unit's row and that of its inputs, how many there are, where its
# weights, its bias (-1: none), its batch norm (-1: none; weight, bias, running mean, running variance) and the end of
# its parameters lie in the vector of `facelab.models.flatten`, its activation, and whether it is residual.
ROW, SOURCE, OUTPUTS, INPUTS, WEIGHTS, BIAS, NORM, END, ACTIVATION, RESIDUAL = range(10)
FUNCTIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity")
RELU, LEAKY_RELU, ELU, GELU, SILU, TANH, SIGMOID, IDENTITY = range(len(FUNCTIONS))
SGD, ADAM, ADAMW, RMSPROP = range(4)
FINISHED, DIVERGED, IMPATIENT, STOPPED = range(4)
PROGRESS, STOP = range(2)
NORM_EPS, NORM_MOMENTUM = np.float32(1e-5), np.float32(0.1)
LEAK = np.float32(0.01)


# Scalar functions


@exact
def exp(x):
    """e^x within 2 units in the last place (Cody & Waite 1980): 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2].

    Written so that loops over it become vector instructions. Below 2^-126 and above 2^127 it saturates.
    """
    x = np.float32(-87.3) if x < np.float32(-87.3) else x
    x = np.float32(88.3) if x > np.float32(88.3) else x
    # Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
    shifted = x * np.float32(1.44269504) + np.float32(12582912)
    n = shifted - np.float32(12582912)
    r = (x - n * np.float32(0.693359375)) + n * np.float32(2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * (r * r) + r + np.float32(1)
    power = np.int32((np.float32(shifted).view(np.int32) + 127) << 23)
    return p * np.int32(power).view(np.float32)


@compiled
def activate(kind, a, d, first, units, columns):
    """From z in `d` to f(z) in `a` and f'(z) in `d`; see `facelab.models.initialization` for the functions."""
    one, half = np.float32(1), np.float32(0.5)
    for row in range(first, first + units):
        if kind == RELU:
            for b in range(columns):
                z = d[row, b]
                # A comparison would turn NaN into 0, and torch does not.
                d[row, b] = np.float32(0) if z <= 0 else one
                a[row, b] = np.float32(0) if z <= 0 else z
        elif kind == LEAKY_RELU:
            for b in range(columns):
                z = d[row, b]
                d[row, b] = LEAK if z <= 0 else one
                a[row, b] = z * LEAK if z <= 0 else z
        elif kind == ELU:
            for b in range(columns):
                z = d[row, b]
                below = exp(z)
                d[row, b] = below if z <= 0 else one
                a[row, b] = below - one if z <= 0 else z
        elif kind == GELU:
            for b in range(columns):
                z = d[row, b]
                # Abramowitz & Stegun 1964, 7.1.26: erf(|z| / sqrt 2) within 1.5e-7; the density has the same power.
                bell = exp(-half * z * z)
                t = one / (one + np.float32(0.3275911 * 0.7071067811865476) * abs(z))
                tail = np.float32(1.061405429) * t - np.float32(1.453152027)
                tail = (tail * t + np.float32(1.421413741)) * t - np.float32(0.284496736)
                tail = half * (tail * t + np.float32(0.254829592)) * t * bell
                share = tail if z <= 0 else one - tail
                a[row, b] = z * share
                d[row, b] = share + z * bell * np.float32(0.3989422804)
        elif kind == SILU:
            for b in range(columns):
                z = d[row, b]
                share = one / (one + exp(-z))
                a[row, b] = z * share
                d[row, b] = share * (one + z * (one - share))
        elif kind == TANH:
            for b in range(columns):
                t = one - np.float32(2) / (one + exp(np.float32(2) * d[row, b]))
                a[row, b] = t
                d[row, b] = one - t * t
        elif kind == SIGMOID:
            for b in range(columns):
                s = one / (one + exp(-d[row, b]))
                a[row, b] = s
                d[row, b] = s * (one - s)
        else:
            for b in range(columns):
                a[row, b] = d[row, b]
                d[row, b] = one


# Randomness


@exact
def shuffle(order, seed):
    """`torch.randperm(len(order), generator=torch.Generator().manual_seed(seed))` into `order`, int64 [N].

    The Mersenne twister of Matsumoto & Nishimura 1998, seeded with 32 bits, and the shuffle of Fisher and Yates.
    """
    state = np.empty(624, np.uint32)
    word = np.uint32(seed & 0xFFFFFFFF)
    state[0] = word
    for i in range(1, 624):
        word = np.uint32(np.uint32(1812433253) * np.uint32(word ^ (word >> np.uint32(30))) + np.uint32(i))
        state[i] = word
    for i in range(len(order)):
        order[i] = i
    at = 624
    for i in range(len(order) - 1):
        if at == 624:
            for j in range(227):
                state[j] = state[j + 397] ^ twist(state[j], state[j + 1])
            for j in range(227, 623):
                state[j] = state[j - 227] ^ twist(state[j], state[j + 1])
            state[623] = state[396] ^ twist(state[623], state[0])
            at = 0
        word = state[at]
        at += 1
        word ^= word >> np.uint32(11)
        word ^= np.uint32(word << np.uint32(7)) & np.uint32(0x9D2C5680)
        word ^= np.uint32(word << np.uint32(15)) & np.uint32(0xEFC60000)
        word ^= word >> np.uint32(18)
        other = i + np.int64(np.uint64(word) % np.uint64(len(order) - i))
        order[i], order[other] = order[other], order[i]


@exact
def twist(upper, lower):
    """The recurrence of the Mersenne twister."""
    mixed = np.uint32((upper & np.uint32(0x80000000)) | (lower & np.uint32(0x7FFFFFFF)))
    return np.uint32((mixed >> np.uint32(1)) ^ (np.uint32(0x9908B0DF) if mixed & np.uint32(1) else np.uint32(0)))


@exact
def drop(a, d, first, units, columns, p, seed, step, layer):
    """Dropout with probability `p` on `a` and its derivative `d`: no state, a number for each step, unit and example.

    The example's number, uint32, is murmur3's finalizer of a key per unit and its place in the batch; the key that of
    splitmix64 (Steele et al. 2014) over seed, step, layer and unit.
    """
    limit = np.uint32(min(p * 4294967296.0, 4294967295.0))
    scale = np.float32(1 / (1 - p))
    for unit in range(units):
        key = np.uint64(seed)
        for part in (step, layer, unit):
            key = (key + np.uint64(part)) * np.uint64(0x9E3779B97F4A7C15)
            key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            key ^= key >> np.uint64(31)
        start, row = np.uint32(key), first + unit
        for b in range(columns):
            x = np.uint32(start + np.uint32(b) * np.uint32(0x9E3779B9))
            x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B))
            x = np.uint32((x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35))
            x = np.uint32(x ^ (x >> np.uint32(16)))
            keep = scale if x >= limit else np.float32(0)
            a[row, b] *= keep
            d[row, b] *= keep


# Layers


@compiled
def add_product(out, row, units, weights, at, down, across, source, start, terms, columns):
    """out[row + r] += sum over t of weights[at + r * down + t * across] * source[start + t], for `units` rows r."""
    for r in range(units):
        o, w, t = row + r, at + r * down, 0
        while t + 4 <= terms:
            w0, w1, w2, w3 = weights[w], weights[w + across], weights[w + 2 * across], weights[w + 3 * across]
            s = start + t
            for b in range(columns):
                out[o, b] += w0 * source[s, b] + w1 * source[s + 1, b] + w2 * source[s + 2, b] + w3 * source[s + 3, b]
            w += 4 * across
            t += 4
        while t < terms:
            w0, s = weights[w], start + t
            for b in range(columns):
                out[o, b] += w0 * source[s, b]
            w += across
            t += 1


@compiled
def outer(out, at, left, row, units, right, start, terms, columns):
    """out[at + r * terms + t] = the dot product of left[row + r] and right[start + t]."""
    for r in range(units):
        o, t = row + r, 0
        while t + 4 <= terms:
            s = start + t
            s0 = s1 = s2 = s3 = np.float32(0)
            for b in range(columns):
                x = left[o, b]
                s0 += x * right[s, b]
                s1 += x * right[s + 1, b]
                s2 += x * right[s + 2, b]
                s3 += x * right[s + 3, b]
            out[at], out[at + 1], out[at + 2], out[at + 3] = s0, s1, s2, s3
            at += 4
            t += 4
        while t < terms:
            s0 = np.float32(0)
            for b in range(columns):
                s0 += left[o, b] * right[start + t, b]
            out[at] = s0
            at += 1
            t += 1


@compiled
def normalise(values, at, d, h, row, units, columns, training):
    """Batch norm on z in `d`, and the running statistics (Ioffe & Szegedy 2015); returns nothing.

    A batch of one has no variance: it takes the running statistics and leaves them, see `facelab.models.layers`.
    """
    for unit in range(units):
        o = row + unit
        gamma, beta, mean, variance = at + unit, at + units + unit, at + 2 * units + unit, at + 3 * units + unit
        middle, spread = values[mean], values[variance]
        if training and columns > 1:
            total = np.float32(0)
            for b in range(columns):
                total += d[o, b]
            middle = total / np.float32(columns)
            total = np.float32(0)
            for b in range(columns):
                total += (d[o, b] - middle) * (d[o, b] - middle)
            spread = total / np.float32(columns)
            values[mean] += NORM_MOMENTUM * (middle - values[mean])
            values[variance] += NORM_MOMENTUM * (total / np.float32(columns - 1) - values[variance])
        inverse = np.float32(1) / np.float32(math.sqrt(spread + NORM_EPS))
        weight, bias = values[gamma], values[beta]
        for b in range(columns):
            x = (d[o, b] - middle) * inverse
            h[o, b] = x
            d[o, b] = weight * x + bias
        # What the way back needs.
        h[o, columns] = inverse


@compiled
def unnormalise(values, grad, at, d, h, row, units, columns):
    """The way back through batch norm: d loss / d output in `d` becomes d loss / d input.

    With the batch's own statistics, dz = gamma / sqrt(variance + eps) * (g - mean(g) - h mean(g h)).
    """
    for unit in range(units):
        o = row + unit
        plain = projected = np.float32(0)
        for b in range(columns):
            plain += d[o, b]
            projected += d[o, b] * h[o, b]
        grad[at + unit], grad[at + units + unit] = projected, plain
        scale = values[at + unit] * h[o, columns]
        if columns > 1:
            plain, projected = plain / np.float32(columns), projected / np.float32(columns)
        else:
            plain = projected = np.float32(0)
        for b in range(columns):
            d[o, b] = scale * (d[o, b] - plain - h[o, b] * projected)


# A network


@compiled
def forward(values, plan, dropout, a, d, h, columns, training, seed, step):
    """From inputs in the first rows of `a` to logits in the last rows of `d`."""
    for layer in range(len(plan)):
        line = plan[layer]
        row, units = line[ROW], line[OUTPUTS]
        for unit in range(units):
            bias = np.float32(0) if line[BIAS] == NONE else values[line[BIAS] + unit]
            for b in range(columns):
                d[row + unit, b] = bias
        add_product(d, row, units, values, line[WEIGHTS], line[INPUTS], 1, a, line[SOURCE], line[INPUTS], columns)
        if line[NORM] != NONE:
            normalise(values, line[NORM], d, h, row, units, columns, training)
        if line[ACTIVATION] == NONE:
            break
        activate(line[ACTIVATION], a, d, row, units, columns)
        if training and dropout[layer] > 0:
            drop(a, d, row, units, columns, dropout[layer], seed, step, layer)
        if line[RESIDUAL]:
            for unit in range(units):
                for b in range(columns):
                    a[row + unit, b] += a[line[SOURCE] + unit, b]


@compiled
def cross_entropy(d, row, classes, labels, columns, smoothing, sums):
    """The mean loss over the batch, and how many examples have their label on top.

    Logits in `d` become d loss / d logits, (softmax - target) / columns; targets are smoothed as torch's: (1 -
    smoothing) on the label and smoothing spread over all. `sums` is workspace, [4, columns].
    """
    high, total, mean, best = sums[0], sums[1], sums[2], sums[3]
    for b in range(columns):
        high[b], best[b], mean[b], total[b] = d[row, b], 0, d[row, b], 0
    for c in range(1, classes):
        for b in range(columns):
            z = d[row + c, b]
            mean[b] += z
            best[b] = np.float32(c) if z > high[b] else best[b]
            high[b] = z if z > high[b] else high[b]
    spread, loss, right = np.float32(smoothing / classes), 0.0, 0
    for b in range(columns):
        label = labels[b]
        right += best[b] == label
        loss -= (1 - smoothing) * d[row + label, b] + spread * mean[b] - high[b]
    for c in range(classes):
        for b in range(columns):
            p = exp(d[row + c, b] - high[b])
            d[row + c, b] = p
            total[b] += p
    scale = np.float32(1) / np.float32(columns)
    for b in range(columns):
        loss += math.log(total[b])
        total[b] = scale / total[b]
    for c in range(classes):
        for b in range(columns):
            d[row + c, b] = d[row + c, b] * total[b] - spread * scale
    for b in range(columns):
        d[row + labels[b], b] -= np.float32(1 - smoothing) * scale
    return loss / columns, right


@compiled
def backward(values, grad, plan, a, d, g, h, columns):
    """From d loss / d logits in the last rows of `d` to the gradient of every parameter."""
    for layer in range(len(plan) - 1, -1, -1):
        line = plan[layer]
        row, units, source, inputs = line[ROW], line[OUTPUTS], line[SOURCE], line[INPUTS]
        if line[ACTIVATION] != NONE:
            for unit in range(row, row + units):
                for b in range(columns):
                    d[unit, b] *= g[unit, b]
        if line[NORM] != NONE:
            unnormalise(values, grad, line[NORM], d, h, row, units, columns)
        if line[BIAS] != NONE:
            for unit in range(units):
                total = np.float32(0)
                for b in range(columns):
                    total += d[row + unit, b]
                grad[line[BIAS] + unit] = total
        outer(grad, line[WEIGHTS], d, row, units, a, source, inputs, columns)
        if layer:
            for unit in range(inputs):
                for b in range(columns):
                    g[source + unit, b] = g[row + unit, b] if line[RESIDUAL] else np.float32(0)
            add_product(g, source, inputs, values, line[WEIGHTS], 1, inputs, d, row, units, columns)


@compiled
def update(values, grad, first, second, plan, kind, step, rate, momentum, nesterov, decay, l1, clip):
    """L1, clipping of the whole gradient's norm, and one step of torch's SGD, Adam, AdamW or RMSprop (from step 1)."""
    if l1:
        for layer in range(len(plan)):
            start = plan[layer, WEIGHTS]
            for i in range(start, start + plan[layer, INPUTS] * plan[layer, OUTPUTS]):
                grad[i] += np.float32(l1) * np.sign(values[i])
    if clip:
        total = 0.0
        for layer in range(len(plan)):
            for i in range(plan[layer, WEIGHTS], plan[layer, END]):
                total += grad[i] * grad[i]
        factor = clip / (math.sqrt(total) + 1e-6)
        # Not min(): a norm that is no number has to reach the weights.
        if not factor >= 1:
            for layer in range(len(plan)):
                for i in range(plan[layer, WEIGHTS], plan[layer, END]):
                    grad[i] *= np.float32(factor)
    size = np.float32(rate)
    shrink = np.float32(1 - rate * decay) if kind == ADAMW else np.float32(1)
    pull = np.float32(0) if kind == ADAMW else np.float32(decay)
    keep = np.float32(momentum)
    eps = np.float32(1e-8)
    slow, fast = np.float32(0.1), np.float32(0.001)
    root = np.float32(1)
    if kind in (ADAM, ADAMW):
        size = np.float32(rate / (1 - 0.9**step))
        root = np.float32(1 / math.sqrt(1 - 0.999**step))
    for layer in range(len(plan)):
        start, end = plan[layer, WEIGHTS], plan[layer, END]
        v, slope, m, s = values[start:end], grad[start:end], first[start:end], second[start:end]
        if kind == SGD:
            for i in range(len(v)):
                x = slope[i] + pull * v[i]
                m[i] = keep * m[i] + x
                v[i] -= size * (x + keep * m[i] if nesterov else m[i])
        elif kind == RMSPROP:
            for i in range(len(v)):
                x = slope[i] + pull * v[i]
                s[i] += np.float32(0.01) * (x * x - s[i])
                m[i] = keep * m[i] + x / (np.float32(math.sqrt(s[i])) + eps)
                v[i] -= size * m[i]
        else:
            for i in range(len(v)):
                x = slope[i] + pull * v[i]
                m[i] += slow * (x - m[i])
                s[i] += fast * (x * x - s[i])
                v[i] = shrink * v[i] - size * m[i] / (np.float32(math.sqrt(s[i])) * root + eps)


@compiled
def gather(net, inputs, labels, order, start, columns):
    """The examples order[start : start + columns] into the columns of `net.a`, and their labels."""
    for b in range(columns):
        chosen = order[start + b]
        net.labels[b] = labels[chosen]
        for i in range(inputs.shape[1]):
            net.a[i, b] = inputs[chosen, i]


@compiled
def layer_norms(grad, plan, norms):
    """The Euclidean norm of the gradient of each layer's weights and bias into `norms`, float64 [layers]."""
    for layer in range(len(plan)):
        line, total = plan[layer], 0.0
        size = line[INPUTS] * line[OUTPUTS] + (0 if line[BIAS] == NONE else line[OUTPUTS])
        for i in range(line[WEIGHTS], line[WEIGHTS] + size):
            total += grad[i] * grad[i]
        norms[layer] = math.sqrt(total)


@compiled
def measure(net, inputs, labels, start, end):
    """Mean cross-entropy and share of right answers on examples `start` to `end`, in evaluation mode; NaN for none."""
    last, width = net.plan[len(net.plan) - 1], net.a.shape[1]
    loss, right = 0.0, 0
    for at in range(start, end, width):
        columns = min(width, end - at)
        for b in range(columns):
            net.labels[b] = labels[at + b]
            for i in range(inputs.shape[1]):
                net.a[i, b] = inputs[at + b, i]
        forward(net.values, net.plan, net.dropout, net.a, net.d, net.h, columns, False, 0, 0)
        part, hits = cross_entropy(net.d, last[ROW], last[OUTPUTS], net.labels, columns, 0.0, net.sums)
        loss += part * columns
        right += hits
    return loss / (end - start), right / (end - start)


@compiled
def train(net, view, how, watch, inputs, labels, order, rates, clock, losses, rights, norms):
    """As many steps as there are `rates`, from where the clock stands, across epochs.

    Args:
        net: the network with workspaces as wide as a batch; `view`: the same with other workspaces, to evaluate in.
        inputs, labels: float32 [N, D] standardised, int64 [N].
        order: int64 [N], the present epoch's order of examples; written at its start.
        clock: int64 [3], moved on: steps so far, finished epochs, steps in the present epoch.
        losses, rights: float32 and int64, of each step.
        norms: float64 [samples, layers], the layers' gradient norms in every `how.gradient_stride`th step of an epoch.

    Returns:
        How many steps were finished, and how it ended. A step whose loss is not finite is not finished.
    """
    last, examples = net.plan[len(net.plan) - 1], len(labels)
    total, hits, sample = 0.0, 0, 0
    for i in range(len(rates)):
        if clock[2] == 0:
            shuffle(order, how.seed * 1_000_003 + clock[1])
            total, hits = 0.0, 0
        columns = min(how.batch, examples - clock[2] * how.batch)
        gather(net, inputs, labels, order, clock[2] * how.batch, columns)
        forward(net.values, net.plan, net.dropout, net.a, net.d, net.h, columns, True, how.seed, clock[0])
        loss, right = cross_entropy(net.d, last[ROW], last[OUTPUTS], net.labels, columns, how.smoothing, net.sums)
        losses[i], rights[i] = loss, right
        if not math.isfinite(loss):
            return i, DIVERGED
        backward(net.values, net.grad, net.plan, net.a, net.d, net.g, net.h, columns)
        if how.gradient_stride and clock[2] % how.gradient_stride == 0:
            layer_norms(net.grad, net.plan, norms[sample])
            sample += 1
        clock[0] += 1
        clock[2] += 1
        update(
            net.values,
            net.grad,
            net.first,
            net.second,
            net.plan,
            how.optimizer,
            clock[0],
            rates[i],
            how.momentum,
            how.nesterov,
            how.decay,
            how.l1,
            how.clip,
        )
        total += loss * columns
        hits += right
        if clock[2] * how.batch >= examples:
            clock[1] += 1
            clock[2] = 0
            if len(watch.rows):
                ending = take_down(view, watch, clock[1], total / examples, hits / examples)
                if ending != FINISHED:
                    return i + 1, ending
    return len(rates), FINISHED


@compiled
def copy(source, target):
    """Slices would do, with seconds of compiling their error messages."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def take_down(view, watch, epoch, loss, accuracy):
    """Evaluate, record and compare after an epoch; whether the training ends here."""
    judge, row = watch.judge, watch.rows[epoch]
    judged = loss if judge == NONE else math.nan
    for split in range(len(watch.bounds) - 1):
        if row != NONE or split == judge:
            part, share = measure(view, watch.inputs, watch.labels, watch.bounds[split], watch.bounds[split + 1])
            if split == judge:
                judged = part
            if row != NONE:
                watch.table[row, 2 + 2 * split], watch.table[row, 3 + 2 * split] = part, share
    if row != NONE:
        watch.table[row, 0], watch.table[row, 1] = loss, accuracy
    if watch.shots[epoch] != NONE:
        copy(view.values, watch.frames[watch.shots[epoch]])
    # One number that is not finite makes the sum so.
    total = 0.0
    for value in view.values:
        total += value
    if not math.isfinite(judged) or not math.isfinite(total):
        return DIVERGED
    watch.signal[PROGRESS] = epoch
    if judged < watch.best_loss[0]:
        watch.best_loss[0], watch.best_epoch[0] = judged, epoch
        copy(view.values, watch.best)
    if watch.patience and epoch - watch.best_epoch[0] >= watch.patience:
        return IMPATIENT
    return STOPPED if watch.signal[STOP] else FINISHED
