// The picture: faces where they lie, seen through a camera that can be moved and brought nearer.

const EDGE = { top: 10, right: 12, left: 50, bottom: 42, bare: 12 };
const MARGIN = 0.05; // of the map, around the outermost faces
const MARK = 4; // px, the radius of a symbol
const NEAR = 16; // px from a symbol at which it is pointed at
const FACE = { least: 36, narrow: 28, most: 84, grows: 0.4 }; // px, and how fast a drawn face grows with the zoom
const RARE = 0.1; // of all faces: groups as small as that are drawn as pictures before others
const MOST_ZOOM = 60;
const FADED = 0.1;

/** The map on `canvas`. Its `at` finds the face under a place; `zoom`, `pan` and `show` move the camera. */
function createScatter(canvas) {
  let scene;
  let size = { width: 0, height: 0 };
  let order = []; // faces from the middle outwards
  let extent = null;
  let camera;
  let drawn = []; // indices of those drawn as pictures, the uppermost last
  let roomKey = []; // what `room` was found for
  let room = [];
  reset();

  function reset() {
    camera = { zoom: 1, x: 0, y: 0 };
  }

  /** Other points: seen as a whole again. */
  function take(points) {
    const all = (axis) => points.filter((_, i) => i % 2 === axis);
    const [xs, ys] = [all(0), all(1)];
    const ends = [xs, ys].map((values) => [Math.min(...values), Math.max(...values)]);
    extent = {
      middle: ends.map(([low, high]) => (low + high) / 2),
      span: ends.map(([low, high]) => (high - low) * (1 + 2 * MARGIN)),
    };
    const far = (i) => Math.hypot(xs[i] - extent.middle[0], ys[i] - extent.middle[1]);
    order = [...xs.keys()].sort((a, b) => far(a) - far(b));
    roomKey = [];
    reset();
  }

  function plot() {
    const titled = scene.view.titles;
    const left = titled ? EDGE.left : EDGE.bare;
    const width = size.width - left - EDGE.right;
    const height = size.height - EDGE.top - (titled ? EDGE.bottom : EDGE.bare);
    // One scale for both axes: a distance is a distance whichever way it lies.
    const fits = Math.min(width / (extent.span[0] || 1e-9), height / (extent.span[1] || 1e-9));
    const scale = (Number.isFinite(fits) && fits < 1e8 ? fits : 1) * camera.zoom;
    const center = [extent.middle[0] + camera.x, extent.middle[1] + camera.y];
    return {
      left,
      top: EDGE.top,
      width,
      height,
      scale,
      x: (value) => left + width / 2 + (value - center[0]) * scale,
      y: (value) => EDGE.top + height / 2 - (value - center[1]) * scale,
      back: (px, py) => [(px - left - width / 2) / scale + center[0], center[1] - (py - EDGE.top - height / 2) / scale],
    };
  }

  /** Where a face lies on the canvas. */
  function placed(index) {
    const box = plot();
    return [box.x(scene.points[2 * index]), box.y(scene.points[2 * index + 1])];
  }

  function pictureSize() {
    const { width, height } = scene.view.sprite;
    const least = size.width < NARROW ? FACE.narrow : FACE.least;
    const side = Math.min(least * camera.zoom ** FACE.grows, FACE.most);
    return [(side * width) / Math.max(width, height), (side * height) / Math.max(width, height)];
  }

  function draw(next, width, height) {
    if (scene?.points !== next.points) take(next.points);
    scene = next;
    size = { width, height };
    const { view, theme, group, looked, pointed, chosen } = scene;
    const box = plot();
    const pen = fit(canvas, width, height);
    drawAxes(pen, box, view.titles, theme);
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    const seen = order.filter((index) => holds(box, ...placed(index), FACE.most)).reverse();
    const visible = new Set(seen);
    const bright = (index) => looked === null || group[index] === looked;
    // What is not looked at lies under what is.
    seen.sort((a, b) => bright(a) - bright(b) || group[a] - group[b]);
    for (const index of seen) {
      pen.globalAlpha = bright(index) ? 0.85 : FADED;
      drawSymbol(pen, view.groups[group[index]], ...placed(index), MARK, theme.background);
    }
    drawn = view.draw && scene.sprite ? withRoom(box.scale).filter((index) => visible.has(index)) : [];
    drawn.sort((a, b) => bright(a) - bright(b));
    for (const index of drawn) {
      pen.globalAlpha = bright(index) ? 1 : FADED;
      drawFace(pen, index, pictureSize());
    }
    pen.globalAlpha = 1;
    for (const index of new Set([chosen, pointed])) if (index !== null) ring(pen, index, index === chosen);
    pen.restore();
  }

  /** The faces that can be drawn at a scale with none over another: rare ones first, then those in the middle. */
  function withRoom(scale) {
    const [width, height] = pictureSize();
    const key = [scale, width, height, scene.group];
    if (key.every((part, i) => part === roomKey[i])) return room;
    roomKey = key;
    room = [];
    const cells = new Map();
    const counts = new Map();
    for (const group of scene.group) counts.set(group, (counts.get(group) ?? 0) + 1);
    const common = (index) => counts.get(scene.group[index]) > RARE * order.length;
    const first = [...order].sort((a, b) => common(a) - common(b));
    for (const index of first) {
      const [x, y] = [(scene.points[2 * index] * scale) / width, (scene.points[2 * index + 1] * scale) / height];
      const [column, row] = [Math.floor(x), Math.floor(y)];
      let free = true;
      for (let i = column - 1; i <= column + 1 && free; i++)
        for (let j = row - 1; j <= row + 1 && free; j++) {
          const other = cells.get(`${i},${j}`);
          free = !other || Math.max(Math.abs(other[0] - x), Math.abs(other[1] - y)) >= 1.06;
        }
      if (!free) continue;
      cells.set(`${column},${row}`, [x, y]);
      room.push(index);
    }
    return room;
  }

  function drawFace(pen, index, [width, height]) {
    const [x, y] = placed(index);
    const edge = 2;
    pen.fillStyle = scene.view.groups[scene.group[index]].color;
    pen.fillRect(x - width / 2, y - height / 2, width, height);
    cut(pen, index, x - width / 2 + edge, y - height / 2 + edge, width - 2 * edge, height - 2 * edge);
  }

  /** One face out of the sprite. */
  function cut(pen, index, x, y, width, height) {
    const { columns, width: across, height: down } = scene.view.sprite;
    const [column, row] = [index % columns, Math.floor(index / columns)];
    pen.imageSmoothingQuality = "high";
    // Half a pixel inside, so that no neighbour shines through.
    pen.drawImage(scene.sprite, column * across + 0.5, row * down + 0.5, across - 1, down - 1, x, y, width, height);
  }

  function ring(pen, index, kept) {
    const [x, y] = placed(index);
    const [width, height] = drawn.includes(index) ? pictureSize() : [3.4 * MARK, 3.4 * MARK];
    pen.strokeStyle = scene.theme.text;
    pen.lineWidth = kept ? 3 : 1.5;
    pen.beginPath();
    if (drawn.includes(index)) {
      drawFace(pen, index, [width, height]);
      pen.rect(x - width / 2, y - height / 2, width, height);
    } else {
      drawSymbol(pen, scene.view.groups[scene.group[index]], x, y, MARK + 1, scene.theme.background);
      pen.strokeStyle = scene.theme.text;
      pen.lineWidth = kept ? 3 : 1.5;
      pen.beginPath();
      pen.arc(x, y, width / 2 + 1, 0, 2 * Math.PI);
    }
    pen.stroke();
  }

  /** The face at a place of the canvas: a picture that lies there, else the nearest symbol, else null. */
  function at(px, py) {
    if (!scene || !holds(plot(), px, py, 0)) return null;
    const [width, height] = pictureSize();
    const picture = drawn.findLast((index) => {
      const [x, y] = placed(index);
      return Math.abs(x - px) <= width / 2 && Math.abs(y - py) <= height / 2;
    });
    if (picture !== undefined) return picture;
    let best = { distance: NEAR, index: null };
    for (const index of order) {
      if (scene.looked !== null && scene.group[index] !== scene.looked) continue;
      const [x, y] = placed(index);
      const distance = Math.hypot(x - px, y - py);
      if (distance < best.distance) best = { distance, index };
    }
    return best.index;
  }

  /** Brings what lies at (px, py) nearer by a factor, so that it stays there; false where it was as far as it goes. */
  function zoom(factor, px, py) {
    const wanted = Math.min(Math.max(camera.zoom * factor, 1), MOST_ZOOM);
    if (wanted === camera.zoom) return false;
    const before = plot().back(px, py);
    camera.zoom = wanted;
    const after = plot().back(px, py);
    move(before[0] - after[0], before[1] - after[1]);
    return true;
  }

  function pan(dx, dy) {
    const { scale } = plot();
    move(-dx / scale, dy / scale);
  }

  /** The camera stays over the faces: as a whole they lie in the middle. */
  function move(x, y) {
    const { width, height, scale } = plot();
    const reach = [width, height].map((pixels, axis) => Math.max(extent.span[axis] - pixels / scale, 0) / 2);
    camera.x = Math.min(Math.max(camera.x + x, -reach[0]), reach[0]);
    camera.y = Math.min(Math.max(camera.y + y, -reach[1]), reach[1]);
  }

  /** Moves the camera only as far as a face needs to be seen. */
  function show(index) {
    const box = plot();
    const [x, y] = placed(index);
    const [right, bottom] = [box.left + box.width - NEAR, box.top + box.height - NEAR];
    const across = Math.max(box.left + NEAR - x, 0) - Math.max(x - right, 0);
    pan(across, Math.max(box.top + NEAR - y, 0) - Math.max(y - bottom, 0));
  }

  /** The next face from `index` in a direction, [dx, dy] in pixels; from nowhere the one in the middle. */
  function beside(index, [dx, dy]) {
    if (index === null) return order[0];
    const [x, y] = placed(index);
    let best = { cost: Infinity, index };
    for (const other of order) {
      const [ox, oy] = placed(other);
      const along = (ox - x) * dx + (oy - y) * dy;
      const cost = along + 2.5 * Math.abs((ox - x) * dy + (oy - y) * dx);
      if (other !== index && along > 0.5 && cost < best.cost) best = { cost, index: other };
    }
    return best.index;
  }

  return { draw, at, zoom, pan, show, beside, cut, placed, zoomed: () => camera.zoom > 1 };
}

