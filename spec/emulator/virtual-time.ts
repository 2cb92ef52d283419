import type { VirtualTimeScheduler } from "rxjs";

/** Runs what is due within a time, and nothing beyond it; afterwards the clock shows that time. */
export function advance(scheduler: VirtualTimeScheduler, ms: number): void {
  const target = scheduler.frame + ms;
  scheduler.maxFrames = target;
  scheduler.flush();
  scheduler.frame = target;
}
