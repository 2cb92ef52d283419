import { typeErrors } from "./check-types.js";
import { run } from "./run-snippet.js";
import { snippets } from "./snippets.js";

/* Every `ts` block of the README compiles, runs, and prints what it says it prints. */

it("has snippets, and ten lines of code first", () => {
  expect(snippets.length).toBeGreaterThan(10);
  expect(snippets[0]?.code.trimEnd().split("\n")).toHaveLength(10);
});

it("has no type errors", () => {
  expect(typeErrors(snippets)).toEqual([]);
}, 30_000);

it.each(snippets)("runs line $line", async (snippet) => {
  expect(await run(snippet)).toEqual(snippet.prints);
});
