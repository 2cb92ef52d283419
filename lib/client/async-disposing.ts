/** `[Symbol.asyncDispose]`, where the platform's types know the symbol. */
export type AsyncDisposing = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? Readonly<Record<Key, () => Promise<void>>>
  : object;

abstract class DisposedAsynchronously {
  abstract dispose(): Promise<void>;

  static {
    // Not a method with a computed name: on platforms without the symbol that would be called "undefined".
    if ((Symbol as Partial<SymbolConstructor>).asyncDispose !== undefined) {
      Object.defineProperty(this.prototype, Symbol.asyncDispose, {
        configurable: true,
        writable: true,
        value(this: DisposedAsynchronously) {
          return this.dispose();
        },
      });
    }
  }
}

/** A base for what has a `dispose()`: makes `await using` work where the platform has it. */
export const AsyncDisposable = DisposedAsynchronously as unknown as abstract new () => AsyncDisposing;
