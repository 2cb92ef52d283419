/*
 * Patterns of group names in roles (client-protocol §17): `?` is one character, `*` any number of them, neither of them
 * a dot; `**`, or a longer run, is any number of any characters; a backslash takes `*`, `?` and `\` for themselves.
 */

const MAX_PATTERN_LENGTH = 1_024;
const MAX_STARS = 5;
const MAX_WILDCARDS = 5;
const SEPARATOR = ".";

type Token = { readonly wildcard: "one" | "segment" | "all" } | { readonly unit: string };

/** A pattern that has been read. One without wildcards is a name and nothing else. */
export type RolePattern =
  | { readonly type: "literal"; readonly name: string }
  | { readonly type: "everything" }
  | { readonly type: "pattern"; matches(name: string): boolean };

/** Reads a pattern; nothing when it breaks a rule or passes a limit, and then it grants nothing. */
export function readRolePattern(pattern: string): RolePattern | undefined {
  if (pattern === "" || pattern.length > MAX_PATTERN_LENGTH) return undefined;
  const tokens = tokenize(pattern);
  if (!tokens) return undefined;
  const units = tokens.flatMap((token) => ("unit" in token ? [token.unit] : []));
  const wild = tokens.length - units.length;
  if (wild > MAX_WILDCARDS) return undefined;
  if (wild === 0) return { type: "literal", name: units.join("") };
  const [first] = tokens;
  if (tokens.length === 1 && first && "wildcard" in first && first.wildcard === "all") return { type: "everything" };
  return { type: "pattern", matches: (name) => matches(tokens, name) };
}

function tokenize(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  let stars = 0;
  for (const [part] of pattern.matchAll(/\\[^]?|\*+|[^]/g)) {
    if (part.startsWith("*")) {
      stars += part.length;
      tokens.push({ wildcard: part.length === 1 ? "segment" : "all" });
    } else if (part === "?") {
      tokens.push({ wildcard: "one" });
    } else if (!part.startsWith("\\")) {
      tokens.push({ unit: part });
    } else if (/^\\[*?\\]$/.test(part)) {
      tokens.push({ unit: part.slice(1) });
    } else {
      return undefined;
    }
  }
  return stars > MAX_STARS ? undefined : tokens;
}

/**
 * Follows every reading of the pattern at once, so that the work is at most length times length: a regular expression
 * would try them one after the other, for ages where they are many.
 */
function matches(tokens: readonly Token[], name: string): boolean {
  let reached = skipEmpty(tokens, new Set([0]));
  for (let i = 0; i < name.length && reached.size > 0; i++) {
    const unit = name.charAt(i);
    const next = new Set<number>();
    for (const at of reached) {
      const token = tokens[at];
      if (!token || !accepts(token, unit)) continue;
      next.add(mayRepeat(token) ? at : at + 1);
    }
    reached = skipEmpty(tokens, next);
  }
  return reached.has(tokens.length);
}

/** What may stand for nothing can be passed over. A Set's iteration sees what is added on the way. */
function skipEmpty(tokens: readonly Token[], reached: Set<number>): Set<number> {
  for (const at of reached) {
    const token = tokens[at];
    if (token && mayRepeat(token)) reached.add(at + 1);
  }
  return reached;
}

const mayRepeat = (token: Token): boolean => "wildcard" in token && token.wildcard !== "one";

const accepts = (token: Token, unit: string): boolean =>
  "unit" in token ? token.unit === unit : token.wildcard === "all" || unit !== SEPARATOR;
