// Small multiples: what the first repeat of each setting makes of the plane, or what its hidden units do; without
// pictures, a legend.

const MOST_CHIPS = 30; // more fill a screen before the first curve; the ranking names them as well
const FEW_POINTS = 600; // more would hide a small picture
const GAP = 10; // px between tiles, as in the style
const LEAST = [
  { count: 12, width: 92 },
  { count: 40, width: 72 },
  { count: Infinity, width: 54 },
]; // px of a tile, by the number of settings

const UNITS_WIDE = { count: Infinity, width: 150 }; // px of a tile with hidden units
const ACROSS = 4; // hidden units in a row
const BETWEEN = { units: 3, layers: 8 }; // px

const TITLES = {
  regions: (several) => `What each makes of the plane${several ? " (first repeat)" : ""}`,
  units: (several) => `Hidden units, the first layer over the last${several ? " (first repeat)" : ""}`,
};

/** One picture or chip per setting in `host`, in the order in which they are given. */
function createTiles(host, ui) {
  const title = make("div", { class: "title" });
  const list = make("div", { class: "list" });
  const tiles = new Map();
  const regions = document.createElement("canvas");
  const overlay = document.createElement("canvas");
  let overlaid = "";
  host.append(title, list);

  function create(label) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    const name = make("span", { class: "name" }, label);
    const value = make("span", { class: "value" });
    // The ranking has the same buttons for the keyboard.
    const element = make("button", { type: "button", class: "tile", tabindex: "-1" }, canvas, name, value);
    return { element: link(element, label, ui), canvas, value, drawn: [] };
  }

  function draw({ view, groups, theme, points, looked }) {
    const kind = groups.find((group) => group.picture)?.picture.kind;
    const several = groups.some((group) => group.lines[view.metrics[0].name].length > 1);
    say(title, kind ? TITLES[kind](several) : view.varied);
    host.classList.toggle("legend", !kind);
    host.hidden = !kind && groups.length > MOST_CHIPS;
    host.classList.toggle("units", kind === "units");
    host.style.setProperty("--columns", columnsOf(groups.length, list.clientWidth, kind));
    const labels = groups.map((group) => group.label);
    const shown = keep(list, tiles, labels, create);
    mark(tiles, looked);
    const { say: tell } = UNITS[view.ranking.unit];
    groups.forEach((group, i) => {
      const { element, value } = shown[i];
      const { status, rank } = group.pictured;
      element.title = group.pictured.label;
      element.style.setProperty("--color", group.color);
      element.classList.toggle("ended", status === "diverged");
      say(value, status === "diverged" ? "diverged" : rank === null ? status : tell(rank));
      element.setAttribute("aria-label", `${view.varied} ${group.label}, ${value.textContent}`);
    });
    if (!kind) return;
    // All widths are read before the first canvas is written, so that the page is laid out once.
    const widths = shown.map(({ canvas }) => canvas.clientWidth);
    groups.forEach((group, i) => paint(shown[i], group.picture, widths[i], view.plane, points, theme));
  }

  function paint(tile, found, width, plane, points, theme) {
    if (!found || !width) return;
    const key = [width, theme.background, found.confidence, found.regions ?? found.units, points];
    if (key.every((part, i) => part === tile.drawn[i])) return;
    tile.drawn = key;
    PAINT[found.kind](tile.canvas, found, width, plane, points, theme);
    tile.canvas.style.width = ""; // it goes with the grid's column
  }

  const PAINT = { regions: paintRegions, units: paintUnits };

  function paintRegions(canvas, found, width, plane, points, theme) {
    const height = Math.round((width * found.height) / found.width);
    const pen = fit(canvas, width, height);
    const image = regionPixels(plane, {
      width: found.width,
      height: found.height,
      regions: decode(found.regions, Uint8Array),
      confidence: decode(found.confidence, Uint8Array),
    });
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture(regions, image.width, image.height, image.data), 0, 0, width, height);
    if (points.labels.length >= FEW_POINTS) return;
    const under = [width, height, theme.background, plane.coordinates, plane.labels, ...plane.colors].join();
    if (under !== overlaid) scatter(fit(overlay, width, height), plane, points, theme, width, height);
    overlaid = under;
    pen.drawImage(overlay, 0, 0, width, height);
  }

  /** Each layer's units in rows, from negative through zero to positive. */
  function paintUnits(canvas, { side, layers, units }, width, plane, points, theme) {
    const cell = (width - (ACROSS - 1) * BETWEEN.units) / ACROSS;
    const rows = layers.map((count) => Math.ceil(count / ACROSS));
    const step = cell + BETWEEN.units;
    const tops = rows.map((_, i) => rows.slice(0, i).reduce((top, count) => top + count * step + BETWEEN.layers, 0));
    const pen = fit(canvas, width, tops.at(-1) + rows.at(-1) * step - BETWEEN.units);
    pen.imageSmoothingQuality = "high";
    pen.strokeStyle = alpha(theme.text, 0.2);
    const data = decode(units, Uint8Array);
    const area = side * side;
    let start = 0;
    layers.forEach((count, layer) => {
      for (let unit = 0; unit < count; unit++, start += area) {
        const pixels = Uint32Array.from(data.subarray(start, start + area), (value) => theme.diverging[value]);
        const [x, y] = [(unit % ACROSS) * step, tops[layer] + Math.floor(unit / ACROSS) * step];
        pen.drawImage(picture(regions, side, side, pixels), x, y, cell, cell);
        pen.strokeRect(x + 0.5, y + 0.5, cell - 1, cell - 1); // a unit that is 0 everywhere is seen too
      }
    });
  }

  return { draw };
}

/** How many columns fill rows evenly, as few rows as leave each tile wide enough. */
function columnsOf(count, room, kind) {
  const { width } = kind === "units" ? UNITS_WIDE : LEAST.find((least) => count <= least.count);
  const most = Math.max(Math.floor((room + GAP) / (width + GAP)), 1);
  return Math.ceil(count / Math.ceil(count / most));
}

/** The points, small and light, once for all pictures of one size. */
function scatter(pen, plane, { xy, labels }, theme, width, height) {
  const [x0, x1, y0, y1] = plane.window;
  const stamps = plane.colors.map((colour) => stamp(colour, theme, 1.2, 0));
  pen.globalAlpha = 0.6;
  labels.forEach((label, i) => {
    const { canvas, size } = stamps[label];
    const [x, y] = [((xy[2 * i] - x0) / (x1 - x0)) * width, ((y1 - xy[2 * i + 1]) / (y1 - y0)) * height];
    pen.drawImage(canvas, x - size / 2, y - size / 2, size, size);
  });
}
