// What ties the parts together: one element for each setting, kept while the race goes on, that is pointed at as one.

/** Pointing at `element`, or reaching it by keyboard, looks at a setting; pressing it chooses it. */
function link(element, label, ui) {
  element.onpointerenter = element.onfocus = () => ui.look(label);
  element.onpointerleave = element.onblur = () => ui.look(null);
  element.onclick = () => ui.choose(label);
  return element;
}

/** The elements of `labels` in `host` in that order: new ones made, old ones kept with their focus, others removed. */
function keep(host, parts, labels, create) {
  for (const [label, part] of parts) {
    if (labels.includes(label)) continue;
    part.element.remove();
    parts.delete(label);
  }
  const focused = host.getRootNode().activeElement;
  labels.forEach((label, index) => {
    if (!parts.has(label)) parts.set(label, create(label));
    const { element } = parts.get(label);
    if (host.children[index] !== element) host.insertBefore(element, host.children[index] ?? null);
  });
  if (focused && host.contains(focused)) focused.focus({ preventScroll: true });
  return labels.map((label) => parts.get(label));
}

/** Marks the element of the setting that is looked at; the style fades the others. */
function mark(parts, looked) {
  for (const [label, { element }] of parts) element.classList.toggle("looked", label === looked);
}
