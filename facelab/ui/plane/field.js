// The plane: class regions, points and axes on canvases that lie on top of each other, so that each is drawn only when
// it changes. Positions are in standard units inside, in original units wherever a person reads them.

const SHADE = { least: 0.05, most: 0.72 }; // opacity of a class region at chance and at certainty
const MARGIN = { left: 50, right: 10, top: 8, bottom: 40 };
const TALLEST = 560;

/** The plane in `host`. */
function createField(host) {
  const layers = ["ground", "points", "marks", "names"].map((name) =>
    make("canvas", { class: name, "aria-hidden": "true" }),
  );
  const [ground, points, marks, names] = layers;
  host.append(...layers);
  const regions = document.createElement("canvas");
  let scene;
  let box;
  let drawnPoints = "";

  /** Draws a scene; `pending` are points that Python does not know of yet. */
  function draw(next) {
    scene = next;
    box = plotBox(scene.view, host.clientWidth);
    host.style.height = `${box.full}px`;
    drawGround();
    const { view, theme, hide, pending } = scene;
    const key = [
      view.coordinates,
      view.labels,
      view.is_test,
      view.colors,
      view.names,
      view.window,
      box.outer,
      box.full,
      theme.background,
      ...hide,
      "",
      ...pending,
    ].join();
    // Points stand still while a network learns; thousands of them are drawn once.
    if (key !== drawnPoints) {
      drawPoints();
      drawNames();
    }
    drawnPoints = key;
    drawMarks();
  }

  function drawGround() {
    const { view, frame, theme, look, count } = scene;
    const pen = fit(ground, box.outer, box.full);
    const image = (look && nodePixels(scene, look, count)) || regionPixels(view, frame);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture(regions, image.width, image.height, image.data), box.left, box.top, box.width, box.height);
    drawAxes(pen, view, theme, box);
  }

  function drawPoints() {
    const { view, points: all, theme, hide, pending } = scene;
    const pen = fit(points, box.outer, box.full);
    clip(pen, box);
    const radius = pointRadius(view, all.labels.length);
    const stamps = new Map();
    const put = (x, y, label, test) => {
      const key = `${label},${test}`;
      if (!stamps.has(key)) stamps.set(key, stamp(classColour(view, label), theme, radius, test));
      const { canvas, size } = stamps.get(key);
      pen.drawImage(canvas, box.x(x) - size / 2, box.y(y) - size / 2, size, size);
    };
    for (const test of [0, 1]) {
      if (hide.has(test ? "test" : "train")) continue;
      for (let i = 0; i < all.labels.length; i++) {
        if (all.isTest[i] === test) put(all.xy[2 * i], all.xy[2 * i + 1], all.labels[i], test);
      }
    }
    for (const [x, y, label] of pending) put(x, y, label, 0);
  }

  function drawNames() {
    const { view, points: all, theme } = scene;
    const pen = fit(names, box.outer, box.full);
    if (view.is_map) writeNames(pen, view, all, theme, box);
  }

  /** Rings around the points that the network gets wrong. */
  function drawMarks() {
    const { view, frame, points: all, theme, hide } = scene;
    const pen = fit(marks, box.outer, box.full);
    clip(pen, box);
    if (hide.has("wrong") || frame.wrong.length !== all.labels.length) return;
    const base = pointRadius(view, all.labels.length);
    const radius = base + (base > 2 ? 2.6 : 1.4);
    pen.beginPath();
    for (let i = 0; i < all.labels.length; i++) {
      if (!frame.wrong[i] || hide.has(all.isTest[i] ? "test" : "train")) continue;
      const [x, y] = [box.x(all.xy[2 * i]), box.y(all.xy[2 * i + 1])];
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    pen.strokeStyle = theme.text;
    pen.lineWidth = base > 2 ? 1.5 : 0.8;
    pen.stroke();
  }

  return { draw, box: () => box };
}

/** Where the plot lies in a host of so many pixels, and the maps between standard units and pixels. */
function plotBox(view, outer) {
  const [x0, x1, y0, y1] = view.window;
  const ratio = view.aspect ? ((y1 - y0) * view.scale[1] * view.aspect) / ((x1 - x0) * view.scale[0]) : 1;
  let width = outer - MARGIN.left - MARGIN.right;
  let height = width * ratio;
  if (height > TALLEST) [width, height] = [TALLEST / ratio, TALLEST];
  const left = MARGIN.left + (outer - MARGIN.left - MARGIN.right - width) / 2;
  const top = MARGIN.top;
  return {
    outer,
    full: height + MARGIN.top + MARGIN.bottom,
    left,
    top,
    width,
    height,
    x: (x) => left + ((x - x0) / (x1 - x0)) * width,
    y: (y) => top + ((y1 - y) / (y1 - y0)) * height,
    back: (px, py) => [x0 + ((px - left) / width) * (x1 - x0), y1 - ((py - top) / height) * (y1 - y0)],
    holds: (px, py) => px >= left && px <= left + width && py >= top && py <= top + height,
  };
}

function clip(pen, box) {
  pen.beginPath();
  pen.rect(box.left, box.top, box.width, box.height);
  pen.clip();
}

