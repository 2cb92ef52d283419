/** A colour for a name: the same one on every page. */
export const hueOf = (name: string): number =>
  Array.from(name).reduce((hue, c) => (hue * 31 + (c.codePointAt(0) ?? 0)) % 360, 7);