function holds(box, x, y, slack) {
  const inside = (value, low, length) => value >= low - slack && value <= low + length + slack;
  return inside(x, box.left, box.width) && inside(y, box.top, box.height);
}

/** A frame, and where they mean something titles and numbers. */
function drawAxes(pen, box, titles, theme) {
  pen.strokeStyle = alpha(theme.text, 0.16);
  pen.lineWidth = 1;
  pen.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  if (!titles) return;
  const bottom = box.top + box.height;
  const [low, high] = [box.back(box.left, bottom), box.back(box.left + box.width, box.top)];
  pen.font = `11px ${theme.font}`;
  pen.fillStyle = alpha(theme.text, 0.75);
  pen.strokeStyle = alpha(theme.text, 0.09);
  pen.beginPath();
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const value of ticks(low[0], high[0], Math.max(box.width / 110, 2))) {
    const x = Math.round(box.x(value)) + 0.5;
    pen.moveTo(x, box.top);
    pen.lineTo(x, bottom);
    pen.fillText(number(value), x, bottom + 6);
  }
  pen.fillText(titles[0], box.left + box.width / 2, bottom + 24);
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const value of ticks(low[1], high[1], Math.max(box.height / 90, 2))) {
    const y = Math.round(box.y(value)) + 0.5;
    pen.moveTo(box.left, y);
    pen.lineTo(box.left + box.width, y);
    pen.fillText(number(value), box.left - 6, y);
  }
  pen.stroke();
  pen.save();
  pen.translate(10, box.top + box.height / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(titles[1], 0, 0);
  pen.restore();
}
