// The hand on the plane: the probe that reads probabilities, and the drawing of points.

const SPRAY_GAP = 9; // px between points while the pointer is dragged
const STEP = 8; // px that an arrow key moves the probe
const MOST_ROWS = 5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Probe and brush on `host`. `ui.brush()` is the class that is drawn, or null where none is; `ui.preview(points)` shows
 * points while the pointer is down, and `ui.draw(points)` takes them: [x, y, class] in standard units.
 */
function createProbe(host, field, ui) {
  const rows = Array.from({ length: MOST_ROWS }, probeRow);
  const place = make("div", { class: "place" });
  const card = make("div", { class: "probe" }, place, ...rows.map((row) => row.element));
  const cross = make("div", { class: "cross", "aria-hidden": "true" });
  const spoken = make("div", { class: "spoken", role: "status" });
  host.append(cross, card, spoken);
  let scene;
  let at = null;
  let last = null;
  let strokes = null;
  hide();

  /** Reads the same place anew, as the network has changed. */
  function draw(next) {
    scene = next;
    host.classList.toggle("drawing", ui.brush() !== null);
    if (at) read();
  }

  function hide() {
    at = null;
    card.hidden = cross.hidden = true;
  }

  function move(px, py) {
    if (!field.box().holds(px, py)) return hide();
    at = [px, py];
    return read();
  }

  function read() {
    const { view, frame } = scene;
    const box = field.box();
    const [x, y] = box.back(...at);
    const chances = probabilities(view, frame, x, y);
    const order = chances
      .map((_, i) => i)
      .sort((a, b) => chances[b] - chances[a])
      .slice(0, MOST_ROWS);
    say(place, placeText(view, x, y));
    rows.forEach((row, i) => {
      row.element.hidden = i >= order.length;
      if (i >= order.length) return;
      const label = order[i];
      say(row.name, view.names[label]);
      say(row.value, percent(chances[label]));
      row.bar.style.width = `${(100 * chances[label] || 0).toFixed(4)}%`;
      row.bar.style.background = view.colors[label];
    });
    card.hidden = strokes !== null;
    cross.hidden = false;
    [cross.style.left, cross.style.top] = [`${at[0]}px`, `${at[1]}px`];
    // Beside the pointer, on the side where there is room.
    const left = at[0] > box.left + box.width / 2 ? at[0] - card.offsetWidth - 16 : at[0] + 16;
    card.style.left = `${Math.max(left, 0)}px`;
    card.style.top = `${Math.min(at[1] + 12, box.top + box.height - card.offsetHeight)}px`;
    return [order[0], chances[order[0]]];
  }

  function add(px, py) {
    const [x, y] = field.box().back(px, py);
    strokes.push([Number(x.toFixed(4)), Number(y.toFixed(4)), ui.brush()]);
    last = [px, py];
    ui.preview(strokes);
  }

  function release() {
    if (strokes) ui.draw([...strokes]);
    strokes = null;
  }

  const local = (event) => {
    const box = host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  host.onpointerdown = (event) => {
    const [px, py] = local(event);
    move(px, py);
    if (event.button || ui.brush() === null || !field.box().holds(px, py)) return;
    host.setPointerCapture(event.pointerId);
    strokes = [];
    add(px, py);
  };
  host.onpointermove = (event) => {
    const [px, py] = local(event);
    move(px, py);
    if (!strokes || !field.box().holds(px, py)) return;
    if (Math.hypot(px - last[0], py - last[1]) >= SPRAY_GAP) add(px, py);
  };
  host.onpointerup = host.onpointercancel = release;
  // A finger that is lifted leaves what it pointed at to be read.
  host.onpointerleave = (event) => event.pointerType !== "touch" && hide();
  host.onblur = hide;
  host.onkeydown = (event) => {
    const box = field.box();
    const step = ARROWS[event.key];
    if (step) {
      event.preventDefault();
      const [px, py] = at ?? [box.left + box.width / 2, box.top + box.height / 2];
      const stride = event.shiftKey ? 5 * STEP : STEP;
      const found = move(
        Math.min(Math.max(px + step[0] * stride, box.left), box.left + box.width),
        Math.min(Math.max(py + step[1] * stride, box.top), box.top + box.height),
      );
      say(spoken, `${place.textContent}: ${scene.view.names[found[0]]} ${percent(found[1])}`);
    } else if (event.key === "Enter" && at && ui.brush() !== null) {
      strokes = [];
      add(...at);
      release();
    } else if (event.key === "Escape") {
      hide();
    }
  };
  return { draw };
}

function probeRow() {
  const [name, value, bar] = ["name", "value", "bar"].map((kind) => make("span", { class: kind }));
  return {
    name,
    value,
    bar,
    element: make("div", { class: "chance" }, name, make("span", { class: "track" }, bar), value),
  };
}

/** A position in original units, with as many digits as a pixel is worth. */
function placeText(view, x, y) {
  return [x, y]
    .map((value, axis) => {
      const span = (view.window[2 * axis + 1] - view.window[2 * axis]) * view.scale[axis];
      const decimals = Math.min(Math.max(2 - Math.floor(Math.log10(span)), 0), 6);
      const text = (value * view.scale[axis] + view.center[axis]).toFixed(decimals).replace("-", "−");
      const [, name, unit] = view.axes[axis].match(/^(.*?)(?: \(([^)]*)\))?$/);
      return `${name} ${text}${unit && unit !== "°" ? " " : ""}${unit ?? ""}`;
    })
    .join(", ");
}
