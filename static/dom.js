// SPDX-License-Identifier: Apache-2.0
// The few operations on the document that all views share. Text is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

/** element("p", {class: "name", "data-role": "word"}, child, …); texts become text nodes. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(node, name, value);
  }
  node.append(...children);
  return node;
}

/** Changes the text of a node only if it differs, in its text node. */
export function setText(node, text) {
  const first = node.firstChild;
  if (first && first === node.lastChild && first.nodeType === Node.TEXT_NODE) {
    if (first.data !== text) {
      first.data = text;
    }
  } else if (node.textContent !== text || first) {
    node.textContent = text;
  }
}

/** Sets an attribute only if it differs; null, undefined and false take it away, true is "". */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) {
      node.removeAttribute(name);
    }
    return;
  }
  const text = value === true ? "" : String(value);
  if (node.getAttribute(name) !== text) {
    node.setAttribute(name, text);
  }
}

/** The silhouette of a state. look: "solid" needs something, "outline" is settled. */
export function shape(state = "waiting", look = "solid") {
  const svg = document.createElementNS(SVG, "svg");
  svg.append(document.createElementNS(SVG, "use"));
  svg.setAttribute("class", "shape");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  setShape(svg, state, look);
  return svg;
}

export function setShape(svg, state, look = "solid") {
  setAttribute(svg.firstElementChild, "href", `#s-${state}`);
  setAttribute(svg, "data-shape", state);
  setAttribute(svg, "data-look", look);
}

/** Fills a node with the parts of a sentence (words.js), and only if they differ. */
export function setSentence(node, parts) {
  const shown = parts.filter((part) => part.strong || part.text);
  const signature = JSON.stringify(shown);
  if (node.dataset.signature === signature) {
    return;
  }
  node.dataset.signature = signature;
  node.replaceChildren(
    ...shown.map((part) => {
      if (part.strong) {
        return element("b", {}, part.strong);
      }
      return part.minor ? element("span", { class: "minor" }, part.text) : part.text;
    }),
  );
}

const children = new WeakMap(); // parent → Map of key → node

/** Makes the children of parent follow items: nodes are kept by key and moved only if they must. */
export function keyed(parent, items, keyOf, make, update) {
  const before = children.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const key = keyOf(item);
    after.set(key, before.get(key) ?? make(item));
  }
  for (const [key, node] of before) {
    if (after.get(key) !== node) {
      node.remove();
    }
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const node = after.get(keyOf(item));
    if (node === next) {
      next = next.nextElementSibling;
    } else {
      parent.insertBefore(node, next);
    }
    update(node, item);
  }
  children.set(parent, after);
}
