/*
 * npm run bench: this client beside @azure/web-pubsub-client and beside the least that a client can do, each in a process
 * of its own, in interleaved rounds. Prints a Markdown table.
 *
 *   --only <row>   just that row (its name, or the beginning of it); may be repeated
 *   --rounds <n>   how often each is run, 3 unless told
 *   --quick        small numbers, to see that it runs
 */
import { parseArgs } from "node:util";
import { bundleLines } from "./bundle-size.js";
import { buildPrograms, runClient, startService } from "./processes.js";
import { header, line, machine } from "./report.js";
import { allRows } from "./rows/index.js";
import type { Measured } from "./scenario.js";

/** No round begins later than this. */
const BUDGET_MS = 240_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
  },
});
const isMeant = (name: string) => values.only.length === 0 || values.only.some((only) => name.startsWith(only));
const rows = allRows(values.quick).filter(({ name }) => isMeant(name));
const results = rows.map(() => new Map<string, Measured[]>());

await buildPrograms();
const service = await startService();
try {
  let round = 1;
  for (; round <= Number(values.rounds) && performance.now() < BUDGET_MS; round++) {
    for (const [index, { name, runs }] of rows.entries()) {
      for (const run of runs) {
        console.error(`round ${round}: ${name}, ${run.label}`);
        const measured = await runClient(run, service.port);
        const rounds = results[index]!.get(run.label) ?? [];
        results[index]!.set(run.label, [...rounds, measured]);
      }
    }
  }
  console.log(header);
  for (const [index, row] of rows.entries()) console.log(line(row, results[index]!));
  if (isMeant("bundle")) for (const text of await bundleLines()) console.log(text);
  console.log(`\n${machine()}; medians of ${round - 1} rounds.`);
} finally {
  service.stop();
}
