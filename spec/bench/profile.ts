/*
 * npm run bench -- --profile: where the time of each row goes, where the memory of an idle client goes, and what the files
 * of a bundle weigh. For those who want to make it less.
 */
import { bundleParts } from "./bundle-size.js";
import { startClient } from "./processes.js";
import type { Row, Run } from "./rows/row.js";
import type { Profile } from "./clients/profile.js";
import type { Scenario } from "./scenario.js";

/** So many lines of each profile are printed. */
const LINES = 20;

/** What the amounts of a profile are divided by, and what they are then. */
function unitOf(scenario: Scenario): { readonly unit: string; readonly count: number } | undefined {
  switch (scenario.kind) {
    case "inbound":
      return { unit: "µs/message", count: scenario.burst.messages };
    case "publish":
      return { unit: "µs/operation", count: (scenario.operations * 4) / 3 };
    case "rejoin":
      return { unit: "µs/join", count: scenario.groups * 2 };
    case "heap":
      return { unit: "bytes/client", count: scenario.clients };
    case "timed":
    case "cuts":
      return undefined;
  }
}

async function profileOf(run: Run, port: number): Promise<Profile> {
  const client = startClient(run, port);
  try {
    // By then its code is compiled.
    if (run.scenario.kind !== "heap") await client.measure();
    return await client.profile();
  } finally {
    client.stop();
  }
}

async function profileRow({ title, runs }: Row, port: number): Promise<void> {
  const [first] = runs;
  const unit = first && unitOf(first.scenario);
  if (unit === undefined) return;
  const profiles: Profile[] = [];
  for (const run of runs) profiles.push(await profileOf(run, port));
  const digits = unit.unit.startsWith("µs") ? 2 : 0;
  const share = (amount: number) => (amount / unit.count).toFixed(digits);
  const names = [...new Set(profiles.flatMap((profile) => Object.keys(profile)))];
  const most = (name: string) => Math.max(...profiles.map((profile) => profile[name] ?? 0));
  console.log(`\n${title}\n\n| ${unit.unit} | ${runs.map(({ label }) => label).join(" | ")} |`);
  console.log(`| --- |${" ---: |".repeat(runs.length)}`);
  const total = profiles.map((profile) => share(Object.values(profile).reduce((sum, amount) => sum + amount, 0)));
  console.log(`| all | ${total.join(" | ")} |`);
  for (const name of names.sort((a, b) => most(b) - most(a)).slice(0, LINES)) {
    console.log(`| ${name} | ${profiles.map((profile) => share(profile[name] ?? 0)).join(" | ")} |`);
  }
}

/** Prints the profiles of the rows that have one, and of the bundle. */
export async function profileAll(
  rows: readonly Row[],
  port: number,
  isMeant: (name: string) => boolean,
): Promise<void> {
  for (const row of rows) await profileRow(row, port);
  if (!isMeant("bundle")) return;
  console.log("\nbrowser bundle, rxjs left out, as it grows\n");
  console.log("| part | bytes, minified | with all above it, minified + gzip |\n| --- | ---: | ---: |");
  for (const { name, bytes, zippedSoFar } of await bundleParts())
    console.log(`| ${name} | ${bytes} | ${zippedSoFar} |`);
}
