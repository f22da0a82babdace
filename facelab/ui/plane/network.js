// The network as columns of small pictures: inputs, hidden units, classes, and the weights as wires between them.

const LADDER = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const MOST_LAYERS = 6;

/**
 * The network in `host`. `ui` takes what people do: look(node or null), pin(node), change(hidden).
 * A node is {column, row}: column 0 holds the inputs, 1 the first hidden layer, and the last the classes.
 */
function createNetwork(host, ui) {
  const wiresCanvas = make("canvas", { class: "wires", "aria-hidden": "true" });
  const nodesLayer = make("div", { class: "nodes" });
  const tip = make("div", { class: "tip", role: "status" });
  host.append(wiresCanvas, nodesLayer, tip);
  let scene;
  let columns;
  let wires = [];
  let built = "";
  let wanted = [];
  let known = "";
  let wire = null;

  /** Draws a scene: the view, its frame, the theme and the node that is looked at. */
  function draw(next) {
    scene = next;
    if (known !== String(scene.view.hidden)) {
      known = String(scene.view.hidden);
      wanted = [...scene.view.hidden];
    }
    const width = host.clientWidth;
    const height = host.clientHeight;
    const { view } = scene;
    const key = JSON.stringify([view.features, wanted, view.names, view.colors, view.editable, width, height]);
    if (key !== built) build(width, height);
    built = key;
    paintNodes();
    drawWires();
  }

  /** Lays the columns out anew, keeping the keyboard where it was. */
  function build(width, height) {
    const { view } = scene;
    const focused = host.getRootNode().activeElement?.dataset?.id;
    columns = layout(view, wanted, width, height);
    nodesLayer.replaceChildren(...(view.editable ? [depthButtons()] : []), ...columns.flatMap(columnElements));
    nodesLayer.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  }

  function change(hidden) {
    wanted = hidden;
    ui.change(hidden);
    draw(scene);
  }

  function depthButtons() {
    const count = wanted.length;
    return make(
      "div",
      { class: "depth" },
      step("−", "Remove the last layer", "layer-less", count === 0, () => change(wanted.slice(0, -1))),
      make("span", {}, `${count} hidden ${count === 1 ? "layer" : "layers"}`),
      step("+", "Add a layer", "layer-more", count >= MOST_LAYERS, () => change([...wanted, wanted.at(-1) ?? 4])),
    );
  }

  function columnElements(column, index) {
    const parts = [heading(column, index), ...column.nodes.map((node) => unitElement(column, node))];
    for (const node of column.bundle ? [column.bundle] : column.nodes) if (node.label) parts.push(label(column, node));
    if (column.more) {
      const text = make("span", { class: "more" }, column.more);
      [text.style.left, text.style.top] = [`${column.x}px`, `${column.moreY}px`];
      parts.push(text);
    }
    return parts;
  }

  function heading(column, index) {
    const head = make("div", { class: "head" }, make("span", {}, column.title));
    head.style.left = `${column.x}px`;
    if (column.kind === "unit" && scene.view.editable) {
      const layer = index - 1;
      const units = wanted[layer];
      const to = (value) => () => change(wanted.map((old, i) => (i === layer ? value : old)));
      const less = LADDER.findLast((value) => value < units);
      const more = LADDER.find((value) => value > units);
      head.append(
        make(
          "div",
          { class: "steps" },
          step("−", `Fewer units in layer ${index}`, `less-${layer}`, !less, to(less)),
          step("+", `More units in layer ${index}`, `more-${layer}`, !more, to(more)),
        ),
      );
    }
    return head;
  }

  function step(text, label, id, disabled, onclick) {
    return make(
      "button",
      { type: "button", class: "step", "aria-label": label, title: label, "data-id": id, disabled, onclick },
      text,
    );
  }

  function unitElement(column, node) {
    const look = () => ui.look(node.place);
    node.canvas = make("canvas", { "aria-hidden": "true" });
    node.element = make(
      "button",
      {
        type: "button",
        class: `unit ${column.kind}`,
        "aria-label": node.name,
        "data-id": `unit-${node.place.column}-${node.place.row}`,
        onpointerenter: look,
        onfocus: look,
        onpointerleave: () => ui.look(null),
        onblur: () => ui.look(null),
        onclick: () => column.kind === "unit" && ui.pin(node.place),
      },
      node.canvas,
    );
    Object.assign(node.element.style, {
      left: `${column.x - column.size / 2}px`,
      top: `${node.y - column.size / 2}px`,
      width: `${column.size}px`,
      height: `${column.size}px`,
    });
    return node.element;
  }

  function label(column, node) {
    const beside = column.x + column.size / 2 + 5;
    const text = make("span", { class: `label ${column.kind}`, title: node.label }, node.label);
    text.style.top = `${node.y}px`;
    Object.assign(
      text.style,
      column.kind === "feature"
        ? { right: `${host.clientWidth - column.x + column.size / 2 + 5}px` }
        : { left: `${beside}px`, maxWidth: `${host.clientWidth - beside}px` },
    );
    return text;
  }

  function paintNodes() {
    const { view, frame, theme } = scene;
    const off = new Set(view.off.map(String));
    for (const column of columns) {
      for (const node of column.nodes) {
        const pixels = nodePixels(scene, node.place, columns.length);
        if (pixels) picture(node.canvas, pixels.width, pixels.height, pixels.data);
        const { column: at, row } = node.place;
        node.element.classList.toggle("off", off.has(String([at - 1, row])));
        node.element.classList.toggle("seen", same(scene.look, node.place));
        if (column.kind === "unit") node.element.setAttribute("aria-pressed", same(scene.pinned, node.place));
      }
    }
    host.style.setProperty("--zero", theme.zero);
    wires = wireList(columns, frame);
    // The wire under the pointer has a new weight.
    wire =
      wires.find((each) => wire && same(each.from.place, wire.from.place) && same(each.to.place, wire.to.place)) ??
      null;
    if (wire) say(tip, wireText(wire));
    else tip.hidden = true;
  }

  function drawWires() {
    const pen = fit(wiresCanvas, host.clientWidth, host.clientHeight);
    const { theme, look } = scene;
    for (const each of wires) {
      const touched = !look || same(look, each.from.place) || same(look, each.to.place);
      trace(pen, each, theme, touched ? 1 : 0.2);
    }
    drawShortcuts(pen);
    if (wire) trace(pen, wire, theme, 1, 2);
  }

  /** The ways past residual layers, from each unit to its namesake. */
  function drawShortcuts(pen) {
    pen.strokeStyle = alpha(scene.theme.text, 0.5);
    pen.lineWidth = 1.2;
    pen.setLineDash([3, 3]);
    pen.beginPath();
    for (const { from, to, x0, x1, y0, y1 } of wires) {
      if (!scene.frame.layers[to.place.column - 1].residual || from.place.row !== to.place.row) continue;
      pen.moveTo(x0, y0);
      pen.lineTo(x1, y1);
    }
    pen.stroke();
    pen.setLineDash([]);
  }

  function point(event) {
    const box = host.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const found = event.target.closest?.(".unit, .step") ? null : nearest(wires, x, y);
    if (found !== wire) {
      wire = found;
      drawWires();
    }
    tip.hidden = !wire;
    if (!wire) return;
    say(tip, wireText(wire));
    tip.style.left = `${Math.min(Math.max(x, tip.offsetWidth / 2), host.clientWidth - tip.offsetWidth / 2)}px`;
    tip.style.top = `${y}px`;
  }

  tip.hidden = true;
  host.onpointermove = point;
  host.onpointerdown = point;
  host.onpointerleave = () => {
    tip.hidden = true;
    if (wire) {
      wire = null;
      drawWires();
    }
  };
  return { draw };
}

