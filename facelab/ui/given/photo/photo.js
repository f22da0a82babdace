// A photo under its boxes. A click on a box chooses that face; a box is drawn from corner to corner. Loaded after the
// plane's helpers.

const BESIDE = 108; // px, the crop's column
const SLIP = 8; // px that a click may move
const places = new WeakMap();

/** Streamlit calls this at every run. */
export default function photo({ data, parentElement, setTriggerValue }) {
  if (!places.has(parentElement)) places.set(parentElement, mount(parentElement.querySelector(".photo")));
  places.get(parentElement)(data, setTriggerValue);
}

function mount(root) {
  const picture = make("img", { draggable: "false" });
  const layer = make("div", { class: "layer" });
  const band = make("div", { class: "band", "aria-hidden": "true" });
  band.hidden = true;
  const stage = make("div", { class: "stage" }, picture, layer, band);
  const crop = make("img", { alt: "The crop that the network saw." });
  const beside = make("figure", {}, crop, make("figcaption", {}, "What the network saw"));
  root.replaceChildren(stage, beside);
  let view;
  let send;
  let start = null;

  const at = (event) => {
    const box = stage.getBoundingClientRect();
    const inside = (value, most) => Math.min(Math.max(value, 0), most);
    return [inside(event.clientX - box.left, box.width), inside(event.clientY - box.top, box.height)];
  };

  /** From the first corner to here, in px of the stage: left, top, right, bottom. */
  function span(event) {
    const [x, y] = at(event);
    return [Math.min(start[0], x), Math.min(start[1], y), Math.max(start[0], x), Math.max(start[1], y)];
  }

  stage.onpointerdown = (event) => {
    if (event.button) return;
    start = at(event);
    stage.setPointerCapture(event.pointerId);
  };
  stage.onpointermove = (event) => {
    if (!start) return;
    const [left, top, right, bottom] = span(event);
    band.hidden = Math.max(right - left, bottom - top) < SLIP;
    Object.assign(band.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
  };
  stage.onpointerup = (event) => {
    if (!start) return;
    const [left, top, right, bottom] = span(event);
    const scale = view.size[0] / stage.clientWidth;
    if (Math.max(right - left, bottom - top) >= SLIP) {
      send("draw", [left, top, right, bottom].map((side) => side * scale));
    } else {
      const [x, y] = [left * scale, top * scale];
      const met = view.boxes.findIndex((box) => x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3]);
      if (met >= 0) send("choose", met);
    }
    stop();
  };
  stage.onpointercancel = stop;

  function stop() {
    start = null;
    band.hidden = true;
  }

  function frame(box, colour, label, on) {
    const [width, height] = view.size;
    // A box may reach beyond the photo, where its number would not be seen.
    const [left, right] = [0, 2].map((side) => (100 * Math.min(Math.max(box[side], 0), width)) / width);
    const [top, bottom] = [1, 3].map((side) => (100 * Math.min(Math.max(box[side], 0), height)) / height);
    const place = `left:${left}%;top:${top}%;width:${right - left}%;height:${bottom - top}%;--colour:${colour}`;
    const tag = label ? [make("span", {}, label)] : [];
    return make("div", { class: on ? "face on" : "face", style: place }, ...tag);
  }

  return function update(data, setTriggerValue) {
    [view, send] = [data, setTriggerValue];
    if (picture.src !== view.picture) picture.src = view.picture;
    picture.alt = view.alt;
    const aspect = view.size[0] / view.size[1];
    stage.style.aspectRatio = aspect;
    stage.style.width = `min(100% - ${view.crop ? BESIDE : 0}px, ${aspect * view.tall}px)`;
    const frames = view.boxes.map((box, index) => {
      const on = index === view.chosen;
      return frame(box, view.colours[on ? "chosen" : "other"], view.labels[index], on);
    });
    if (view.drawn) frames.push(frame(view.drawn, view.colours.chosen, view.labels[view.boxes.length], true));
    layer.replaceChildren(...frames);
    beside.hidden = !view.crop;
    if (view.crop && crop.src !== view.crop) crop.src = view.crop;
  };
}
