/** The longest time in milliseconds that a timer of the platform can run: beyond it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
