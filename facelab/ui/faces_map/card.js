// The face under the pointer: large, with its name, its split and what the network says.

const LARGE = 144; // px, the longer side

function createCard(host) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const [name, split, answer] = ["name", "split", "answer"].map((kind) => make("div", { class: kind }));
  const card = make("div", { class: "card" }, canvas, name, split, answer);
  const spoken = make("div", { class: "spoken", role: "status" });
  host.append(card, spoken);
  let shown = null;

  /** `scene.pointed` at [x, y] of the host, which is `width` wide and `height` high. */
  function draw(scene, cut, [x, y], width, height) {
    const { view, theme, pointed: index } = scene;
    card.hidden = index === null;
    if (index === null) return (shown = null);
    const told = tell(scene, index);
    say(name, told.name);
    say(split, told.split);
    say(answer, told.answer);
    answer.style.color = told.right ? view.palette.right : view.palette.wrong;
    const key = [index, scene.sprite, theme.background];
    if (!shown || key.some((part, i) => part !== shown[i])) {
      const { width: across, height: down } = view.sprite;
      const size = [across, down].map((side) => (LARGE * side) / Math.max(across, down));
      const pen = fit(canvas, ...size);
      if (scene.sprite) cut(pen, index, 0, 0, ...size);
    }
    shown = key;
    // Beside the face, on the side where there is room.
    const gap = 22;
    const left = x > width / 2 ? x - card.offsetWidth - gap : x + gap;
    card.style.left = `${Math.min(Math.max(left, 0), width - card.offsetWidth)}px`;
    card.style.top = `${Math.min(Math.max(y - card.offsetHeight / 2, 0), height - card.offsetHeight)}px`;
    return shown;
  }

  function speak(scene) {
    const told = tell(scene, scene.pointed);
    say(spoken, `${told.name}, ${told.split}. ${told.answer}`);
  }

  return { draw, speak };
}

/** What is known about a face, in words. */
function tell({ view, labels, answers, confidence, split }, index) {
  const right = labels[index] === answers[index];
  const answer = `${view.names[answers[index]]}, ${percent(confidence[index])}`;
  return {
    name: view.names[labels[index]],
    split: `${view.splits[split[index]]} photo`,
    answer: `${right ? "✓" : "✕"} network: ${answer}`,
    right,
  };
}
