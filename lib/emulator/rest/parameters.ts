import { badRequest } from "./rest-error.js";

/** The parameters of a query, by their names in any case. */
export class Parameters {
  readonly #values = new Map<string, string[]>();

  constructor(query: string) {
    for (const [name, value] of new URLSearchParams(query)) {
      const key = name.toLowerCase();
      this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
    }
  }

  all(name: string): readonly string[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** @throws RestError when it is given more than once */
  one(name: string): string | undefined {
    const [value, ...more] = this.all(name);
    if (more.length > 0) throw badRequest(`The parameter '${name}' may be given once only.`, name);
    return value;
  }

  /** @throws RestError when it is no whole number of that range, or given more than once */
  int(name: string, [least, most]: readonly [least: number, most: number]): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || value < least || value > most) {
      throw badRequest(`The parameter '${name}' must be a whole number from ${least} to ${most}.`, name);
    }
    return value;
  }
}
