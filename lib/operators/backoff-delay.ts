import { MAX_TIMER_MS } from "./max-timer.js";

/** How long to wait between retries. */
export interface BackoffDelayOptions {
  /** The delay before the first retry, in milliseconds; with `"Fixed"` before every retry. Default 1 000. */
  readonly retryDelayInMs?: number | undefined;
  /** The longest delay in either mode, in milliseconds. Default 30 000, or `retryDelayInMs` where that is longer. */
  readonly maxRetryDelayInMs?: number | undefined;
  /** `"Exponential"`: the delay doubles from retry to retry; `"Fixed"`: it stays as it is. Default `"Exponential"`. */
  readonly mode?: "Exponential" | "Fixed" | undefined;
  /** `"full"`: anything from 0 to the delay, by chance, so that many clients do not come back together; `"none"`: exactly the delay. Default `"full"`. */
  readonly jitter?: "full" | "none" | undefined;
}

/**
 * The delay in milliseconds before retry `n`, counted from 1: finite and at most `maxRetryDelayInMs`, however large `n` is.
 * `random` is asked once with jitter `"full"`, else never.
 */
export function backoffDelay(
  {
    retryDelayInMs = 1_000,
    maxRetryDelayInMs = Math.max(30_000, retryDelayInMs),
    mode = "Exponential",
    jitter = "full",
  }: BackoffDelayOptions,
  n: number,
  random: () => number,
): number {
  // 2 ** 1023 is the last finite power: beyond, a delay of 0 would become 0 · Infinity = NaN.
  const grown = mode === "Fixed" ? retryDelayInMs : retryDelayInMs * 2 ** Math.min(n - 1, 1_023);
  const base = Math.min(grown, maxRetryDelayInMs, MAX_TIMER_MS);
  return jitter === "full" ? random() * base : base;
}
