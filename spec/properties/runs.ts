/** The same scripts every time, so that a failure is there again when one looks for it; `npm run soak` explores. */
export const runs = (numRuns: number) => ({ seed: 20_250_607, numRuns });

/** Plenty: a busy machine is no failure. */
export const PATIENCE_MS = 60_000;
