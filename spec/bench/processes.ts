import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import type { Profile } from "./clients/profile.js";
import type { Run } from "./rows/row.js";
import type { Measured } from "./scenario.js";

export const root = path.resolve(import.meta.dirname, "../..");
const outDir = path.join(root, ".temp/bench");

/** No turn takes so long, unless something hangs. */
const TURN_TIMEOUT_MS = 60_000;

/** Bundles service and clients once, as a user's build would; packages stay where they are, as in any Node program. */
export async function buildPrograms(): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { service: "spec/bench/service/main.ts", client: "spec/bench/clients/main.ts" },
    outdir: outDir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    packages: "external",
    logLevel: "warning",
  });
}

/** Starts the service in a process of its own. */
export async function startService(): Promise<{ port: number; stop: () => void }> {
  const service = spawn(process.execPath, [path.join(outDir, "service.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(createInterface(service.stdout), "line")) as [string];
  return { port: Number(port), stop: () => void service.kill() };
}

/** A client in a process of its own, which measures, or looks where its time or memory goes, whenever it is its turn. */
export interface ClientProcess {
  measure(): Promise<Measured>;
  profile(): Promise<Profile>;
  stop(): void;
}

export function startClient({ client, scenario, label }: Run, port: number): ClientProcess {
  const program = ["--expose-gc", path.join(outDir, "client.mjs"), client, String(port), JSON.stringify(scenario)];
  const child = spawn(process.execPath, program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const ask = async (what: "measure" | "profile"): Promise<unknown> => {
    const timeout = AbortSignal.timeout(TURN_TIMEOUT_MS);
    const answer = Promise.race([
      once(lines, "line", { signal: timeout }),
      once(child, "exit", { signal: timeout }).then(() => Promise.reject(new Error(`${label} ended without a result`))),
    ]);
    child.stdin.write(`${what}\n`);
    const [line] = (await answer) as [string];
    return JSON.parse(line);
  };
  return {
    measure: () => ask("measure") as Promise<Measured>,
    profile: () => ask("profile") as Promise<Profile>,
    stop: () => void child.kill(),
  };
}
