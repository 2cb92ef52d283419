import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.resolve(__dirname, "../..");
const programs = new Set<ChildProcessWithoutNullStreams>();

/** Starts a program of this package, without what the environment of this test might tell it. */
export function startProgram(file: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const program = spawn(process.execPath, ["--import", "tsx", path.join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, WEBPUBSUB_CONNECTION_STRING: "", ...env },
  });
  programs.add(program);
  program.once("close", () => programs.delete(program));
  return program;
}

/** Runs a program of `demos` to its end. */
export async function runDemo(
  name: string,
  env?: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = startProgram(`demos/${name}`, [], env);
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    program[stream].setEncoding("utf8").on("data", (text: string) => (printed[stream] += text));
  }
  const [code] = (await once(program, "close")) as [number | null];
  return { code, ...printed };
}

/** The first line that a program prints. */
export async function firstLine(program: ChildProcessWithoutNullStreams): Promise<string> {
  const lines = createInterface({ input: program.stdout });
  const [line] = (await once(lines, "line")) as [string];
  return line;
}

/** Ends what a failed test has left running. */
export function endPrograms(): void {
  for (const program of programs) program.kill("SIGKILL");
}
