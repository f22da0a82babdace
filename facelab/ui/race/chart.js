// The charts: all settings together, each as the mean of its repeats with a band from the least to the most of them.

const PLOT = { height: 236, left: 46, right: 10, top: 10, bottom: 38 };
const NEAR = 26; // px from a curve at which it is looked at
const NAMED = { most: 9, width: 92, space: 13, least: 430 }; // settings, px each, and the narrowest chart that has room

/** One chart per metric in `host`; where one is pointed at, all show the same setting at the same moment. */
function createCharts(host, ui) {
  let scene;
  let charts = [];
  let racing = "";
  let records = 0;
  let end = 0;
  let pointed = null; // {at}: the moment under the pointer, while a setting is near

  function draw(next) {
    scene = next;
    const { view, groups } = scene;
    const names = view.metrics.map((metric) => `${metric.name},${metric.unit}`).join();
    if (charts.map((chart) => chart.key).join() !== names) {
      charts = view.metrics.map(create);
      host.replaceChildren(...charts.map((chart) => chart.element));
    }
    const count = groups.flatMap((group) => group.repeats).reduce((sum, repeat) => sum + repeat.at.length, 0);
    const now = [view.axis.name, view.axis.total, ...groups.map((group) => group.label)].join();
    // Another race, or the same one from its start: the axes begin anew.
    if (now !== racing || count < records) {
      end = 0;
      for (const chart of charts) chart.ends = {};
    }
    [racing, records] = [now, count];
    const last = Math.max(0, ...groups.map((group) => group.at.at(-1) ?? 0));
    const wanted = Math.max(view.axis.total ?? 0, last);
    if (view.axis.total || wanted > end) end = view.axis.total ? wanted : round(wanted * 1.05);
    view.metrics.forEach((metric, i) => paint(charts[i], metric));
  }

  function create(metric) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    const title = make("b", {});
    const [moment, name, value] = ["moment", "name", "value"].map((part) => make("span", { class: part }));
    const chart = { key: `${metric.name},${metric.unit}`, canvas, title, moment, name, value, ends: {} };
    chart.log = make("button", { type: "button", class: "log", onclick: () => turn(chart) }, "Log axis");
    chart.log.setAttribute("aria-pressed", metric.log);
    chart.log.hidden = !UNITS[metric.unit].canLog;
    chart.element = make(
      "div",
      { class: "chart" },
      make("div", { class: "head" }, title, chart.log),
      make("div", { class: "reading" }, moment, name, value),
      canvas,
    );
    canvas.onpointermove = canvas.onpointerdown = (event) => point(chart, event);
    canvas.onpointerleave = () => point(chart, null);
    return chart;
  }

  function turn(chart) {
    chart.log.setAttribute("aria-pressed", !isLog(chart));
    draw(scene);
  }

  function point(chart, event) {
    const found = event && nearest(chart, event);
    pointed = found && { at: found.at };
    ui.look(found?.label ?? null);
  }

  /** The setting whose mean or repeats pass closest to the pointer, and the moment there. */
  function nearest(chart, event) {
    const box = chart.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const { plot } = chart;
    const metric = scene.view.metrics[charts.indexOf(chart)].name;
    const best = { distance: NEAR };
    for (const group of scene.groups) {
      for (const { at, values } of [{ at: group.at, values: group.means[metric][0] }, ...group.lines[metric]]) {
        const distance = distanceTo(plot, at, values, x, y);
        if (distance < best.distance) Object.assign(best, { distance, label: group.label });
      }
    }
    return best.label === undefined ? null : { label: best.label, at: ((x - plot.left) / plot.width) * end };
  }

  function paint(chart, metric) {
    const { view, groups, theme, looked } = scene;
    const unit = UNITS[metric.unit];
    const way = isLog(chart) ? "log" : "linear";
    const fixed = way === "linear" && unit.whole;
    const seen = () => extent(groups.flatMap((group) => group.lines[metric.name].map((line) => line.values)));
    const ends = fixed || SCALES[way].ends(seen(), chart.ends[way]);
    chart.ends[way] = ends;
    const outer = chart.element.clientWidth;
    const named = groups.length <= NAMED.most && outer >= NAMED.least;
    const right = named ? NAMED.width : PLOT.right;
    const plot = {
      left: PLOT.left,
      top: PLOT.top,
      width: outer - PLOT.left - right,
      height: PLOT.height - PLOT.top - PLOT.bottom,
    };
    plot.x = (at) => plot.left + (at / (end || 1)) * plot.width;
    // What lies far above the chart stays a number that canvases can draw.
    plot.y = (value) => Math.max(plot.top + (1 - SCALES[way].place(value, ends)) * plot.height, -1e4);
    chart.plot = plot;

    const pen = fit(chart.canvas, outer, PLOT.height);
    raceAxes(pen, plot, { unit, ticks: SCALES[way].ticks(ends), end, title: view.axis.title }, theme);
    const chosen = groups.find((group) => group.label === looked);
    const ordered = chosen ? [...groups.filter((group) => group !== chosen), chosen] : groups;
    for (const group of ordered) drawGroup(pen, plot, group, metric.name, strength(groups.length, group, chosen));
    if (named) nameEnds(pen, plot, ordered, metric.name, chosen, theme);
    say(chart.title, metric.title);
    const at = pointed && chosen ? pointed.at : null;
    if (at !== null) upright(pen, plot, at, alpha(theme.text, 0.35), [2, 2]);
    read(chart, metric, chosen, at, pen);
  }

  /** Above the chart: the values of the setting that is looked at, or what the lines are. */
  function read(chart, metric, group, at, pen) {
    const { view, groups, theme } = scene;
    chart.name.style.setProperty("--color", group?.color ?? "transparent");
    chart.name.hidden = !group;
    const means = group?.means[metric.name];
    const index = group && (at === null ? lastKnown(means[0]) : nearestKnown(group.at, means[0], at));
    if (index === undefined || index < 0) {
      const most = Math.max(...groups.map((one) => one.lines[metric.name].length));
      const several = `Mean of up to ${most} repeats; band from the least to the most`;
      say(chart.moment, group ? "" : most > 1 ? several : "Point at a line to follow it in every part");
      say(chart.name, group?.label ?? "");
      say(chart.value, group ? "not known yet" : "");
      return;
    }
    const [mean, low, high] = means.map((values) => values[index]);
    const { say: tell } = UNITS[metric.unit];
    const several = group.lines[metric.name].length > 1;
    say(chart.moment, (MOMENTS[view.axis.name] ?? large)(group.at[index]));
    say(chart.name, group.label);
    say(chart.value, several ? `${tell(mean)} (${tell(low)} to ${tell(high)})` : tell(mean));
    const y = chart.plot.y(mean);
    if (y >= chart.plot.top - 1) dot(pen, chart.plot, group.at[index], mean, group.color, theme);
  }

  return { draw };
}

