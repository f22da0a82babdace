// Small multiples: what the first repeat of each setting makes of the plane; without pictures, a legend.

const FEW_POINTS = 600; // more would hide a small picture
const GAP = 10; // px between tiles, as in the style
const LEAST = [
  { count: 12, width: 92 },
  { count: 40, width: 72 },
  { count: Infinity, width: 54 },
]; // px of a tile, by the number of settings

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
    const pictures = groups.some((group) => group.picture);
    const several = groups.some((group) => group.lines[view.metrics[0].name].length > 1);
    say(title, pictures ? `What each makes of the plane${several ? " (first repeat)" : ""}` : view.varied);
    host.classList.toggle("legend", !pictures);
    host.style.setProperty("--columns", columnsOf(groups.length, list.clientWidth));
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
    if (!pictures) return;
    // All widths are read before the first canvas is written, so that the page is laid out once.
    const widths = shown.map(({ canvas }) => canvas.clientWidth);
    groups.forEach((group, i) => paint(shown[i], group.picture, widths[i], view.plane, points, theme));
  }

  function paint(tile, found, width, plane, points, theme) {
    if (!found || !width) return;
    const height = Math.round((width * found.height) / found.width);
    const key = [width, theme.background, found.confidence, found.regions, points];
    if (key.every((part, i) => part === tile.drawn[i])) return;
    tile.drawn = key;
    const pen = fit(tile.canvas, width, height);
    tile.canvas.style.width = ""; // it goes with the grid's column
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

  return { draw };
}

/** How many columns fill rows evenly, as few rows as leave each tile wide enough. */
function columnsOf(count, room) {
  const { width } = LEAST.find((least) => count <= least.count);
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
