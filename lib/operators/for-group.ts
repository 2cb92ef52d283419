import { filter, type OperatorFunction } from "rxjs";

/** What may belong to a group (`data` only lets a union have members that never do, such as server messages). */
export interface Grouped {
  readonly group?: string | undefined;
  readonly data?: unknown;
}

/** Those members of the union `T` that can have the group `Name`, with `group` known to be there. */
export type InGroup<T, Name extends string = string> = T extends unknown
  ? "group" extends keyof T
    ? [Name & T["group"]] extends [never]
      ? never
      : T & { readonly group: Name }
    : never
  : never;

/**
 * Keeps the messages of one group.
 *
 * Values whose `group` is exactly `name` pass unchanged, their type narrowed to messages that have that group; all others
 * are dropped. Errors, completion and unsubscription pass as they are. Joins nothing: it only looks at what comes.
 *
 * @example
 * ```ts
 * client.groupMessages$.pipe(forGroup("lobby")).subscribe(({ group, data }) => console.log(group, data));
 * ```
 *
 * @param name The group's name; upper and lower case differ.
 */
export function forGroup<T extends Grouped, const Name extends string = string>(
  name: Name,
): OperatorFunction<T, InGroup<T, Name>> {
  return filter((message): message is T & InGroup<T, Name> => message.group === name);
}