const shades = new Map();

/** A class's colour for every confidence from 0 to 255, as pixels. */
function shadesOf(colour) {
  if (!shades.has(colour)) {
    const opacity = (i) => SHADE.least + (SHADE.most - SHADE.least) * (i / 255);
    shades.set(
      colour,
      Uint32Array.from({ length: 256 }, (_, i) => pixel(rgb(colour), opacity(i))),
    );
  }
  return shades.get(colour);
}

/** The most probable class by colour, its probability by depth. */
function regionPixels(view, frame) {
  const colours = view.colors.map(shadesOf);
  const data = new Uint32Array(frame.regions.length);
  for (let i = 0; i < data.length; i++) data[i] = colours[frame.regions[i]][frame.confidence[i]];
  return { width: frame.width, height: frame.height, data };
}

function drawAxes(pen, view, theme, box) {
  const [x0, x1, y0, y1] = view.window;
  const [toX, toY] = [0, 1].map((axis) => (value) => value * view.scale[axis] + view.center[axis]);
  const fromX = (value) => box.x((value - view.center[0]) / view.scale[0]);
  const fromY = (value) => box.y((value - view.center[1]) / view.scale[1]);
  pen.strokeStyle = alpha(theme.text, 0.25);
  pen.lineWidth = 1;
  pen.strokeRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1);
  pen.fillStyle = alpha(theme.text, 0.75);
  pen.font = `11px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  const bottom = box.top + box.height;
  pen.beginPath();
  for (const value of ticks(toX(x0), toX(x1), Math.max(box.width / 80, 2))) {
    pen.moveTo(fromX(value), bottom);
    pen.lineTo(fromX(value), bottom + 4);
    pen.fillText(number(value, 4), fromX(value), bottom + 7);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of ticks(toY(y0), toY(y1), Math.max(box.height / 70, 2))) {
    pen.moveTo(box.left, fromY(value));
    pen.lineTo(box.left - 4, fromY(value));
    pen.fillText(number(value, 4), box.left - 7, fromY(value));
  }
  pen.stroke();
  pen.fillStyle = theme.text;
  pen.font = `12px ${theme.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  pen.fillText(view.axes[0], box.left + box.width / 2, bottom + 34);
  pen.save();
  pen.translate(box.left - 38, box.top + box.height / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(view.axes[1], 0, 0);
  pen.restore();
}

function pointRadius(view, count) {
  if (view.is_map || count > 1500) return 1.2;
  return count > 600 ? 2.8 : 3.8;
}

/** One point, drawn once and then copied: a disc for training, a hollow diamond for test. */
function stamp(colour, theme, radius, test) {
  const tiny = radius < 2;
  // On its own region a tiny point would not be seen.
  if (tiny) colour = `rgb(${between([colour, theme.text], 0.45)})`;
  const size = 2 * radius + 6;
  const canvas = document.createElement("canvas");
  const pen = fit(canvas, size, size);
  pen.translate(size / 2, size / 2);
  pen.beginPath();
  if (test) {
    const reach = radius * 1.25;
    pen.moveTo(0, -reach);
    for (const [x, y] of [
      [reach, 0],
      [0, reach],
      [-reach, 0],
    ])
      pen.lineTo(x, y);
    pen.closePath();
  } else {
    pen.arc(0, 0, radius, 0, 2 * Math.PI);
  }
  pen.fillStyle = test ? theme.background : colour;
  pen.strokeStyle = test ? colour : theme.background;
  pen.lineWidth = tiny ? 0.8 : test ? 1.6 : 1;
  pen.fill();
  if (test || !tiny) pen.stroke();
  return { canvas, size };
}

/** Each class's name at its median point, large classes first; a name that finds no room is left out. */
function writeNames(pen, view, points, theme, box) {
  const members = view.names.map(() => []);
  points.labels.forEach((label, i) => members[label].push(i));
  const median = (indices, axis) => {
    const values = indices.map((i) => points.xy[2 * i + axis]).sort((a, b) => a - b);
    return values[values.length >> 1];
  };
  const taken = [];
  const order = view.names.map((_, label) => label).filter((label) => members[label].length);
  order.sort((a, b) => members[b].length - members[a].length);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 3;
  pen.strokeStyle = alpha(theme.background, 0.85);
  pen.fillStyle = theme.text;
  for (const label of order) {
    const [x, y] = [box.x(median(members[label], 0)), box.y(median(members[label], 1))];
    for (const [size, dy] of [
      [12, 0],
      [10, 0],
      [10, -9],
      [10, 9],
    ]) {
      pen.font = `600 ${size}px ${theme.font}`;
      const half = pen.measureText(view.names[label]).width / 2 + 2;
      const place = [x - half, y + dy - size / 2 - 1, x + half, y + dy + size / 2 + 1];
      const free = taken.every(([a, b, c, d]) => place[2] < a || place[0] > c || place[3] < b || place[1] > d);
      if (!free || !box.holds(place[0], place[1]) || !box.holds(place[2], place[3])) continue;
      taken.push(place);
      pen.strokeText(view.names[label], x, y + dy);
      pen.fillText(view.names[label], x, y + dy);
      break;
    }
  }
}
