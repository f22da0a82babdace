// A ball lit as the photo is, with the lamp on it. Loaded after hand.js.

const SIDE = 148; // px
const RADIUS = 58; // px
const STEP = 5; // degrees by one press of an arrow
const DEGREE = Math.PI / 180;
const WARM = [255, 196, 140];
const COLD = [165, 200, 255];

/** Where light from there comes from: x to the right, y up, z towards the camera. */
function towards([azimuth, elevation]) {
  const [a, e] = [azimuth * DEGREE, elevation * DEGREE];
  return [Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e)];
}

export default component("lamp", (root, tell) => {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const spoken = make("p", { "aria-live": "polite" });
  const hint = "Drag the lamp over the ball, or use the arrow keys; with Shift in small steps.";
  const host = make("div", { class: "ball", tabindex: "0", role: "application", "aria-description": hint }, canvas);
  host.dataset.jumps = "yes";
  root.replaceChildren(host, make("div", {}, make("strong", {}, "Light"), spoken));
  const ball = document.createElement("canvas");

  /** The lamp lies on the front of the ball, under the pointer. */
  function drag(event) {
    const box = host.getBoundingClientRect();
    let x = (event.clientX - box.left - SIDE / 2) / RADIUS;
    let y = -(event.clientY - box.top - SIDE / 2) / RADIUS;
    const far = Math.max(1, Math.hypot(x, y));
    [x, y] = [x / far, y / far];
    const z = Math.sqrt(Math.max(0, 1 - x * x - y * y));
    return [Math.atan2(x, z) / DEGREE, Math.asin(y) / DEGREE];
  }

  function draw(values, data) {
    const lamp = towards(values);
    const sharp = 1.6 - data.light_softness;
    const tint = data.light_warmth < 0 ? COLD : WARM;
    const colour = tint.map((channel) => 255 + (channel - 255) * Math.abs(data.light_warmth));
    const size = 2 * RADIUS;
    const pixels = new Uint32Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [x, y] = [(column + 0.5) / RADIUS - 1, 1 - (row + 0.5) / RADIUS];
        const far = Math.hypot(x, y);
        if (far > 1) continue;
        const facing = x * lamp[0] + y * lamp[1] + Math.sqrt(1 - far * far) * lamp[2];
        const lit = Math.max(0, facing) ** sharp * data.light_strength;
        const light = Math.min(1, 0.55 * (1.1 - data.light_strength) + lit);
        const edge = Math.min(1, (1 - far) * RADIUS);
        pixels[row * size + column] = pixel(colour.map((channel) => Math.round(channel * light)), edge);
      }
    }
    picture(ball, size, size, pixels);
    const pen = fit(canvas, SIDE, SIDE);
    const corner = SIDE / 2 - RADIUS;
    pen.drawImage(ball, corner, corner);
    const [x, y] = [SIDE / 2 + lamp[0] * RADIUS, SIDE / 2 - lamp[1] * RADIUS];
    pen.beginPath();
    pen.arc(x, y, 9, 0, 2 * Math.PI);
    pen.fillStyle = `rgb(${colour.join(",")})`;
    pen.fill();
    pen.lineWidth = 3;
    pen.strokeStyle = getComputedStyle(root).getPropertyValue("--st-primary-color");
    pen.stroke();
    const text = direction(values, ["from the left", "from the right", "from below", "from above"]);
    host.setAttribute("aria-label", `Direction of the light: ${text}`);
    say(spoken, text === "straight ahead" ? "From the camera." : `${text}.`);
  }

  return addPad(host, tell, { drag, step: STEP, draw });
});
