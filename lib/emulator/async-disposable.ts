/** `[Symbol.asyncDispose]`, where the platform's types know the symbol: ours must compile where they do not. */
export type AsyncDisposing = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? Readonly<Record<Key, () => Promise<void>>>
  : object;

abstract class StoppedByDisposal {
  abstract stop(): Promise<void>;

  static {
    // Not a method with a computed name: on platforms without the symbol that would be called "undefined".
    if ((Symbol as Partial<SymbolConstructor>).asyncDispose !== undefined) {
      Object.defineProperty(this.prototype, Symbol.asyncDispose, {
        configurable: true,
        writable: true,
        value(this: StoppedByDisposal) {
          return this.stop();
        },
      });
    }
  }
}

/** A base for what has a `stop()`: makes `await using` work where the platform has it. */
export const AsyncDisposable = StoppedByDisposal as unknown as abstract new () => AsyncDisposing;
