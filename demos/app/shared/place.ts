/** Who is where. */
export interface Place {
  readonly user: string;
  readonly room: string;
}

/** For an input's `pattern` as well. Neither has a character that means something in a role, a filter or a URL. */
export const USER_PATTERN = "[\\p{L}\\p{N}][\\p{L}\\p{N} ._\\-]{0,23}";
export const ROOM_PATTERN = "[a-z0-9][a-z0-9\\-]{0,23}";

const userRule = new RegExp(`^${USER_PATTERN}$`, "u");
const roomRule = new RegExp(`^${ROOM_PATTERN}$`, "u");

/** @throws RangeError when a name is none */
export function toPlace({ user, room }: { readonly user?: unknown; readonly room?: unknown }): Place {
  if (!isName(user, userRule)) {
    throw new RangeError(`user must be 1 to 24 letters, digits, spaces, dots, dashes, not ${JSON.stringify(user)}`);
  }
  if (!isName(room, roomRule)) {
    throw new RangeError(`room must be 1 to 24 small letters, digits, dashes, not ${JSON.stringify(room)}`);
  }
  return { user, room };
}

const isName = (name: unknown, rule: RegExp): name is string => typeof name === "string" && rule.test(name);
