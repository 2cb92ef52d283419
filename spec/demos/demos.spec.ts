import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { endPrograms, runDemo } from "./run-program.js";

/* Every program of demos prints what the comment at its end says, and nothing else, and ends by itself. */

const folder = path.resolve(__dirname, "../../demos");
const programs = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const demos = programs.filter((name) => name !== "start.ts"); // that one has a test of its own

afterEach(endPrograms);

/** The program, and what it prints: lines in which `<n>` is any number. */
function read(name: string): { readonly program: string; readonly prints: readonly string[] } {
  const source = readFileSync(path.join(folder, name), "utf8");
  const [program = "", prints = ""] = source.split("\n/* Prints:\n");
  return { program, prints: prints.replace(/\n\*\/\n$/, "").split("\n") };
}

it.each(demos)(
  "%s",
  async (name) => {
    const { program, prints } = read(name);
    expect(program.split("\n").length).toBeLessThanOrEqual(60);

    const { code, stdout, stderr } = await runDemo(name);
    expect(stderr).toBe("");
    const lines = stdout.trimEnd().split("\n");
    expect(
      lines.map((line, i) => (prints[i]?.includes("<n>") ? line.replace(/\d+ times/, "<n> times") : line)),
    ).toEqual(prints);
    expect(code).toBe(0);
  },
  30_000,
);

it("are all listed in their README, and nothing else is", () => {
  const readme = readFileSync(path.join(folder, "README.md"), "utf8");
  const listed = Array.from(readme.matchAll(/^\| \[(.+?)\]\((.+?)\)/gm), ([, name, target]) => ({ name, target }));
  expect(listed.every(({ name, target }) => name === target)).toBe(true);
  expect(listed.map(({ name }) => name).sort()).toEqual(programs.sort());
});
