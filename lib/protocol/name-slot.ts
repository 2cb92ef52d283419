/** A name in quotes, so short that V8 copies what is sliced of a text, and none of it written in another way. */
const SHORT_AND_PLAIN = /^"[\u0020-\u005b\u005d-\uffff]{0,12}$/;

/** Where the frames of a template name a group or a user, and the latest name that stood there. */
export class NameSlot {
  value = "";
  /** The name with what stands around it, if it stood there twice running: others are not worth making it. */
  #text: string | undefined;

  constructor(
    /** What stands before the name, from a comma on. */
    private readonly before: string,
    /** What ends the frame after it, if it is the last. */
    private readonly after: string,
  ) {}

  /** Where it ends, if it begins at that place; else -1. Throws if there is no name. */
  endFrom(raw: string, begin: number): number {
    if (this.#text !== undefined && raw.startsWith(this.#text, begin)) return begin + this.#text.length;
    if (!raw.startsWith(this.before, begin)) return -1;
    const at = begin + this.before.length;
    const end = raw.indexOf('"', at + 1) + 1;
    if (!raw.startsWith(this.after, end)) return -1;
    const name = nameIn(raw.slice(at, end));
    this.#text = name === this.value ? this.before + JSON.stringify(name) + this.after : undefined;
    this.value = name;
    return end + this.after.length;
  }

  /** Where it begins, if the frame ends with it; else -1. Throws if there is no name. */
  beginAtEnd(raw: string): number {
    if (this.#text !== undefined && raw.endsWith(this.#text)) return raw.length - this.#text.length;
    const begin = raw.lastIndexOf(this.before);
    return this.endFrom(raw, begin) === raw.length ? begin : -1;
  }
}

/** A name of its JSON; not a slice, which would keep a whole frame for as long as somebody keeps the name. */
const nameIn = (json: string): string =>
  SHORT_AND_PLAIN.test(json) ? json.slice(1, -1) : (JSON.parse(json) as string);
