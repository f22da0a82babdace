// The network itself, at one point: the same arithmetic as facelab's models in evaluation.

/** The network's inputs: what it is told of a point in standard units. Each with how people write it. */
const FEATURES = {
  x: { label: "x", of: (x) => x },
  y: { label: "y", of: (x, y) => y },
  x2: { label: "x²", of: (x) => x * x },
  y2: { label: "y²", of: (x, y) => y * y },
  xy: { label: "xy", of: (x, y) => x * y },
  sin_x: { label: "sin x", of: (x) => Math.sin(Math.PI * x) },
  sin_y: { label: "sin y", of: (x, y) => Math.sin(Math.PI * y) },
};

const ACTIVATIONS = {
  relu: (z) => Math.max(z, 0),
  leaky_relu: (z) => (z > 0 ? z : 0.01 * z),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  gelu: (z) => (z / 2) * (1 + erf(z / Math.SQRT2)),
  silu: (z) => z / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  identity: (z) => z,
};

/** The error function within 1.5e-7: Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.26. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return Math.sign(x) * (1 - series.reduce((sum, term) => (sum + term) * t, 0) * Math.exp(-x * x));
}

/** The probability of every class at a point in standard units. */
function probabilities(view, frame, x, y) {
  const activation = ACTIVATIONS[view.activation];
  let values = view.features.map((name, i) => (FEATURES[name].of(x, y) - (view.mean[i] ?? 0)) / (view.std[i] ?? 1));
  frame.layers.forEach((layer, depth) => {
    const hidden = depth < frame.layers.length - 1;
    const next = new Array(layer.outputs);
    for (let unit = 0; unit < layer.outputs; unit++) {
      let sum = layer.bias[unit];
      for (let input = 0; input < layer.inputs; input++)
        sum += layer.weight[unit * layer.inputs + input] * values[input];
      next[unit] = hidden ? activation(sum) + (layer.residual ? values[unit] : 0) : sum;
    }
    for (const [where, unit] of view.off) if (hidden && where === depth) next[unit] = 0;
    values = next;
  });
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
