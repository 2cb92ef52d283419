import { readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(__dirname, "../..");
export const readme = readFileSync(path.join(root, "README.md"), "utf8");

/**
 * One fenced `ts` block of the README.
 *
 * A comment `<!-- given: client, chat -->` before it names what `given.ts` puts at its disposal; readers do not see it.
 * A comment `// prints …` in it, at the end of a line or on its own, is checked: the block prints exactly these lines.
 */
export interface Snippet {
  /** The line of its first line in the README. */
  readonly line: number;
  /** With what it is given in front, on the same line as its first, so that line numbers fit. */
  readonly code: string;
  readonly prints: readonly string[];
}

const block = /(?:<!-- given: (?<given>[^\n]+) -->\s+)?^```ts\n(?<code>[^]*?)^```$/gm;

export const snippets: readonly Snippet[] = Array.from(readme.matchAll(block), ({ 0: whole, index, groups }) => {
  const { given, code = "" } = groups ?? {};
  const before = index + whole.indexOf("```ts\n");
  return {
    line: readme.slice(0, before).split("\n").length + 1,
    code: `${given === undefined ? "" : `const { ${given} } = given; `}${code}`,
    prints: Array.from(code.matchAll(/\/\/ prints (.*)$/gm), ([, text = ""]) => text.trim()),
  };
});
