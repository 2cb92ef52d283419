/* The one global that the types of rxjs name; every platform has it, lib.dom and @types/node declare it. */
declare function setTimeout(handler: () => void, timeout?: number): number;
