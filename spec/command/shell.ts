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

/** A program as a shell sees it. */
export class Shell {
  stdout = "";
  stderr = "";
  /** The exit code, or the signal that killed it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [file, ...args], { cwd: root });
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
