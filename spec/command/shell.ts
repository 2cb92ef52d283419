import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";

const root = path.resolve(__dirname, "../..");

/** The command as one file below this package, so that the tests need no build. */
export function buildCommand(): { readonly file: string; remove(): void } {
  mkdirSync(path.join(root, ".temp"), { recursive: true });
  const folder = mkdtempSync(path.join(root, ".temp/command-"));
  const file = path.join(folder, "main.mjs");
  buildSync({
    entryPoints: [path.join(root, "lib/command/main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    // The packages are bundled too, as one file starts in a third of the time; those that are CommonJS call `require`.
    banner: { js: 'import { createRequire as from } from "node:module"; const require = from(import.meta.url);' },
  });
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The command for one spec file: what a test runs is killed after it, and the file removed in the end. */
export function commandForSpec(): (args: readonly string[], env?: NodeJS.ProcessEnv) => Shell {
  let command: ReturnType<typeof buildCommand>;
  const shells: Shell[] = [];
  beforeAll(() => {
    command = buildCommand();
  });
  afterEach(() => {
    for (const shell of shells.splice(0)) shell.kill("SIGKILL");
  });
  afterAll(() => command.remove());
  return (args, env) => {
    const shell = new Shell(command.file, args, env);
    shells.push(shell);
    return shell;
  };
}

/** What it said on stderr when it failed: one line, that of the command, and nothing on stdout. */
export async function complaintOf(shell: Shell): Promise<string> {
  expect(await shell.ended).toBe(1);
  expect(shell.stdout).toBe("");
  const [line = "", ...rest] = shell.stderr.split("\n");
  expect(rest).toEqual([""]);
  expect(line).toMatch(/^rx-webpubsub: /);
  return line.slice("rx-webpubsub: ".length);
}

/** A program as a shell sees it. */
export class Shell {
  stdout = "";
  stderr = "";
  /** The exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [file, ...args], { cwd: root, env: { ...process.env, ...env } });
    this.#child.stdout.on("data", (data: Buffer) => (this.stdout += data.toString()));
    this.#child.stderr.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.ended = once(this.#child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  /** The first lines on stdout, once there are so many. */
  async lines(count: number): Promise<string[]> {
    await this.#until(() => this.stdout.split("\n").length > count);
    return this.stdout.split("\n").slice(0, count);
  }

  /** Waits until stderr holds this. */
  said(text: string | RegExp): Promise<void> {
    return this.#until(() => this.stderr.search(text) >= 0);
  }

  /** Writes lines to its input. */
  type(...lines: readonly string[]): void {
    this.#child.stdin.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Ends its input, after these lines. */
  end(...lines: readonly string[]): void {
    this.type(...lines);
    this.#child.stdin.end();
  }

  /** No longer reads what it prints, as `head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
