// What is around the pictures: the line of numbers, the film's slider, the legend with the brush, the caption.

const FILM_SECONDS = { least: 3, most: 8, perFrame: 0.1 };
const MOST_DRAWN_CLASSES = 8;
const SYMBOLS = [
  ["train", "Train"],
  ["test", "Test"],
  ["wrong", "Wrong"],
];
const NUMBERS = [
  ["epoch", "Epoch"],
  ["train_loss", "Train loss", nats],
  ["train_accuracy", "Train accuracy", percent],
  ["test_loss", "Test loss", nats],
  ["test_accuracy", "Test accuracy", percent],
];

/** The line of big numbers in `host`. */
function createNumbers(host) {
  const cells = NUMBERS.map(([name, title]) => {
    const value = make("span", { class: "value" });
    host.append(make("div", { class: `cell ${name.split("_")[0]}` }, make("span", { class: "title" }, title), value));
    return value;
  });
  return {
    draw({ frame }) {
      NUMBERS.forEach(([name, , format], i) => {
        say(cells[i], format ? format(frame.numbers[name] ?? NaN) : epochs(frame.epoch));
      });
    },
  };
}

/** Play, pause and a slider over the frames; `seek(index)` shows one. */
function createFilm(host, seek) {
  const play = make("button", { type: "button", class: "play", onclick: toggle });
  const slider = make("input", { type: "range", step: 1, "aria-label": "Film of the training" });
  const label = make("span", { class: "moment" });
  host.append(play, slider, label);
  let count = 1;
  let playing = null;
  slider.oninput = () => {
    stop();
    seek(Number(slider.value));
  };

  function toggle() {
    if (playing !== null) return stop();
    const from = Number(slider.value) >= count - 1 ? 0 : Number(slider.value);
    const began = performance.now();
    const seconds = Math.min(Math.max(FILM_SECONDS.perFrame * count, FILM_SECONDS.least), FILM_SECONDS.most);
    const tick = (now) => {
      const index = Math.min(from + Math.floor((Math.max(now - began, 0) / 1000 / seconds) * count), count - 1);
      if (index !== Number(slider.value)) seek(index);
      if (index >= count - 1 || !host.isConnected) return stop();
      playing = requestAnimationFrame(tick);
      return playing;
    };
    playing = requestAnimationFrame(tick);
    return face();
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = null;
    face();
  }

  function face() {
    say(play, playing === null ? "▶" : "❚❚");
    play.setAttribute("aria-label", playing === null ? "Play the film" : "Pause the film");
  }

  face();
  return {
    draw({ view, frame, index }) {
      count = view.frames.length;
      host.classList.toggle("empty", count < 2);
      slider.max = count - 1;
      slider.value = index;
      slider.setAttribute("aria-valuetext", `epoch ${epochs(frame.epoch)}`);
      say(label, `Epoch ${epochs(frame.epoch)}, step ${frame.step}`);
    },
    stop,
  };
}

/** What colours and symbols mean. Symbols hide and show their points; while drawing, classes choose the brush. */
function createLegend(host, ui) {
  let built = "";
  return {
    draw({ view, hide, brush, live }) {
      const drawing = live && view.drawing !== null;
      const key = JSON.stringify([view.names, view.colors, view.drawing, live, [...hide], brush, view.is_map]);
      if (key === built) return;
      built = key;
      const focused = host.getRootNode().activeElement?.dataset?.id;
      const count = drawing ? Math.max(view.drawing, brush + 1) : view.names.length;
      const parts = [];
      if (drawing || (!view.is_map && count <= view.shown_units)) {
        const chips = Array.from({ length: count }, (_, label) =>
          chip(view, label, drawing && brush === label, drawing),
        );
        parts.push(
          make("div", { class: "chips", role: drawing ? "radiogroup" : "list", "aria-label": "Classes" }, ...chips),
        );
      }
      if (drawing) {
        const full = count >= MOST_DRAWN_CLASSES || count > view.drawing;
        parts.push(
          make(
            "div",
            { class: "actions" },
            action("+ class", "add-class", () => ui.choose(count), full),
            action("Undo", "undo", ui.undo),
            action("Clear", "clear", ui.clear),
          ),
        );
      }
      parts.push(
        make(
          "div",
          { class: "symbols" },
          ...SYMBOLS.map(([name, text]) =>
            make(
              "button",
              {
                type: "button",
                class: `symbol ${name}`,
                "aria-pressed": !hide.has(name),
                "data-id": `show-${name}`,
                title: `Show or hide ${text.toLowerCase()} points`,
                onclick: () => ui.toggle(name),
              },
              make("i", { "aria-hidden": "true" }),
              text,
            ),
          ),
        ),
      );
      host.replaceChildren(...parts);
      host.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
    },
  };

  function chip(view, label, chosen, drawing) {
    const swatch = make("i", { "aria-hidden": "true" });
    swatch.style.background = classColour(view, label);
    const name = view.names[label] ?? `Class ${label + 1}`;
    if (!drawing) return make("span", { class: "chip", role: "listitem" }, swatch, name);
    return make(
      "button",
      {
        type: "button",
        class: "chip",
        role: "radio",
        "aria-checked": chosen,
        "data-id": `class-${label}`,
        onclick: () => ui.choose(label),
      },
      swatch,
      name,
    );
  }

  function action(text, id, onclick, disabled = false) {
    return make("button", { type: "button", class: "action", "data-id": id, disabled, onclick }, text);
  }
}

/** A class's colour, also of one that is about to be drawn. */
function classColour(view, label) {
  return view.colors[label] ?? view.palette.categories[label % view.palette.categories.length];
}

/** Above the plane: what is shown, and what can be done with a pinned unit. */
function createCaption(host, ui) {
  const text = make("span", { class: "what" });
  const toggle = make("button", {
    type: "button",
    class: "action",
    "data-id": "toggle",
    onclick: () => ui.switchUnit(),
  });
  const close = make(
    "button",
    { type: "button", class: "action", "data-id": "unpin", onclick: () => ui.unpin() },
    "Back to the classes",
  );
  host.append(text, toggle, close);
  return {
    draw({ view, frame, look, pinned, live }) {
      const depth = look ? look.column - 1 : -1;
      const bias = look && depth >= 0 ? `: bias ${number(frame.layers[depth]?.bias[look.row])}` : "";
      say(text, look ? nodeText(view, look) + bias : "Most probable class; the deeper its colour, the surer");
      toggle.hidden = !pinned || !live;
      close.hidden = !pinned;
      if (!pinned) return;
      const off = view.off.some(([layer, unit]) => layer === pinned.column - 1 && unit === pinned.row);
      say(toggle, off ? "Switch on" : "Switch off");
    },
  };
}
