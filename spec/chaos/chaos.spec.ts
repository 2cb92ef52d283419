import { playScript } from "./chaos-script.js";

const SCRIPTS = 200;
/** As many to a test as keep each well within its time. */
const SCRIPTS_PER_TEST = 20;

describe("In a world where anything can fail at any time", () => {
  it.each(Array.from({ length: SCRIPTS / SCRIPTS_PER_TEST }, (_, i) => i * SCRIPTS_PER_TEST + 1))(
    "the books agree for the scripts from seed %d on: sends settle once, messages arrive once and in order, gaps are told",
    (first) => {
      let messages = 0;
      for (let seed = first; seed < first + SCRIPTS_PER_TEST; seed++) {
        const report = playScript(seed);
        // To see it again: `npm run soak -- --seed SEED`.
        expect({ seed, problems: report.problems }).toEqual({ seed, problems: [] });
        messages += report.messages;
      }
      expect(messages).toBeGreaterThan(1_000);
    },
    60_000,
  );

  it("a script is fixed by its seed", () => {
    const [first, again, other] = [playScript(7), playScript(7), playScript(8)];
    expect(again).toEqual(first);
    expect(other.steps).not.toEqual(first.steps);
  });
});