/** Whether two places are the same node. */
function same(one, other) {
  return Boolean(one && other && one.column === other.column && one.row === other.row);
}

/** The columns of a network in a box of so many pixels, each with its nodes and where they lie. */
function layout(view, hidden, width, height) {
  const shown = view.shown_units;
  const classes = view.names.length;
  const [left, right] = [44, width < 520 ? 64 : 78];
  const room = (width - left - right) / (hidden.length + 1);
  const close = room < 60;
  const columns = [
    { kind: "feature", title: "Inputs", nodes: view.features.map((name) => ({ label: FEATURES[name].label })) },
    ...hidden.map((units) => ({
      kind: "unit",
      title: `${units}${close ? "" : units === 1 ? " unit" : " units"}`,
      nodes: Array.from({ length: Math.min(units, shown) }, () => ({})),
      more: units > shown ? `+${units - shown}${close ? "" : " more"}` : "",
    })),
    classes > shown
      ? {
          kind: "class",
          title: "Outputs",
          nodes: [],
          bundle: { name: `${classes} classes`, label: `${classes} classes` },
        }
      : { kind: "class", title: "Outputs", nodes: view.names.map((label) => ({ label })) },
  ];
  const top = (view.editable ? 36 : 0) + (view.editable ? 52 : 28);
  const bottom = 22;
  const size = Math.round(Math.max(18, Math.min(46, room - 18, (height - top - bottom) / shown - 7)));
  const pitch = Math.min(size + 22, (height - top - bottom) / shown);
  columns.forEach((column, index) => {
    const middle = top + (height - top - bottom) / 2;
    column.x = left + index * room;
    // A bundle of wires ends at its label.
    column.size = column.bundle ? 0 : size;
    column.nodes.forEach((node, row) => {
      node.y = middle + (row - (column.nodes.length - 1) / 2) * pitch;
      node.place = { column: index, row };
      node.name = nodeText(view, node.place, columns.length);
    });
    column.moreY = middle + ((column.nodes.length - 1) / 2) * pitch + size / 2 + 10;
    if (column.bundle) Object.assign(column.bundle, { y: middle, place: { column: index, row: -1 } });
  });
  return columns;
}

