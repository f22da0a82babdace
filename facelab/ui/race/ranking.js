// The ranking: one row per setting, best first, with every repeat, their mean and the interval around it.

const STEADY = 0.01; // of the axis: changes up to this do not move a row while the race goes on

/** Rows of buttons in `host`. */
function createRanking(host, ui) {
  const title = make("div", { class: "title" });
  const legend = make("div", { class: "hint" });
  const axis = make("div", { class: "axis", "aria-hidden": "true" });
  const list = make("div", { class: "rows", role: "group" });
  const rows = new Map();
  const settled = new Map(); // the worth by which each row was last put in its place
  let order = [];
  let top = 0;
  host.append(title, legend, axis, list);

  function create(label) {
    const names = ["place", "swatch", "name", "track", "value", "note"];
    const cells = Object.fromEntries(names.map((name) => [name, make("span", { class: name })]));
    const element = make("button", { type: "button", class: "row" }, ...Object.values(cells));
    const [whisker, dot] = ["whisker", "dot"].map((name) => make("i", { class: name }));
    say(cells.name, label);
    cells.track.append(whisker, dot);
    return { ...cells, whisker, dot, repeats: [], element: link(element, label, ui) };
  }

  function draw({ view, groups, looked }) {
    const { unit, highest_first: highest } = view.ranking;
    const { say: tell, tick } = UNITS[unit];
    const going = groups.some((group) => group.going);
    const several = groups.some((group) => group.repeats.length > 1);
    const ends = endsOf(groups, UNITS[unit], going);
    const place = (value) => `${100 * Math.min(Math.max((value - ends[0]) / (ends[1] - ends[0]), 0), 1)}%`;
    const byLabel = new Map(groups.map((group) => [group.label, group]));
    const known = order.length === groups.length && order.every((label) => byLabel.has(label));
    // Nothing moves away from under the pointer.
    if (!known || !list.matches(":hover"))
      order = ranked(order, settled, groups, highest, going ? STEADY * (ends[1] - ends[0]) : 0);
    const sorted = order.map((label) => byLabel.get(label));
    say(title, `${view.ranking.title}, best first`);
    say(legend, several ? "Dot: mean; small dots: repeats; line: 95 % interval of the mean" : "");
    legend.hidden = !several;
    list.setAttribute("aria-label", title.textContent);
    host.classList.toggle("noted", groups.some((group) => group.note));
    host.classList.toggle("dense", groups.length > 12);
    writeTicks(axis, ticks(...ends, 3), place, tick);
    keep(list, rows, order, create).forEach((row, i) => fill(row, sorted[i], i, { place, tell, varied: view.varied }));
    mark(rows, looked);
  }

  /** The ends of the axis: wide ones that hold still while the race goes on, close ones when it is over. */
  function endsOf(groups, unit, going) {
    const all = groups.flatMap((group) => group.values);
    const values = unit.whole ? all : all.filter((value) => value <= OVER * median(all));
    top = going ? grown(Math.max(0, ...values), top) : 0;
    return going ? (unit.whole ?? [0, top]) : tight(values, unit.whole);
  }

  return { draw };
}

function fill(row, group, index, { place, tell, varied }) {
  const { element, whisker, dot, repeats, track } = row;
  element.style.setProperty("--color", group.color);
  element.classList.toggle("ended", group.diverged > 0);
  say(row.place, String(index + 1));
  say(row.value, group.mean === null ? "–" : tell(group.mean));
  say(row.note, group.note);
  row.note.title = group.note;
  dot.hidden = group.mean === null;
  if (group.mean !== null) dot.style.left = place(group.mean);
  whisker.hidden = !group.interval;
  if (group.interval) {
    const [low, high] = group.interval;
    whisker.style.left = place(low);
    whisker.style.right = `calc(100% - ${place(high)})`;
  }
  const shown = group.values.length > 1 ? group.values : [];
  while (repeats.length < shown.length) {
    repeats.push(make("i", { class: "repeat" }));
    track.prepend(repeats.at(-1));
  }
  repeats.forEach((repeat, i) => {
    repeat.hidden = i >= shown.length;
    if (i < shown.length) repeat.style.left = place(shown[i]);
  });
  const [low, high] = group.interval ?? [];
  const interval = group.interval ? `, 95 % interval ${tell(low)} to ${tell(high)}` : "";
  const number = group.mean === null ? "no value" : tell(group.mean);
  const note = group.note && `, ${group.note}`;
  element.setAttribute("aria-label", `${index + 1}: ${varied} ${group.label}, ${number}${interval}${note}`);
}

function writeTicks(axis, values, place, tick) {
  const texts = values.map(tick);
  if (axis.dataset.ticks === texts.join()) return;
  axis.dataset.ticks = texts.join();
  const track = make("span", { class: "track" });
  values.forEach((value, i) => {
    const mark = make("i", {}, texts[i]);
    mark.style.left = place(value);
    track.append(mark);
  });
  axis.replaceChildren(track);
}

/**
 * The labels of the settings, best first, then those without a value, then those that diverged. A row is moved only
 * when its worth has changed by more than `margin` since it was last moved; equal ones stay in the order `before`.
 */
function ranked(before, settled, groups, highest, margin) {
  for (const group of groups) {
    const worth = worthOf(group, highest);
    const change = Math.abs(worth - (settled.get(group.label) ?? NaN));
    if (!(change <= margin)) settled.set(group.label, worth);
  }
  const labels = groups.map((group) => group.label);
  const kept = before.filter((label) => labels.includes(label));
  return [...new Set([...kept, ...labels])].sort((a, b) => settled.get(b) - settled.get(a));
}

function worthOf(group, highest) {
  if (group.diverged === group.repeats.length) return -Number.MAX_VALUE;
  return group.mean === null ? -Number.MAX_VALUE / 2 : highest ? group.mean : -group.mean;
}
