// The marks that tell groups apart, and the legend that names them.

const MOST_NAMED = 60; // groups; more names than that are found by pointing at faces

/** Each traces its outline around the origin, as large as a circle of radius `r`. */
const SYMBOLS = {
  circle: (pen, r) => pen.arc(0, 0, r, 0, 2 * Math.PI),
  diamond: (pen, r) => polygon(pen, [0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0], r),
  square: (pen, r) => polygon(pen, [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9], r),
  triangle: (pen, r) => polygon(pen, [0, -1.25, 1.15, 0.8, -1.15, 0.8], r),
  cross: (pen, r) => polygon(pen, CROSS, r),
};
const ARM = 0.42;
const CROSS = [ARM, ARM, ARM, 1.2, -ARM, 1.2, -ARM, ARM, -1.2, ARM, -1.2, -ARM, -ARM, -ARM, -ARM, -1.2].concat(
  [ARM, -1.2, ARM, -ARM, 1.2, -ARM, 1.2, ARM],
);

function polygon(pen, corners, r) {
  for (let i = 0; i < corners.length; i += 2) pen.lineTo(corners[i] * r, corners[i + 1] * r);
  pen.closePath();
}

/** One mark with its middle at (x, y), with a rim of the page's colour that parts it from others. */
function drawSymbol(pen, { symbol, color }, x, y, r, rim) {
  pen.save();
  pen.translate(x, y);
  pen.beginPath();
  SYMBOLS[symbol](pen, r);
  pen.restore();
  pen.fillStyle = color;
  pen.fill();
  pen.strokeStyle = rim;
  pen.lineWidth = 1;
  pen.stroke();
}

/** The groups' names in `host`; `ui.look(group)` while one is pointed at, and `ui.hold(group)` when it is pressed. */
function createLegend(host, ui) {
  let drawn = null;
  let buttons = [];

  function chip(group, index, theme) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    const element = make("button", { type: "button" }, canvas, group.label);
    drawSymbol(fit(canvas, 14, 14), group, 7, 7, 4.5, theme.background);
    element.onpointerenter = element.onfocus = () => ui.look(index);
    element.onpointerleave = element.onblur = () => ui.look(null);
    element.onclick = () => ui.hold(index);
    return element;
  }

  function draw({ view, theme, held }) {
    const key = JSON.stringify([view.groups, theme.background]);
    if (drawn !== key) {
      const few = view.groups.length <= MOST_NAMED;
      buttons = few ? view.groups.map((group, index) => chip(group, index, theme)) : [];
      host.replaceChildren(...(few ? buttons : [`${view.groups.length} people: point at a face to see who it is.`]));
    }
    drawn = key;
    buttons.forEach((button, index) => button.setAttribute("aria-pressed", index === held));
  }

  return { draw };
}
