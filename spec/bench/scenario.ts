import type { Burst, Plan } from "./plan.js";

export type ClientKind = "ours" | "official" | "floor" | "floor100" | "floorOwn";

/** What one client process does and measures. */
export type Scenario =
  /** Takes in a burst; measured after the first third. */
  | { readonly kind: "inbound"; readonly groups: number; readonly burst: Burst }
  /** Takes in what comes for so long. */
  | { readonly kind: "timed"; readonly seconds: number; readonly burst: Burst }
  | { readonly kind: "publish"; readonly operations: number; readonly inFlight: number }
  | { readonly kind: "rejoin"; readonly groups: number }
  | { readonly kind: "cuts"; readonly burst: Burst }
  | { readonly kind: "heap"; readonly clients: number };

/** What was measured, by name. */
export type Measured = Readonly<Record<string, number>>;

/** The part of a scenario that is the service's. */
export function planOf(scenario: Scenario, run: string): Plan {
  switch (scenario.kind) {
    case "inbound":
      return { run, groups: scenario.groups, burst: scenario.burst };
    case "timed":
    case "cuts":
      return { run, groups: 1, burst: scenario.burst };
    case "rejoin":
      return { run, groups: scenario.groups, losesFirstSession: true };
    case "publish":
    case "heap":
      return { run, groups: 0 };
  }
}
