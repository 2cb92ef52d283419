import { endPrograms, firstLine, startProgram } from "../demos/run-program.js";

/** What caches may add in a thousand cycles: less than one object in ten of them. */
const NOISE = 100;

afterEach(endPrograms);

it("a thousand cycles of anything leave on the heap what was there, and clients that are stopped are let go of", async () => {
  const program = startProgram("spec/faults/programs/leaks.ts");
  const report = JSON.parse(await firstLine(program)) as {
    readonly growth: Readonly<Record<string, number>>;
    readonly clientsLeft: number;
    readonly timers: number;
  };
  expect(report.timers).toBe(0);
  // The engine may still have the last one in a register.
  expect(report.clientsLeft).toBeLessThanOrEqual(1);
  for (const [cycle, objects] of Object.entries(report.growth)) {
    expect({ cycle, objects: Math.max(objects, NOISE) }).toEqual({ cycle, objects: NOISE });
  }
}, 60_000);
