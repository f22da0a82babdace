// The component: what a person points at changes `looked`, and `draw` puts it on every part. Loaded after the other
// files of this folder and the plane's.

const places = new WeakMap();

/** Streamlit calls this at every run and change of theme. */
export default function race({ data, parentElement, setTriggerValue }) {
  if (!places.has(parentElement)) places.set(parentElement, mount(parentElement.querySelector(".race")));
  const place = places.get(parentElement);
  place.update(data, setTriggerValue);
  return () => {
    place.stop();
    places.delete(parentElement);
  };
}

function mount(root) {
  const boxes = Object.fromEntries(["charts", "tiles", "ranking"].map((name) => [name, make("div", { class: name })]));
  root.setAttribute("role", "group");
  const body = make("div", { class: "parts" }, boxes.charts, boxes.tiles, boxes.ranking);
  root.replaceChildren(body);
  let view;
  let send;
  let theme;
  let groups = [];
  let points;
  let looked = null;
  let waiting = null;
  let width = 0;

  const ui = {
    look(label) {
      if (looked === label && label === null) return;
      looked = label;
      soon();
    },
    choose(label) {
      send("choose", groups.find((group) => group.label === label).index);
    },
  };
  const parts = [createCharts(boxes.charts, ui), createTiles(boxes.tiles, ui), createRanking(boxes.ranking, ui)];
  const observer = new ResizeObserver(() => {
    if (root.clientWidth !== width) soon();
  });
  observer.observe(root);

  function update(data, setTriggerValue) {
    const plane = data.plane;
    if (plane && (view?.plane?.coordinates !== plane.coordinates || view.plane.labels !== plane.labels))
      points = { xy: decode(plane.coordinates, Float32Array), labels: decode(plane.labels, Uint16Array) };
    view = data;
    send = setTriggerValue;
    theme = readTheme(root, view.palette);
    groups = view.groups.map((group) => unpackGroup(group, view.metrics));
    if (!groups.some((group) => group.label === looked)) looked = null;
    root.setAttribute("aria-label", view.alt);
    draw();
  }

  function draw() {
    width = root.clientWidth;
    if (!width) return;
    body.classList.toggle("looking", looked !== null);
    body.classList.toggle("bare", !groups.some((group) => group.picture));
    for (const part of parts) part.draw({ view, groups, theme, points, looked });
  }

  /** Draws once before the next picture on screen, however many things changed. */
  function soon() {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      draw();
    });
  }

  return {
    update,
    stop() {
      observer.disconnect();
      cancelAnimationFrame(waiting);
    },
  };
}

/** A setting with its arrays decoded: `means` and `lines` by metric. */
function unpackGroup(group, metrics) {
  const floats = (text) => decode(text, Float32Array);
  const at = floats(group.at);
  const repeats = group.repeats.map((repeat) => ({ ...repeat, at: floats(repeat.at) }));
  const by = (take) => Object.fromEntries(metrics.map(({ name }) => [name, take(name)]));
  return {
    ...group,
    at,
    repeats,
    means: by((name) => {
      const all = floats(group.means[name]);
      return [0, 1, 2].map((row) => all.subarray(row * at.length, (row + 1) * at.length));
    }),
    lines: by((name) => repeats.map(({ at, diverged, values }) => ({ at, diverged, values: floats(values[name]) }))),
  };
}
