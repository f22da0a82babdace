// The component: what is pointed at, looked at and chosen, and one `draw` that puts it on every part. Loaded after the
// other files of this folder and the plane's helpers.

const NARROW = 560; // px of width below which the map is less high
const HEIGHTS = { wide: 560, narrow: 400 };
const places = new WeakMap();

/** Streamlit calls this at every run and change of theme. */
export default function facesMap({ data, parentElement, setStateValue }) {
  if (!places.has(parentElement)) places.set(parentElement, mount(parentElement.querySelector(".faces")));
  const place = places.get(parentElement);
  place.update(data, setStateValue);
  return () => {
    place.stop();
    places.delete(parentElement);
  };
}

function mount(root) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const hint = "Arrow keys go from face to face, Enter keeps one, plus and minus zoom.";
  const host = make("div", { class: "host", tabindex: "0", role: "application", "aria-description": hint }, canvas);
  const legend = make("div", { class: "legend", role: "group", "aria-label": "Groups" });
  const camera = make("div", { class: "camera" });
  root.replaceChildren(legend, make("div", { class: "stage" }, host, camera));
  let scene;
  let send;
  let loaded = "";
  let looked = null;
  let held = null;
  let waiting = null;
  const scatter = createScatter(canvas);
  const card = createCard(host);
  const names = createLegend(legend, {
    look: (group) => change(() => (looked = group)),
    hold: (group) => change(() => (held = held === group ? null : group)),
  });
  const hand = addHand(host, scatter, {
    pointed: () => scene.pointed,
    point: (index) => scene && index !== scene.pointed && change(() => (scene.pointed = index)),
    choose(index) {
      change(() => (scene.chosen = index === scene.chosen ? null : index));
      send("chosen", scene.chosen);
    },
    speak: () => card.speak(scene),
    moved: soon,
  });
  const [nearer, farther, whole] = [
    ["+", "Zoom in", hand.nearer],
    ["−", "Zoom out", hand.farther],
    ["Reset", "Show the whole map", hand.whole],
  ].map(([text, title, onclick]) => make("button", { type: "button", title, "aria-label": title, onclick }, text));
  camera.append(nearer, farther, whole);
  const observer = new ResizeObserver(soon);
  observer.observe(root);

  function update(view, setStateValue) {
    send = setStateValue;
    const theme = readTheme(root, view.palette);
    const { pointed = null, chosen = null } = scene ?? {};
    const same = scene?.view.faces.points === view.faces.points;
    const points = same ? scene.points : decode(view.faces.points, Float32Array);
    const known = (index) => (index !== null && 2 * index < points.length ? index : null);
    scene = {
      view,
      theme,
      points,
      labels: decode(view.faces.labels, Uint16Array),
      answers: decode(view.faces.answers, Uint16Array),
      confidence: decode(view.faces.confidence, Float32Array),
      split: decode(view.faces.split, Uint8Array),
      group: decode(view.faces.group, Uint16Array),
      sprite: loaded === view.sprite.source ? scene.sprite : null,
      pointed: known(pointed),
      chosen: known(chosen),
    };
    if (held >= view.groups.length) held = null;
    if (loaded !== view.sprite.source) load(view.sprite.source);
    host.setAttribute("aria-label", view.alt);
    draw();
  }

  function load(source) {
    loaded = source;
    const sprite = new Image();
    sprite.onload = () => loaded === source && change(() => (scene.sprite = sprite));
    sprite.src = source;
  }

  function draw() {
    const width = host.clientWidth;
    if (!width) return;
    const height = width < NARROW ? HEIGHTS.narrow : HEIGHTS.wide;
    host.style.height = `${height}px`;
    names.draw({ ...scene, held });
    scatter.draw({ ...scene, looked: looked ?? held }, width, height);
    card.draw(scene, scatter.cut, scene.pointed === null ? [0, 0] : scatter.placed(scene.pointed), width, height);
    host.classList.toggle("zoomed", scatter.zoomed());
    host.classList.toggle("pointing", scene.pointed !== null);
    farther.disabled = whole.disabled = !scatter.zoomed();
  }

  function change(act) {
    act();
    soon();
  }

  /** Draws once before the next picture on screen, however many things changed. */
  function soon() {
    waiting ??= requestAnimationFrame(() => {
      waiting = null;
      if (scene) draw();
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
