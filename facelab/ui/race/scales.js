// The axes of the race. While it goes on their ends only move apart, and in steps, so that nothing jumps.

const UNITS = {
  nats: { say: nats, tick: (value) => number(value), whole: null, canLog: true },
  share: { say: percent, tick: (value) => `${number(100 * value)} %`, whole: [0, 1], canLog: false },
};

const MOMENTS = {
  epoch: (value) => `epoch ${epochs(value)}`,
  step: (value) => `step ${large(value)}`,
  seconds: (value) => `${value.toFixed(1)} s`,
};

const MOST_DECADES = 5;
const OVER = 2; // a loss is drawn up to so many times what losses begin with: a diverging one leaves at the top

/** Two ways to lay values between the ends of an axis: `place` is 0 at its low end and 1 at its high one. */
const SCALES = {
  linear: {
    ends: ({ most, first }, before) => [0, grown(Math.min(most, OVER * first), before?.[1] ?? 0)],
    place: (value, [low, high]) => (value - low) / (high - low),
    ticks: ([low, high]) => ticks(low, high, 4),
  },
  log: {
    ends: ({ least, most, first }, before) => {
      const high = Math.max(before?.[1] ?? 0, decade(Math.min(most, OVER * first) * 1.02, Math.ceil));
      const low = decade(Math.max(Math.min(least, high / 2), high / 10 ** MOST_DECADES), Math.floor);
      return [Math.min(before?.[0] ?? Infinity, low), high];
    },
    place: (value, [low, high]) => Math.log(Math.max(value, low) / low) / Math.log(high / low),
    ticks: ([low, high]) => {
      const steps = high / low > 1000 ? [1] : [1, 2, 5];
      const found = [];
      for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++)
        for (const step of steps) found.push(Number(`${step}e${power}`));
      return found.filter((value) => value >= low * 0.999 && value <= high * 1.001);
    },
  },
};

/** What an axis must show of many series: the least above 0, the most, and how large they typically begin. */
function extent(series) {
  let [least, most] = [Infinity, 0];
  const firsts = [];
  for (const values of series) {
    let known = false;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (!known) firsts.push(value);
      known = true;
      if (value > most) most = value;
      if (value > 0 && value < least) least = value;
    }
  }
  return { least, most: most || 1, first: median(firsts) || most || 1 };
}

/** The top of an axis from 0: the old one until a value exceeds it, then the next round one. */
function grown(value, before) {
  const wanted = Math.max(value, 1e-3) * 1.02;
  const step = round(wanted / 5);
  return wanted > before ? step * Math.ceil(wanted / step) : before;
}

/** Round ends close around numbers. */
function tight(values, whole) {
  if (!values.length) return whole ?? [0, 1];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = 0.15 * (most - least) || 0.05 * Math.abs(most) || 0.5;
  const step = round((most - least + 2 * margin) / 4);
  const [low, high] = whole ?? [0, Infinity];
  return [
    Math.max(step * Math.floor((least - margin) / step), low),
    Math.min(step * Math.ceil((most + margin) / step), high),
  ];
}

/** A positive number rounded in the logarithm to 1, 2 or 5 times a power of ten, down or up. */
function decade(value, to) {
  const power = Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((step) => Number(`${step}e${power}`));
  return to === Math.ceil
    ? steps.find((step) => step >= value * (1 - 1e-9))
    : steps.findLast((step) => step <= value * (1 + 1e-9));
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** A count with commas; minus zero is zero. */
function large(value) {
  return (value || 0).toLocaleString("en-US", { maximumFractionDigits: 6 });
}
