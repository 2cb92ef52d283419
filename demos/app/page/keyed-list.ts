/** How the items of a list become elements. */
export interface ItemView<T> {
  key(item: T): string;
  create(item: T): HTMLElement;
  /** Brings an element up to date; called after `create` as well, and only when its item is another one. */
  update?(element: HTMLElement, item: T): void;
}

/** Draws a list so that each item keeps its element: focus, selection and animations stay as they are. */
export function keyedList<T>(parent: HTMLElement, view: ItemView<T>): (items: readonly T[]) => void {
  const drawn = new Map<string, { readonly element: HTMLElement; item: T | undefined }>();

  return (items) => {
    const gone = new Set(drawn.keys());
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = view.key(item);
      const entry = drawn.get(key) ?? { element: view.create(item), item: undefined };
      drawn.set(key, entry);
      gone.delete(key);
      if (entry.item !== item) view.update?.(entry.element, item);
      entry.item = item;
      if (entry.element === place) place = place.nextElementSibling;
      else parent.insertBefore(entry.element, place);
    }
    for (const key of gone) {
      drawn.get(key)?.element.remove();
      drawn.delete(key);
    }
  };
}
