/** The fields that are not `undefined`: what is unknown is absent, rather than there without a value. */
export const defined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
