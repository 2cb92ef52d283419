/*
 * npm run bench -- --profile: where the time of each row goes, where the memory of an idle client goes, and what the files
 * of a bundle weigh. For those who want to make it less.
 */
import { bundleParts } from "./bundle-size.js";
import { startClient } from "./processes.js";
import type { Row, Run } from "./rows/row.js";
import type { Profile } from "./clients/profile.js";
import type { Scenario } from "./scenario.js";

/** So many lines are printed of what each package takes. */
const LINES = 8;
/** "client": the client that is measured, with the program that measures it. */
const PACKAGES = new Set(["client", "rxjs", "ws"]);
const PLATFORM = "Node";

/** What a profile is counted in, if there is one. */
function unitOf(scenario: Scenario): string | undefined {
  switch (scenario.kind) {
    case "inbound":
    case "timed":
      return "µs/message";
    case "publish":
      return "µs/operation";
    case "rejoin":
      return "µs/join";
    case "heap":
      return "bytes/client";
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
  const digits = unit.startsWith("µs") ? 2 : 0;
  const print = (name: string, amountIn: (profile: Profile) => number) =>
    console.log(`| ${name} | ${profiles.map((profile) => amountIn(profile).toFixed(digits)).join(" | ")} |`);
  console.log(`\n${title}\n\n| ${unit} | ${runs.map(({ label }) => label).join(" | ")} |`);
  console.log(`| --- |${" ---: |".repeat(runs.length)}`);
  print("all", (profile) => sum(Object.values(profile)));
  for (const [origin, names] of namesByOrigin(profiles)) {
    print(`**${origin}**`, (profile) => sum(names.map((name) => profile[name] ?? 0)));
    const most = (name: string) => Math.max(...profiles.map((profile) => profile[name] ?? 0));
    for (const name of names.sort((a, b) => most(b) - most(a)).slice(0, LINES)) {
      print(name, (profile) => profile[name] ?? 0);
    }
  }
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** The names in profiles, by the package that they are from; what has none is the platform's. */
function namesByOrigin(profiles: readonly Profile[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const name of new Set(profiles.flatMap((profile) => Object.keys(profile)))) {
    const origin = /^([^:]+): /.exec(name)?.[1] ?? "";
    const place = PACKAGES.has(origin) || origin.startsWith("@") ? origin : PLATFORM;
    names.set(place, [...(names.get(place) ?? []), name]);
  }
  return names;
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