function isLog(chart) {
  return chart.log.getAttribute("aria-pressed") === "true";
}

/** How strongly a setting is drawn: those that are not looked at fade, and many bands must not hide the curves. */
function strength(count, group, chosen) {
  if (group === chosen) return { mean: 1, band: 0.22, repeat: 0.55, width: 2.8 };
  const width = count > 12 ? 1.7 : 2.4;
  if (chosen) return { mean: 0.13, band: 0, repeat: 0.04, width };
  return { mean: 1, band: Math.min(Math.max(1 / count, 0.03), 0.16), repeat: count > 12 ? 0.14 : 0.28, width };
}

function drawGroup(pen, plot, group, metric, { mean, band, repeat, width }) {
  const [means, lows, highs] = group.means[metric];
  pen.save();
  pen.beginPath();
  pen.rect(plot.left, plot.top - 2, plot.width + 2, plot.height + 3);
  pen.clip();
  pen.lineJoin = "round";
  if (group.lines[metric].length > 1) {
    if (band) fillBetween(pen, plot, group.at, lows, highs, alpha(group.color, band));
    for (const { at, values } of group.lines[metric]) strokeLine(pen, plot, at, values, alpha(group.color, repeat), 1);
  }
  strokeLine(pen, plot, group.at, means, alpha(group.color, mean), width);
  pen.restore();
  for (const { at, values, diverged } of group.lines[metric])
    if (diverged && at.length) cross(pen, plot, at, values, alpha(group.color, mean));
}

