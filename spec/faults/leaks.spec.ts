import { endPrograms, firstLine, startProgram } from "../demos/run-program.js";

/** What chance and the engine's own caches may add; one small object per cycle would be more. */
const NOISE_BYTES = 60_000;

afterEach(endPrograms);

it("a thousand cycles of anything leave the heap where it was, and clients that are stopped are let go of", async () => {
  const program = startProgram("spec/faults/programs/leaks.ts");
  const report = JSON.parse(await firstLine(program)) as {
    readonly growth: Readonly<Record<string, number>>;
    readonly clientsLeft: number;
    readonly timers: number;
  };
  expect(report.timers).toBe(0);
  expect(report.clientsLeft).toBe(0);
  for (const [cycle, bytes] of Object.entries(report.growth)) {
    expect({ cycle, bytes: Math.max(bytes, NOISE_BYTES) }).toEqual({ cycle, bytes: NOISE_BYTES });
  }
}, 60_000);
