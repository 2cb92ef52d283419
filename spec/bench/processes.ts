import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Run } from "./rows/row.js";
import type { Measured } from "./scenario.js";

export const root = path.resolve(import.meta.dirname, "../..");
const outDir = path.join(root, ".temp/bench");

/** No run takes so long, unless something hangs. */
const RUN_TIMEOUT_MS = 60_000;

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

/** Runs one client to its end; what it measured. */
export async function runClient({ client, scenario }: Run, port: number): Promise<Measured> {
  const program = ["--expose-gc", path.join(outDir, "client.mjs"), client, String(port), JSON.stringify(scenario)];
  const { stdout } = await promisify(execFile)(process.execPath, program, { timeout: RUN_TIMEOUT_MS });
  return JSON.parse(stdout) as Measured;
}
