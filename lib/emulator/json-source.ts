/*
 * The source text of a JSON object's members. `JSON.parse` alone loses what the wire must keep: ids above 2^53, the
 * original text of a payload that is only passed on, and whether a name came twice.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Names and value texts, in order. `json` must be an object that `JSON.parse` accepts. */
export function memberSources(json: string): [name: string, source: string][] {
  const members: [string, string][] = [];
  let at = skipBlanks(json, json.indexOf("{") + 1);
  while (json.charCodeAt(at) !== CLOSE_BRACE) {
    const nameEnd = endOfValue(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipBlanks(json, skipBlanks(json, nameEnd) + 1);
    const end = endOfValue(json, start);
    members.push([name, json.slice(start, end)]);
    at = skipBlanks(json, end);
    if (json[at] === ",") at = skipBlanks(json, at + 1);
  }
  return members;
}

function endOfValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return endOfString(json, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return endOfScalar(json, start);
  let depth = 0;
  let at = start;
  do {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET) depth++;
    else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth--;
    at++;
  } while (depth > 0);
  return at;
}

function endOfString(json: string, start: number): number {
  let at = start;
  let escapes: number;
  do {
    at = json.indexOf('"', at + 1);
    escapes = 0;
    while (json.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
  } while (escapes % 2 === 1);
  return at + 1;
}

function endOfScalar(json: string, start: number): number {
  const scalar = /[^\s,\]}]+/y;
  scalar.lastIndex = start;
  scalar.test(json);
  return scalar.lastIndex;
}

function skipBlanks(json: string, start: number): number {
  let at = start;
  while (json.charCodeAt(at) <= 0x20) at++;
  return at;
}
