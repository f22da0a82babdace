// The portrait, whose head turns after the pointer. Loaded after hand.js.

const STEP = 5; // degrees by one press of an arrow
const DEGREES_PER_PX = 0.25;

export default component("portrait", (root, tell) => {
  const image = make("img", { draggable: "false", alt: "" });
  const hint = "Drag it, or use the arrow keys, to turn the head; with Shift in small steps.";
  const host = make("div", { class: "sitter", tabindex: "0", role: "application", "aria-description": hint }, image);
  root.replaceChildren(host);

  function drag(event, before) {
    const moved = [event.clientX - before.x, before.y - event.clientY];
    return before.values.map((value, i) => value + DEGREES_PER_PX * moved[i]);
  }

  function draw(values, data) {
    if (image.src !== data.picture) image.src = data.picture;
    host.setAttribute("aria-label", data.alt);
  }

  return addPad(host, tell, { drag, step: STEP, draw });
});
