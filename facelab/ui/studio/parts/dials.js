// Sliders, each with its value. Loaded after hand.js.

export default component("dials", (root, tell) => {
  let known = "";
  let dials = {};
  let held = null;

  function createDial(row) {
    const value = make("span", { class: "value" });
    const slider = make("input", { type: "range", min: `${row.low}`, max: `${row.high}`, step: `${row.step}` });
    const element = make("label", { class: "dial" }, make("span", {}, row.label), value, slider);
    const show = () => {
      const text = `${Number(slider.value)}${row.unit}`.replace("-", "−");
      say(value, text);
      slider.setAttribute("aria-valuetext", text);
      slider.style.setProperty("--share", `${(100 * (slider.value - row.low)) / (row.high - row.low)}%`);
    };
    const turn = (moving) => tell({ [row.field]: Number(slider.value) }, moving);
    const letGo = () => {
      if (held === slider) turn(false);
      held = null;
    };
    slider.onpointerdown = () => {
      held = slider;
      // It may be let go anywhere.
      for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, letGo, { once: true });
    };
    slider.oninput = () => {
      show();
      turn(held === slider);
    };
    return {
      element,
      set(number) {
        if (held !== slider) slider.value = number;
        show();
      },
    };
  }

  return ({ rows }) => {
    const fields = rows.map((row) => row.field).join();
    if (fields !== known) {
      known = fields;
      dials = Object.fromEntries(rows.map((row) => [row.field, createDial(row)]));
      const [first, more] = [false, true].map((apart) => rows.filter((row) => row.more === apart));
      const elements = (some) => some.map((row) => dials[row.field].element);
      root.replaceChildren(...elements(first));
      if (more.length) root.append(make("details", {}, make("summary", {}, "More"), ...elements(more)));
    }
    for (const row of rows) dials[row.field].set(row.value);
  };
});
