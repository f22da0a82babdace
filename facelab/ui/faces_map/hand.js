// The hand on the map: pointing, choosing, dragging, the wheel, and the same by keyboard.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const DRAG = 4; // px that make a press a drag
const NEARER = 1.5; // by one press of a key or a button

/** `ui.point(index)`, `ui.choose(index)`, `ui.speak()` and `ui.moved()` are told what the hand does on `host`. */
function addHand(host, scatter, ui) {
  let pressed = null; // where the pointer went down, and whether it has dragged since
  const local = (event) => {
    const box = host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  host.onpointerdown = (event) => {
    if (event.button) return;
    const [x, y] = local(event);
    pressed = { x, y, dragged: false };
    ui.point(scatter.at(x, y));
  };
  host.onpointermove = (event) => {
    const [x, y] = local(event);
    if (!pressed) return ui.point(scatter.at(x, y));
    if (!pressed.dragged && Math.hypot(x - pressed.x, y - pressed.y) < DRAG) return undefined;
    if (!pressed.dragged) host.setPointerCapture(event.pointerId);
    pressed.dragged = true;
    scatter.pan(x - pressed.x, y - pressed.y);
    [pressed.x, pressed.y] = [x, y];
    ui.point(null);
    return ui.moved();
  };
  host.onpointerup = (event) => {
    if (pressed && !pressed.dragged) ui.choose(scatter.at(...local(event)));
    pressed = null;
  };
  host.onpointercancel = () => (pressed = null);
  // A finger that is lifted leaves what it pointed at to be read.
  host.onpointerleave = (event) => event.pointerType !== "touch" && ui.point(null);
  // All of it seen, the wheel that would take it further away scrolls the page instead.
  const wheel = (event) => {
    if (!scatter.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...local(event))) return;
    event.preventDefault();
    ui.point(scatter.at(...local(event)));
    ui.moved();
  };
  host.addEventListener("wheel", wheel, { passive: false });

  function zoom(factor) {
    scatter.zoom(factor, host.clientWidth / 2, host.clientHeight / 2);
    ui.moved();
  }

  const keys = {
    Enter: () => ui.choose(ui.pointed()),
    Escape: () => ui.point(null),
    "+": () => zoom(NEARER),
    "=": () => zoom(NEARER),
    "-": () => zoom(1 / NEARER),
    0: () => zoom(1e-9),
  };
  host.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    const act = keys[event.key];
    if (!direction && !act) return;
    event.preventDefault();
    if (act) return act();
    const next = scatter.beside(ui.pointed(), direction);
    scatter.show(next);
    ui.point(next);
    ui.speak();
  };
  host.onblur = () => ui.point(null);
  return { nearer: () => zoom(NEARER), farther: () => zoom(1 / NEARER), whole: () => zoom(1e-9) };
}
