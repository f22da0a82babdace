// What the studio's parts share: telling the page what a hand does, no faster than it answers, and dragging in two
// directions. Loaded after the plane's helpers.

const PATIENCE = 1500; // ms after which an answer is not awaited any more
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** A component of Streamlit's from `mount(root)`, which returns `update(data, answered)`. */
function component(name, mount) {
  const places = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    if (!places.has(parentElement)) {
      const teller = createTeller();
      places.set(parentElement, { teller, update: mount(parentElement.querySelector(`.${name}`), teller.tell) });
    }
    const { teller, update } = places.get(parentElement);
    update(data);
    teller.answered(setTriggerValue);
    return () => places.delete(parentElement);
  };
}

/** `tell(values, held)` says what a hand moves; of what it does before the page has answered only the last counts. */
function createTeller() {
  let send;
  let waiting = null;
  let free = true;
  let timer;

  function next() {
    if (!free || !waiting) return;
    free = false;
    timer = setTimeout(release, PATIENCE);
    send("turn", waiting);
    waiting = null;
  }

  function release() {
    clearTimeout(timer);
    free = true;
    next();
  }

  return {
    tell(values, held) {
      waiting = { values: { ...waiting?.values, ...values }, held };
      next();
    },
    answered(setTriggerValue) {
      send = setTriggerValue;
      release();
    },
  };
}

/** Moves two values by dragging on `host` and by its arrow keys. `drag(event, before)` gives the new pair. */
function addPad(host, tell, { drag, step, draw }) {
  let data;
  let values;
  let pressed = null; // where the drag began, and what the values were then

  function move(pair, held) {
    values = pair.map((value, i) => Math.round(Math.min(Math.max(value, data.ranges[i][0]), data.ranges[i][1])));
    draw(values, data);
    tell(Object.fromEntries(data.fields.map((field, i) => [field, values[i]])), held);
  }

  host.onpointerdown = (event) => {
    if (event.button) return;
    host.setPointerCapture(event.pointerId);
    pressed = { x: event.clientX, y: event.clientY, values };
    if (host.dataset.jumps) move(drag(event, pressed), true);
  };
  host.onpointermove = (event) => pressed && move(drag(event, pressed), true);
  host.onpointerup = host.onpointercancel = () => {
    if (pressed) move(values, false);
    pressed = null;
  };
  host.onkeydown = (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(values.map((value, i) => value + arrow[i] * (event.shiftKey ? 1 : step)), false);
  };
  return (news) => {
    data = news;
    if (!pressed) values = data.values;
    draw(values, data);
  };
}

/** A direction in words: "20° to the right, 5° up". */
function direction([across, up], [left, right, low, high]) {
  const parts = [
    across && `${Math.abs(across)}° ${across < 0 ? left : right}`,
    up && `${Math.abs(up)}° ${up < 0 ? low : high}`,
  ].filter(Boolean);
  return parts.join(", ") || "straight ahead";
}
