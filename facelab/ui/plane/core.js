// What every part of the plane uses: arrays out of base64, the theme's colours, elements, canvases, ticks, numbers.

/** Little-endian bytes in base64 as a typed array. */
function decode(text, Type) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return new Type(bytes.buffer);
}

const unpacked = new WeakMap();

/** A packed frame's arrays, decoded when it is first shown. */
function unpack(packed) {
  if (!unpacked.has(packed)) {
    unpacked.set(packed, {
      ...packed,
      regions: decode(packed.regions, Uint8Array),
      confidence: decode(packed.confidence, Uint8Array),
      units: decode(packed.units, Uint8Array),
      wrong: decode(packed.wrong, Uint8Array),
      layers: packed.layers.map((layer) => ({
        ...layer,
        weight: decode(layer.weight, Float32Array),
        bias: decode(layer.bias, Float32Array),
      })),
    });
  }
  return unpacked.get(packed);
}

/** An element with attributes and children. `on...` are handlers; what is false is left out, but for ARIA. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element[name] = value;
    else if (name.startsWith("aria-") || value) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Changes a text only where it differs, so that nothing is laid out anew. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A canvas' context in CSS pixels, cleared, sharp on any screen. */
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    [canvas.width, canvas.height] = [w, h];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** A canvas of pixels: Uint32 [height, width], each alpha-blue-green-red. */
function picture(canvas, width, height, pixels) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
  return canvas;
}

/** '#rrggbb' as three numbers from 0 to 255. */
function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** '#rrggbb' with an opacity from 0 to 1. */
function alpha(hex, opacity) {
  return `rgba(${rgb(hex).join(",")},${opacity})`;
}

/** One pixel of `picture`. */
function pixel([red, green, blue], opacity = 1) {
  return ((Math.round(255 * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The page's colours and font, and a table of 256 pixels from negative through zero to positive. */
function readTheme(root, palette) {
  const style = getComputedStyle(root);
  const pen = document.createElement("canvas").getContext("2d");
  const colour = (name, otherwise) => {
    pen.fillStyle = otherwise;
    pen.fillStyle = style.getPropertyValue(`--st-${name}`).trim() || otherwise;
    return pen.fillStyle;
  };
  const background = colour("background-color", "#ffffff");
  const [red, green, blue] = rgb(background);
  const dark = 0.3 * red + 0.59 * green + 0.11 * blue < 128;
  const [, low, lowLight, , highLight, high] = palette.diverging;
  // On a dark page zero is dark and the ends are light, so that what is strong stands out on both pages.
  const stops = dark ? [lowLight, low, background, high, highLight] : [low, lowLight, "#ffffff", highLight, high];
  return {
    dark,
    background,
    text: colour("text-color", "#1b2530"),
    panel: colour("secondary-background-color", "#f3f6f8"),
    font: style.fontFamily,
    zero: stops[2],
    negative: stops[0],
    positive: stops[4],
    diverging: Uint32Array.from({ length: 256 }, (_, i) => pixel(between(stops, (i - 0.5) / 255))),
  };
}

/** The colour at `place`, from 0 to 1, of evenly spaced colours. */
function between(stops, place) {
  const at = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [rgb(stops[index]), rgb(stops[index + 1])];
  return from.map((value, i) => Math.round(value + (to[i] - value) * (at - index)));
}

/** About `count` round numbers between two ends. */
function ticks(low, high, count) {
  const step = round((high - low) / count);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return found;
}

/** The next of 1, 2, 2.5, 5, 10, ... at or above a positive number. */
function round(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 2.5, 5, 10].find((step) => step * power >= value * (1 - 1e-9));
}

/** A number to so many digits, with a real minus. */
function number(value, digits = 3) {
  if (!Number.isFinite(value)) return "–";
  const text =
    Math.abs(value) >= 1e5 || (value && Math.abs(value) < 1e-4) ? value.toExponential(1) : value.toPrecision(digits);
  return (text.includes("e") ? text : String(Number(text))).replace("-", "−");
}

/** A share from 0 to 1 in per cent. */
function percent(share) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–";
}

/** A loss, always to three decimals while it is small, so that its digits stand still. */
function nats(value) {
  return Number.isFinite(value) && value < 1000 ? value.toFixed(3) : number(value);
}

/** An epoch: whole ones bare, others to one decimal. */
function epochs(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
