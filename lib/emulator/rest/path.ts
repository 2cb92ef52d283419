/*
 * Paths are cut at their slashes first and decoded piece by piece (service-surface §2): an escaped slash is never one,
 * and even stays escaped.
 */

const ESCAPED_SLASH = /(%2f)/i;

/** The decoded segments of a path; nothing when an escape is wrong. */
export function readPath(path: string): string[] | undefined {
  try {
    return path.replace(/\/$/, "").slice(1).split("/").map(decodeSegment);
  } catch {
    return undefined;
  }
}

const decodeSegment = (segment: string): string =>
  segment
    .split(ESCAPED_SLASH)
    .map((piece) => (ESCAPED_SLASH.test(piece) ? piece : decodeURIComponent(piece)))
    .join("");

/** The names in braces of a template such as `/hubs/{hub}/groups/{group}`. */
export type NamesIn<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** What stands for the names of a template, or nothing when the path is another one. */
export function matchPath(template: string, segments: readonly string[]): Map<string, string> | undefined {
  const parts = template.slice(1).split("/");
  if (parts.length !== segments.length) return undefined;
  const values = new Map<string, string>();
  for (const [at, part] of parts.entries()) {
    const segment = segments[at] ?? "";
    if (part.startsWith("{")) {
      if (segment === "") return undefined;
      values.set(part.slice(1, -1), segment);
    } else if (part.toLowerCase() !== segment.toLowerCase()) {
      return undefined;
    }
  }
  return values;
}
