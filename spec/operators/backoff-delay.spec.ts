import * as fc from "fast-check";
import { backoffDelay } from "../../lib/operators/backoff-delay.js";

const never = (): number => {
  throw new Error("random must not be asked");
};

describe("backoffDelay", () => {
  it("doubles from retry to retry up to the maximum", () => {
    const policy = { retryDelayInMs: 100, maxRetryDelayInMs: 1_000, jitter: "none" } as const;
    expect([1, 2, 3, 4, 5, 6].map((n) => backoffDelay(policy, n, never))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("stays as it is when fixed, up to the maximum", () => {
    const fixed = { mode: "Fixed", jitter: "none" } as const;
    expect([1, 2, 50].map((n) => backoffDelay({ ...fixed, retryDelayInMs: 300 }, n, never))).toEqual([300, 300, 300]);
    expect(backoffDelay({ ...fixed, retryDelayInMs: 60_000 }, 1, never)).toBe(60_000);
    expect(backoffDelay({ ...fixed, retryDelayInMs: 300, maxRetryDelayInMs: 200 }, 1, never)).toBe(200);
  });

  it("starts at 1 s, ends at 30 s and is fully jittered by default", () => {
    expect([1, 2, 5, 6].map((n) => backoffDelay({}, n, () => 0.5))).toEqual([500, 1_000, 8_000, 15_000]);
  });

  it("takes the whole range of chance with full jitter", () => {
    expect([0, 0.25, 0.999].map((chance) => backoffDelay({ jitter: "full" }, 1, () => chance))).toEqual([0, 250, 999]);
  });

  it("is finite and within its bounds for every n, and grows without jitter", () => {
    const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
    const n = fc.oneof(
      fc.integer({ min: 1, max: 3_000 }),
      fc.maxSafeNat().map((max) => max + 1),
    );
    const policies = fc.record({
      retryDelayInMs: fc.oneof(ms, fc.constant(0)),
      maxRetryDelayInMs: fc.oneof(ms, fc.constant(Infinity)),
      mode: fc.constantFrom("Exponential" as const, "Fixed" as const),
    });
    fc.assert(
      fc.property(
        policies,
        n,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (policy, retry, chance) => {
          const base = backoffDelay({ ...policy, jitter: "none" }, retry, never);
          expect(base).toBeGreaterThanOrEqual(0);
          expect(base).toBeLessThanOrEqual(Math.min(policy.maxRetryDelayInMs, 2 ** 31 - 1));
          expect(backoffDelay({ ...policy, jitter: "none" }, retry + 1, never)).toBeGreaterThanOrEqual(base);
          expect(backoffDelay({ ...policy, jitter: "full" }, retry, () => chance)).toBe(chance * base);
        },
      ),
    );
  });
});