/** How people call a node: "Layer 2, unit 3". */
function nodeText(view, { column, row }, count = view.hidden.length + 2) {
  if (column === 0) return `Input ${FEATURES[view.features[row]].label}`;
  return column === count - 1 ? `Output ${view.names[row]}` : `Layer ${column}, unit ${row + 1}`;
}

/** A node's own view of the plane as pixels; null where the frame does not know it. */
function nodePixels(scene, { column, row }, count) {
  const { view, frame, theme } = scene;
  if (column === 0) return featurePixels(view, theme, row);
  if (column === count - 1) return classPixels(view, frame, row);
  const start = view.hidden.slice(0, column - 1).reduce((sum, units) => sum + Math.min(units, view.shown_units), 0);
  const area = frame.side ** 2;
  const at = (start + row) * area;
  if (!area || at + area > frame.units.length || row >= view.hidden[column - 1]) return null;
  const data = Uint32Array.from(frame.units.subarray(at, at + area), (value) => theme.diverging[value]);
  return { width: frame.side, height: frame.side, data };
}

const FEATURE_SIDE = 40;

/** An input over the window, scaled by its largest magnitude as hidden units are. */
function featurePixels(view, theme, row) {
  const [x0, x1, y0, y1] = view.window;
  const values = Float32Array.from({ length: FEATURE_SIDE ** 2 }, (_, i) => {
    const [across, down] = [(i % FEATURE_SIDE) + 0.5, Math.floor(i / FEATURE_SIDE) + 0.5];
    return FEATURES[view.features[row]].of(
      x0 + (across / FEATURE_SIDE) * (x1 - x0),
      y1 - (down / FEATURE_SIDE) * (y1 - y0),
    );
  });
  const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const data = Uint32Array.from(values, (value) => theme.diverging[128 + Math.round((127 * value) / most)]);
  return { width: FEATURE_SIDE, height: FEATURE_SIDE, data };
}

/** Where a class is the most probable one, by confidence. */
function classPixels(view, frame, row) {
  const shade = shadesOf(view.colors[row]);
  const data = new Uint32Array(frame.regions.length);
  for (let i = 0; i < data.length; i++) if (frame.regions[i] === row) data[i] = shade[frame.confidence[i]];
  return { width: frame.width, height: frame.height, data };
}
