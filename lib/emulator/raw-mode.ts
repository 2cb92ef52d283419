import { invalidGroupName } from "../protocol/names.js";
import type { Query } from "./query.js";

/** What the service does with the frames of a client that speaks no subprotocol of its own (client-protocol §11). */
export type RawMode =
  { readonly type: "sendEvent" } | { readonly type: "sendToGroup"; readonly group: string; readonly noEcho: boolean };

/** Reads `webpubsub_mode`, `group` and `noEcho`, where an empty value is as good as none; nothing when one is wrong. */
export function readRawMode(query: Query): RawMode | undefined {
  const noEcho = keyword(query.last("noecho"), "false");
  if (noEcho !== "true" && noEcho !== "false") return undefined;
  const mode = keyword(query.last("webpubsub_mode"), "sendevent");
  if (mode === "sendevent") return { type: "sendEvent" };
  const group = query.last("group");
  if (mode !== "sendtogroup" || group === undefined || invalidGroupName(group) !== undefined) return undefined;
  return { type: "sendToGroup", group, noEcho: noEcho === "true" };
}

const keyword = (value: string | undefined, byDefault: string): string =>
  value === undefined || value === "" ? byDefault : value.toLowerCase();
