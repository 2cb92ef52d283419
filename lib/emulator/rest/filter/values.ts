/** What a filter can ask of a connection. */
export interface FilterSubject {
  readonly connectionId: string;
  readonly userId?: string;
  readonly groups: ReadonlySet<string>;
  /** The subprotocol's name; nothing for a client without one. */
  readonly protocol?: string;
}

export type Type = "string" | "int" | "bool" | "collection" | "null";
export type Value = string | number | boolean | null | ReadonlySet<string>;

/** A part of a filter whose type is known, ready to be asked about any connection. A string or an int may be `null`. */
export interface Typed {
  readonly type: Type;
  readonly source: string;
  of(subject: FilterSubject): Value;
}
