// The plane without its controls: regions, training points, axes and, on a map, names. Loaded after the plane's files.

const stills = new WeakMap();

/** Streamlit calls this at every run and change of theme. */
export default function still({ data, parentElement }) {
  if (!stills.has(parentElement)) stills.set(parentElement, mount(parentElement.querySelector(".still")));
  const place = stills.get(parentElement);
  place.update(data);
  return () => {
    place.stop();
    stills.delete(parentElement);
  };
}

function mount(root) {
  const field = createField(root);
  const hide = new Set(["test", "wrong"]);
  let scene;
  let width = 0;
  const observer = new ResizeObserver(() => {
    if (root.clientWidth !== width) draw();
  });
  observer.observe(root);

  function update(view) {
    root.setAttribute("aria-label", view.alt);
    const points = {
      xy: decode(view.coordinates, Float32Array),
      labels: decode(view.labels, Uint16Array),
      isTest: decode(view.is_test, Uint8Array),
    };
    const frame = unpack(view.frames[0]);
    scene = { view, frame, points, hide, pending: [], look: null, theme: readTheme(root, view.palette) };
    draw();
  }

  function draw() {
    width = root.clientWidth;
    if (width) field.draw(scene);
  }

  return { update, stop: () => observer.disconnect() };
}
