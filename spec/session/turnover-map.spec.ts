import fc from "fast-check";
import { TurnoverMap } from "../../lib/session/turnover-map.js";

describe("A map with turnover", () => {
  const KEYS = 800;
  const keys = fc.integer({ min: 0, max: KEYS - 1 });
  interface Step {
    readonly do: "add" | "remove" | "clear";
    readonly from: number;
    readonly count: number;
  }
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant("add" as const), from: keys, count: fc.integer({ min: 1, max: KEYS }) }),
    fc.record({ do: fc.constant("remove" as const), from: keys, count: fc.integer({ min: 1, max: KEYS }) }),
    fc.record({ do: fc.constant("clear" as const), from: keys, count: fc.constant(0) }),
  );

  /** What anyone can see of a map while it goes through the steps. */
  function seen(map: Map<number, number> | TurnoverMap<number, number>, steps: readonly Step[]): unknown[] {
    const current = () => (map instanceof Map ? map : map.current);
    const deletions = steps.flatMap(({ do: what, from, count }, index) => {
      if (what === "clear") current().clear();
      return Array.from({ length: count }, (_, i) => {
        const key = (from + i) % KEYS;
        if (what === "remove") return current().delete(key);
        map.set(key, index);
        return undefined;
      });
    });
    const lookUps = Array.from({ length: KEYS }, (_, key) => [current().get(key), current().has(key)]);
    return [deletions, [...current().entries()], [...current().values()], current().size, lookUps];
  }

  it("is to its users a Map, whatever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        expect(seen(new TurnoverMap(), steps)).toEqual(seen(new Map(), steps));
      }),
      { numRuns: 50 },
    );
  });
});
