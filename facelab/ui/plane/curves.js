// Loss and accuracy over the epochs. Axes only grow, and in steps, so that curves do not jump while they get longer.

const SPLITS = ["train", "test"];
const CHART = { height: 190, left: 44, right: 12, top: 26, bottom: 34 };
const HIGHEST = 3; // a loss is drawn up to so many times its first value: a diverging one leaves the chart at the top

const CHARTS = [
  { measure: "loss", title: "Loss (nats)", say: nats, tick: (value) => number(value), grows: true },
  {
    measure: "accuracy",
    title: "Accuracy",
    say: percent,
    tick: (value) => `${Math.round(100 * value)} %`,
    grows: false,
  },
];

/** The two charts in `host`; what is read on one is read on both. */
function createCurves(host) {
  let scene;
  let hovered = null;
  let xTop = 0;
  let rows = 0;
  const charts = CHARTS.map((chart) => {
    const canvas = make("canvas", { "aria-hidden": "true" });
    const [epoch, ...values] = ["", ...SPLITS].map((split) => make("span", { class: split || "epoch" }));
    const element = make(
      "div",
      { class: "chart" },
      make("div", { class: "reading" }, make("b", {}, chart.title), epoch, ...values),
      canvas,
    );
    canvas.onpointermove = (event) => hover(canvas, event);
    canvas.onpointerdown = canvas.onpointermove;
    canvas.onpointerleave = () => hover(canvas, null);
    host.append(element);
    return { ...chart, canvas, element, epoch, values, yTop: 0 };
  });

  /** Draws a scene: the view, its curves and frame, and the theme. */
  function draw(next) {
    scene = next;
    const { epoch } = scene.curves;
    // Fewer records than before: another run, whose axes begin anew.
    if (epoch.length < rows) [xTop, charts[0].yTop] = [0, 0];
    rows = epoch.length;
    const last = Math.max(epoch.at(-1) ?? 0, scene.frame.epoch);
    xTop = scene.view.total_epochs
      ? Math.max(scene.view.total_epochs, last)
      : Math.max(xTop, last > xTop ? round(Math.max(last * 1.05, 10)) : 0);
    for (const chart of charts) paint(chart);
  }

  function hover(canvas, event) {
    const { epoch } = scene.curves;
    hovered = null;
    if (event && epoch.length) {
      const box = canvas.getBoundingClientRect();
      const plot = plotOf(canvas);
      const at = ((event.clientX - box.left - plot.left) / plot.width) * xTop;
      hovered = nearestIndex(epoch, at);
    }
    for (const chart of charts) paint(chart);
  }

  function plotOf(canvas) {
    const width = canvas.parentElement.clientWidth - CHART.left - CHART.right;
    return { left: CHART.left, top: CHART.top, width, height: CHART.height - CHART.top - CHART.bottom };
  }

  function paint(chart) {
    const { view, frame, curves, theme } = scene;
    const plot = plotOf(chart.canvas);
    const pen = fit(chart.canvas, plot.width + CHART.left + CHART.right, CHART.height);
    chart.yTop = chart.grows ? lossTop(chart.yTop, curves, frame) : 1;
    plot.x = (epoch) => plot.left + (epoch / (xTop || 1)) * plot.width;
    plot.y = (value) => plot.top + (1 - value / chart.yTop) * plot.height;
    chartAxes(pen, chart, plot, xTop, theme);
    chartMarks(pen, view, plot, theme);
    for (const split of SPLITS)
      chartLine(pen, plot, curves.epoch, curves[`${split}_${chart.measure}`], view.palette[split]);
    const at = hovered === null ? null : curves.epoch[hovered];
    if (view.frames.length > 1) upright(pen, plot, frame.epoch, alpha(theme.text, 0.8), []);
    if (at !== null) upright(pen, plot, at, alpha(theme.text, 0.45), [2, 2]);
    say(chart.epoch, `epoch ${epochs(at ?? frame.epoch)}`);
    SPLITS.forEach((split, i) => {
      const name = `${split}_${chart.measure}`;
      const value = at === null ? (frame.numbers[name] ?? NaN) : curves[name][hovered];
      say(chart.values[i], `${split} ${chart.say(value)}`);
      if (Number.isFinite(value))
        dot(pen, plot, at ?? frame.epoch, Math.min(value, chart.yTop), view.palette[split], theme);
    });
  }

  return { draw };
}

