/*
 * npm run bench: this client beside @azure/web-pubsub-client and beside the least that a client can do, each in a process
 * of its own. In each round the processes of a row take turns, so that what slows the machine down slows all of them.
 * Prints a Markdown table: medians and ranges of all turns, and the median of each turn's ratio.
 *
 *   --only <row>   just that row (its name, or the beginning of it); may be repeated
 *   --rounds <n>   how often the processes of each row are started, 3 unless told
 *   --quick        small numbers, to see that it runs
 *   --profile      instead: where the time, the memory and the bytes go, see profile.ts
 */
import { parseArgs } from "node:util";
import { bundleLines } from "./bundle-size.js";
import { buildPrograms, startClient, startService } from "./processes.js";
import { profileAll } from "./profile.js";
import { header, line, machine, type Turn } from "./report.js";
import { allRows } from "./rows/index.js";
import type { Run } from "./rows/row.js";
import type { Measured } from "./scenario.js";

/** No round begins later than this. */
const BUDGET_MS = 240_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
});
const isMeant = (name: string) => values.only.length === 0 || values.only.some((only) => name.startsWith(only));
const rows = allRows(values.quick).filter(({ name }) => isMeant(name));
const results = rows.map((): Turn[] => []);

/** Each run in a process of its own, one after the other, and then again. */
async function takeTurns(runs: readonly Run[], turns: number, port: number): Promise<Turn[]> {
  const clients = runs.map((run) => [run.label, startClient(run, port)] as const);
  try {
    const taken: Turn[] = [];
    while (taken.length < turns) {
      const measured: [string, Measured][] = [];
      for (const [label, client] of clients) measured.push([label, await client.measure()]);
      taken.push(Object.fromEntries(measured));
    }
    return taken;
  } finally {
    for (const [, client] of clients) client.stop();
  }
}

async function compare(port: number): Promise<void> {
  let round = 1;
  for (; round <= Number(values.rounds) && performance.now() < BUDGET_MS; round++) {
    for (const [index, { name, runs, turns }] of rows.entries()) {
      console.error(`round ${round}: ${name}`);
      results[index]!.push(...(await takeTurns(runs, turns, port)));
    }
  }
  console.log(header);
  for (const [index, row] of rows.entries()) console.log(line(row, results[index]!));
  if (isMeant("bundle")) for (const text of await bundleLines()) console.log(text);
  console.log(`\n${machine()}; medians of ${round - 1} rounds.`);
}

await buildPrograms();
const service = await startService();
try {
  await (values.profile ? profileAll(rows, service.port, isMeant) : compare(service.port));
} finally {
  service.stop();
}
