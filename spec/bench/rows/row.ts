import type { ClientKind, Measured, Scenario } from "../scenario.js";

/** One run of one client process; its label names it in the table. */
export interface Run {
  readonly label: string;
  readonly client: ClientKind;
  readonly scenario: Scenario;
}

/** What a row is to reach. */
export interface Target {
  readonly text: string;
  /** What is held against the limit, from what each run measured in one turn, by label. */
  readonly value: (turn: Readonly<Record<string, Measured>>) => number;
  /** What counts of all turns. */
  readonly of: "median" | "worst";
  readonly isMet: (value: number) => boolean;
  readonly digits?: number;
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly runs: readonly Run[];
  /** How often each process measures, in turn with the others: what slows the machine down then slows all of them. */
  readonly turns: number;
  /** The measured numbers to be shown. */
  readonly shows: readonly { readonly key: string; readonly unit: string; readonly digits: number }[];
  readonly targets: readonly Target[];
}

export const KINDS: readonly ClientKind[] = ["ours", "official", "floor"];

/** The same for each of several clients. */
export const each = (scenario: Scenario, clients: readonly ClientKind[] = KINDS): Run[] =>
  clients.map((client) => ({ label: client, client, scenario }));

const number = (measured: Measured | undefined, key: string): number => measured?.[key] ?? NaN;

/** `ours` divided by another run. */
export const ratio =
  (key: string, to: string, from = "ours") =>
  (turn: Readonly<Record<string, Measured>>): number =>
    number(turn[from], key) / number(turn[to], key);

export const value =
  (key: string, of = "ours") =>
  (turn: Readonly<Record<string, Measured>>): number =>
    number(turn[of], key);

/** Not even once. */
export const never = (what: string): Target => ({
  text: `${what} = 0`,
  value: value(what),
  of: "worst",
  isMet: (got) => got === 0,
  digits: 0,
});

export const atMost = (limit: number, what: string, value: Target["value"], digits = 2): Target => ({
  text: `${what} ≤ ${limit}`,
  value,
  of: "median",
  isMet: (got) => got <= limit,
  digits,
});

export const atLeast = (limit: number, what: string, value: Target["value"]): Target => ({
  text: `${what} ≥ ${limit}`,
  value,
  of: "median",
  isMet: (got) => got >= limit,
});

export const below = (limit: number, what: string, value: Target["value"]): Target => ({
  text: `${what} < ${limit}`,
  value,
  of: "median",
  isMet: (got) => got < limit,
});
