// The weights as wires: curves from unit to unit, coloured by sign, as strong as the weight is large.

const NEAR = 5; // px from a wire at which it is meant

/** Every weight between nodes that are shown, the weak first, so that the strong lie on top. */
function wireList(columns, frame) {
  const found = [];
  frame.layers.forEach((layer, depth) => {
    const [before, after] = [columns[depth], columns[depth + 1]];
    // While a person changes the network, its old weights may still be here.
    if (!after || before.nodes.length > layer.inputs || after.nodes.length > layer.outputs) return;
    const bundled = Boolean(after.bundle);
    for (const from of before.nodes) {
      for (const to of bundled ? [after.bundle] : after.nodes) {
        const weight = bundled
          ? rootMeanSquare(layer, from.place.row)
          : layer.weight[to.place.row * layer.inputs + from.place.row];
        // Weights shrink with the width of the layer before them, so that sums of them keep their size. A diverged
        // network has weights that are not numbers.
        const strength = 1 - Math.exp((-Math.abs(weight) * Math.sqrt(layer.inputs)) / 5) || 0;
        found.push({
          from,
          to,
          weight,
          strength,
          bundled,
          x0: before.x + before.size / 2,
          x1: after.x - after.size / 2,
          y0: from.y,
          y1: to.y,
        });
      }
    }
  });
  return found.sort((one, other) => one.strength - other.strength);
}

/** The size of a unit's weights to all units of the layer after it. */
function rootMeanSquare(layer, input) {
  let sum = 0;
  for (let unit = 0; unit < layer.outputs; unit++) sum += layer.weight[unit * layer.inputs + input] ** 2;
  return Math.sqrt(sum / layer.outputs);
}

function trace(pen, { x0, x1, y0, y1, weight, strength, bundled }, theme, opacity, extra = 0) {
  const middle = (x0 + x1) / 2;
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  pen.strokeStyle = bundled ? theme.text : weight < 0 ? theme.negative : theme.positive;
  pen.globalAlpha = opacity * (0.12 + 0.75 * strength);
  pen.lineWidth = 0.5 + 4 * strength + extra;
  pen.stroke();
  pen.globalAlpha = 1;
}

/** The wire under the pointer, or null. */
function nearest(wires, x, y) {
  let best = null;
  let least = NEAR;
  for (const wire of wires) {
    if (x < wire.x0 || x > wire.x1) continue;
    // x grows with t along the curve, so that a few halvings find the t that belongs to x.
    let low = 0;
    let high = 1;
    for (let i = 0; i < 12; i++) {
      const t = (low + high) / 2;
      const across = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t ** 3;
      if (across < (x - wire.x0) / (wire.x1 - wire.x0)) low = t;
      else high = t;
    }
    const distance = Math.abs(y - wire.y0 - (wire.y1 - wire.y0) * low * low * (3 - 2 * low));
    if (distance < least) [best, least] = [wire, distance];
  }
  return best;
}

/** What is said of a wire under the pointer. */
function wireText({ from, to, weight, bundled }) {
  const second = to.name.replace(/^./, (letter) => letter.toLowerCase());
  return `${from.name} to ${second}: ${bundled ? "root mean square weight" : "weight"} ${number(weight)}`;
}
