// The component: what people do changes `shown`, and `draw` puts the present moment on every part. Loaded after the
// other files of this folder, in the app as a Streamlit component and in an exported film as a plain script.

const places = new WeakMap();

/** Streamlit calls this at every run and change of theme. Without `setTriggerValue` the view is only looked at. */
export default function plane({ data, parentElement, setTriggerValue }) {
  if (!places.has(parentElement)) places.set(parentElement, mount(parentElement.querySelector(".plane")));
  const place = places.get(parentElement);
  place.update(data, setTriggerValue);
  return () => {
    place.stop();
    places.delete(parentElement);
  };
}

function mount(root) {
  const boxes = Object.fromEntries(
    ["numbers", "network", "caption", "stage", "legend", "film", "curves"].map((name) => [
      name,
      make("div", { class: name }),
    ]),
  );
  boxes.stage.tabIndex = 0;
  boxes.stage.setAttribute("role", "group");
  boxes.network.setAttribute("role", "group");
  boxes.network.setAttribute("aria-label", "The network, layer by layer");
  const body = make(
    "div",
    { class: "body" },
    boxes.network,
    make("div", { class: "field" }, boxes.caption, boxes.stage, boxes.legend),
  );
  root.replaceChildren(
    boxes.numbers,
    body,
    boxes.film,
    boxes.curves,
  );
  const shown = { hide: new Set(), pinned: null, looked: null, brush: 0, index: 0, pending: [] };
  let sent = []; // points told to Python, which the view does not show yet
  let view;
  let theme;
  let send;
  let points;
  let curves;
  let waiting = null;
  let width = 0;

  const numbers = createNumbers(boxes.numbers);
  const film = createFilm(boxes.film, (index) => {
    shown.index = index;
    draw();
  });
  const network = createNetwork(boxes.network, {
    look: (node) => change({ looked: node }),
    pin: (node) => pin(same(node, shown.pinned) ? null : node),
    change: (hidden) => emit("hidden", hidden),
  });
  const caption = createCaption(boxes.caption, {
    switchUnit: () => emit("toggle", unitOf(shown.pinned)),
    unpin: () => pin(null),
  });
  const field = createField(boxes.stage);
  const probe = createProbe(boxes.stage, field, {
    brush: () => (send && view.drawing !== null ? shown.brush : null),
    preview: (strokes) => change({ pending: [...sent, ...strokes] }),
    draw: (strokes) => {
      sent.push(...strokes);
      emit("draw", strokes);
    },
  });
  const legend = createLegend(boxes.legend, {
    choose: (label) => change({ brush: label }),
    toggle: (name) => {
      if (!shown.hide.delete(name)) shown.hide.add(name);
      draw();
    },
    undo: () => takeBack("undo"),
    clear: () => takeBack("clear"),
  });
  const charts = createCurves(boxes.curves);
  const observer = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    soon();
  });
  observer.observe(root);

  function update(data, setTriggerValue) {
    const before = view;
    view = data;
    send = setTriggerValue;
    theme = readTheme(root, view.palette);
    if (
      before?.coordinates !== view.coordinates ||
      before?.labels !== view.labels ||
      before?.is_test !== view.is_test
    ) {
      const labels = decode(view.labels, Uint16Array);
      points = { xy: decode(view.coordinates, Float32Array), labels, isTest: decode(view.is_test, Uint8Array) };
      shown.pending = sent = [];
    }
    curves = Object.fromEntries(Object.entries(view.curves).map(([name, text]) => [name, decode(text, Float32Array)]));
    if (String(before?.pinned) !== String(view.pinned)) {
      shown.pinned = view.pinned && { column: view.pinned[0] + 1, row: view.pinned[1] };
    }
    if (String(before?.hidden) !== String(view.hidden)) shown.looked = null;
    // Another film begins at its end; the same one stays where it was left.
    if (!before || moments(before) !== moments(view)) {
      film.stop();
      shown.index = view.frames.length - 1;
    }
    if (view.drawing !== null) shown.brush = Math.min(shown.brush, view.drawing);
    body.classList.toggle("map", view.is_map);
    boxes.stage.setAttribute("aria-label", `${view.alt} Arrow keys move a probe over the plane.`);
    for (const split of SPLITS) root.style.setProperty(`--${split}`, view.palette[split]);
    draw();
  }

  function draw() {
    if (!root.clientWidth) return;
    width = root.clientWidth;
    const frame = unpack(view.frames[shown.index]);
    const exists = (node) =>
      node && (node.column < 1 || node.column > view.hidden.length || node.row < view.hidden[node.column - 1]);
    const pinned = exists(shown.pinned) && shown.pinned.column <= view.hidden.length ? shown.pinned : null;
    const scene = {
      ...shown,
      view,
      frame,
      theme,
      points,
      curves,
      pinned,
      live: Boolean(send),
      count: view.hidden.length + 2,
      look: exists(shown.looked) ? shown.looked : pinned,
    };
    for (const part of [numbers, film, caption, legend, field, probe, network, charts]) part.draw(scene);
  }

  /** Draws once before the next picture on screen, however many things changed. */
  function soon() {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      draw();
    });
  }

  function change(values) {
    Object.assign(shown, values);
    soon();
  }

  function pin(node) {
    const told = node ?? shown.pinned;
    change({ pinned: node, looked: null });
    emit("unit", { ...unitOf(told), pinned: node !== null });
  }

  function takeBack(event) {
    sent = [];
    change({ pending: [] });
    emit(event, true);
  }

  function emit(event, value) {
    send?.(event, value);
  }

  return {
    update,
    stop() {
      observer.disconnect();
      cancelAnimationFrame(waiting);
      film.stop();
    },
  };
}

function unitOf(node) {
  return { layer: node.column - 1, unit: node.row };
}

/** What tells one film from another. */
function moments(view) {
  return view.frames.map((frame) => frame.step).join();
}
