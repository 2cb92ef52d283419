import { parseArgs } from "node:util";
import { playScript, type ChaosReport } from "./chaos-script.js";
import { playRealScript } from "./real-script.js";

/*
 * Chaos for as long as one asks:
 *
 *   npm run soak -- --minutes 10            scripts of new seeds, most in virtual time, every now and then one over a port
 *   npm run soak -- --minutes 10 --seed 42  the same from seed 42 on
 *   npm run soak -- --seed 42               the one script of that seed, step by step
 */

/** One script over a port after so many in virtual time. */
const VIRTUAL_PER_REAL = 100;
const PROGRESS_EVERY_MS = 30_000;
const SUMS = ["sends", "messages", "sessions", "recoveries", "gaps"] as const;

const { values: args } = parseArgs({
  options: { minutes: { type: "string" }, seed: { type: "string" }, real: { type: "boolean", default: false } },
});
const seedGiven = numberIn("seed", args.seed);
const minutes = numberIn("minutes", args.minutes);

if (minutes === undefined && seedGiven !== undefined) {
  const report = args.real ? await playRealScript(seedGiven) : playScript(seedGiven);
  console.log(report.steps.join("\n"));
  tell(report, args.real);
  process.exitCode = report.problems.length > 0 ? 1 : 0;
} else {
  await soak(minutes ?? 1, seedGiven ?? Math.floor(Math.random() * 2 ** 31));
}

async function soak(minutes: number, firstSeed: number): Promise<void> {
  const begun = Date.now();
  const end = begun + minutes * 60_000;
  const totals = { scripts: 0, real: 0, sends: 0, messages: 0, sessions: 0, recoveries: 0, gaps: 0 };
  const failed: string[] = [];
  let progressDue = begun + PROGRESS_EVERY_MS;
  console.log(`soaking for ${minutes} min from seed ${firstSeed}`);

  for (let seed = firstSeed; Date.now() < end; seed++) {
    const isReal = (seed - firstSeed) % VIRTUAL_PER_REAL === VIRTUAL_PER_REAL - 1;
    const report = isReal ? await playRealScript(seed) : playScript(seed);
    totals.scripts++;
    if (isReal) totals.real++;
    for (const key of SUMS) totals[key] += report[key];
    if (report.problems.length > 0) {
      failed.push(`${seed}${isReal ? " --real" : ""}`);
      tell(report, isReal);
    }
    if (Date.now() >= progressDue) {
      progressDue += PROGRESS_EVERY_MS;
      console.log(`${Math.round((Date.now() - begun) / 1_000)} s: ${totals.scripts} scripts, ${failed.length} failed`);
    }
  }

  const { scripts, real, sends, messages, sessions, recoveries, gaps } = totals;
  console.log(
    `${scripts} scripts (${real} over a port) in ${((Date.now() - begun) / 60_000).toFixed(1)} min: ` +
      `${sends} sends, ${messages} messages, ${sessions} sessions, ${recoveries} recoveries, ${gaps} gaps`,
  );
  console.log(`heap ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`);
  console.log(
    failed.length === 0 ? "no script failed" : `failed: ${failed.map((seed) => `--seed ${seed}`).join(", ")}`,
  );
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function tell({ seed, problems }: ChaosReport, isReal: boolean): void {
  const verdict = problems.length === 0 ? "ok" : `${problems.length} problems`;
  console.log(`seed ${seed}${isReal ? " over a port" : ""}: ${verdict}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) console.log(`  again: npm run soak -- --seed ${seed}${isReal ? " --real" : ""}`);
}

function numberIn(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new RangeError(`--${name} must be a number, got ${text}`);
  return value;
}
