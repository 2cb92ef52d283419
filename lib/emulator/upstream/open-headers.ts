import type { Values } from "../query.js";

const secret = /^(?:authorization|access_token|x-asrs-internal-.*)$/i;

/** The headers of a client's request that its application may see, each with all of its values (service-surface §4.4). */
export function openHeaders(namesAndValues: readonly string[]): Values {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < namesAndValues.length; at += 2) {
    const [name = "", value = ""] = namesAndValues.slice(at, at + 2);
    if (!secret.test(name)) headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return Object.fromEntries(headers);
}
