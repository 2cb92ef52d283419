/** The element of this page that a selector names. @throws TypeError when there is none of that kind */
export function find(selector: string, within?: ParentNode): HTMLElement;
export function find<E extends HTMLElement>(selector: string, within: ParentNode, kind: new () => E): E;
export function find(
  selector: string,
  within: ParentNode = document,
  kind: new () => HTMLElement = HTMLElement,
): HTMLElement {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`index.html has no ${kind.name} "${selector}"`);
  return found;
}

/** A new element; its text is text, whatever it looks like. */
export function element(tag: string, className = "", ...content: readonly (string | Node)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Changes what has changed: what is the same is not read out again. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
