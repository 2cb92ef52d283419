import { toPlace, type Place } from "../shared/place.js";

/** What a page's address says, if it is of any use. */
export function placeIn(query: string): Place | undefined {
  try {
    const { user, room } = Object.fromEntries(new URLSearchParams(query));
    return toPlace({ user: user?.trim(), room: room?.trim() });
  } catch {
    return undefined;
  }
}

export const addressOf = ({ user, room }: Place): string => `?${new URLSearchParams({ user, room }).toString()}`;