/** The top of the loss axis: the old one until a loss exceeds it. */
function lossTop(before, curves, frame) {
  const known = SPLITS.map((split) => curves[`${split}_loss`].filter(Number.isFinite));
  const shown = SPLITS.map((split) => frame.numbers[`${split}_loss`] ?? 0);
  const first = Math.max(...known.map((values, i) => values[0] ?? shown[i]));
  const most = Math.max(...shown, ...known.map((values) => values.reduce((top, value) => Math.max(top, value), 0)));
  const wanted = Math.max(Math.min(most, HIGHEST * first), 1e-3) * 1.02;
  return wanted > before ? 4 * round(wanted / 4) : before;
}

function nearestIndex(sorted, value) {
  let low = 0;
  let high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle;
    else high = middle;
  }
  return value - sorted[low] < sorted[high] - value ? low : high;
}

function chartAxes(pen, chart, plot, xTop, theme) {
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = alpha(theme.text, 0.75);
  pen.strokeStyle = alpha(theme.text, 0.13);
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.beginPath();
  for (const value of ticks(0, chart.yTop, 4)) {
    const y = Math.round(plot.y(value)) + 0.5;
    pen.moveTo(plot.left, y);
    pen.lineTo(plot.left + plot.width, y);
    pen.fillText(chart.tick(value), plot.left - 6, y);
  }
  pen.stroke();
  pen.textAlign = "center";
  pen.textBaseline = "top";
  const bottom = plot.top + plot.height;
  for (const value of xTop ? ticks(0, xTop, Math.max(plot.width / 80, 2)) : [])
    pen.fillText(number(value, 6), plot.x(value), bottom + 5);
  pen.fillText("Epoch", plot.left + plot.width / 2, bottom + 20);
}

function chartLine(pen, plot, at, values, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(plot.left, plot.top - 2, plot.width + 2, plot.height + 4);
  pen.clip();
  pen.beginPath();
  let down = false;
  for (let i = 0; i < at.length; i++) {
    // A gap where the value is not known, instead of a line across it.
    if (Number.isFinite(values[i])) pen[down ? "lineTo" : "moveTo"](plot.x(at[i]), Math.max(plot.y(values[i]), -1e4));
    down = Number.isFinite(values[i]);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.8;
  pen.lineJoin = "round";
  pen.stroke();
  pen.restore();
}

/** Changes of settings and a divergence: a line each, and its text where there is room. */
function chartMarks(pen, view, plot, theme) {
  const marks = view.changes.map(([epoch, text]) => ({ epoch, text, colour: alpha(theme.text, 0.55) }));
  if (view.diverged !== null) marks.push({ epoch: view.diverged, text: "diverged", colour: view.palette.wrong });
  const ends = [-Infinity, -Infinity];
  pen.font = `10px ${theme.font}`;
  pen.textBaseline = "alphabetic";
  for (const { epoch, text, colour } of marks) {
    upright(pen, plot, epoch, colour, [4, 3]);
    const width = pen.measureText(text).width;
    const left = Math.min(Math.max(plot.x(epoch) - width / 2, plot.left), plot.left + plot.width - width);
    const row = ends.findIndex((end) => end + 8 < left);
    if (row < 0) continue;
    ends[row] = left + width;
    pen.fillStyle = colour;
    pen.textAlign = "left";
    pen.fillText(text, left, plot.top - 4 - 11 * row);
  }
}

function upright(pen, plot, epoch, colour, dash) {
  const x = Math.round(plot.x(epoch)) + 0.5;
  pen.setLineDash(dash);
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, plot.top);
  pen.lineTo(x, plot.top + plot.height);
  pen.stroke();
  pen.setLineDash([]);
}

function dot(pen, plot, epoch, value, colour, theme) {
  pen.beginPath();
  pen.arc(plot.x(epoch), plot.y(value), 3.5, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.strokeStyle = theme.background;
  pen.lineWidth = 1.5;
  pen.fill();
  pen.stroke();
}