/** A line through what is known. */
function strokeLine(pen, plot, at, values, colour, width) {
  pen.beginPath();
  for (let i = 0; i < at.length; i++) if (Number.isFinite(values[i])) pen.lineTo(plot.x(at[i]), plot.y(values[i]));
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function fillBetween(pen, plot, at, lows, highs, colour) {
  pen.beginPath();
  for (let i = 0; i < at.length; i++) if (Number.isFinite(lows[i])) pen.lineTo(plot.x(at[i]), plot.y(lows[i]));
  for (let i = at.length - 1; i >= 0; i--)
    if (Number.isFinite(highs[i])) pen.lineTo(plot.x(at[i]), plot.y(highs[i]));
  pen.fillStyle = colour;
  pen.fill();
}

/** Where a member diverged: at its last known value, on the edge if that lies beyond. */
function cross(pen, plot, at, values, colour) {
  const index = lastKnown(values);
  const x = plot.x(at[Math.max(index, 0)]);
  const y = index < 0 ? plot.top + 4 : Math.max(plot.y(values[index]), plot.top + 4);
  pen.beginPath();
  for (const slope of [1, -1]) {
    pen.moveTo(x - 4, y - 4 * slope);
    pen.lineTo(x + 4, y + 4 * slope);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 2.2;
  pen.stroke();
}

/** The settings' names at the right, each as near to its curve's end as the others allow. */
function nameEnds(pen, plot, groups, metric, chosen, theme) {
  const ends = groups
    .map((group) => ({ group, index: lastKnown(group.means[metric][0]) }))
    .filter(({ index }) => index >= 0)
    .map(({ group, index }) => ({ group, y: Math.max(plot.y(group.means[metric][0][index]), plot.top) }))
    .sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => (end.y = Math.max(end.y, i ? ends[i - 1].y + NAMED.space : plot.top + 2)));
  let floor = plot.top + plot.height;
  for (const end of [...ends].reverse()) floor = (end.y = Math.min(end.y, floor)) - NAMED.space;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.font = `11px ${theme.font}`;
  const left = plot.left + plot.width + 7;
  for (const { group, y } of ends) {
    const faded = chosen && group !== chosen;
    pen.fillStyle = alpha(group.color, faded ? 0.2 : 1);
    pen.fillRect(left, y - 4, 3, 8);
    pen.fillStyle = alpha(theme.text, faded ? 0.25 : 0.9);
    pen.fillText(shortened(pen, group.label, NAMED.width - 18), left + 7, y);
  }
}

/** A text cut to so many pixels. */
function shortened(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let count = text.length - 1;
  while (count > 1 && pen.measureText(`${text.slice(0, count)}…`).width > width) count--;
  return `${text.slice(0, count)}…`;
}

function raceAxes(pen, plot, { unit, ticks: values, end, title }, theme) {
  const bottom = plot.top + plot.height;
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = alpha(theme.text, 0.75);
  pen.strokeStyle = alpha(theme.text, 0.11);
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.beginPath();
  for (const value of values) {
    const y = Math.round(plot.y(value)) + 0.5;
    pen.moveTo(plot.left, y);
    pen.lineTo(plot.left + plot.width, y);
    pen.fillText(unit.tick(value), plot.left - 6, y);
  }
  pen.stroke();
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const value of end ? ticks(0, end, Math.max(plot.width / 90, 2)) : [])
    pen.fillText(large(value), plot.x(value), bottom + 6);
  pen.fillText(title, plot.left + plot.width / 2, bottom + 22);
}

/** Pixels from a place to the nearest part of a line. */
function distanceTo(plot, at, values, x, y) {
  let [best, before] = [Infinity, null];
  for (let i = 0; i < at.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const here = [plot.x(at[i]), Math.max(plot.y(values[i]), plot.top)];
    best = Math.min(best, distanceToSegment(before ?? here, here, x, y));
    before = here;
  }
  return best;
}

function distanceToSegment([x0, y0], [x1, y1], x, y) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

/** The last index with a value, or -1. */
function lastKnown(values) {
  return values.findLastIndex(Number.isFinite);
}

/** The index of the moment nearest to `at` that has a value, or -1. */
function nearestKnown(moments, values, at) {
  let best = -1;
  for (let i = 0; i < moments.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (best < 0 || Math.abs(moments[i] - at) < Math.abs(moments[best] - at)) best = i;
  }
  return best;
}
