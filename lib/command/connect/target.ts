/** Where lines go: to a group, or to the server as events of a name. */
export interface Target {
  readonly kind: "group" | "event";
  readonly name: string;
}

/** What lines are sent as. */
export type LineType = "text" | "json";
