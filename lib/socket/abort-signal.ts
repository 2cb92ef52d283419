/** What is used of an AbortSignal where the types of one are unknown. */
export interface AbortSignalLike {
  /** Whether it has been aborted. */
  readonly aborted: boolean;
  /** Why, if it has been. */
  readonly reason?: unknown;
  /** Calls a listener when it is aborted. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Calls it no longer. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's AbortSignal, or its likeness where neither lib.dom nor Node's types are loaded. */
export type PlatformAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;
