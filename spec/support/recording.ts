import type { Observable, Subscription } from "rxjs";

/** Everything that one subscription has seen. */
export interface Recording<T> extends Subscription {
  readonly values: readonly T[];
  /** The error it ended with, if it did. */
  readonly errors: readonly unknown[];
  readonly completions: number;
}

/** Subscribes and writes down what comes. */
export function record<T>(source: Observable<T>): Recording<T> {
  const values: T[] = [];
  const errors: unknown[] = [];
  let completions = 0;
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => errors.push(error),
    complete: () => completions++,
  });
  return Object.defineProperties(subscription, {
    values: { value: values },
    errors: { value: errors },
    completions: { get: () => completions },
  }) as Recording<T>;
}

/** How a command turned out: its result, its error, or nothing yet; `dropped` when it ended without either. */
export function outcomeOf<T>({ values, errors, completions }: Recording<T>): unknown {
  if (errors.length > 0) return errors[0];
  return completions > 0 ? (values[0] ?? "dropped") : "pending";
}
